// SPDX-License-Identifier: GPL-2.0-only
/* Stops channels, temporarily or for good. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dmaengine.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "chan/stop.h"
#include "core/chan.h"
#include "core/leave.h"
#include "core/object.h"
#include "core/param.h"
#include "op/job.h"
#include "queue/callback.h"
#include "queue/complete.h"
#include "queue/defer.h"
#include "queue/issue.h"
#include "queue/late.h"
#include "queue/periods.h"
#include "queue/prepared.h"
#include "queue/queue.h"

/*
 * How long transfers may continue before a stop, and how long without progress.
 */
#define DMACTL_GRACE_MS	200
#define DMACTL_GRACE_STEP_MS	20

static atomic_t dmactl_nr_quarantined = ATOMIC_INIT(0);

u32 dmactl_quarantined(void)
{
	return atomic_read(&dmactl_nr_quarantined);
}

/*
 * Terminates all descriptors. Returns 0 if the provider has released all
 * memory, -EOPNOTSUPP if it cannot terminate.
 */
static int dmactl_chan_terminate(struct dmactl_chan *chan)
{
	bool busy = READ_ONCE(chan->descs.nr);
	int ret;

	lockdep_assert_held_write(&chan->rwsem);
	/*
	 * On some controllers (AXI DMA), stopping one channel also resets the
	 * other one, which may belong to another client.
	 */
	if (!chan->descs.used && !chan->descs.total)
		return 0;
	if (!chan->lease.dma->device->device_terminate_all)
		return -EOPNOTSUPP;
	ret = dmaengine_terminate_sync(chan->lease.dma);
	if (ret)
		return ret;
	/*
	 * An interrupt handler on another processor may start the device again
	 * with what is being freed (xilinx_dma). Once the handler has returned,
	 * nothing is left that another one could start. One that comes in
	 * between must have returned before somebody else uses the channel.
	 */
	if (busy) {
		synchronize_rcu();
		ret = dmaengine_terminate_sync(chan->lease.dma);
		if (ret)
			return ret;
		synchronize_rcu();
	} else if (!chan->lease.dma->device->device_synchronize) {
		/*
		 * A tasklet (pl330) may have taken a callback off its list and
		 * not called it yet.
		 */
		synchronize_rcu();
	}
	return 0;
}

bool dmactl_chan_is_idle(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	return !chan->descs.nr;
}

bool dmactl_chan_has_ops(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	return dmactl_queue_nr(chan) || dmactl_defer_blocks(chan);
}

static bool dmactl_chan_ends_soon(struct dmactl_chan *chan)
{
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.paused || chan->stall.issued != chan->descs.total)
		return false;
	list_for_each_entry(job, &chan->queue.inflight, node)
		if (job->dir != DMA_MEM_TO_MEM || job->periods)
			return false;
	return chan->descs.nr;
}

/*
 * Some providers crash or never work again if they are terminated during a
 * transfer (sf-pdma, zynqmp_dma), and a program can be killed at any time. So
 * transfers may continue for a short time.
 */
static void dmactl_chan_wait_grace(struct dmactl_chan *chan)
{
	const unsigned long step = msecs_to_jiffies(DMACTL_GRACE_STEP_MS);
	int steps = DMACTL_GRACE_MS / DMACTL_GRACE_STEP_MS;
	u32 before, left = READ_ONCE(chan->descs.nr);

	if (!dmactl_chan_ends_soon(chan))
		return;
	do {
		before = left;
		if (wait_event_timeout(chan->ending.idle, dmactl_chan_is_idle(chan),
				       step))
			return;
		dmactl_doubts_resolve(chan);
		left = READ_ONCE(chan->descs.nr);
	} while (left < before && --steps);
}

/* The hardware cannot be stopped: waits for it to finish. */
static int dmactl_chan_drain(struct dmactl_chan *chan)
{
	unsigned long left = msecs_to_jiffies(dmactl_stop_timeout_ms), step;
	long ended;

	dmactl_chan_issue_pending(chan);
	do {
		step = min_t(unsigned long, left, DMACTL_STALL_TICKS);
		left -= step;
		ended = wait_event_timeout(chan->ending.idle,
					   dmactl_chan_is_idle(chan), step);
		if (ended)
			break;
		dmactl_doubts_resolve(chan);
		ended = dmactl_chan_is_idle(chan);
		if (!ended)
			dmactl_stall_check(chan);
	} while (!ended && left);
	/* The issue above may have scheduled the check again. */
	dmactl_stall_cancel(chan);
	return ended ? 0 : -ETIMEDOUT;
}

/*
 * The hardware may still write at any time. The channel, its mappings, its
 * buffers and this module stay for good.
 */
static void dmactl_chan_quarantine(struct dmactl_chan *chan)
{
	chan->life.quarantined = true;
	dmactl_obj_hold(&chan->obj);
	__module_get(THIS_MODULE);
	atomic_inc(&dmactl_nr_quarantined);
	pr_err("%s did not stop within %u ms; its memory is kept\n",
	       chan->lease.name, dmactl_stop_timeout_ms);
}

/* Waits until all ended ops are completed and their waiters woken. */
void dmactl_chan_wait_published(struct dmactl_chan *chan)
{
	wait_event(chan->ending.idle, !atomic_read(&chan->ending.completing));
}

/* Ends all ops in flight with @status. The caller keeps new ops away. */
int dmactl_chan_stop(struct dmactl_chan *chan, int status, bool drain)
{
	int ret;

	lockdep_assert_held_write(&chan->rwsem);
	dmactl_queue_set_stopping(chan, true);
	cancel_delayed_work_sync(&chan->queue.pump);
	dmactl_stall_cancel(chan);
	dmactl_periods_poll_cancel(chan);
	dmactl_periods_freeze(chan);
	/* If the stop is for good, nobody needs it at once. */
	if (drain)
		dmactl_chan_wait_grace(chan);
	ret = dmactl_chan_terminate(chan);
	if (ret && drain)
		ret = dmactl_chan_drain(chan);
	/* Ends the ops that the provider has called back for. */
	dmactl_late_flush(chan);
	if (!ret)
		dmactl_prepared_lose_all(chan);
	if (!ret || drain)
		dmactl_chan_abort(chan, status, !ret);
	dmactl_queue_set_stopping(chan, false);
	/* The channel continues, and so do ops that lack descriptors. */
	if (ret && !drain) {
		dmactl_periods_thaw(chan);
		dmactl_periods_poll_begin(chan);
		schedule_delayed_work(&chan->queue.pump, 0);
		dmactl_stall_arm(chan);
	}
	dmactl_chan_wait_published(chan);
	if (!ret)
		dmactl_ending_unpark(chan);
	return ret;
}

/*
 * Adds the ops and bytes of the channel to the counters in /sys/class/dma,
 * which dmaengine leaves to its clients. Not for a removed driver: its counters
 * may have been freed.
 */
static void dmactl_chan_add_use(struct dmactl_chan *chan)
{
	struct dma_chan *dma = chan->lease.dma;

	lockdep_assert_held_write(&chan->rwsem);
	this_cpu_add(dma->local->memcpy_count, chan->queue.completed);
	this_cpu_add(dma->local->bytes_transferred, chan->queue.bytes);
}

/* Stops the channel for good. May be called more than once. */
void dmactl_chan_kill(struct dmactl_chan *chan, int why)
{
	int status = why == -ENODEV ? -ENODEV : -ECANCELED;

	guard(dmactl_chan_write)(chan);
	if (chan->life.dead)
		return;
	WRITE_ONCE(chan->life.dead, why);
	if (chan->user)
		chan->user->kill(chan->user);
	if (dmactl_chan_stop(chan, status, true))
		dmactl_chan_quarantine(chan);
	else
		dmactl_prepared_drop_all(chan);
	if (why != -ENODEV)
		dmactl_chan_add_use(chan);
	/*
	 * The work item has completed all ops, but may not have returned yet.
	 */
	flush_work(&chan->ending.work);
	if (why == -ENODEV)
		atomic_inc(&chan->session->nr_gone);
	wake_up_interruptible_all(&chan->session->wait);
}

static void dmactl_chan_kill_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(work, struct dmactl_chan,
						life.kill);

	dmactl_chan_kill(chan, READ_ONCE(chan->life.kill_why));
	complete_all(&chan->life.killed);
}

/*
 * Stops the channel in parallel with others, if it has ops. Use flush_work()
 * before the channel is freed. dmactl_chan_kill() ends the ops that this one
 * missed.
 */
void dmactl_chan_kill_begin(struct dmactl_chan *chan, int why)
{
	if (!dmactl_queue_nr(chan) && !dmactl_defer_blocks(chan))
		return;
	WRITE_ONCE(chan->life.kill_why, why);
	dmactl_stop_async(&chan->life.kill);
}

/*
 * The same, and waits. Returns -EINTR if the task is killed meanwhile; then the
 * end of the session waits.
 */
int dmactl_chan_kill_killable(struct dmactl_chan *chan, int why)
{
	/* Also without ops: another thread may be about to submit some. */
	WRITE_ONCE(chan->life.kill_why, why);
	dmactl_stop_async(&chan->life.kill);
	return wait_for_completion_killable(&chan->life.killed) ? -EINTR : 0;
}

void dmactl_life_init(struct dmactl_chan *chan)
{
	INIT_WORK(&chan->life.kill, dmactl_chan_kill_work);
	init_completion(&chan->life.killed);
}

/* The channel no longer counts among those whose device has gone. */
void dmactl_chan_count_off_gone(struct dmactl_chan *chan)
{
	if (chan->life.dead == -ENODEV)
		atomic_dec(&chan->session->nr_gone);
}

/*
 * Ends a channel that was never used. Its port may have gone in the meantime.
 */
void dmactl_chan_mark_dead(struct dmactl_chan *chan)
{
	guard(dmactl_chan_write)(chan);
	dmactl_chan_count_off_gone(chan);
	WRITE_ONCE(chan->life.dead, -ENOENT);
}
