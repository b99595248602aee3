/* SPDX-License-Identifier: GPL-2.0-only */
/* The fences of a channel. They are signalled in order. */
#ifndef DMACTL_TIMELINE_H
#define DMACTL_TIMELINE_H

#include <linux/atomic.h>
#include <linux/dma-fence.h>
#include <linux/list.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_timeline;

/* A fence of ops that use the same buffers. queue/timeline.c writes it. */
struct dmactl_fence {
	struct dma_fence base;
	struct dmactl_timeline *timeline;	/* a reference */
	struct list_head node;		/* timeline->lock: empty once signalled */
	unsigned long deadline;		/* in jiffies */
	atomic_t left;			/* ops that have not ended */
	bool done;			/* timeline->lock: no op is left */
};

int dmactl_timeline_init(void);
void dmactl_timeline_exit(void);
void dmactl_timeline_free(struct dmactl_chan *chan);

struct dmactl_fence *dmactl_fence_new(struct dmactl_chan *chan);
bool dmactl_fence_is_from(struct dma_fence *fence, u32 session);
void dmactl_fence_join(struct dmactl_fence *fence);
bool dmactl_fence_leave_early(struct dmactl_fence *fence);
bool dmactl_fence_leave(struct dmactl_fence *fence, int status);

#endif /* DMACTL_TIMELINE_H */
