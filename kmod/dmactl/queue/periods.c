// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that repeat until they are stopped. All periods are counted, and one
 * completion at a time reports them, so none is lost and the queue does not
 * grow.
 */

#include <linux/dmaengine.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/session.h"
#include "core/trace.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/periods.h"
#include "queue/callback.h"
#include "queue/complete.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/desc.h"
#include "queue/periods.h"
#include "queue/queue.h"
#include "queue/refill.h"

/* Polls without a callback that must have seen two periods or more. */
#define DMACTL_SILENT_POLLS 5

u64 dmactl_periods_count(const struct dmactl_job *job)
{
	if (!job->periods)
		return 0;
	/* A 32-bit machine reads the two halves separately. */
	guard(dmactl_bh)(&job->chan->session->cq_lock);
	return job->periods->count;
}

/* The provider's answer about an op that repeats. */
struct dmactl_answer {
	dma_cookie_t cookie;		/* of the question; 0: not asked */
	enum dma_status status;
	u32 residue;
};

/*
 * Asks the provider. This is done without chan->lock, because the provider may
 * take its own lock and call back for other descriptors. A task that stops the
 * channel has asked before.
 */
static struct dmactl_answer dmactl_periods_ask(struct dmactl_desc *desc)
{
	struct dmactl_chan *chan = desc->chan;
	struct dmactl_answer answer = { };
	struct dma_tx_state state = { };

	scoped_guard(dmactl_bh, &chan->lock)
		if (desc->job && !chan->queue.stopping)
			answer.cookie = READ_ONCE(desc->cookie);
	if (!answer.cookie)
		return answer;
	answer.status = dmaengine_tx_status(chan->lease.dma, answer.cookie, &state);
	answer.residue = state.residue;
	return answer;
}

/* Returns false if another op uses the descriptor by now. */
static bool dmactl_periods_answered(const struct dmactl_desc *desc,
				    const struct dmactl_answer *answer)
{
	return answer->cookie && answer->cookie == desc->cookie;
}

/*
 * Stores the position of the provider in the cyclic buffer, in bytes. Returns
 * false if its residue is too coarse.
 */
static bool dmactl_periods_position(const struct dmactl_desc *desc,
				    const struct dmactl_answer *answer,
				    u64 *pos)
{
	u64 len = desc->job->len;

	if (desc->chan->limits.residue_granularity ==
	    DMA_RESIDUE_GRANULARITY_DESCRIPTOR ||
	    !dmactl_periods_answered(desc, answer))
		return false;
	if (!answer->residue || answer->residue > len)
		return false;
	*pos = len - answer->residue;
	return *pos < len;
}

/*
 * Returns the periods up to the provider's position, of which @count have been
 * counted. The position may lag behind, so it counts only if it is less than half a
 * buffer ahead.
 */
static u64 dmactl_periods_reached(const struct dmactl_desc *desc,
				  const struct dmactl_answer *answer,
				  const struct dmactl_periods *periods, u64 count)
{
	u64 pos, ahead, at;

	if (!dmactl_periods_position(desc, answer, &pos))
		return count;
	div64_u64_rem(count, periods->nr, &at);
	ahead = div64_u64(pos, periods->period_len) + periods->nr - at;
	div64_u64_rem(ahead, periods->nr, &ahead);
	return ahead < periods->nr / 2 ? count + ahead : count;
}

/* Returns true if periods end without callbacks. */
static bool dmactl_periods_silent(const struct dmactl_periods *periods)
{
	return !periods->callbacks && !periods->vague &&
	       periods->polls >= DMACTL_SILENT_POLLS;
}

/*
 * Returns the periods that have ended. A provider calls back once per period,
 * but some call once for several periods if they are late. The position reveals
 * these.
 */
static u64 dmactl_periods_ended(const struct dmactl_desc *desc,
				const struct dmactl_answer *answer,
				const struct dmactl_periods *periods)
{
	u64 count = max(periods->callbacks, periods->count);

	if (dmactl_periods_silent(periods))
		count = max(count, periods->polled);
	return dmactl_periods_reached(desc, answer, periods, count);
}

/* Syncs the periods that were written since, before they are reported. */
static void dmactl_periods_sync(const struct dmactl_job *job, u64 from, u64 to)
{
	const struct dmactl_periods *periods = job->periods;
	u64 i, at;

	if ((job->flags & DMACTL_OPF_NO_SYNC_DST) || !job->nr_dst ||
	    !job->dst[0].map->ents)
		return;
	/* Of periods that were overwritten, only the last data exists. */
	if (to - from > periods->nr)
		from = to - periods->nr;
	if (periods->nr == 1) {
		dmactl_map_sync(job->dst[0].map, job->dst[0].off, job->dst[0].len,
				DMA_FROM_DEVICE, true);
		return;
	}
	for (i = from; i < to; i++) {
		div64_u64_rem(i, periods->nr, &at);
		dmactl_map_sync(job->dst[0].map,
				job->dst[0].off + at * periods->period_len,
				periods->period_len, DMA_FROM_DEVICE, true);
	}
}

static void dmactl_periods_publish(struct dmactl_session *s,
				   struct dmactl_periods *periods, u64 count,
				   int status, bool gap)
{
	u64 now = ktime_get_ns();

	scoped_guard(dmactl_bh, &s->cq_lock) {
		periods->count = count;
		periods->gaps += gap;
		dmactl_job_stamp(&periods->comp, now);
		dmactl_job_fail_again(&periods->comp, status);
		if (!periods->queued) {
			periods->queued = true;
			dmactl_periods_hold(periods);
			dmactl_cq_append(s, &periods->comp);
		}
	}
	dmactl_cq_notify(s);
}

/* Did a later op replace this one? Otherwise this is one more repetition. */
static bool dmactl_periods_replaced(const struct dmactl_desc *desc,
				    const struct dmactl_answer *answer)
{
	return (desc->job->flags & DMACTL_OPF_REPEAT) &&
	       dmactl_periods_answered(desc, answer) &&
	       answer->status == DMA_COMPLETE;
}

/*
 * After an error, some providers continue with the next period. If the provider
 * has given up, the bytes since the last callback are unknown.
 */
static bool dmactl_periods_failed(struct dmactl_desc *desc,
				  const struct dmactl_answer *answer,
				  int status)
{
	if (!status || !dmactl_periods_answered(desc, answer) ||
	    (answer->status != DMA_ERROR && answer->status != DMA_COMPLETE))
		return false;
	dmactl_desc_disbelieve(desc);
	return true;
}

/* Reports periods that have ended, or an error. The bytes are counted. */
void dmactl_periods_report(struct dmactl_job *job, u64 count, int status)
{
	struct dmactl_periods *periods = job->periods;
	struct dmactl_chan *chan = job->chan;

	lockdep_assert_held(&chan->lock);
	dmactl_periods_sync(job, periods->count, count);
	periods->comp.seq = job->seq;
	dmactl_job_set_count(job, count);
	dmactl_queue_add_bytes(chan, job->bytes - periods->counted);
	periods->counted = job->bytes;
	trace_dmactl_op_period(chan->session->id, chan->obj.handle, job->seq,
			       count);
	dmactl_periods_publish(chan->session, periods, count, status, false);
}

/* The provider had no descriptor for a while. */
void dmactl_periods_gap(struct dmactl_job *job)
{
	struct dmactl_periods *periods = job->periods;

	lockdep_assert_held(&job->chan->lock);
	periods->comp.seq = job->seq;
	dmactl_periods_publish(job->chan->session, periods, periods->count, 0, true);
}

/* Counts @times callbacks. Returns false if the op has ended. */
static bool dmactl_periods_note(struct dmactl_desc *desc, u32 times,
				const struct dmaengine_result *result,
				const struct dmactl_answer *answer)
{
	struct dmactl_job *job = desc->job;
	struct dmactl_periods *periods = job->periods;
	int status = dmactl_result_errno(result);
	u64 count;

	lockdep_assert_held(&desc->chan->lock);
	if (dmactl_periods_failed(desc, answer, status))
		return false;
	if (dmactl_periods_replaced(desc, answer)) {
		/* dmactl_desc_done() adds the last repetition. */
		dmactl_job_set_count(job, periods->count + times);
		dmactl_job_set_bytes(job, (job->count - 1) * periods->period_len);
		return false;
	}
	if (periods->frozen)
		return true;
	/* Some providers report an error only in the status (mxs-dma). */
	if (!status && dmactl_periods_answered(desc, answer) &&
	    answer->status == DMA_ERROR)
		status = -EIO;
	dmactl_job_fail(job, status);
	periods->callbacks += times;
	count = dmactl_periods_ended(desc, answer, periods);
	if (count == periods->count)
		return true;
	dmactl_job_set_bytes(job, count * periods->period_len);
	dmactl_periods_report(job, count, status);
	return true;
}

/*
 * The provider has called back @times times. Called from late.c with softirqs
 * off.
 */
void dmactl_periods_called(struct dmactl_desc *desc, u32 times,
			   const struct dmaengine_result *result)
{
	struct dmactl_answer answer = dmactl_periods_ask(desc);
	struct dmactl_chan *chan = desc->chan;
	bool all_back;

	scoped_guard(dmactl_spin, &chan->lock) {
		if (!desc->job || !desc->job->periods) {
			dmactl_desc_stray(chan, times);
			return;
		}
		/* Callbacks come in order, so no older callback can follow. */
		dmactl_desc_free_retired(chan);
		if (dmactl_periods_note(desc, times, result, &answer))
			return;
		all_back = dmactl_desc_complete(chan, desc, result);
	}
	dmactl_chan_complete_called(chan, all_back);
}

/* The provider stopped at @pos: counts the bytes since the last callback. */
static void dmactl_periods_stopped_at(struct dmactl_job *job, u64 pos)
{
	struct dmactl_periods *periods = job->periods;
	u64 bytes = periods->count * periods->period_len;
	u64 at, ahead;

	div64_u64_rem(bytes, job->len, &at);
	div64_u64_rem(pos + job->len - at, job->len, &ahead);
	/* A larger distance means that the position lags behind. */
	if (periods->nr == 1 || ahead < job->len / 2)
		bytes += ahead;
	dmactl_job_set_bytes(job, bytes);
	dmactl_job_set_count(job, div64_u64(bytes, periods->period_len));
}

/* Returns the op that repeats, if it is the oldest one. */
static struct dmactl_job *dmactl_periods_running(struct dmactl_chan *chan)
{
	struct dmactl_job *job;

	lockdep_assert_held(&chan->lock);
	job = list_first_entry_or_null(&chan->queue.inflight, struct dmactl_job, node);
	return job && job->periods && !list_empty(&job->descs) ? job : NULL;
}

/* Returns the descriptor of a cyclic transfer that has had no callback yet. */
struct dmactl_desc *dmactl_periods_unheard(struct dmactl_chan *chan)
{
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	job = dmactl_periods_running(chan);
	if (!job || job->refilled || job->periods->nr < 2 ||
	    job->periods->callbacks || job->periods->vague || chan->queue.stopping)
		return NULL;
	return list_first_entry(&job->descs, struct dmactl_desc, node);
}

/*
 * Returns true if a poll came so late that the provider may have gone round the
 * buffer unseen: at the average speed, it has covered a quarter of it.
 */
static bool dmactl_periods_poll_is_late(const struct dmactl_periods *periods,
					u64 now)
{
	u64 late = div_u64(now - periods->last_poll_ns, NSEC_PER_USEC);
	u64 all = div_u64(now - periods->first_poll_ns, NSEC_PER_USEC);

	return periods->polled && late * periods->polled * 4 > all * periods->nr;
}

/*
 * Counts the periods up to the provider's position. After a late poll, the whole
 * buffer counts as overwritten: a loss that may be none is better than one that
 * nobody hears of.
 */
static void dmactl_periods_poll_count(struct dmactl_desc *desc,
				      const struct dmactl_answer *answer)
{
	struct dmactl_periods *periods = desc->job->periods;
	u64 now = ktime_get_ns();
	u64 pos, at, before = periods->polled;

	lockdep_assert_held(&desc->chan->lock);
	periods->polled = dmactl_periods_reached(desc, answer, periods, before);
	div64_u64_rem(before, periods->nr, &at);
	/* It starts anew with each interrupt (xilinx_dma of 6.1): no position. */
	if (periods->polled == before &&
	    dmactl_periods_position(desc, answer, &pos) &&
	    div64_u64(pos, periods->period_len) != at)
		periods->vague = true;
	if (!periods->first_poll_ns)
		periods->first_poll_ns = now;
	else if (dmactl_periods_poll_is_late(periods, now))
		periods->polled += periods->nr;
	periods->last_poll_ns = now;
}

/*
 * Polls once. Periods are reported only once it is clear that no callback comes:
 * one may be on its way.
 */
void dmactl_periods_poll(struct dmactl_desc *desc)
{
	struct dmactl_answer answer = dmactl_periods_ask(desc);
	struct dmactl_periods *periods;

	guard(dmactl_bh)(&desc->chan->lock);
	if (!desc->job || !dmactl_periods_answered(desc, &answer))
		return;
	periods = desc->job->periods;
	dmactl_periods_poll_count(desc, &answer);
	/* The last period may have ended just now. */
	if (periods->polled >= 2 && periods->polls < DMACTL_SILENT_POLLS)
		periods->polls++;
	if (dmactl_periods_silent(periods))
		dmactl_periods_note(desc, 0, NULL, &answer);
}

/*
 * Records the position before the channel is stopped. A channel that can be
 * paused is paused first. Otherwise the position is approximate and never too
 * high.
 */
void dmactl_periods_freeze(struct dmactl_chan *chan)
{
	struct dmactl_answer answer = { };
	struct dma_tx_state state = { };
	struct dmactl_desc *desc;
	struct dmactl_job *job;
	bool refilled;
	u64 pos;

	lockdep_assert_held_write(&chan->rwsem);
	if (!(chan->limits.caps & DMACTL_CAP_TERMINATE))
		return;
	scoped_guard(dmactl_bh, &chan->lock) {
		job = dmactl_periods_running(chan);
		if (!job)
			return;
		desc = list_first_entry(&job->descs, struct dmactl_desc, node);
		answer.cookie = desc->cookie;
		refilled = job->refilled;
	}
	/* It may already be paused; some providers return an error for that. */
	if (chan->limits.caps & DMACTL_CAP_PAUSE)
		dmaengine_pause(chan->lease.dma);
	dmaengine_tx_status(chan->lease.dma, answer.cookie, &state);
	answer.residue = state.residue;
	if (refilled)
		dmactl_refill_freeze(chan);
	guard(dmactl_bh)(&chan->lock);
	job = dmactl_periods_running(chan);
	if (!job)
		return;
	desc = list_first_entry(&job->descs, struct dmactl_desc, node);
	if (!refilled && dmactl_periods_position(desc, &answer, &pos))
		dmactl_periods_stopped_at(job, pos);
	job->periods->frozen = true;
}

/* The channel could not be stopped. */
void dmactl_periods_thaw(struct dmactl_chan *chan)
{
	struct dmactl_job *job;

	lockdep_assert_held_write(&chan->rwsem);
	scoped_guard(dmactl_bh, &chan->lock) {
		job = dmactl_periods_running(chan);
		if (!job || !job->periods->frozen)
			return;
		job->periods->frozen = false;
	}
	if (chan->limits.caps & DMACTL_CAP_RESUME)
		dmaengine_resume(chan->lease.dma);
}

/* Returns the bytes of an ending op that the channel has not counted yet. */
u64 dmactl_periods_uncounted(const struct dmactl_job *job)
{
	return job->bytes - (job->periods ? job->periods->counted : 0);
}

void dmactl_periods_fill(struct dmactl_completion *completion,
			 struct dmactl_job *comp)
{
	struct dmactl_periods *periods = comp->periods;

	lockdep_assert_held(&comp->chan->session->cq_lock);
	periods->reporting = periods->count;
	periods->gaps_reporting = periods->gaps;
	*completion = (struct dmactl_completion) {
		.user_data = comp->user_data,
		.bytes = periods->count * periods->period_len,
		.timestamp_ns = comp->timestamp_ns,
		.chan = comp->chan->obj.handle,
		.status = comp->status,
		.flags = DMACTL_COMP_MORE,
		.seq = comp->seq,
		.count = periods->count,
	};
	if (periods->nr > 1 && periods->count - periods->reported >= periods->nr)
		completion->flags |= DMACTL_COMP_OVERRUN;
	if (periods->gaps != periods->gaps_reported)
		completion->flags |= DMACTL_COMP_OVERRUN | DMACTL_COMP_GAP;
}

/* The completion was delivered. More periods may have ended since. */
void dmactl_periods_reaped(struct dmactl_job *comp)
{
	struct dmactl_periods *periods = comp->periods;
	struct dmactl_session *s = comp->chan->session;

	scoped_guard(dmactl_bh, &s->cq_lock) {
		periods->reported = periods->reporting;
		periods->gaps_reported = periods->gaps_reporting;
		if (!periods->over && (periods->count > periods->reported ||
				       periods->gaps != periods->gaps_reported)) {
			dmactl_cq_append(s, &periods->comp);
			return;
		}
		periods->queued = false;
	}
	dmactl_periods_put(periods);
}
