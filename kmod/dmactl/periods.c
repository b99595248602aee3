// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that go on until they are stopped. Each period is counted; one record at
 * a time tells of them, so that nothing is lost and nothing piles up.
 */

#include <linux/dmaengine.h>
#include <linux/eventfd.h>
#include <linux/math64.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "ring.h"
#include "trace.h"

/*
 * Belongs to the op as long as that is in flight, and to the queue as long as
 * @rec is in it or in the hands of a reader.
 */
struct dmactl_periods {
	struct dmactl_tx rec;		/* what is in the queue */
	refcount_t ref;
	u64 period_len;
	u64 nr;				/* periods in the ring */
	u64 callbacks;			/* chan->lock */
	u64 counted;			/* chan->lock: bytes, in chan->bytes */
	bool frozen;			/* chan->lock: on its way out */
	u64 count;			/* cq_lock: ended so far */
	u64 told;			/* cq_lock: of them in records */
	u64 telling;			/* reap_lock: in the reader's hands */
	bool queued;			/* cq_lock */
	bool over;			/* cq_lock: the op has ended */
};

int dmactl_periods_new(struct dmactl_tx *tx, u64 period_len)
{
	struct dmactl_periods *periods;

	periods = kzalloc(sizeof(*periods), GFP_KERNEL_ACCOUNT);
	if (!periods)
		return -ENOMEM;
	refcount_set(&periods->ref, 1);
	periods->period_len = period_len;
	periods->nr = div64_u64(tx->len, period_len);
	dmactl_tx_init(&periods->rec, tx->chan);
	periods->rec.periods = periods;
	periods->rec.user_data = tx->user_data;
	kref_get(&tx->chan->obj.ref);
	tx->periods = periods;
	tx->count = 0;
	return 0;
}

static void dmactl_periods_put(struct dmactl_periods *periods)
{
	if (!refcount_dec_and_test(&periods->ref))
		return;
	dmactl_chan_put(periods->rec.chan);
	kfree(periods);
}

/* The op lets go. A record that waits is still handed out. */
void dmactl_periods_end(struct dmactl_tx *tx)
{
	struct dmactl_periods *periods = tx->periods;

	scoped_guard(dmactl_bh, &tx->chan->session->cq_lock)
		periods->over = true;
	tx->periods = NULL;
	dmactl_periods_put(periods);
}

u64 dmactl_periods_count(const struct dmactl_tx *tx)
{
	if (!tx->periods)
		return 0;
	/* A 32-bit machine reads one half of it after the other. */
	guard(dmactl_bh)(&tx->chan->session->cq_lock);
	return tx->periods->count;
}

/*
 * Where the provider is in the ring, in bytes. False if it cannot tell that
 * finely.
 */
static bool dmactl_periods_position(struct dmactl_desc *desc, u64 *pos)
{
	struct dmactl_chan *chan = desc->chan;
	struct dma_tx_state state = { };
	u64 len = desc->tx->len;

	if (chan->residue_granularity == DMA_RESIDUE_GRANULARITY_DESCRIPTOR)
		return false;
	dmaengine_tx_status(chan->dma, desc->cookie, &state);
	if (!state.residue || state.residue > len)
		return false;
	*pos = len - state.residue;
	return *pos < len;
}

/*
 * A provider calls back once a period, but if it is late, some of them once
 * for several: the position tells. It may lag behind, too, so it counts only
 * if it is less than half a ring ahead.
 */
static u64 dmactl_periods_ended(struct dmactl_desc *desc,
				const struct dmactl_periods *periods)
{
	u64 count = max(periods->callbacks, periods->count);
	u64 pos, ahead, at;

	if (!dmactl_periods_position(desc, &pos))
		return count;
	div64_u64_rem(count, periods->nr, &at);
	ahead = div64_u64(pos, periods->period_len) + periods->nr - at;
	div64_u64_rem(ahead, periods->nr, &ahead);
	return ahead < periods->nr / 2 ? count + ahead : count;
}

/* Hands what was written since to the CPU, before anybody hears of it. */
static void dmactl_periods_sync(const struct dmactl_tx *tx, u64 from, u64 to)
{
	const struct dmactl_periods *periods = tx->periods;
	u64 i, at;

	if ((tx->flags & DMACTL_OPF_NO_SYNC_DST) || !tx->nr_dst ||
	    !tx->dst[0].map->ents)
		return;
	/* Of what was gone over, the last is what there is. */
	if (to - from > periods->nr)
		from = to - periods->nr;
	if (periods->nr == 1) {
		dmactl_map_sync(tx->dst[0].map, tx->dst[0].off, tx->dst[0].len,
				DMA_FROM_DEVICE, true);
		return;
	}
	for (i = from; i < to; i++) {
		div64_u64_rem(i, periods->nr, &at);
		dmactl_map_sync(tx->dst[0].map,
				tx->dst[0].off + at * periods->period_len,
				periods->period_len, DMA_FROM_DEVICE, true);
	}
}

static void dmactl_periods_queue(struct dmactl_session *s,
				 struct dmactl_periods *periods)
{
	lockdep_assert_held(&s->cq_lock);
	list_add_tail(&periods->rec.node, &s->cq);
	dmactl_cq_queued(s, 1);
}

static void dmactl_periods_publish(struct dmactl_session *s,
				   struct dmactl_periods *periods, u64 count,
				   int status)
{
	u64 now = ktime_get_ns();

	scoped_guard(dmactl_bh, &s->cq_lock) {
		periods->count = count;
		periods->rec.timestamp_ns = now;
		if (status)
			periods->rec.status = status;
		if (!periods->queued) {
			periods->queued = true;
			refcount_inc(&periods->ref);
			dmactl_periods_queue(s, periods);
		}
	}
	dmactl_cq_tell(s);
}

/* Did a later op take over from this one, or is it just another repetition? */
static bool dmactl_periods_replaced(const struct dmactl_desc *desc)
{
	return (desc->tx->flags & DMACTL_OPF_REPEAT) &&
	       dmaengine_tx_status(desc->chan->dma, desc->cookie, NULL) ==
	       DMA_COMPLETE;
}

/*
 * After an error, some providers go on with the next period. If this one has
 * given up, what it moved since the last callback is not known.
 */
static bool dmactl_periods_failed(struct dmactl_desc *desc, int status)
{
	enum dma_status now;

	if (!status)
		return false;
	now = dmaengine_tx_status(desc->chan->dma, desc->cookie, NULL);
	if (now != DMA_ERROR && now != DMA_COMPLETE)
		return false;
	desc->len = 0;
	return true;
}

/* From the callback. False: the op has ended. */
bool dmactl_periods_note(struct dmactl_desc *desc,
			 const struct dmaengine_result *result)
{
	struct dmactl_chan *chan = desc->chan;
	struct dmactl_tx *tx = desc->tx;
	struct dmactl_periods *periods = tx->periods;
	int status = dmactl_result_errno(result);
	u64 count;

	lockdep_assert_held(&chan->lock);
	if (dmactl_periods_failed(desc, status))
		return false;
	if (dmactl_periods_replaced(desc)) {
		/* The last repetition is the one that desc_done() adds. */
		tx->bytes = periods->count * periods->period_len;
		tx->count = periods->count + 1;
		return false;
	}
	if (periods->frozen)
		return true;
	if (!tx->status)
		tx->status = status;
	periods->callbacks++;
	count = dmactl_periods_ended(desc, periods);
	if (count == periods->count)
		return true;
	dmactl_periods_sync(tx, periods->count, count);
	periods->rec.seq = tx->seq;
	tx->count = count;
	tx->bytes = count * periods->period_len;
	chan->bytes += tx->bytes - periods->counted;
	periods->counted = tx->bytes;
	trace_dmactl_op_period(chan->session->id, chan->obj.handle, tx->seq,
			       count);
	dmactl_periods_publish(chan->session, periods, count, status);
	return true;
}

/* What had moved when it stood still, counted from the last callback. */
static void dmactl_periods_settle(struct dmactl_tx *tx, u64 pos)
{
	struct dmactl_periods *periods = tx->periods;
	u64 bytes = periods->count * periods->period_len;
	u64 at, ahead;

	div64_u64_rem(bytes, tx->len, &at);
	div64_u64_rem(pos + tx->len - at, tx->len, &ahead);
	/* More than that is a position that lags behind. */
	if (periods->nr == 1 || ahead < tx->len / 2)
		bytes += ahead;
	tx->bytes = bytes;
	tx->count = div64_u64(bytes, periods->period_len);
}

/* The op that repeats, if it is that one's turn. */
static struct dmactl_tx *dmactl_periods_running(struct dmactl_chan *chan)
{
	struct dmactl_tx *tx;

	lockdep_assert_held(&chan->lock);
	tx = list_first_entry_or_null(&chan->inflight, struct dmactl_tx, node);
	return tx && tx->periods && !list_empty(&tx->descs) ? tx : NULL;
}

/*
 * Before the channel is stopped: how far has it come? What can be paused stays
 * where it is; of the rest it is known roughly, never too much.
 */
void dmactl_periods_freeze(struct dmactl_chan *chan)
{
	struct dmactl_desc *desc;
	struct dmactl_tx *tx;
	u64 pos;

	lockdep_assert_held_write(&chan->rwsem);
	if (!(chan->caps & DMACTL_CAP_TERMINATE))
		return;
	scoped_guard(dmactl_bh, &chan->lock) {
		tx = dmactl_periods_running(chan);
		if (!tx)
			return;
	}
	/* It may be paused already: some call that an error. */
	if (chan->caps & DMACTL_CAP_PAUSE)
		dmaengine_pause(chan->dma);
	guard(dmactl_bh)(&chan->lock);
	tx = dmactl_periods_running(chan);
	if (!tx)
		return;
	desc = list_first_entry(&tx->descs, struct dmactl_desc, node);
	if (dmactl_periods_position(desc, &pos))
		dmactl_periods_settle(tx, pos);
	tx->periods->frozen = true;
}

/* It was not to be stopped. */
void dmactl_periods_thaw(struct dmactl_chan *chan)
{
	struct dmactl_tx *tx;

	lockdep_assert_held_write(&chan->rwsem);
	scoped_guard(dmactl_bh, &chan->lock) {
		tx = dmactl_periods_running(chan);
		if (!tx || !tx->periods->frozen)
			return;
		tx->periods->frozen = false;
	}
	if (chan->caps & DMACTL_CAP_RESUME)
		dmaengine_resume(chan->dma);
}

/* Bytes of an op at its end that the channel has not counted yet. */
u64 dmactl_periods_uncounted(const struct dmactl_tx *tx)
{
	return tx->bytes - (tx->periods ? tx->periods->counted : 0);
}

void dmactl_periods_fill(struct dmactl_completion *record,
			 struct dmactl_tx *rec)
{
	struct dmactl_periods *periods = rec->periods;

	lockdep_assert_held(&rec->chan->session->cq_lock);
	periods->telling = periods->count;
	*record = (struct dmactl_completion) {
		.user_data = rec->user_data,
		.bytes = periods->count * periods->period_len,
		.timestamp_ns = rec->timestamp_ns,
		.chan = rec->chan->obj.handle,
		.status = rec->status,
		.flags = DMACTL_COMP_MORE,
		.seq = rec->seq,
		.count = periods->count,
	};
	if (periods->nr > 1 && periods->count - periods->told >= periods->nr)
		record->flags |= DMACTL_COMP_OVERRUN;
}

/* The record is out; more may have come meanwhile. */
void dmactl_periods_reaped(struct dmactl_tx *rec)
{
	struct dmactl_periods *periods = rec->periods;
	struct dmactl_session *s = rec->chan->session;

	scoped_guard(dmactl_bh, &s->cq_lock) {
		periods->told = periods->telling;
		if (!periods->over && periods->count > periods->told) {
			dmactl_periods_queue(s, periods);
			return;
		}
		periods->queued = false;
	}
	dmactl_periods_put(periods);
}
