// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accepts checked ops on their channel: syncs their memory, prepares and
 * submits descriptors.
 */

#include <linux/delay.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/op.h"
#include "queue/accept.h"
#include "queue/callback.h"
#include "queue/complete.h"
#include "queue/defer.h"
#include "queue/desc.h"
#include "queue/issue.h"
#include "queue/pool.h"
#include "queue/queue.h"
#include "queue/refill.h"

/*
 * If a provider prepares nothing although dmactl has nothing in flight there,
 * it is about to recycle its descriptors, or it will never take this op.
 */
#define DMACTL_ACCEPT_TRIES 20

/* The most ops accepted in one hold of prep_lock. */
#define DMACTL_ACCEPT_CHUNK 32

static int dmactl_sync_spans(const struct dmactl_span *spans, u32 nr,
			     enum dma_data_direction dir)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++)
		if (dmactl_map_syncs(spans[i].map))
			ret = dmactl_map_sync_long(spans[i].map, spans[i].off,
						   spans[i].len, dir, false);
	return ret;
}

/* Returns 0, or -EINTR if the task was killed. */
int dmactl_sync_for_device(struct dmactl_job *job)
{
	int ret = 0;

	if (!(job->flags & DMACTL_OPF_NO_SYNC_SRC))
		ret = dmactl_sync_spans(job->src, job->nr_src, DMA_TO_DEVICE);
	/*
	 * Sync both ways: if the op moves less than all, the bounce slot must
	 * give back what the CPU wrote, not the data of an earlier op.
	 */
	if (!ret && !(job->flags & DMACTL_OPF_NO_SYNC_DST))
		ret = dmactl_sync_spans(job->dst, job->nr_dst, DMA_BIDIRECTIONAL);
	return ret;
}

/*
 * Handles the result of dmactl_prep(). Returns 0 if the op is accepted, -EAGAIN
 * if the caller should try later, -EBUSY if the provider refused although
 * nothing is in flight there. With @last, such a refusal makes the op fail
 * instead.
 */
static int dmactl_accept_prepared(struct dmactl_chan *chan,
				  struct dmactl_job *job, int ret, bool last)
{
	bool refused = ret == -EAGAIN;

	lockdep_assert_held(&chan->lock);
	dmactl_job_set_preparing(job, false);
	if (ret == -ENOBUFS)
		ret = -EAGAIN;
	if (job->begun && (ret == -EAGAIN || (!ret && job->refilled))) {
		dmactl_queue_set_partial(chan, job);
		/* No callback is left to schedule it. */
		if (!dmactl_job_oldest(job))
			schedule_delayed_work(&chan->queue.pump, 0);
		dmactl_refill_wants(chan);
		return 0;
	}
	if (ret == -EAGAIN && chan->descs.nr) {
		dmactl_queue_starve(chan);
		dmactl_pool_want_credit(chan);
		return -EAGAIN;
	}
	if (ret == -EAGAIN && !last) {
		if (refused && job->ops->shrink)
			job->ops->shrink(chan, job);
		return -EBUSY;
	}
	if (ret)
		dmactl_job_fail(job, -EIO);
	if (!job->begun)
		dmactl_queue_add(job);
	/*
	 * The op has no descriptor left: a NOP with nothing before it, an op
	 * that failed before its first descriptor, or one that another task
	 * issued and that has already ended.
	 */
	if (!dmactl_job_oldest(job) &&
	    (ret || job->begun || list_is_singular(&chan->queue.inflight)))
		dmactl_job_end(job);
	return 0;
}

/*
 * Returns 0, -EAGAIN or -EBUSY, see dmactl_accept_prepared(). The caller has
 * synced the memory.
 */
int dmactl_accept_once(struct dmactl_chan *chan, struct dmactl_job *job,
		       bool hold, bool last)
{
	int ret = 0;

	lockdep_assert_held(&chan->prep_lock);
	/* Both change only with prep_lock held, or rwsem held for writing. */
	if (!chan->queue.partial) {
		dmactl_queue_number(chan, job, 0);
		dmactl_job_set_preparing(job, true);
		ret = dmactl_prep(chan, job);
		if (ret == DMACTL_PREP_WHOLE && !hold)
			return 0;
	}
	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.partial) {
		dmactl_pool_want_credit(chan);
		return -EAGAIN;
	}
	if (ret == DMACTL_PREP_WHOLE)
		ret = 0;
	else
		ret = dmactl_accept_prepared(chan, job, ret, last);
	if (hold && !ret)
		dmactl_queue_set_held(chan, true);
	return ret;
}

int dmactl_accept(struct dmactl_chan *chan, struct dmactl_job *job, bool hold)
{
	int tries = 0;
	int ret;

	if (!job->no_sync && dmactl_sync_for_device(job))
		return -EINTR;
	do {
		if (tries)
			usleep_range(50, 100);
		scoped_guard(mutex, &chan->prep_lock)
			ret = dmactl_accept_once(chan, job, hold,
						 tries >= DMACTL_ACCEPT_TRIES);
		tries++;
	} while (ret == -EBUSY);
	dmactl_chan_complete(chan);
	return ret;
}

/*
 * Accepts ops of the channel from the head of the list, in one hold of
 * prep_lock.
 */
static int dmactl_accept_some(struct dmactl_submission *sub, struct dmactl_chan *chan,
			      bool last)
{
	u32 left = DMACTL_ACCEPT_CHUNK;
	struct dmactl_job *job;
	int ret = 0;

	guard(mutex)(&chan->prep_lock);
	while (!ret && left-- && !list_empty(&sub->jobs)) {
		job = list_first_entry(&sub->jobs, struct dmactl_job, node);
		if (job->chan != chan)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = dmactl_accept_once(chan, job, sub->hold, last);
		sub->accepted += !ret;
		last = false;
	}
	return ret;
}

static int dmactl_sync_some(struct dmactl_submission *sub, struct dmactl_chan *chan)
{
	u32 left = DMACTL_ACCEPT_CHUNK;
	struct dmactl_job *job;

	list_for_each_entry(job, &sub->jobs, node) {
		if (!left-- || job->chan != chan)
			break;
		if (!job->no_sync && dmactl_sync_for_device(job))
			return -EINTR;
	}
	return 0;
}

static bool dmactl_accept_in_run(const struct dmactl_submission *sub,
				 const struct dmactl_chan *chan)
{
	return !list_empty(&sub->jobs) &&
	       list_first_entry(&sub->jobs, struct dmactl_job, node)->chan == chan;
}

static int dmactl_accept_run_locked(struct dmactl_submission *sub,
				    struct dmactl_chan *chan)
{
	u32 start = sub->accepted, before;
	int tries = 0;
	int ret = 0;

	if (chan->life.dead)
		return chan->life.dead;
	if (chan->user)
		return -EBUSY;
	while (dmactl_accept_in_run(sub, chan)) {
		before = sub->accepted;
		if (tries)
			usleep_range(50, 100);
		else
			ret = dmactl_sync_some(sub, chan);
		if (ret == -EINTR)
			break;
		ret = dmactl_accept_some(sub, chan, tries >= DMACTL_ACCEPT_TRIES);
		dmactl_chan_complete(chan);
		if (ret && ret != -EBUSY)
			break;
		tries = ret && sub->accepted == before ? tries + 1 : 0;
	}
	if (sub->accepted != start && !sub->hold)
		dmactl_chan_issue(chan);
	return ret;
}

/* Accepts the run of ops for one channel at the head of the list. */
int dmactl_accept_run(struct dmactl_submission *sub, struct dmactl_chan *chan)
{
	int ret = dmactl_chan_lock_read(chan);

	if (ret)
		return ret;
	ret = dmactl_accept_run_locked(sub, chan);
	up_read(&chan->rwsem);
	return ret;
}

/* How often prep is tried again with nothing in flight. */
#define DMACTL_PUMP_TRIES 100

/*
 * Prepares the rest of an op for which the provider lacked descriptors, or more of
 * one that is refilled. The latter issues by itself.
 */
static void dmactl_pump_partial(struct dmactl_chan *chan, struct dmactl_job *job)
{
	int ret;

	lockdep_assert_held(&chan->prep_lock);
	if (job->refilled) {
		if (!dmactl_refill_is_due(chan, job))
			return;
		ret = dmactl_refill(chan, job);
	} else {
		ret = dmactl_prep(chan, job);
	}
	if (ret == -ENOBUFS)
		ret = -EAGAIN;
	guard(dmactl_bh)(&chan->lock);
	if (ret == -EAGAIN && chan->descs.nr)
		return; /* the next callback schedules this again */
	if (ret == -EAGAIN && dmactl_queue_refuse(chan) < DMACTL_PUMP_TRIES) {
		schedule_delayed_work(&chan->queue.pump, 1);
		return;
	}
	if (!ret && job->refilled)
		return;
	/* What waits for fences was submitted behind the op. */
	dmactl_queue_set_partial(chan, dmactl_defer_first(chan));
	if (ret)
		dmactl_job_fail(job, -EIO);
	if (!dmactl_job_oldest(job))
		dmactl_job_end(job);
}

static void dmactl_pump(struct dmactl_chan *chan)
{
	struct dmactl_job *job;
	bool refilled;

	guard(mutex)(&chan->prep_lock);
	job = READ_ONCE(chan->queue.partial);
	if (!job || dmactl_defer_is_next(chan))
		return;
	/* The op may end here. */
	refilled = job->refilled;
	if (!READ_ONCE(chan->queue.stopping))
		dmactl_pump_partial(chan, job);
	if (!refilled)
		dmactl_chan_issue_locked(chan);
}

void dmactl_pump_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(to_delayed_work(work),
						struct dmactl_chan, queue.pump);

	/*
	 * A task that stops the channel waits for this work, so do not wait for
	 * rwsem. Try again later, because the channel may continue after all.
	 */
	if (!down_read_trylock(&chan->rwsem)) {
		schedule_delayed_work(&chan->queue.pump, 1);
		return;
	}
	if (chan->life.dead || chan->sleep.asleep)
		goto out;
	if (READ_ONCE(chan->descs.doubts))
		dmactl_doubts_resolve(chan);
	if (READ_ONCE(chan->queue.partial)) {
		dmactl_pump(chan);
		dmactl_defer_run(chan);
	}
out:
	up_read(&chan->rwsem);
	dmactl_chan_complete(chan);
}
