// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cyclic ops that no descriptor of the provider does: the memory is in several
 * pieces, or the provider has no cyclic descriptors. They are a queue that goes
 * round the buffer. Each descriptor moves a period, or a part of one, and when
 * it has ended, another one is submitted behind the last.
 *
 * Such an op is chan->queue.partial until its end, so nothing is accepted behind
 * it, and the work item of partial ops submits what follows. Callbacks only
 * count, because prep and submit may take locks that the provider holds there.
 */

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "../../compat.h"
#include "core/chan.h"
#include "op/job.h"
#include "op/periods.h"
#include "queue/defer.h"
#include "queue/desc.h"
#include "queue/issue.h"
#include "queue/periods.h"
#include "queue/queue.h"
#include "queue/refill.h"
#include "queue/residue.h"

static u64 dmactl_refill_in_flight(struct dmactl_job *job)
{
	/* A 32-bit machine reads the two halves separately. */
	guard(dmactl_bh)(&job->chan->lock);
	return job->prepared;
}

/*
 * Submits up to @nr descriptors, but no slot of the buffer twice. The only period
 * of a buffer is submitted behind itself, as a cyclic descriptor does it.
 */
static int dmactl_refill_some(struct dmactl_chan *chan, struct dmactl_job *job,
			      u32 nr)
{
	u64 most = job->periods->nr > 1 ? job->len : 2 * job->len;
	int ret = 0;

	while (!ret && nr-- && dmactl_refill_in_flight(job) < most)
		ret = dmactl_prep_one(chan, job);
	return ret;
}

/*
 * Half of the queue is issued before the rest is submitted. Some drivers take one
 * interrupt for all that they were issued at once (xilinx_dma): they have the
 * other half to go on with while the first one is submitted again.
 */
static u32 dmactl_refill_half(const struct dmactl_chan *chan,
			      const struct dmactl_job *job)
{
	u64 nr = min_t(u64, job->periods->nr, chan->limits.bounds.descriptors);

	return max_t(u32, nr / 2, 1);
}

/* The result is as for dmactl_prep(). The rest follows when this is issued. */
int dmactl_refill_begin(struct dmactl_chan *chan, struct dmactl_job *job)
{
	return dmactl_refill_some(chan, job, dmactl_refill_half(chan, job));
}

/*
 * Returns false if nothing is to be submitted now. After an error nothing is: the
 * op ends with its last descriptor.
 */
bool dmactl_refill_is_due(struct dmactl_chan *chan, struct dmactl_job *job)
{
	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.held || chan->queue.paused)
		return false;
	if (!job->status)
		return true;
	if (!dmactl_job_oldest(job)) {
		/* What waits for fences was submitted behind the op. */
		dmactl_queue_set_partial(chan, dmactl_defer_first(chan));
		dmactl_job_end(job);
	}
	return false;
}

/*
 * The provider had ended all it was issued before it was issued more. @newest is
 * the last of these. With unordered completion its cookie says nothing.
 */
static bool dmactl_refill_was_late(const struct dmactl_chan *chan,
				   dma_cookie_t newest)
{
	const struct dma_chan *dma = chan->lease.dma;

	if (chan->limits.caps & DMACTL_CAP_NO_ORDER)
		return false;
	return dma_async_is_complete(newest, READ_ONCE(dma->completed_cookie),
				     READ_ONCE(dma->cookie)) == DMA_COMPLETE;
}

static void dmactl_refill_issue(struct dmactl_chan *chan)
{
	if (chan->stall.issued != chan->descs.total)
		dmactl_chan_issue_locked(chan);
}

/* Fills the queue and issues it. The result is as for dmactl_prep(). */
int dmactl_refill(struct dmactl_chan *chan, struct dmactl_job *job)
{
	dma_cookie_t newest = READ_ONCE(chan->descs.cookie);
	u64 total = chan->descs.total;
	bool empty;
	int ret = 0;

	lockdep_assert_held(&chan->prep_lock);
	dmactl_refill_issue(chan);
	scoped_guard(dmactl_bh, &chan->lock)
		empty = !dmactl_job_oldest(job);
	if (empty) {
		ret = dmactl_refill_begin(chan, job);
		dmactl_refill_issue(chan);
	}
	if (!ret)
		ret = dmactl_refill_some(chan, job, U32_MAX);
	dmactl_refill_issue(chan);
	if (chan->descs.total == total)
		return ret;
	if (empty || dmactl_refill_was_late(chan, newest)) {
		guard(dmactl_bh)(&chan->lock);
		dmactl_periods_gap(job);
	}
	return ret;
}

/*
 * A descriptor of @len bytes has ended, @left of which were not moved. Behind an
 * error, slots and periods no longer agree, so nothing is counted.
 */
void dmactl_refill_ended(struct dmactl_job *job, u32 len, u32 left, int status)
{
	const struct dmactl_periods *periods = job->periods;
	u64 count;

	lockdep_assert_held(&job->chan->lock);
	dmactl_job_unprepare(job, len);
	if (job->status)
		return;
	if (left && !status)
		status = -EPROTO;
	dmactl_job_set_bytes(job, job->bytes + len - left);
	dmactl_job_fail(job, status);
	count = div64_u64(job->bytes, periods->period_len);
	if (status || count != periods->count)
		dmactl_periods_report(job, count, status);
}

/* Fills the query for the @n-th descriptor of the oldest op. */
static bool dmactl_refill_nth(struct dmactl_chan *chan, u32 n,
			      struct dmactl_residue_query *query)
{
	struct dmactl_desc *desc;
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	job = list_first_entry_or_null(&chan->queue.inflight, struct dmactl_job, node);
	if (!job || !job->refilled)
		return false;
	list_for_each_entry(desc, &job->descs, node) {
		if (n--)
			continue;
		dmactl_residue_note(chan, desc, query);
		return true;
	}
	return false;
}

/*
 * Records where the provider is, before it is stopped. Some have ended more
 * descriptors than they have called back for.
 */
void dmactl_refill_freeze(struct dmactl_chan *chan)
{
	struct dmactl_residue_query query = { };
	struct dmactl_job *job;
	u32 left = 0, n;

	lockdep_assert_held_write(&chan->rwsem);
	for (n = 0; dmactl_refill_nth(chan, n, &query); n++)
		if (dmactl_residue_ask(chan, &query, &left) != DMA_COMPLETE)
			break;
	if (left && chan->limits.residue_granularity ==
	    DMA_RESIDUE_GRANULARITY_DESCRIPTOR)
		left = query.len;
	guard(dmactl_bh)(&chan->lock);
	job = list_first_entry_or_null(&chan->queue.inflight, struct dmactl_job, node);
	if (!job || !job->refilled)
		return;
	job->periods->stopped_in = query.cookie;
	job->periods->stopped_at = query.len - left;
}

/* The provider has stopped and calls back no more: counts what it has moved. */
void dmactl_refill_stopped(struct dmactl_job *job)
{
	const struct dmactl_periods *periods = job->periods;
	struct dmactl_desc *desc;
	u64 bytes = job->bytes;

	lockdep_assert_held(&job->chan->lock);
	if (!periods->stopped_in || job->status)
		return;
	list_for_each_entry(desc, &job->descs, node) {
		if (desc->cookie == periods->stopped_in) {
			bytes += periods->stopped_at;
			dmactl_job_set_bytes(job, bytes);
			dmactl_job_set_count(job, div64_u64(bytes, periods->period_len));
			return;
		}
		bytes += desc->len;
	}
}

/*
 * Returns the bytes to the end of the buffer, from the first one that has not
 * ended.
 */
u64 dmactl_refill_left(const struct dmactl_job *job)
{
	u64 at;

	lockdep_assert_held(&job->chan->lock);
	div64_u64_rem(job->bytes, job->len, &at);
	return job->len - at;
}
