// SPDX-License-Identifier: GPL-2.0-only
/*
 * Issues submitted descriptors and detects stalls.
 *
 * Some providers, such as sf-pdma, ignore issue_pending while a transfer runs.
 * The descriptors would start with the next issue, which may never come.
 * Nothing that a provider declares identifies these providers. So a channel
 * counts as stalled if descriptors were issued behind others, the others have
 * ended, and then nothing ends for a while. Then issue_pending is called again.
 * From then on it is called each time a descriptor ends, until the channel is
 * terminated. For other providers this is a call without effect.
 */

#include <linux/dmaengine.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/trace.h"
#include "queue/issue.h"
#include "queue/queue.h"
#include "queue/refill.h"

/*
 * Returns true if issued descriptors have probably not started. Sets *go_on if
 * that may still happen.
 */
static bool dmactl_stall_is_likely(struct dmactl_chan *chan, bool *go_on)
{
	u64 done, before = chan->stall.done;

	guard(dmactl_bh)(&chan->lock);
	done = chan->descs.total - chan->descs.nr;
	chan->stall.done = done;
	*go_on = chan->descs.nr && chan->stall.issued != chan->stall.front;
	/* Held ops must not be started. */
	if (!*go_on || done < chan->stall.front ||
	    chan->stall.issued != chan->descs.total || chan->queue.paused) {
		chan->stall.checks = 0;
		return false;
	}
	/*
	 * Each descriptor that ends needs an issue, or another thread is
	 * stopping the channel and waits.
	 */
	if (chan->stall.needs_reissue || chan->queue.stopping)
		return true;
	chan->stall.checks = done == before ? chan->stall.checks + 1 : 0;
	if (chan->stall.checks < DMACTL_STALL_CHECKS)
		return false;
	chan->stall.needs_reissue = true;
	chan->stall.count++;
	return true;
}

/*
 * Checks for a stall and issues again. Returns true if a later check is needed.
 * The caller holds rwsem, and prep_lock unless it holds rwsem for writing.
 */
bool dmactl_stall_check(struct dmactl_chan *chan)
{
	bool go_on;

	lockdep_assert_held(&chan->rwsem);
	if (!dmactl_stall_is_likely(chan, &go_on))
		return go_on;
	trace_dmactl_chan_issue(chan->session->id, chan->obj.handle);
	chan->stall.front = chan->stall.issued;
	dma_async_issue_pending(chan->lease.dma);
	return false;
}

/*
 * Descriptors were issued behind others: schedules a check. The caller holds
 * prep_lock, or rwsem for writing.
 */
void dmactl_stall_arm(struct dmactl_chan *chan)
{
	lockdep_assert(lockdep_is_held(&chan->prep_lock) ||
		       lockdep_is_held_type(&chan->rwsem, 0));
	chan->stall.armed = true;
	schedule_delayed_work(&chan->stall.work, DMACTL_STALL_TICKS);
}

static void dmactl_stall_recheck(struct dmactl_chan *chan)
{
	guard(mutex)(&chan->prep_lock);
	chan->stall.armed = false;
	if (dmactl_stall_check(chan))
		dmactl_stall_arm(chan);
}

static void dmactl_stall_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(to_delayed_work(work),
						struct dmactl_chan, stall.work);

	/*
	 * A task that stops the channel waits for this work, so do not wait for
	 * rwsem.
	 */
	if (!down_read_trylock(&chan->rwsem)) {
		schedule_delayed_work(&chan->stall.work, 1);
		return;
	}
	if (!chan->life.dead && !chan->sleep.asleep)
		dmactl_stall_recheck(chan);
	up_read(&chan->rwsem);
}

void dmactl_stall_init(struct dmactl_chan *chan)
{
	INIT_DELAYED_WORK(&chan->stall.work, dmactl_stall_work);
}

/* Cancels the check and waits for a running one. */
void dmactl_stall_cancel(struct dmactl_chan *chan)
{
	lockdep_assert_held_write(&chan->rwsem);
	cancel_delayed_work_sync(&chan->stall.work);
	chan->stall.armed = false;
}

/*
 * Issues held ops, unless the task is killed. The caller holds no lock of the
 * channel.
 */
void dmactl_chan_issue_held(struct dmactl_chan *chan)
{
	if (dmactl_chan_lock_read(chan))
		return;
	if (!chan->life.dead && READ_ONCE(chan->queue.held))
		dmactl_chan_issue(chan);
	up_read(&chan->rwsem);
}

/* Ops are no longer held. */
void dmactl_chan_unhold(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	dmactl_queue_set_held(chan, false);
	dmactl_refill_wants(chan);
}

void dmactl_chan_issue(struct dmactl_chan *chan)
{
	guard(mutex)(&chan->prep_lock);
	dmactl_chan_issue_locked(chan);
}
