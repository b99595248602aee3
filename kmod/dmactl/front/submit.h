/* SPDX-License-Identifier: GPL-2.0-only */
/* SUBMIT. */
#ifndef DMACTL_SUBMIT_H
#define DMACTL_SUBMIT_H

#include <linux/dmactl.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_cmd;
struct dmactl_cq_ring;
struct dmactl_session;

#define DMACTL_SUBMIT_FLAGS (DMACTL_SUBMIT_HOLD | DMACTL_SUBMIT_ABS_TIMEOUT)

int dmactl_ioctl_submit(struct dmactl_cmd *cmd);
int dmactl_submit(struct dmactl_session *s, struct dmactl_submit *arg);
int dmactl_submit_reap(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_cq_ring *ring, u32 min,
		       struct dmactl_chan *full);

#endif /* DMACTL_SUBMIT_H */
