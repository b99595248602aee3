/* SPDX-License-Identifier: GPL-2.0-only */
/* Fences of dma-bufs. */
#ifndef DMACTL_FENCE_H
#define DMACTL_FENCE_H

#include <linux/list.h>
#include <linux/types.h>

struct dma_resv;
struct dmactl_chan;
struct dmactl_fence;
struct dmactl_job;

bool dmactl_fence_wanted(const struct dmactl_job *job);
struct dma_resv *dmactl_fence_next(const struct dmactl_job *job, u32 *at);
bool dmactl_fence_is_same(const struct dmactl_job *a,
			  const struct dmactl_job *b);
struct dmactl_fence *dmactl_fence_whole(struct dmactl_chan *chan,
					struct list_head *jobs, bool all);
bool dmactl_fence_is_due(const struct dmactl_job *job);
int dmactl_fence_jobs(struct list_head *jobs, bool hold);
int dmactl_fence_try_jobs(struct list_head *jobs);
void dmactl_fence_signal(struct dmactl_job *job);
bool dmactl_fence_signal_early(struct dmactl_job *job);

#endif /* DMACTL_FENCE_H */
