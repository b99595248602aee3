// SPDX-License-Identifier: GPL-2.0-only
/* The life of an op: from the pool, in flight, ended, back to the pool. */

#include <linux/dmaengine.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

/* Bytes that are handed to the CPU from a tasklet, at most. */
#define DMACTL_SMALL_SYNC SZ_128K

/* With nothing in flight, how often a refused descriptor is tried again. */
#define DMACTL_PUMP_TRIES 100

/* Lets go of the buffers, and of what else it took to describe the op. */
void dmactl_tx_clear(struct dmactl_tx *tx)
{
	u32 i;

	if (tx->fence)
		dmactl_fence_signal(tx);
	/* Those of a prepared op are its own. */
	if (tx->prepared_by && !tx->run)
		dmactl_prepared_unuse(tx);

	for (i = 0; i < tx->nr_dst; i++)
		dmactl_buf_unuse(tx->dst[i].buf);
	for (i = 0; i < tx->nr_src; i++)
		dmactl_buf_unuse(tx->src[i].buf);
	tx->nr_dst = 0;
	tx->nr_src = 0;
	if (tx->spans)
		kvfree(tx->spans);
	tx->spans = NULL;
	if (tx->priv)
		kvfree(tx->priv);
	tx->priv = NULL;
	if (tx->metadata)
		dmactl_metadata_free(tx);
	if (tx->periods)
		dmactl_periods_end(tx);
}

void dmactl_tx_put(struct dmactl_tx *tx)
{
	dmactl_tx_clear(tx);
	dmactl_tx_free(tx);
}

static void dmactl_tx_end(struct dmactl_tx *tx, struct list_head *ended)
{
	struct dmactl_chan *chan = tx->chan;

	list_move_tail(&tx->node, ended);
	atomic_inc(&chan->completing);
	chan->nr_inflight--;
	chan->completed++;
	chan->bytes += dmactl_periods_uncounted(tx);
	if (tx->status)
		chan->failed++;
}

/*
 * Moves @tx to @ended, and with it the NOPs that only waited for it. The
 * caller passes @ended to dmactl_tx_finish() once it has dropped the lock.
 */
void dmactl_tx_collect(struct dmactl_tx *tx, struct list_head *ended)
{
	struct dmactl_chan *chan = tx->chan;

	lockdep_assert_held(&chan->lock);
	dmactl_tx_end(tx, ended);
	while (!list_empty(&chan->inflight)) {
		tx = list_first_entry(&chan->inflight, struct dmactl_tx, node);
		if (tx->opcode != DMACTL_OP_NOP)
			break;
		dmactl_tx_end(tx, ended);
	}
}

static void dmactl_tx_sync_for_cpu(struct dmactl_tx *tx)
{
	u32 i;

	if (tx->flags & DMACTL_OPF_NO_SYNC_DST)
		return;
	for (i = 0; i < tx->nr_dst; i++)
		dmactl_map_sync(tx->dst[i].map, tx->dst[i].off, tx->dst[i].len,
				DMA_FROM_DEVICE, true);
}

/* Ops of a stream: back to the pool, then on to the stream. */
static int dmactl_tx_finish_own(struct list_head *own)
{
	struct dmactl_tx *tx, *next;
	int nr = 0;

	list_for_each_entry_safe(tx, next, own, node) {
		struct dmactl_tx ended = { .block = tx->block,
					   .status = tx->status,
					   .bytes = tx->bytes };

		list_del_init(&tx->node);
		/* First: who is woken wants to submit the next one. */
		dmactl_tx_free(tx);
		dmactl_stream_ended(&ended);
		nr++;
	}
	return nr;
}

/* Ops that came through io_uring: each makes its CQE. */
static int dmactl_tx_finish_uring(struct list_head *uring)
{
	struct dmactl_tx *tx, *next;
	int nr = 0;

	list_for_each_entry_safe(tx, next, uring, node) {
		dmactl_uring_end(tx);
		nr++;
	}
	return nr;
}

/* Whoever stops the channel need not wait for these any more. */
static void dmactl_tx_completed(struct dmactl_chan *chan, int nr)
{
	if (!atomic_sub_and_test(nr, &chan->completing))
		return;
	/* The subtraction is the barrier; the other is in wait_event(). */
	if (waitqueue_active(&chan->idle))
		wake_up(&chan->idle);
}

/* The reference of the ops. Whoever stops the channel has one, and waits. */
static void dmactl_tx_all_back(struct dmactl_chan *chan)
{
	guard(rcu)();
	dmactl_chan_put(chan);
	dmactl_tx_completed(chan, 1);
}

/* Hands ended ops, and what they wrote, to the program. */
void dmactl_tx_finish(struct dmactl_chan *chan, struct list_head *ended)
{
	struct dmactl_session *s = chan->session;
	struct dmactl_tx *tx, *next;
	LIST_HEAD(uring);
	LIST_HEAD(own);
	int nr = 0;
	u64 now;

	if (list_empty(ended))
		return;
	now = ktime_get_ns();
	list_for_each_entry_safe(tx, next, ended, node) {
		dmactl_tx_sync_for_cpu(tx);
		if (tx->metadata)
			dmactl_metadata_deliver(tx);
		/* Before the record is seen: DESTROY after it must work. */
		dmactl_tx_clear(tx);
		tx->timestamp_ns = now;
		trace_dmactl_op_complete(s->id, chan->obj.handle, tx->seq,
					 tx->status, tx->bytes);
		if (tx->block)
			list_move_tail(&tx->node, &own);
		else if (tx->uring)
			list_move_tail(&tx->node, &uring);
		else
			nr++;
	}
	/*
	 * Whoever waits for completing to become 0 may free the channel right
	 * away. RCU keeps it until the wake-up below has come to its end.
	 */
	guard(rcu)();
	if (nr)
		dmactl_cq_publish(s, ended, nr);
	nr += dmactl_tx_finish_own(&own);
	nr += dmactl_tx_finish_uring(&uring);
	dmactl_tx_completed(chan, nr);
}

static bool dmactl_tx_sync_is_long(const struct list_head *ended)
{
	struct dmactl_tx *tx;
	u64 bytes = 0;

	list_for_each_entry(tx, ended, node)
		if (!(tx->flags & DMACTL_OPF_NO_SYNC_DST) && tx->nr_dst &&
		    tx->dst[0].map->ents)
			bytes += tx->len;
	return bytes > DMACTL_SMALL_SYNC;
}

/* Leaves long work to process context, and all that must come after it. */
static void dmactl_tx_defer(struct dmactl_chan *chan, struct list_head *ended)
{
	struct dmactl_tx *tx, *next;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry_safe(tx, next, ended, node)
		if (tx->prepared_by)
			dmactl_prepared_defer(tx);
	if (list_empty(ended))
		return;
	if (!chan->finishing && !dmactl_tx_sync_is_long(ended))
		return;
	chan->finishing = true;
	list_splice_tail_init(ended, &chan->ended);
	schedule_work(&chan->finish);
}

void dmactl_finish_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(work, struct dmactl_chan,
						finish);
	LIST_HEAD(ended);

	do {
		dmactl_tx_finish(chan, &ended);
		guard(dmactl_bh)(&chan->lock);
		list_splice_init(&chan->ended, &ended);
		chan->finishing = !list_empty(&ended);
	} while (!list_empty(&ended));
}

/* Distinct for each way a provider can fail. */
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

static void dmactl_desc_free(struct dmactl_chan *chan, struct dmactl_desc *desc)
{
	bool repeats = desc->tx->periods;
	bool own = desc == &desc->tx->own;

	lockdep_assert_held(&chan->lock);
	desc->tx = NULL;
	chan->nr_descs--;
	if (own)
		return;
	/*
	 * A repetition whose callback was on its way when another op took over
	 * may still be reported: not to the next user of this one.
	 */
	list_move_tail(&desc->node, repeats ? &chan->spent_descs
					    : &chan->free_descs);
}

static void dmactl_desc_done(struct dmactl_chan *chan, struct dmactl_desc *desc,
			     const struct dmaengine_result *result)
{
	struct dmactl_tx *tx = desc->tx;
	int status = dmactl_result_errno(result);
	u64 left = 0;

	lockdep_assert_held(&chan->lock);
	if (result)
		left = min_t(u64, result->residue, desc->len);
	/* An error without a residue: nothing is known to have moved. */
	if (status && !left)
		left = desc->len;
	tx->bytes += desc->len - left;
	tx->check |= desc->check;
	if (!tx->status)
		tx->status = status;
	if (tx->metadata)
		dmactl_metadata_collect(tx);
	dmactl_desc_free(chan, desc);
}

/*
 * The end of a plain op of one descriptor, start to finish under one lock: so
 * who stops the channel need not wait for it to be published. True: it was the
 * last op outside the pool, and dmactl_tx_all_back() is to follow.
 */
static bool dmactl_tx_end_plain(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	lockdep_assert_held(&chan->lock);
	chan->nr_inflight--;
	chan->completed++;
	chan->bytes += tx->bytes;
	if (tx->status)
		chan->failed++;
	if (tx->run) {
		/* It keeps what it is until its record is out. */
	} else if (tx->prepared_by) {
		dmactl_prepared_unuse(tx);
	} else {
		if (tx->nr_dst)
			dmactl_buf_unuse(tx->dst->buf);
		if (tx->nr_src)
			dmactl_buf_unuse(tx->src->buf);
		tx->nr_dst = 0;
		tx->nr_src = 0;
	}
	tx->timestamp_ns = ktime_get_ns();
	trace_dmactl_op_complete(chan->session->id, chan->obj.handle, tx->seq,
				 tx->status, tx->bytes);
	return dmactl_cq_add(chan->session, tx) &&
	       dmactl_tx_give_back_locked(tx);
}

/* Must what ended before it, or after it, be dealt with first, or as well? */
static bool dmactl_tx_stands_alone(const struct dmactl_chan *chan,
				   struct dmactl_tx *tx)
{
	const struct dmactl_tx *next = list_next_entry(tx, node);

	if (!tx->plain || tx->block || tx->uring || chan->finishing)
		return false;
	if (tx->prepared_by && !dmactl_prepared_note(tx))
		return false;
	/* The queue is to be poured into the ring, which is done elsewhere. */
	if (READ_ONCE(chan->session->nr_cq) && chan->session->ring)
		return false;
	return list_is_last(&tx->node, &chan->inflight) ||
	       next->opcode != DMACTL_OP_NOP;
}

/*
 * From the provider, in tasklet context, once a descriptor. It can come after
 * terminate_sync (pl330): the descriptor then belongs to no op.
 */
void dmactl_tx_callback(void *param, const struct dmaengine_result *result)
{
	struct dmactl_desc *desc = param;
	struct dmactl_chan *chan = desc->chan;
	struct dmactl_tx *tx;
	bool all_back = false;
	LIST_HEAD(ended);

	/*
	 * Some providers call back from a thread. Without softirqs this is a
	 * reader of RCU, which keeps the channel until the end.
	 */
	guard(dmactl_bh_off)();
	scoped_guard(dmactl_spin, &chan->lock) {
		tx = desc->tx;
		if (!tx) {
			chan->stray++;
			return;
		}
		/* Callbacks come in order: no more of those before. */
		if (!list_empty(&chan->spent_descs))
			list_splice_tail_init(&chan->spent_descs,
					      &chan->free_descs);
		if (tx->periods && dmactl_periods_note(desc, result))
			return;
		dmactl_desc_done(chan, desc, result);
		dmactl_watch_note(chan);
		chan->starved = false;
		chan->refusals = 0;
		if (tx == chan->partial) {
			if (!chan->stopping)
				schedule_delayed_work(&chan->pump, 0);
		} else if (!dmactl_tx_oldest(tx) && !tx->preparing) {
			if (dmactl_tx_stands_alone(chan, tx))
				all_back = dmactl_tx_end_plain(chan, tx);
			else
				dmactl_tx_collect(tx, &ended);
		}
		if (!list_empty(&ended))
			dmactl_tx_defer(chan, &ended);
		if (chan->stopping && !chan->nr_descs)
			wake_up(&chan->idle);
	}
	if (!list_empty(&ended))
		dmactl_tx_finish(chan, &ended);
	if (all_back)
		dmactl_tx_all_back(chan);
}

/* The rest of the op that the provider had no room for. */
static void dmactl_pump_partial(struct dmactl_chan *chan,
				struct list_head *ended)
{
	struct dmactl_tx *tx;
	int ret;

	guard(mutex)(&chan->prep_lock);
	tx = READ_ONCE(chan->partial);
	if (!tx || READ_ONCE(chan->stopping))
		return;
	ret = dmactl_prep(chan, tx);
	guard(dmactl_bh)(&chan->lock);
	if (ret == -EAGAIN && chan->nr_descs)
		return; /* the next callback comes back here */
	if (ret == -EAGAIN && ++chan->refusals < DMACTL_PUMP_TRIES) {
		schedule_delayed_work(&chan->pump, 1);
		return;
	}
	chan->partial = NULL;
	if (ret && !tx->status)
		tx->status = -EIO;
	if (!dmactl_tx_oldest(tx))
		dmactl_tx_collect(tx, ended);
}

void dmactl_pump_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(to_delayed_work(work),
						struct dmactl_chan, pump);
	LIST_HEAD(ended);

	/*
	 * Whoever stops the channel waits for this work: never wait for him,
	 * but come back, as the channel may go on after all.
	 */
	if (!down_read_trylock(&chan->rwsem)) {
		schedule_delayed_work(&chan->pump, 1);
		return;
	}
	if (!chan->dead && READ_ONCE(chan->partial)) {
		dmactl_pump_partial(chan, &ended);
		dmactl_chan_issue(chan);
	}
	up_read(&chan->rwsem);
	dmactl_tx_finish(chan, &ended);
}

void dmactl_tx_set_stopping(struct dmactl_chan *chan, bool stopping)
{
	guard(dmactl_bh)(&chan->lock);
	chan->stopping = stopping;
}

/* What it uses is in use for good. */
static void dmactl_tx_abandon(struct dmactl_tx *tx)
{
	tx->nr_dst = 0;
	tx->nr_src = 0;
	tx->metadata = NULL;
	tx->prepared_by = NULL;
	/* In the memory of these, the provider may still look something up. */
	tx->spans = NULL;
	tx->priv = NULL;
}

/*
 * Ends everything in flight. Unless the hardware has @released its memory,
 * the buffers stay in use for good.
 */
void dmactl_tx_retire(struct dmactl_chan *chan, int status, bool released)
{
	struct dmactl_desc *desc, *next_desc;
	struct dmactl_tx *tx;
	LIST_HEAD(ended);

	scoped_guard(dmactl_bh, &chan->lock) {
		list_splice_tail_init(&chan->spent_descs, &chan->free_descs);
		chan->partial = NULL;
		chan->starved = false;
		chan->held = false;
		chan->issued = chan->descriptors;
		chan->front = chan->issued;
		chan->forgets = false;
		chan->paused = false;
		while (!list_empty(&chan->inflight)) {
			tx = list_first_entry(&chan->inflight,
					      struct dmactl_tx, node);
			if (tx->own.tx)
				dmactl_desc_free(chan, &tx->own);
			list_for_each_entry_safe(desc, next_desc, &tx->descs,
						 node)
				dmactl_desc_free(chan, desc);
			if (!released)
				dmactl_tx_abandon(tx);
			if (!tx->status)
				tx->status = released ? status : -EIO;
			dmactl_tx_end(tx, &ended);
		}
	}
	dmactl_tx_finish(chan, &ended);
}
