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
struct dmactl_submit_fences;

/* The flags that need nothing of submit_fence.c. */
#define DMACTL_SUBMIT_FLAGS (DMACTL_SUBMIT_HOLD | DMACTL_SUBMIT_ABS_TIMEOUT)

/* With one of these, the batch waits for fences, and not the caller. */
#define DMACTL_SUBMIT_FENCE_FLAGS \
	(DMACTL_SUBMIT_IN_FENCE | DMACTL_SUBMIT_OUT_FENCE | DMACTL_SUBMIT_DEFER)

/* The first version of the struct; the fast path reads no more. */
#define DMACTL_SUBMIT_SIZE 64

int dmactl_ioctl_submit(struct dmactl_cmd *cmd);
int dmactl_submit(struct dmactl_session *s, struct dmactl_submit *arg);
int dmactl_submit_with(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_submit_fences *fences);
int dmactl_submit_reap(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_cq_ring *ring, u32 min,
		       struct dmactl_chan *full);

#endif /* DMACTL_SUBMIT_H */
