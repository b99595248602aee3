/* SPDX-License-Identifier: GPL-2.0-only */
/* Issues submitted descriptors and detects stalls. */
#ifndef DMACTL_ISSUE_H
#define DMACTL_ISSUE_H

#include <linux/workqueue.h>

#include "core/chan.h"

/*
 * The interval of the checks, and the number of checks without progress that
 * makes a stall. More than one, because the machine may stand still for a
 * while; then the next check comes before the hardware had a chance.
 */
#define DMACTL_STALL_TICKS	(HZ / 10)
#define DMACTL_STALL_CHECKS	5

/* A descriptor has ended. Called from the callback. */
static __always_inline void dmactl_stall_note(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	if (unlikely(chan->stall.needs_reissue) && chan->descs.nr && !chan->queue.stopping)
		mod_delayed_work(system_wq, &chan->stall.work, 0);
}

/* Nothing is in flight: all submitted descriptors count as issued. */
static inline void dmactl_stall_reset(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	chan->stall.issued = chan->descs.total;
	chan->stall.front = chan->stall.issued;
	chan->stall.needs_reissue = false;
}

void dmactl_stall_init(struct dmactl_chan *chan);
void dmactl_stall_cancel(struct dmactl_chan *chan);

bool dmactl_stall_check(struct dmactl_chan *chan);
void dmactl_stall_arm(struct dmactl_chan *chan);
void dmactl_chan_issue(struct dmactl_chan *chan);
void dmactl_chan_issue_locked(struct dmactl_chan *chan);
void dmactl_chan_issue_held(struct dmactl_chan *chan);
void dmactl_chan_issue_pending(struct dmactl_chan *chan);

#endif /* DMACTL_ISSUE_H */
