// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bursts: see burst.h. Each op has one descriptor and short syncs. All are in
 * flight before the first is prepared, in one hold of chan->lock, because no
 * spinlock may be held at prep and submit. Those that the provider does not take
 * are taken out of flight again: they are the last, as prep_lock is held.
 */

#include <linux/dmaengine.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/preempt.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/session.h"
#include "core/trace.h"
#include "op/job.h"
#include "op/op.h"
#include "op/span.h"
#include "queue/accept.h"
#include "queue/burst.h"
#include "queue/callback.h"
#include "queue/complete.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/desc.h"
#include "queue/issue.h"
#include "queue/late.h"
#include "queue/pool.h"
#include "queue/prepared.h"
#include "queue/queue.h"

/* All ops of a burst are of one kind. Each kind has a path of its own. */
enum dmactl_burst_kind {
	DMACTL_BURST_REUSED,	/* the provider keeps the descriptors */
	DMACTL_BURST_PREPARED,	/* other prepared ops */
	DMACTL_BURST_POOL,	/* jobs of the pool */
};

static enum dmactl_burst_kind dmactl_burst_kind(const struct dmactl_job *job)
{
	if (!job->run)
		return DMACTL_BURST_POOL;
	return job->reusable ? DMACTL_BURST_REUSED
					      : DMACTL_BURST_PREPARED;
}

/*
 * Can the callback complete the op here? Otherwise dmactl_desc_callback()
 * handles it.
 */
static __always_inline bool
dmactl_burst_can_complete(struct dmactl_chan *chan, struct dmactl_job *job,
			  const struct dmaengine_result *result)
{
	struct dmactl_session *s = chan->session;

	if (result && (result->result != DMA_TRANS_NOERROR || result->residue))
		return false;
	if (dmactl_desc_is_open(chan, &job->own, result))
		return false;
	if (chan->queue.partial || chan->queue.stopping || chan->ending.active ||
	    !list_empty(&chan->descs.retired))
		return false;
	/* A NOP behind the op would end with it. */
	if (!list_is_last(&job->node, &chan->queue.inflight) &&
	    list_next_entry(job, node)->opcode == DMACTL_OP_NOP)
		return false;
	/* Completions in the queue go to the ring first. */
	return !READ_ONCE(s->nr_cq) || !READ_ONCE(s->cq_ring);
}

/* The return value is for dmactl_chan_complete_called(). */
static __always_inline bool
dmactl_burst_complete(struct dmactl_chan *chan, struct dmactl_job *job,
		      enum dmactl_burst_kind kind)
{
	struct dmactl_session *s = chan->session;
	u32 nr;

	lockdep_assert_held(&chan->lock);
	if (kind == DMACTL_BURST_REUSED)
		dmactl_prepared_called_in_softirq(job->prepared_by);
	else
		dmactl_desc_uncount_few(chan, &job->own);
	dmactl_desc_empty(&job->own);
	dmactl_job_set_bytes(job, job->len);
	dmactl_desc_count_off(chan);
	dmactl_stall_note(chan);
	dmactl_queue_end(chan, job->len, false);
	dmactl_queue_unstarve(chan);
	if (unlikely(!job->no_sync))
		dmactl_job_sync_for_cpu(job);
	if (kind == DMACTL_BURST_POOL) {
		dmactl_spans_unuse_plain(job);
		dmactl_job_drop_endless(job);
	}
	dmactl_job_stamp(job, ktime_get_ns());
	/* The test avoids fetching the arguments. */
	if (trace_dmactl_op_complete_enabled())
		trace_dmactl_op_complete(s->id, chan->obj.handle, job->seq, 0,
					 job->bytes);
	dmactl_burst_unlink(&job->node);
	if (kind == DMACTL_BURST_POOL)
		return dmactl_cq_put(s, job) && dmactl_job_free_unlinked(job);
	nr = dmactl_cq_ring_put(s, job);
	if (unlikely(!nr)) {
		scoped_guard(dmactl_spin, &s->cq_lock)
			dmactl_cq_append(s, job);
		dmactl_cq_notify(s);
		return false;
	}
	dmactl_prepared_put(job->prepared_by);
	dmactl_cq_notify_nr(s, nr);
	return false;
}

/* The callbacks do what dmactl_desc_callback() does, for the common case. */
static __always_inline void
dmactl_burst_called(void *param, const struct dmaengine_result *result,
		    enum dmactl_burst_kind kind)
{
	struct dmactl_desc *desc = param;
	struct dmactl_chan *chan = desc->chan;
	bool all_back, completed = false;

	/*
	 * A softirq is an RCU read section as well. In other contexts more is
	 * needed.
	 */
	if (in_serving_softirq() && !dmactl_late_is_due(chan)) {
		scoped_guard(dmactl_spin, &chan->lock) {
			if (desc->job &&
			    dmactl_burst_can_complete(chan, desc->job, result)) {
				all_back = dmactl_burst_complete(chan, desc->job, kind);
				completed = true;
			}
		}
	}
	if (!completed)
		dmactl_desc_callback(param, result);
	else if (kind == DMACTL_BURST_POOL && all_back)
		dmactl_chan_complete_called(chan, true);
}

static void dmactl_burst_reused_callback(void *param,
					 const struct dmaengine_result *result)
{
	dmactl_burst_called(param, result, DMACTL_BURST_REUSED);
}

static void dmactl_burst_prepared_callback(void *param,
					   const struct dmaengine_result *result)
{
	dmactl_burst_called(param, result, DMACTL_BURST_PREPARED);
}

static void dmactl_burst_pool_callback(void *param,
				       const struct dmaengine_result *result)
{
	dmactl_burst_called(param, result, DMACTL_BURST_POOL);
}

static __always_inline dma_async_tx_callback_result
dmactl_burst_callback(enum dmactl_burst_kind kind)
{
	if (kind == DMACTL_BURST_REUSED)
		return dmactl_burst_reused_callback;
	return kind == DMACTL_BURST_PREPARED ? dmactl_burst_prepared_callback
					     : dmactl_burst_pool_callback;
}

/* Puts jobs from the head of the list in flight. Returns their number. */
static __always_inline u32
dmactl_burst_add(struct dmactl_chan *chan, struct list_head *jobs,
		 enum dmactl_burst_kind kind)
{
	u32 nr = 0, room, entries;
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.partial)
		return 0;
	room = chan->limits.bounds.descriptors - chan->descs.nr;
	entries = chan->descs.nr_entries;
	list_for_each_entry(job, jobs, node) {
		/* The channel was terminated or configured in the meantime. */
		if (kind != DMACTL_BURST_POOL && !job->prepared_by->simple)
			break;
		if (nr == room)
			break;
		if (kind != DMACTL_BURST_REUSED &&
		    !dmactl_desc_try_entries(chan, &job->own, job->whole.entries, &entries))
			break;
		dmactl_queue_number(chan, job, nr);
		dmactl_desc_fill(&job->own, job, job->len);
		nr++;
	}
	if (kind != DMACTL_BURST_REUSED)
		dmactl_desc_set_entries(chan, entries);
	if (!nr)
		return 0;
	dmactl_queue_move(chan, jobs->next, job->node.prev);
	dmactl_queue_count(chan, nr);
	dmactl_desc_count(chan, nr);
	return nr;
}

/*
 * The provider did not take @job and those behind it, so no callback comes for
 * them. They go back to the head of the list.
 */
static void dmactl_burst_del(struct dmactl_chan *chan, struct list_head *jobs,
			     struct dmactl_job *job, int nr, int err)
{
	struct list_head *first = &job->node;

	guard(dmactl_bh)(&chan->lock);
	if (err == -EAGAIN)
		dmactl_desc_count_refused(chan);
	else
		dmactl_desc_mark_used(chan);
	dmactl_queue_count(chan, -nr);
	dmactl_desc_count(chan, -nr);
	list_for_each_entry_from(job, &chan->queue.inflight, node) {
		dmactl_desc_uncount_entries(chan, &job->own);
		dmactl_desc_empty(&job->own);
	}
	dmactl_queue_cut(chan, first, jobs);
}

/* Prepares the only descriptor of an op that is no MEMCPY. */
static noinline struct dma_async_tx_descriptor *
dmactl_burst_prep_other(struct dmactl_chan *chan, struct dmactl_job *job)
{
	struct dmactl_job *what = dmactl_job_with_spans(job);
	const struct dmactl_whole *whole = &job->whole;
	struct dma_chan *dma = chan->lease.dma;
	struct dmactl_piece piece = { };

	if (whole->opcode == DMACTL_OP_MEMSET)
		return dmaengine_prep_dma_memset(dma, whole->dst, what->value,
						 job->len, whole->flags);
	if (whole->opcode == DMACTL_OP_SLAVE_SINGLE && !what->priv)
		return dmaengine_prep_slave_single(dma, what->nr_dst ? whole->dst
								     : whole->src,
						   job->len, what->dir, whole->flags);
	return what->ops->prep(chan, what, &piece, whole->flags);
}

/* The channel has the operation, as the op was checked. */
static __always_inline struct dma_async_tx_descriptor *
dmactl_burst_prep(struct dmactl_chan *chan, struct dmactl_job *job)
{
	const struct dmactl_whole *whole = &job->whole;
	struct dma_chan *dma = chan->lease.dma;

	if (likely(whole->opcode == DMACTL_OP_MEMCPY))
		return dma->device->device_prep_dma_memcpy(dma, whole->dst,
							   whole->src, job->len,
							   whole->flags);
	return dmactl_burst_prep_other(chan, job);
}

/*
 * Returns an error if the common path must try the job, or fail: -EAGAIN if the
 * provider has no descriptor now, otherwise -EIO. As in dmactl_prep_submit(),
 * nothing sleeps between prep and submit.
 */
static __always_inline int
dmactl_burst_submit_one(struct dmactl_chan *chan, struct dmactl_job *job,
			enum dmactl_burst_kind kind, u32 seq)
{
	struct dma_async_tx_descriptor *txd;
	struct dmactl_desc *desc = &job->own;
	dma_cookie_t cookie;

	if (kind == DMACTL_BURST_REUSED) {
		txd = job->prepared_by->descs->txd;
	} else {
		txd = dmactl_burst_prep(chan, job);
		if (IS_ERR_OR_NULL(txd))
			return -EAGAIN;
		if (trace_dmactl_op_prep_enabled())
			trace_dmactl_op_prep(chan->session->id, chan->obj.handle,
					     job->opcode, seq, job->len);
	}
	txd->callback_result = dmactl_burst_callback(kind);
	txd->callback_param = desc;
	cookie = dmaengine_submit(txd);
	if (dma_submit_error(cookie))
		return -EIO;
	dmactl_desc_submitted(chan, desc, cookie);
	if (trace_dmactl_op_submit_enabled())
		trace_dmactl_op_submit(chan->session->id, chan->obj.handle, seq,
				       cookie);
	return 0;
}

static __always_inline u32
dmactl_burst_submit_some(struct dmactl_chan *chan, struct list_head *jobs,
			 enum dmactl_burst_kind kind)
{
	struct dmactl_job *job = list_first_entry(jobs, struct dmactl_job, node);
	u32 nr = dmactl_burst_add(chan, jobs, kind), done;
	struct dmactl_job *next;
	u32 seq = job->seq;
	int err;

	lockdep_assert_held(&chan->prep_lock);
	for (done = 0; done < nr; done++, job = next) {
		/*
		 * Once submitted, the job may end and be used again. Those
		 * behind it stay, so this needs no lock.
		 */
		next = list_next_entry(job, node);
		err = dmactl_burst_submit_one(chan, job, kind, seq + done);
		if (err) {
			dmactl_burst_del(chan, jobs, job, nr - done, err);
			break;
		}
	}
	return done;
}

/* Returns false if the task was killed. */
static bool dmactl_burst_sync(struct list_head *jobs)
{
	struct dmactl_job *job;

	list_for_each_entry(job, jobs, node)
		if (!job->no_sync &&
		    dmactl_sync_for_device(dmactl_job_with_spans(job)))
			return false;
	return true;
}

static __always_inline u32
dmactl_burst_submit_locked(struct dmactl_chan *chan, struct list_head *jobs,
			   bool sync)
{
	enum dmactl_burst_kind kind;
	u32 nr;

	if (dmactl_chan_is_closed(chan) || chan->life.dead || chan->user)
		return 0;
	if (sync && !dmactl_burst_sync(jobs))
		return 0;
	kind = dmactl_burst_kind(list_first_entry(jobs, struct dmactl_job, node));
	if (likely(kind == DMACTL_BURST_REUSED))
		nr = dmactl_burst_submit_some(chan, jobs, DMACTL_BURST_REUSED);
	else if (kind == DMACTL_BURST_PREPARED)
		nr = dmactl_burst_submit_some(chan, jobs, DMACTL_BURST_PREPARED);
	else
		nr = dmactl_burst_submit_some(chan, jobs, DMACTL_BURST_POOL);
	if (nr)
		dmactl_chan_issue_locked(chan);
	return nr;
}

/*
 * Submits and issues jobs of the channel from the head of the list, all of one
 * kind. The others stay on it: the common path tries them, or returns the error.
 * @sync: some need a sync. Each job holds the channel until it has ended. Returns
 * the number of submitted jobs; also if the task was killed.
 */
u32 dmactl_burst_submit(struct dmactl_chan *chan, struct list_head *jobs,
			bool sync)
{
	u32 nr;

	mutex_lock(&chan->prep_lock);
	nr = dmactl_burst_submit_locked(chan, jobs, sync);
	/*
	 * The jobs may have ended by now. Then a task that waits for prep_lock
	 * may free the channel, but not before the unlock has returned.
	 */
	guard(dmactl_rcu_sched)();
	mutex_unlock(&chan->prep_lock);
	return nr;
}
