/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits; most are module parameters. */
#ifndef DMACTL_PARAM_H
#define DMACTL_PARAM_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "../../compat.h"

#define DMACTL_DEFAULT_DEPTH	256
#define DMACTL_MAX_BATCH	4096
#define DMACTL_MAX_ARGS		1024

extern unsigned int dmactl_max_channels;
extern unsigned int dmactl_max_buffers;
extern unsigned int dmactl_max_depth;
extern unsigned long dmactl_max_buffer_bytes;
extern unsigned long dmactl_max_bounce_bytes;
extern unsigned long dmactl_max_bounce_bytes_user;
extern unsigned long dmactl_max_kernel_bytes;
extern unsigned int dmactl_max_channels_user;
extern unsigned int dmactl_max_sessions;
extern unsigned int dmactl_stop_timeout_ms;
extern unsigned int dmactl_busy_poll_us;
extern unsigned int dmactl_fence_timeout_ms;
extern char *dmactl_allow;

/*
 * The longest buffer, in bytes. On 32-bit machines a long must be able to count
 * it.
 */
static inline u64 dmactl_max_len(void)
{
	return min_t(u64, dmactl_max_buffer_bytes, LONG_MAX & PAGE_MASK);
}

#endif /* DMACTL_PARAM_H */
