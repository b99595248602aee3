/* SPDX-License-Identifier: GPL-2.0-only */
/* Completes ops that have ended. */
#ifndef DMACTL_COMPLETE_H
#define DMACTL_COMPLETE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

#include "core/chan.h"
#include "op/job.h"

/* Marks an op as ended. The next dmactl_chan_complete() completes it. */
static inline void dmactl_ending_add(struct dmactl_chan *chan,
				     struct dmactl_job *job)
{
	lockdep_assert_held(&chan->lock);
	list_move_tail(&job->node, &chan->ending.ended);
	atomic_inc(&chan->ending.completing);
}

/* A task that stops the channel waits until the caller is done. */
static inline void dmactl_ending_hold(struct dmactl_chan *chan)
{
	atomic_inc(&chan->ending.completing);
}

void dmactl_job_sync_for_cpu(struct dmactl_job *job);
void dmactl_ending_init(struct dmactl_chan *chan);
void dmactl_ending_unpark(struct dmactl_chan *chan);

void dmactl_chan_complete(struct dmactl_chan *chan);
void dmactl_chan_complete_called_more(struct dmactl_chan *chan, bool all_back);

/*
 * Completes what ended in a callback, which runs in an RCU read section. Most
 * ops were completed alone, so nothing is left.
 */
static inline void dmactl_chan_complete_called(struct dmactl_chan *chan,
					       bool all_back)
{
	if (unlikely(all_back || !list_empty_careful(&chan->ending.ended)))
		dmactl_chan_complete_called_more(chan, all_back);
}

#endif /* DMACTL_COMPLETE_H */
