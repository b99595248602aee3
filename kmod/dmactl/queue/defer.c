// SPDX-License-Identifier: GPL-2.0-only
/*
 * Batches that wait for fences before they start, in the order in which they
 * were submitted. Their ops are accepted and not in flight. The first of them is
 * chan->queue.partial, so the channel takes no other op meanwhile, and the work
 * item that goes on with such an op starts the batch.
 *
 * Only the first batch looks at its fences. A fence calls back under its lock
 * and only schedules the work item.
 */

#include <linux/dma-fence.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "op/job.h"
#include "queue/accept.h"
#include "queue/complete.h"
#include "queue/defer.h"
#include "queue/gather.h"
#include "queue/issue.h"
#include "queue/queue.h"
#include "queue/timeline.h"

/* The most ops started in one hold of prep_lock. */
#define DMACTL_DEFER_CHUNK 32

/* How often prep is tried again with nothing in flight. */
#define DMACTL_DEFER_TRIES 100

/* A batch. All but @node is used by those who start it or end it. */
struct dmactl_deferred {
	struct list_head node;		/* lock and prep_lock, or rwsem for writing */
	struct dmactl_chan *chan;	/* the jobs hold it */
	struct list_head jobs;
	struct dmactl_fences fences;
	struct dma_fence_cb called;	/* on fence @at, if @armed */
	struct dma_fence_cb late;	/* on fences.own, if @watched */
	u32 at;				/* the fences before have signalled */
	bool armed;
	bool watched;
	bool begun;			/* waits no longer */
	int status;			/* of all ops, instead of being started */
};

static void dmactl_defer_kick(struct dmactl_chan *chan, unsigned long ticks)
{
	mod_delayed_work(system_wq, &chan->queue.pump, ticks);
}

/* Called in any context, with the lock of a fence held. */
static void dmactl_defer_called(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	dmactl_defer_kick(container_of(cb, struct dmactl_deferred, called)->chan, 0);
}

static void dmactl_defer_late(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	dmactl_defer_kick(container_of(cb, struct dmactl_deferred, late)->chan, 0);
}

/*
 * A fence counts as signalled before it calls back, and calls back with its lock
 * held. Taking the callback off waits for that.
 */
static void dmactl_deferred_disarm(struct dmactl_deferred *b)
{
	if (b->armed)
		dma_fence_remove_callback(dmactl_fences_get(&b->fences, b->at),
					  &b->called);
	b->armed = false;
}

static void dmactl_deferred_unwatch(struct dmactl_deferred *b)
{
	if (b->watched)
		dma_fence_remove_callback(&b->fences.own->base, &b->late);
	b->watched = false;
}

/* If others wait for the batch, they stop after fence_timeout_ms. */
static void dmactl_deferred_watch(struct dmactl_deferred *b)
{
	b->watched = b->fences.own &&
		     !dma_fence_add_callback(&b->fences.own->base, &b->late,
					     dmactl_defer_late);
}

/* Returns true if a fence has not signalled; it calls back then. */
static bool dmactl_deferred_waits(struct dmactl_deferred *b)
{
	struct dma_fence *fence;

	while ((fence = dmactl_fences_get(&b->fences, b->at))) {
		if (!b->armed)
			b->armed = !dma_fence_add_callback(fence, &b->called,
							   dmactl_defer_called);
		if (b->armed && !dma_fence_is_signaled(fence))
			return true;
		dmactl_deferred_disarm(b);
		b->at++;
	}
	return false;
}

/*
 * Returns false if the batch has to wait. Nobody waits any longer for a batch
 * whose own fence was given up, and some may use its memory, so it does not
 * start.
 */
static bool dmactl_deferred_begin(struct dmactl_deferred *b)
{
	const struct dmactl_fences *fences = &b->fences;

	if (b->begun)
		return true;
	if (fences->own && dma_fence_is_signaled(&fences->own->base))
		b->status = -ETIMEDOUT;
	else if (dmactl_deferred_waits(b))
		return false;
	else if (fences->in && dma_fence_get_status(fences->in) < 0)
		b->status = -ENODATA;
	dmactl_deferred_disarm(b);
	dmactl_deferred_unwatch(b);
	b->begun = true;
	return true;
}

static void dmactl_deferred_free(struct dmactl_deferred *b)
{
	struct dmactl_chan *chan = b->chan;

	dmactl_deferred_disarm(b);
	dmactl_deferred_unwatch(b);
	dmactl_fences_drop(&b->fences, chan);
	dmactl_account_uncharge(chan->account, sizeof(*b));
	kfree(b);
}

static struct dmactl_deferred *dmactl_deferred_new(struct dmactl_chan *chan)
{
	struct dmactl_deferred *b;
	int ret;

	ret = dmactl_account_charge(chan->account, sizeof(*b));
	if (ret)
		return ERR_PTR(ret);
	b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	if (!b) {
		dmactl_account_uncharge(chan->account, sizeof(*b));
		return ERR_PTR(-ENOMEM);
	}
	b->chan = chan;
	INIT_LIST_HEAD(&b->jobs);
	return b;
}

/* Returns the first op that waits. */
struct dmactl_job *dmactl_defer_first(struct dmactl_chan *chan)
{
	struct dmactl_deferred *b;

	b = list_first_entry_or_null(&chan->defer.batches,
				     struct dmactl_deferred, node);
	return b ? list_first_entry(&b->jobs, struct dmactl_job, node) : NULL;
}

/* Returns the first op that waits, or the first one with this @user_data. */
struct dmactl_job *dmactl_defer_find(struct dmactl_chan *chan, bool any,
				     u64 user_data)
{
	struct dmactl_deferred *b;
	struct dmactl_job *job;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry(b, &chan->defer.batches, node)
		list_for_each_entry(job, &b->jobs, node)
			if (any || job->user_data == user_data)
				return job;
	return NULL;
}

/*
 * Is the op that keeps others away one that waits, and not one that lacks
 * descriptors?
 */
bool dmactl_defer_is_next(struct dmactl_chan *chan)
{
	struct dmactl_job *job = READ_ONCE(chan->queue.partial);

	return job && job == dmactl_defer_first(chan);
}

static void dmactl_defer_count(struct dmactl_chan *chan, int nr)
{
	WRITE_ONCE(chan->defer.nr, chan->defer.nr + nr);
}

/* Ends an op that was not started. */
static void dmactl_defer_end(struct dmactl_chan *chan, struct dmactl_job *job,
			     int status)
{
	lockdep_assert_held(&chan->lock);
	dmactl_defer_count(chan, -1);
	dmactl_queue_number(chan, job, 0);
	dmactl_queue_add(job);
	/* A bounce slot that was not filled has the bytes of an earlier op. */
	dmactl_job_leave_dst(job);
	dmactl_job_fail(job, status);
	dmactl_job_end(job);
}

/* Returns what dmactl_accept_once() does, or -EINTR if the task was killed. */
static int dmactl_defer_start(struct dmactl_chan *chan, struct dmactl_deferred *b,
			      struct dmactl_job *job)
{
	bool last = READ_ONCE(chan->queue.refusals) >= DMACTL_DEFER_TRIES;
	int ret;

	lockdep_assert_held(&chan->prep_lock);
	if (b->status) {
		guard(dmactl_bh)(&chan->lock);
		dmactl_defer_end(chan, job, b->status);
		return 0;
	}
	if (!job->no_sync && dmactl_sync_for_device(job))
		return -EINTR;
	scoped_guard(dmactl_bh, &chan->lock) {
		list_del_init(&job->node);
		dmactl_defer_count(chan, -1);
	}
	ret = dmactl_accept_once(chan, job, false, last);
	if (!ret)
		return 0;
	guard(dmactl_bh)(&chan->lock);
	list_add(&job->node, &b->jobs);
	dmactl_defer_count(chan, 1);
	if (ret == -EBUSY)
		dmactl_queue_refuse(chan);
	return ret;
}

static void dmactl_defer_set_partial(struct dmactl_chan *chan, bool block)
{
	guard(dmactl_bh)(&chan->lock);
	if (!block)
		dmactl_queue_set_partial(chan, NULL);
	else if (!chan->queue.partial)
		dmactl_queue_set_partial(chan, dmactl_defer_first(chan));
}

/*
 * Starts ops of the first batch. Returns false if nothing more can be done now.
 */
static bool dmactl_defer_some(struct dmactl_chan *chan)
{
	u32 left = DMACTL_DEFER_CHUNK;
	struct dmactl_deferred *b;
	int ret = 0;

	guard(mutex)(&chan->prep_lock);
	if (!dmactl_defer_is_next(chan))
		return false;
	b = list_first_entry(&chan->defer.batches, struct dmactl_deferred, node);
	if (!dmactl_deferred_begin(b))
		return false;
	dmactl_defer_set_partial(chan, false);
	while (!ret && left-- && !list_empty(&b->jobs) && !chan->queue.partial)
		ret = dmactl_defer_start(chan, b, list_first_entry(&b->jobs,
								   struct dmactl_job,
								   node));
	dmactl_chan_issue_locked(chan);
	if (list_empty(&b->jobs)) {
		scoped_guard(dmactl_bh, &chan->lock)
			list_del(&b->node);
		dmactl_deferred_free(b);
	}
	dmactl_defer_set_partial(chan, true);
	/* The provider is full: callbacks of other ops do not tell. */
	if (ret)
		dmactl_defer_kick(chan, 1);
	return !ret;
}

/* Starts what need not wait. The caller holds rwsem and a reference. */
void dmactl_defer_run(struct dmactl_chan *chan)
{
	bool more;

	lockdep_assert_held(&chan->rwsem);
	do {
		more = dmactl_defer_some(chan);
		dmactl_chan_complete(chan);
	} while (more);
}

static int dmactl_defer_add(struct dmactl_chan *chan, struct dmactl_deferred *b)
{
	struct list_head *job;

	lockdep_assert_held(&chan->rwsem);
	if (chan->life.dead)
		return chan->life.dead;
	if (chan->user)
		return -EBUSY;
	dmactl_deferred_watch(b);
	guard(mutex)(&chan->prep_lock);
	guard(dmactl_bh)(&chan->lock);
	list_for_each(job, &b->jobs)
		dmactl_defer_count(chan, 1);
	list_add_tail(&b->node, &chan->defer.batches);
	if (!chan->queue.partial)
		dmactl_queue_set_partial(chan, dmactl_defer_first(chan));
	return 0;
}

/*
 * Takes over the ops, all of this channel, and their fences: starts them at once
 * or when they need not wait any longer. On failure, the caller keeps both.
 */
int dmactl_defer(struct dmactl_chan *chan, struct list_head *jobs,
		 struct dmactl_fences *fences)
{
	struct dmactl_deferred *b = dmactl_deferred_new(chan);
	int ret;

	if (IS_ERR(b))
		return PTR_ERR(b);
	ret = dmactl_chan_lock_read(chan);
	if (ret)
		goto err_free;
	list_splice_init(jobs, &b->jobs);
	b->fences = *fences;
	ret = dmactl_defer_add(chan, b);
	if (!ret)
		dmactl_defer_run(chan);
	else
		list_splice_init(&b->jobs, jobs);
	up_read(&chan->rwsem);
	if (!ret)
		return 0;
	b->fences = (struct dmactl_fences){ };
err_free:
	dmactl_deferred_free(b);
	return ret;
}

/*
 * Ends all ops that wait. The caller frees the batches without the lock, because
 * fences call back with theirs held.
 */
void dmactl_defer_abort(struct dmactl_chan *chan, int status,
			struct list_head *batches)
{
	struct dmactl_deferred *b;

	lockdep_assert_held(&chan->lock);
	list_splice_init(&chan->defer.batches, batches);
	list_for_each_entry(b, batches, node)
		while (!list_empty(&b->jobs))
			dmactl_defer_end(chan, list_first_entry(&b->jobs,
								struct dmactl_job,
								node), status);
}

void dmactl_defer_free(struct dmactl_chan *chan, struct list_head *batches)
{
	struct dmactl_deferred *b, *next;

	lockdep_assert_held_write(&chan->rwsem);
	if (list_empty(batches))
		return;
	list_for_each_entry_safe(b, next, batches, node)
		dmactl_deferred_free(b);
	/* A fence may have scheduled it until now. */
	cancel_delayed_work_sync(&chan->queue.pump);
}

void dmactl_defer_init(struct dmactl_chan *chan)
{
	INIT_LIST_HEAD(&chan->defer.batches);
}
