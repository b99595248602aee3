// SPDX-License-Identifier: GPL-2.0-only
/*
 * Completes ops that have ended: hands them to the program in order, in one
 * context at a time.
 */

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/session.h"
#include "core/trace.h"
#include "mem/buffer.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/metadata.h"
#include "queue/complete.h"
#include "queue/cq.h"
#include "queue/cqe.h"
#include "queue/pool.h"
#include "queue/prepared.h"
#include "queue/queue.h"

/* The most bytes that a tasklet syncs for the CPU. */
#define DMACTL_SMALL_SYNC SZ_128K

/* Hands what the op has written to the CPU. */
void dmactl_job_sync_for_cpu(struct dmactl_job *job)
{
	u32 i;

	job = dmactl_job_with_spans(job);
	if (job->flags & DMACTL_OPF_NO_SYNC_DST)
		return;
	for (i = 0; i < job->nr_dst; i++)
		dmactl_map_sync(job->dst[i].map, job->dst[i].off, job->dst[i].len,
				DMA_FROM_DEVICE, true);
}

/*
 * Completes ops that an object owns, such as a stream. They go back to the
 * pool, then the owner is called.
 */
static int dmactl_jobs_complete_owned(struct list_head *own)
{
	struct dmactl_job *job, *next;
	int nr = 0;

	list_for_each_entry_safe(job, next, own, node) {
		struct dmactl_job_user *user = job->user;
		int status = job->status;
		u64 bytes = job->bytes;

		list_del_init(&job->node);
		/*
		 * Free the job first: the owner may submit the next one right
		 * away.
		 */
		dmactl_job_free(job);
		user->ended(user, status, bytes);
		nr++;
	}
	return nr;
}

/* Completes ops of io_uring: each makes a CQE. */
static int dmactl_jobs_complete_uring(struct list_head *uring)
{
	struct dmactl_job *job, *next;
	int nr = 0;

	list_for_each_entry_safe(job, next, uring, node) {
		dmactl_job_complete_uring(job);
		nr++;
	}
	return nr;
}

/* A task that stops the channel no longer waits for these ops. */
static void dmactl_completing_sub(struct dmactl_chan *chan, int nr)
{
	if (!atomic_sub_and_test(nr, &chan->ending.completing))
		return;
	/*
	 * The subtraction is a full barrier and pairs with the one in
	 * wait_event().
	 */
	if (waitqueue_active(&chan->ending.idle))
		wake_up(&chan->ending.idle);
}

/*
 * Drops the reference that the ops share. A task that stops the channel holds
 * another one and waits for this.
 */
static void dmactl_pool_all_back(struct dmactl_chan *chan)
{
	guard(rcu)();
	dmactl_chan_put(chan);
	dmactl_completing_sub(chan, 1);
}

/* The channel has stopped: its device is done with the last frame. */
void dmactl_ending_unpark(struct dmactl_chan *chan)
{
	struct dmactl_buf *buf = chan->ending.parked;

	chan->ending.parked = NULL;
	if (buf)
		dmactl_buf_unuse(buf);
}

/*
 * A device may go over its last frame again and again, until the next frame has
 * ended or the channel is stopped (VDMA parks on it). Until then the buffer is in
 * use. One context at a time completes ops, so no lock is needed.
 */
static void dmactl_ending_park(struct dmactl_chan *chan,
			       const struct dmactl_job *job)
{
	u16 opcode = job->prepared_by ? job->prepared_by->job.opcode
				      : job->opcode;
	struct dmactl_buf *buf;

	if (opcode != DMACTL_OP_INTERLEAVED || job->dir == DMA_MEM_TO_MEM ||
	    !job->begun)
		return;
	buf = job->nr_dst ? job->dst->buf : job->src->buf;
	dmactl_buf_use_more(buf);
	dmactl_ending_unpark(chan);
	chan->ending.parked = buf;
}

/* Hands ended ops, and the data that they wrote, to the program. */
static void dmactl_jobs_complete(struct dmactl_chan *chan, struct list_head *ended)
{
	struct dmactl_session *s = chan->session;
	struct dmactl_job *job, *next;
	LIST_HEAD(uring);
	LIST_HEAD(own);
	int nr = 0;
	u64 now;

	now = ktime_get_ns();
	list_for_each_entry_safe(job, next, ended, node) {
		dmactl_job_sync_for_cpu(job);
		if (job->metadata)
			dmactl_metadata_deliver(job);
		if (unlikely(chan->limits.parks))
			dmactl_ending_park(chan, job);
		/*
		 * Before the completion is visible, because DESTROY must work
		 * after it.
		 */
		dmactl_job_clear(job);
		dmactl_job_stamp(job, now);
		trace_dmactl_op_complete(s->id, chan->obj.handle, job->seq,
					 job->status, job->bytes);
		if (job->user)
			list_move_tail(&job->node, &own);
		else if (job->uring)
			list_move_tail(&job->node, &uring);
		else
			nr++;
	}
	/*
	 * A task that waits until the count is 0 may free the channel right
	 * away. RCU keeps the channel until the wake-up below has returned.
	 */
	guard(rcu)();
	if (nr)
		dmactl_cq_publish(s, ended, nr);
	nr += dmactl_jobs_complete_owned(&own);
	nr += dmactl_jobs_complete_uring(&uring);
	dmactl_completing_sub(chan, nr);
}

static bool dmactl_job_sync_is_long(const struct list_head *ended)
{
	struct dmactl_job *job, *with;
	u64 bytes = 0;

	list_for_each_entry(job, ended, node) {
		with = dmactl_job_with_spans(job);
		if (!(with->flags & DMACTL_OPF_NO_SYNC_DST) && with->nr_dst &&
		    with->dst[0].map->ents)
			bytes += with->len;
	}
	return bytes > DMACTL_SMALL_SYNC;
}

/*
 * Takes the ended ops. Returns false if there are none, or if another context
 * completes them: completions keep their order. A callback leaves long syncs to
 * a work item, and with them all ops behind.
 */
static bool dmactl_ended_take(struct dmactl_chan *chan, bool mine,
			      bool callback, struct list_head *ended)
{
	lockdep_assert_held(&chan->lock);
	if (chan->ending.active && !mine)
		return false;
	chan->ending.active = !list_empty(&chan->ending.ended);
	if (!chan->ending.active)
		return false;
	if (callback && dmactl_job_sync_is_long(&chan->ending.ended)) {
		schedule_work(&chan->ending.work);
		return false;
	}
	list_splice_init(&chan->ending.ended, ended);
	return true;
}

static void dmactl_chan_complete_more(struct dmactl_chan *chan, bool mine,
				      bool callback)
{
	LIST_HEAD(ended);

	for (;; mine = true) {
		scoped_guard(dmactl_bh, &chan->lock)
			if (!dmactl_ended_take(chan, mine, callback,
					       &ended))
				return;
		dmactl_jobs_complete(chan, &ended);
		INIT_LIST_HEAD(&ended);
	}
}

/*
 * Completes all ended ops. The caller is a task with a reference to the
 * channel.
 */
void dmactl_chan_complete(struct dmactl_chan *chan)
{
	if (!list_empty_careful(&chan->ending.ended))
		dmactl_chan_complete_more(chan, false, false);
}

void dmactl_chan_complete_called_more(struct dmactl_chan *chan, bool all_back)
{
	if (!list_empty_careful(&chan->ending.ended))
		dmactl_chan_complete_more(chan, false, true);
	if (all_back)
		dmactl_pool_all_back(chan);
}

static void dmactl_complete_work(struct work_struct *work)
{
	dmactl_chan_complete_more(container_of(work, struct dmactl_chan, ending.work),
				  true, false);
}

void dmactl_ending_init(struct dmactl_chan *chan)
{
	init_waitqueue_head(&chan->ending.idle);
	INIT_LIST_HEAD(&chan->ending.ended);
	INIT_WORK(&chan->ending.work, dmactl_complete_work);
}
