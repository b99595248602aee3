/* SPDX-License-Identifier: GPL-2.0-only */
/* Cyclic ops that are a queue of descriptors. */
#ifndef DMACTL_REFILL_H
#define DMACTL_REFILL_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "core/chan.h"
#include "op/job.h"

/*
 * The provider may have room for more descriptors. A queue that is short runs dry
 * if this comes late, hence the workqueue.
 */
static inline void dmactl_refill_wants(struct dmactl_chan *chan)
{
	const struct dmactl_job *job = chan->queue.partial;

	lockdep_assert_held(&chan->lock);
	if (unlikely(job) && job->refilled && !chan->queue.stopping)
		mod_delayed_work(system_highpri_wq, &chan->queue.pump, 0);
}

int dmactl_refill_begin(struct dmactl_chan *chan, struct dmactl_job *job);
bool dmactl_refill_is_due(struct dmactl_chan *chan, struct dmactl_job *job);
int dmactl_refill(struct dmactl_chan *chan, struct dmactl_job *job);
void dmactl_refill_ended(struct dmactl_job *job, u32 len, u32 left, int status);
void dmactl_refill_freeze(struct dmactl_chan *chan);
void dmactl_refill_stopped(struct dmactl_job *job);
u64 dmactl_refill_left(const struct dmactl_job *job);

#endif /* DMACTL_REFILL_H */
