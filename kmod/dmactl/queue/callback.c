// SPDX-License-Identifier: GPL-2.0-only
/* Callbacks of the provider. They end descriptors; the last one ends the op. */

#include <linux/delay.h>
#include <linux/dmaengine.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/trace.h"
#include "op/job.h"
#include "op/metadata.h"
#include "op/span.h"
#include "queue/callback.h"
#include "queue/complete.h"
#include "queue/cq.h"
#include "queue/desc.h"
#include "queue/fence.h"
#include "queue/issue.h"
#include "queue/late.h"
#include "queue/pool.h"
#include "queue/prepared.h"
#include "queue/queue.h"
#include "queue/refill.h"
#include "queue/residue.h"

/*
 * How often to ask about a descriptor that called back and is still in
 * progress.
 */
#define DMACTL_DOUBT_TRIES 10

/* Each way in which a provider can fail has its own errno. */
int dmactl_result_errno(const struct dmaengine_result *result)
{
	if (!result)
		return 0;
	switch (result->result) {
	case DMA_TRANS_NOERROR:
		return 0;
	case DMA_TRANS_READ_FAILED:
		return -EFAULT;
	case DMA_TRANS_WRITE_FAILED:
		return -EREMOTEIO;
	case DMA_TRANS_ABORTED:
		return -ECONNABORTED;
	}
	return -EIO;
}

/*
 * Some providers report no result (dmaengine turns NULL into success). If a
 * descriptor fails, they call back without completing its cookie (mxs-dma,
 * sf-pdma). Others complete the cookie just after the callback, under a lock
 * that device_tx_status() takes, so they cannot be asked from the callback
 * (mv_xor, ppc4xx). A work item asks them; until then the op has not ended.
 */
static bool dmactl_desc_doubt(struct dmactl_chan *chan, struct dmactl_desc *desc,
			      const struct dmaengine_result *result)
{
	lockdep_assert_held(&chan->lock);
	if (desc->doubtful)
		return true;
	/*
	 * With unordered completion, a later descriptor that completed makes
	 * this one look incomplete.
	 */
	if (!dmactl_desc_is_open(chan, desc, result) ||
	    (chan->limits.caps & DMACTL_CAP_NO_ORDER))
		return false;
	if (desc->job->metadata)
		dmactl_metadata_collect(desc->job);
	dmactl_desc_set_doubtful(chan, desc);
	if (!chan->queue.stopping)
		mod_delayed_work(system_wq, &chan->queue.pump, 0);
	return true;
}

static void dmactl_desc_done(struct dmactl_chan *chan, struct dmactl_desc *desc,
			     const struct dmaengine_result *result, int status)
{
	struct dmactl_job *job = desc->job;
	u64 left;

	lockdep_assert_held(&chan->lock);
	left = dmactl_residue_ended(chan, desc, result, &status);
	if (job->refilled) {
		dmactl_refill_ended(job, desc->len, left, status);
		dmactl_desc_free(chan, desc);
		return;
	}
	dmactl_job_set_bytes(job, job->bytes + desc->len - left);
	dmactl_job_add_check(job, desc->check);
	dmactl_job_fail(job, status);
	if (job->metadata)
		dmactl_metadata_collect(job);
	dmactl_desc_free(chan, desc);
}

/*
 * Ends and completes a plain op of one descriptor in one hold of chan->lock, so
 * a task that stops the channel need not wait for its completion. Returns true
 * if the op was the last one outside the pool; the caller then calls
 * dmactl_pool_all_back().
 */
static bool dmactl_job_complete_plain(struct dmactl_chan *chan, struct dmactl_job *job)
{
	lockdep_assert_held(&chan->lock);
	dmactl_queue_end(chan, job->bytes, job->status);
	if (!job->no_sync)
		dmactl_job_sync_for_cpu(job);
	if (job->run) {
		/*
		 * The job keeps its description until its completion is
		 * delivered.
		 */
	} else if (job->prepared_by) {
		dmactl_prepared_unuse(job);
	} else {
		dmactl_spans_unuse_plain(job);
		dmactl_job_drop_endless(job);
	}
	dmactl_job_stamp(job, ktime_get_ns());
	trace_dmactl_op_complete(chan->session->id, chan->obj.handle, job->seq,
				 job->status, job->bytes);
	return dmactl_cq_add(chan->session, job) &&
	       dmactl_job_free_locked(job);
}

/*
 * Can the op be completed alone? Not if ops that ended before it, or a NOP
 * behind it, must be completed too. If so, the op has left its fence.
 */
static bool dmactl_job_can_complete_plain(const struct dmactl_chan *chan,
					  struct dmactl_job *job)
{
	const struct dmactl_job *next = list_next_entry(job, node);

	if (!job->plain || job->user || job->uring || chan->ending.active)
		return false;
	/*
	 * Completions in the queue go to the ring first; see
	 * dmactl_cq_ring_flush().
	 */
	if (READ_ONCE(chan->session->nr_cq) && READ_ONCE(chan->session->cq_ring))
		return false;
	if (!list_is_last(&job->node, &chan->queue.inflight) &&
	    next->opcode == DMACTL_OP_NOP)
		return false;
	/* A fence calls others, so it is not signalled with chan->lock held. */
	return !job->done_fence || dmactl_fence_signal_early(job);
}

/* The return value is for dmactl_chan_complete_called(). */
static bool dmactl_desc_complete_as(struct dmactl_chan *chan, struct dmactl_desc *desc,
				    const struct dmaengine_result *result, int status)
{
	struct dmactl_job *job = desc->job;
	bool all_back = false;

	lockdep_assert_held(&chan->lock);
	dmactl_desc_done(chan, desc, result, status);
	dmactl_stall_note(chan);
	dmactl_queue_unstarve(chan);
	dmactl_refill_wants(chan);
	if (job == chan->queue.partial) {
		if (!chan->queue.stopping)
			schedule_delayed_work(&chan->queue.pump, 0);
	} else if (!dmactl_job_oldest(job) && !job->preparing) {
		if (dmactl_job_can_complete_plain(chan, job))
			all_back = dmactl_job_complete_plain(chan, job);
		else
			dmactl_job_end(job);
	}
	if (chan->queue.stopping && !chan->descs.nr)
		wake_up(&chan->ending.idle);
	return all_back;
}

/*
 * Ends a descriptor with a result of the provider. The return value is the
 * same.
 */
bool dmactl_desc_complete(struct dmactl_chan *chan, struct dmactl_desc *desc,
			  const struct dmaengine_result *result)
{
	return dmactl_desc_complete_as(chan, desc, result,
				       dmactl_result_errno(result));
}

/* Softirqs are off, so this is an RCU read section, which keeps the channel. */
void dmactl_desc_called(struct dmactl_desc *desc,
			const struct dmaengine_result *result)
{
	struct dmactl_chan *chan = desc->chan;
	bool all_back = false;

	scoped_guard(dmactl_spin, &chan->lock) {
		if (!desc->job) {
			dmactl_desc_stray(chan, 1);
			return;
		}
		/* Callbacks come in order, so no older callback can follow. */
		dmactl_desc_free_retired(chan);
		if (dmactl_desc_doubt(chan, desc, result))
			return;
		all_back = dmactl_desc_complete(chan, desc, result);
	}
	dmactl_chan_complete_called(chan, all_back);
}

/*
 * The provider calls this once per descriptor or period: in a tasklet, a thread
 * or an interrupt handler, possibly with its own lock held. pl330 may call
 * after terminate_sync; the descriptor then belongs to no op.
 */
void dmactl_desc_callback(void *param, const struct dmaengine_result *result)
{
	struct dmactl_desc *desc = param;
	struct dmactl_job *job;

	if (READ_ONCE(desc->repeats) || dmactl_late_is_due(desc->chan)) {
		dmactl_late_add(desc, result);
		return;
	}
	guard(dmactl_bh_off)();
	job = READ_ONCE(desc->job);
	if (job && job->prepared_by)
		dmactl_prepared_note(job);
	dmactl_desc_called(desc, result);
}

/*
 * Returns a doubtful descriptor and its cookie, or NULL. The answer of the
 * provider counts only while the descriptor has this cookie.
 */
static struct dmactl_desc *dmactl_doubt_next(struct dmactl_chan *chan,
					     dma_cookie_t *cookie)
{
	struct dmactl_desc *desc;
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	if (!chan->descs.doubts)
		return NULL;
	list_for_each_entry(job, &chan->queue.inflight, node) {
		*cookie = job->own.cookie;
		if (job->own.doubtful)
			return &job->own;
		list_for_each_entry(desc, &job->descs, node) {
			*cookie = desc->cookie;
			if (desc->doubtful)
				return desc;
		}
	}
	dmactl_desc_no_doubts(chan);
	return NULL;
}

/*
 * Asks about a descriptor that called back, and gives the provider time to
 * complete its cookie.
 */
static int dmactl_doubt_ask(struct dmactl_chan *chan, dma_cookie_t cookie)
{
	struct dma_tx_state state;
	enum dma_status status;
	int tries = 0;

	do {
		if (tries)
			usleep_range(100, 200);
		status = dmaengine_tx_status(chan->lease.dma, cookie, &state);
	} while (status == DMA_IN_PROGRESS && ++tries < DMACTL_DOUBT_TRIES);
	return status == DMA_ERROR || status == DMA_IN_PROGRESS ? -EIO : 0;
}

/* Asks the provider about all doubtful descriptors and ends them. */
void dmactl_doubts_resolve(struct dmactl_chan *chan)
{
	struct dmactl_desc *desc;
	dma_cookie_t cookie;
	int status;

	lockdep_assert_held(&chan->rwsem);
	while ((desc = dmactl_doubt_next(chan, &cookie))) {
		bool all_back = false;

		status = dmactl_doubt_ask(chan, cookie);
		guard(dmactl_bh_off)();
		scoped_guard(dmactl_spin, &chan->lock)
			if (desc->doubtful && desc->cookie == cookie)
				all_back = dmactl_desc_complete_as(chan, desc, NULL,
								   status);
		dmactl_chan_complete_called(chan, all_back);
	}
}
