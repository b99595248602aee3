// SPDX-License-Identifier: GPL-2.0-only
/* SUBMIT: a batch in, started, and what has ended out, in one call. */

#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ring.h"
#include "words.h"

/*
 * A provider with nothing of ours in flight that prepares nothing is either
 * about to recycle its descriptors or will not take this one at all.
 */
#define DMACTL_ACCEPT_TRIES 20

/* Ops accepted with one hold of prep_lock, at most. */
#define DMACTL_ACCEPT_CHUNK 32

struct dmactl_batch {
	struct dmactl_session *session;
	const void __user *from;
	u32 stride;
	u32 nr;
	u32 bad;		/* the op to blame for a failure */
	u32 accepted;
	bool hold;
	bool fenced;		/* an op works with a dma-buf */
	struct dmactl_chan *full;	/* that took no more; a reference */
	struct dmactl_chan *chan;	/* of the op being checked; the same */
	struct list_head txs;	/* checked, in order, not yet accepted */
	struct dmactl_tx *spare;	/* of chan, behind them: the first */
	u32 nr_spare;
	u32 take;		/* of them next time */
};

static void dmactl_batch_set_full(struct dmactl_batch *b,
				  struct dmactl_chan *chan)
{
	if (b->full)
		dmactl_chan_put(b->full);
	kref_get(&chan->obj.ref);
	b->full = chan;
}

/* One more op of the channel, at the end of those that are checked. */
static struct dmactl_tx *dmactl_batch_take(struct dmactl_batch *b, u32 left)
{
	struct dmactl_tx *tx;

	if (!b->nr_spare) {
		struct list_head *last = b->txs.prev;

		b->nr_spare = dmactl_tx_take(b->chan, &b->txs,
					     min(b->take, left));
		if (!b->nr_spare)
			return NULL;
		/* Batches may change the channel with every op. */
		b->take = min(b->take * 4, (u32)DMACTL_MAX_BATCH);
		b->spare = list_entry(last->next, struct dmactl_tx, node);
	}
	tx = b->spare;
	b->spare = list_next_entry(tx, node);
	b->nr_spare--;
	dmactl_tx_reset(tx);
	return tx;
}

/* To another channel, or none: takes the reference over. */
static void dmactl_batch_go_to(struct dmactl_batch *b, struct dmactl_chan *chan)
{
	LIST_HEAD(checked);

	if (b->nr_spare) {
		list_cut_before(&checked, &b->txs, &b->spare->node);
		dmactl_tx_give_back(b->chan, &b->txs, b->nr_spare);
		list_splice(&checked, &b->txs);
		b->nr_spare = 0;
	}
	if (b->chan)
		dmactl_chan_put(b->chan);
	b->chan = chan;
	b->take = 1;
}

/* Without credit an op is checked all the same. */
static noinline int dmactl_check_only(struct dmactl_chan *chan,
				      const struct dmactl_op *op)
{
	struct dmactl_tx scratch;
	int ret;

	dmactl_tx_init(&scratch, chan);
	ret = dmactl_validate(chan, op, &scratch);
	dmactl_tx_clear(&scratch);
	return ret;
}

static int dmactl_check_op(struct dmactl_batch *b, const struct dmactl_op *op,
			   u32 left)
{
	struct dmactl_tx *tx;
	int ret;

	/* Once one found no room, those behind must not overtake it. */
	tx = b->full ? NULL : dmactl_batch_take(b, left);
	if (!tx) {
		if (!b->full)
			dmactl_batch_set_full(b, b->chan);
		return dmactl_check_only(b->chan, op);
	}
	/* It is on the list already: whoever unwinds finds it there. */
	ret = dmactl_validate(b->chan, op, tx);
	b->fenced |= tx->fenced;
	return ret;
}

static int dmactl_fetch_op(const struct dmactl_batch *b, u32 i,
			   struct dmactl_op *op)
{
	const void __user *from = b->from + (size_t)i * b->stride;

	if (b->stride == sizeof(*op))
		return dmactl_get_words(op, from, sizeof(*op));
	return copy_struct_from_user(op, sizeof(*op), from, b->stride);
}

static int dmactl_batch_find_chan(struct dmactl_batch *b, u32 handle)
{
	struct dmactl_chan *chan;

	if (b->chan && b->chan->obj.handle == handle)
		return 0;
	chan = dmactl_chan_get(b->session, handle);
	if (!chan)
		return -ENOENT;
	dmactl_batch_go_to(b, chan);
	return READ_ONCE(chan->stream) ? -EBUSY : 0;
}

/* Each op is read from the program once. */
static int dmactl_check_batch(struct dmactl_batch *b)
{
	struct dmactl_op op dmactl_uninit;
	int ret = 0;
	u32 i;

	for (i = 0; i < b->nr && !ret; i++) {
		ret = dmactl_fetch_op(b, i, &op);
		if (ret == -EFAULT)
			break;
		if (!ret)
			ret = dmactl_batch_find_chan(b, op.chan);
		if (!ret)
			ret = dmactl_check_op(b, &op, b->nr - i);
		if (ret)
			b->bad = i;
	}
	dmactl_batch_go_to(b, NULL);
	return ret;
}

static void dmactl_sync_spans(const struct dmactl_span *spans, u32 nr,
			      enum dma_data_direction dir)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (dmactl_map_syncs(spans[i].map))
			dmactl_map_sync(spans[i].map, spans[i].off,
					spans[i].len, dir, false);
}

static void dmactl_sync_for_device(struct dmactl_tx *tx)
{
	if (!(tx->flags & DMACTL_OPF_NO_SYNC_SRC))
		dmactl_sync_spans(tx->src, tx->nr_src, DMA_TO_DEVICE);
	/*
	 * Both ways: where an op falls short, the bounce slot must give back
	 * what the CPU wrote, not what an earlier op left in it.
	 */
	if (!(tx->flags & DMACTL_OPF_NO_SYNC_DST))
		dmactl_sync_spans(tx->dst, tx->nr_dst, DMA_BIDIRECTIONAL);
}

/*
 * 0: accepted. -EAGAIN: not now. -EBUSY: the provider said no although
 * nothing of ours is there; with @last that is the op's own failure.
 */
static int dmactl_accept_prepared(struct dmactl_chan *chan,
				  struct dmactl_tx *tx, int ret, bool last,
				  struct list_head *ended)
{
	lockdep_assert_held(&chan->lock);
	tx->preparing = false;
	if (ret == -EAGAIN && tx->begun) {
		chan->partial = tx;
		/* No callback is left to do it. */
		if (!dmactl_tx_oldest(tx))
			schedule_delayed_work(&chan->pump, 0);
		return 0;
	}
	if (ret == -EAGAIN && chan->nr_descs) {
		chan->starved = true;
		chan->want_credit = true;
		return -EAGAIN;
	}
	if (ret == -EAGAIN && !last) {
		if (tx->ops->shrink)
			tx->ops->shrink(chan, tx);
		return -EBUSY;
	}
	if (ret)
		tx->status = -EIO;
	if (!tx->begun)
		dmactl_tx_enter(tx);
	/*
	 * A NOP with nothing before it, an op that never got started, or one
	 * that somebody else issued and that is through already.
	 */
	if (!dmactl_tx_oldest(tx) &&
	    (ret || tx->begun || list_is_singular(&chan->inflight)))
		dmactl_tx_collect(tx, ended);
	return 0;
}

static int dmactl_accept_once(struct dmactl_chan *chan, struct dmactl_tx *tx,
			      bool hold, bool last, struct list_head *ended)
{
	int ret = 0;

	lockdep_assert_held(&chan->prep_lock);
	/* Both change only with prep_lock held, or rwsem for writing. */
	if (!chan->partial) {
		tx->seq = chan->seq;
		tx->preparing = true;
		ret = dmactl_prep(chan, tx);
		if (ret == DMACTL_PREP_WHOLE && !hold)
			return 0;
	}
	guard(dmactl_bh)(&chan->lock);
	if (chan->partial) {
		chan->want_credit = true;
		return -EAGAIN;
	}
	if (ret == DMACTL_PREP_WHOLE)
		ret = 0;
	else
		ret = dmactl_accept_prepared(chan, tx, ret, last, ended);
	chan->held |= hold && !ret;
	return ret;
}

int dmactl_accept(struct dmactl_chan *chan, struct dmactl_tx *tx, bool hold)
{
	LIST_HEAD(ended);
	int tries = 0;
	int ret;

	if (!tx->coherent)
		dmactl_sync_for_device(tx);
	do {
		if (tries)
			usleep_range(50, 100);
		scoped_guard(mutex, &chan->prep_lock)
			ret = dmactl_accept_once(chan, tx, hold,
						 tries >= DMACTL_ACCEPT_TRIES,
						 &ended);
		tries++;
	} while (ret == -EBUSY);
	dmactl_tx_finish(chan, &ended);
	return ret;
}

/* Some ops of the channel at the head of the list, under one lock. */
static int dmactl_accept_some(struct dmactl_batch *b, struct dmactl_chan *chan,
			      bool last, struct list_head *ended)
{
	u32 left = DMACTL_ACCEPT_CHUNK;
	struct dmactl_tx *tx;
	int ret = 0;

	guard(mutex)(&chan->prep_lock);
	while (!ret && left-- && !list_empty(&b->txs)) {
		tx = list_first_entry(&b->txs, struct dmactl_tx, node);
		if (tx->chan != chan)
			break;
		ret = dmactl_accept_once(chan, tx, b->hold, last, ended);
		b->accepted += !ret;
		last = false;
	}
	return ret;
}

static void dmactl_sync_some(struct dmactl_batch *b, struct dmactl_chan *chan)
{
	u32 left = DMACTL_ACCEPT_CHUNK;
	struct dmactl_tx *tx;

	list_for_each_entry(tx, &b->txs, node) {
		if (!left-- || tx->chan != chan)
			break;
		if (!tx->coherent)
			dmactl_sync_for_device(tx);
	}
}

static bool dmactl_batch_in_run(const struct dmactl_batch *b,
				const struct dmactl_chan *chan)
{
	return !list_empty(&b->txs) &&
	       list_first_entry(&b->txs, struct dmactl_tx, node)->chan == chan;
}

/* The run of ops for one channel at the head of the list. */
static int dmactl_accept_run(struct dmactl_batch *b, struct dmactl_chan *chan)
{
	u32 start = b->accepted, before;
	LIST_HEAD(ended);
	int tries = 0;
	int ret = 0;

	guard(rwsem_read)(&chan->rwsem);
	if (chan->dead)
		return chan->dead;
	if (chan->stream)
		return -EBUSY;
	while (dmactl_batch_in_run(b, chan)) {
		before = b->accepted;
		if (tries)
			usleep_range(50, 100);
		else
			dmactl_sync_some(b, chan);
		ret = dmactl_accept_some(b, chan, tries >= DMACTL_ACCEPT_TRIES,
					 &ended);
		if (!list_empty(&ended))
			dmactl_tx_finish(chan, &ended);
		if (ret && ret != -EBUSY)
			break;
		tries = ret && b->accepted == before ? tries + 1 : 0;
	}
	if (b->accepted != start && !b->hold)
		dmactl_chan_issue(chan);
	return ret;
}

/* Ops that will not be accepted. */
static void dmactl_batch_drop(struct dmactl_batch *b)
{
	struct dmactl_tx *tx;

	list_for_each_entry(tx, &b->txs, node)
		dmactl_tx_clear(tx);
	dmactl_tx_recycle(&b->txs);
}

static int dmactl_accept_batch(struct dmactl_batch *b)
{
	struct dmactl_chan *chan;
	int ret = 0;

	while (!ret && !list_empty(&b->txs)) {
		chan = list_first_entry(&b->txs, struct dmactl_tx, node)->chan;
		/* Its ops hold it, but they may end and be reaped meanwhile. */
		kref_get(&chan->obj.ref);
		ret = dmactl_accept_run(b, chan);
		if (ret)
			dmactl_batch_set_full(b, chan);
		dmactl_chan_put(chan);
	}
	/* What was held back keeps the room that this batch wants. */
	if (b->full && !b->hold)
		dmactl_chan_issue_held(b->full);
	dmactl_batch_drop(b);
	if (b->accepted)
		return 0;
	return ret ? ret : -EAGAIN;
}

/* On return, *full is the channel that took no more, if any: put it. */
static int dmactl_submit_ops(struct dmactl_session *s,
			     struct dmactl_submit *arg,
			     struct dmactl_chan **full)
{
	struct dmactl_batch b = {
		.session = s,
		.from = u64_to_user_ptr(arg->ops_uptr),
		.stride = arg->op_size,
		.nr = arg->nr_ops,
		.bad = ~0u,
		.hold = arg->flags & DMACTL_SUBMIT_HOLD,
		.txs = LIST_HEAD_INIT(b.txs),
	};
	int ret;

	ret = dmactl_check_batch(&b);
	if (!ret && b.fenced)
		ret = dmactl_fence_txs(&b.txs, b.hold);
	if (!ret)
		ret = dmactl_accept_batch(&b);
	else
		dmactl_batch_drop(&b);
	arg->out_accepted = ret && ret != -EAGAIN ? b.bad : b.accepted;
	*full = b.full;
	return ret;
}

static int dmactl_submit_check(const struct dmactl_submit *arg,
			       const struct dmactl_cq_ring *ring)
{
	u32 most = ring ? ring->entries : arg->nr_completions;

	if (ring && arg->nr_completions)
		return -EBUSY;
	if (!dmactl_stride_ok(arg->nr_ops, arg->op_size,
			      sizeof(struct dmactl_op)))
		return -EINVAL;
	if (!dmactl_stride_ok(arg->nr_completions, arg->completion_size,
			      sizeof(struct dmactl_completion)))
		return -EINVAL;
	if (arg->nr_ops > DMACTL_MAX_BATCH || arg->min_complete > most)
		return -EINVAL;
	return 0;
}

/* When the wait ends: 0 at once, KTIME_MAX never. */
static ktime_t dmactl_deadline(const struct dmactl_submit *arg)
{
	u64 ns = arg->timeout_ns;

	if (!ns)
		return 0;
	if (ns >= KTIME_MAX)
		return KTIME_MAX;
	if (arg->flags & DMACTL_SUBMIT_ABS_TIMEOUT)
		return ns;
	return ktime_add_safe(ktime_get(), ns);
}

/* Moves what it can, and counts what is with the program. */
static int dmactl_submit_reap_once(struct dmactl_session *s,
				   struct dmactl_submit *arg,
				   struct dmactl_cq_ring *ring)
{
	void __user *to = u64_to_user_ptr(arg->completions_uptr);
	u32 done = arg->out_completed;
	int ret;

	if (ring) {
		dmactl_ring_pour(s);
		arg->out_completed = dmactl_ring_used(ring);
		return 0;
	}
	ret = dmactl_reap(s, to + (size_t)done * arg->completion_size,
			  arg->nr_completions - done, arg->completion_size);
	if (ret < 0)
		return ret;
	arg->out_completed += ret;
	return 0;
}

/*
 * Reaps until @min records are out, or until @full has room again. Returns
 * why that ended.
 */
int dmactl_submit_reap(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_cq_ring *ring, u32 min,
		       struct dmactl_chan *full)
{
	ktime_t deadline = -1;
	int ret;

	for (;;) {
		ret = dmactl_submit_reap_once(s, arg, ring);
		if (ret)
			return ret;
		if (arg->out_completed >= min ||
		    (full && dmactl_chan_has_credit(full)))
			return 0;
		/* What is there already must not cost a look at the clock. */
		if (deadline < 0)
			deadline = dmactl_deadline(arg);
		ret = dmactl_cq_wait(s, ring ? min : min - arg->out_completed,
				     full, deadline);
		/* What came before the end of the wait is taken along. */
		if (ret)
			min = 0;
		arg->out_wait = ret;
	}
}

int dmactl_submit(struct dmactl_session *s, struct dmactl_submit *arg)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);
	struct dmactl_chan *full = NULL;
	u32 min = arg->min_complete;
	int ret, err;

	arg->out_accepted = 0;
	arg->out_completed = 0;
	arg->out_wait = 0;
	err = dmactl_submit_check(arg, ring);
	/* Until an op is found to be bad, none is to blame. */
	if (err)
		arg->out_accepted = ~0u;
	else if (arg->nr_ops)
		err = dmactl_submit_ops(s, arg, &full);
	if (!err || err == -EAGAIN) {
		/* Never sit on ops that a single record makes room for. */
		if (arg->out_accepted < arg->nr_ops)
			min = min(min, 1u);
		ret = dmactl_submit_reap(s, arg, ring, min, full);
		if (ret)
			arg->out_wait = ret;
		if (arg->out_accepted || arg->out_completed)
			err = 0;
		else if (!err)
			err = arg->out_wait;
		if (err)
			arg->out_accepted = ~0u;
	}
	if (full)
		dmactl_chan_put(full);
	return err;
}

int dmactl_ioctl_submit(struct dmactl_cmd *cmd)
{
	int err = dmactl_submit(cmd->session, cmd->arg);
	int ret = dmactl_cmd_respond(cmd);

	return err ? err : ret;
}
