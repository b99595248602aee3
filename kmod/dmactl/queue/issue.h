/* SPDX-License-Identifier: GPL-2.0-only */
/* Issues submitted descriptors and detects stalls. */
#ifndef DMACTL_ISSUE_H
#define DMACTL_ISSUE_H

#include <linux/dmaengine.h>
#include <linux/workqueue.h>

#include "core/chan.h"
#include "core/trace.h"

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
void dmactl_chan_unhold(struct dmactl_chan *chan);
void dmactl_chan_issue_held(struct dmactl_chan *chan);

/*
 * Without descriptors to issue, the call is skipped: pl330 takes a runtime PM
 * reference for each issue of an idle channel, even for nothing, such as a NOP.
 */
static __always_inline void dmactl_chan_issue_pending(struct dmactl_chan *chan)
{
	u32 nr = chan->descs.total - chan->stall.issued;

	if (!nr)
		return;
	chan->stall.issued = chan->descs.total;
	if (READ_ONCE(chan->descs.nr) == nr)
		chan->stall.front = chan->stall.issued;
	else if (!chan->stall.armed)
		dmactl_stall_arm(chan);
	dma_async_issue_pending(chan->lease.dma);
}

/*
 * Issues submitted descriptors. The caller holds prep_lock: otherwise another
 * task could submit between the last two steps, its descriptors would be issued
 * here, and its own issue would be for nothing. The channel is open, or the
 * caller holds rwsem, so lease.dma is valid.
 */
static __always_inline void dmactl_chan_issue_locked(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->prep_lock);
	if (unlikely(READ_ONCE(chan->queue.held)))
		dmactl_chan_unhold(chan);
	if (trace_dmactl_chan_issue_enabled())
		trace_dmactl_chan_issue(chan->session->id, chan->obj.handle);
	/* Called without chan->lock: some providers call back from here. */
	dmactl_chan_issue_pending(chan);
}

#endif /* DMACTL_ISSUE_H */
