// SPDX-License-Identifier: GPL-2.0-only
/* Ops in flight on a channel, and their end. */

#include <linux/delay.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "op/job.h"
#include "op/span.h"
#include "queue/accept.h"
#include "queue/complete.h"
#include "queue/defer.h"
#include "queue/desc.h"
#include "queue/fence.h"
#include "queue/issue.h"
#include "queue/periods.h"
#include "queue/pool.h"
#include "queue/prepared.h"
#include "queue/queue.h"
#include "queue/refill.h"

void dmactl_queue_init(struct dmactl_chan *chan)
{
	INIT_LIST_HEAD(&chan->queue.inflight);
	INIT_DELAYED_WORK(&chan->queue.pump, dmactl_pump_work);
}

/* Drops the buffers of an op and frees the memory that describes it. */
void dmactl_job_clear(struct dmactl_job *job)
{
	if (job->done_fence)
		dmactl_fence_signal(job);
	dmactl_job_drop_endless(job);
	/* The buffers of a prepared op belong to the object. */
	if (job->prepared_by && !job->run)
		dmactl_prepared_unuse(job);
	dmactl_spans_unuse(job);
	dmactl_job_release_mem(job);
}

void dmactl_job_clear_and_free(struct dmactl_job *job)
{
	dmactl_job_clear(job);
	dmactl_job_free(job);
}

static void dmactl_job_end_one(struct dmactl_job *job)
{
	struct dmactl_chan *chan = job->chan;

	dmactl_ending_add(chan, job);
	dmactl_queue_end(chan, dmactl_periods_uncounted(job), job->status);
}

/*
 * Marks @job and the NOPs behind it as ended. After dropping chan->lock, the
 * caller calls dmactl_chan_complete().
 */
void dmactl_job_end(struct dmactl_job *job)
{
	struct dmactl_chan *chan = job->chan;

	lockdep_assert_held(&chan->lock);
	dmactl_job_end_one(job);
	while (!list_empty(&chan->queue.inflight)) {
		job = list_first_entry(&chan->queue.inflight, struct dmactl_job, node);
		if (job->opcode != DMACTL_OP_NOP)
			break;
		dmactl_job_end_one(job);
	}
}

void dmactl_queue_set_stopping(struct dmactl_chan *chan, bool stopping)
{
	guard(dmactl_bh)(&chan->lock);
	WRITE_ONCE(chan->queue.stopping, stopping);
}

/* The hardware may still access what the op uses: keep all of it for good. */
static void dmactl_job_quarantine(struct dmactl_job *job)
{
	dmactl_prepared_quarantine(job);
	dmactl_job_quarantine_mem(job);
}

/*
 * Ends everything in flight. If the hardware has not @released its memory, the
 * buffers stay in use for good.
 */
void dmactl_chan_abort(struct dmactl_chan *chan, int status, bool released)
{
	struct dmactl_desc *desc, *next_desc;
	struct dmactl_job *job;
	LIST_HEAD(batches);

	scoped_guard(dmactl_bh, &chan->lock) {
		dmactl_desc_free_retired(chan);
		dmactl_queue_set_partial(chan, NULL);
		dmactl_queue_unstarve(chan);
		dmactl_queue_set_held(chan, false);
		dmactl_stall_reset(chan);
		dmactl_queue_set_paused(chan, false);
		while (!list_empty(&chan->queue.inflight)) {
			job = list_first_entry(&chan->queue.inflight,
					       struct dmactl_job, node);
			if (job->refilled)
				dmactl_refill_stopped(job);
			if (job->own.job)
				dmactl_desc_free(chan, &job->own);
			list_for_each_entry_safe(desc, next_desc, &job->descs,
						 node)
				dmactl_desc_free(chan, desc);
			if (!released)
				dmactl_job_quarantine(job);
			dmactl_job_fail(job, released ? status : -EIO);
			dmactl_job_end_one(job);
		}
		/* The hardware has not seen what waits for fences. */
		dmactl_defer_abort(chan, status, &batches);
	}
	dmactl_defer_free(chan, &batches);
	dmactl_chan_complete(chan);
}
