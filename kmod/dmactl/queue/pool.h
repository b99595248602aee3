/* SPDX-License-Identifier: GPL-2.0-only */
/* The pool of free jobs of a channel. */
#ifndef DMACTL_POOL_H
#define DMACTL_POOL_H

#include <linux/list.h>
#include <linux/types.h>

#include "core/chan.h"

struct dmactl_job;

/* A submitter got EAGAIN: wake it when a job is freed. */
static inline void dmactl_pool_want_credit(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	chan->pool.want_credit = true;
}

int dmactl_pool_init(struct dmactl_chan *chan, u32 depth);
void dmactl_pool_free(struct dmactl_chan *chan);

u32 dmactl_jobs_alloc(struct dmactl_chan *chan, struct list_head *jobs, u32 nr);
void dmactl_jobs_free(struct dmactl_chan *chan, struct list_head *jobs,
		      u32 nr);
struct dmactl_job *dmactl_job_alloc(struct dmactl_chan *chan);
bool dmactl_job_free_unlinked(struct dmactl_job *job);
bool dmactl_job_free_locked(struct dmactl_job *job);
void dmactl_job_free(struct dmactl_job *job);
void dmactl_jobs_free_mixed(struct list_head *jobs);

#endif /* DMACTL_POOL_H */
