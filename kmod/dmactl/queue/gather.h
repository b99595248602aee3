/* SPDX-License-Identifier: GPL-2.0-only */
/* What a batch waits for, and what others wait for. */
#ifndef DMACTL_GATHER_H
#define DMACTL_GATHER_H

#include <linux/list.h>
#include <linux/types.h>

struct dma_fence;
struct dmactl_chan;
struct dmactl_fence;

/* queue/gather.c writes it. Each pointer is a reference. */
struct dmactl_fences {
	struct dma_fence *in;		/* of the program; NULL: none */
	struct dmactl_fence *own;	/* of all ops; NULL: nobody waits for them */
	struct dma_fence **others;	/* of the dma-bufs */
	u32 nr_others;
	size_t charged;			/* bytes for @others */
};

int dmactl_fences_gather(struct dmactl_fences *fences, struct dmactl_chan *chan,
			 struct list_head *jobs, struct dma_fence *in, bool out);
struct dma_fence *dmactl_fences_get(const struct dmactl_fences *fences, u32 i);
void dmactl_fences_drop(struct dmactl_fences *fences, struct dmactl_chan *chan);

#endif /* DMACTL_GATHER_H */
