// SPDX-License-Identifier: GPL-2.0-only
/* SUBMIT: a batch in, started, and what has ended out, in one call. */

#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"

/* Batches up to this size need no allocation. */
#define DMACTL_SMALL_BATCH 4

/*
 * A provider with nothing of ours in flight that prepares nothing is either
 * about to recycle its descriptors or will not take this one at all.
 */
#define DMACTL_ACCEPT_TRIES 20

struct dmactl_batch {
	struct dmactl_session *session;
	const struct dmactl_op *ops;
	u32 nr;
	u32 bad;		/* the op to blame for a failure */
	u32 accepted;
	bool hold;
	bool fenced;		/* an op works with a dma-buf */
	struct dmactl_chan *full;	/* that took no more; a reference */
	struct list_head txs;	/* checked, in order, not yet accepted */
};

static int dmactl_copy_ops(struct dmactl_op *ops, const void __user *from,
			   u32 nr, u32 stride, u32 *bad)
{
	int ret;
	u32 i;

	if (stride == sizeof(*ops))
		return copy_from_user(ops, from, nr * sizeof(*ops)) ? -EFAULT
								    : 0;
	for (i = 0; i < nr; i++) {
		ret = copy_struct_from_user(&ops[i], sizeof(*ops),
					    from + (size_t)i * stride, stride);
		if (ret) {
			if (ret != -EFAULT)
				*bad = i;
			return ret;
		}
	}
	return 0;
}

static void dmactl_batch_set_full(struct dmactl_batch *b,
				  struct dmactl_chan *chan)
{
	if (b->full)
		dmactl_chan_put(b->full);
	kref_get(&chan->obj.ref);
	b->full = chan;
}

/* Checks one op; without credit it is checked all the same. */
static int dmactl_check_op(struct dmactl_batch *b, struct dmactl_chan *chan,
			   const struct dmactl_op *op)
{
	struct dmactl_tx scratch;
	struct dmactl_tx *tx;
	int ret;

	/* Once one found no room, those behind must not overtake it. */
	tx = b->full ? NULL : dmactl_tx_get(chan);
	if (tx) {
		/* On the list first: whoever unwinds finds it there. */
		list_add_tail(&tx->node, &b->txs);
		ret = dmactl_validate(chan, op, tx);
		b->fenced |= tx->fenced;
		return ret;
	}
	if (!b->full)
		dmactl_batch_set_full(b, chan);
	dmactl_tx_init(&scratch, chan);
	ret = dmactl_validate(chan, op, &scratch);
	dmactl_tx_clear(&scratch);
	return ret;
}

static int dmactl_check_batch(struct dmactl_batch *b)
{
	struct dmactl_chan *chan = NULL;
	int ret = 0;
	u32 i;

	for (i = 0; i < b->nr && !ret; i++) {
		if (!chan || chan->obj.handle != b->ops[i].chan) {
			if (chan)
				dmactl_chan_put(chan);
			chan = dmactl_chan_get(b->session, b->ops[i].chan);
		}
		if (!chan)
			ret = -ENOENT;
		else if (READ_ONCE(chan->stream))
			ret = -EBUSY;
		else
			ret = dmactl_check_op(b, chan, &b->ops[i]);
		if (ret)
			b->bad = i;
	}
	if (chan)
		dmactl_chan_put(chan);
	return ret;
}

static void dmactl_sync_for_device(struct dmactl_tx *tx)
{
	u32 i;

	if (!(tx->flags & DMACTL_OPF_NO_SYNC_SRC))
		for (i = 0; i < tx->nr_src; i++)
			dmactl_map_sync(tx->src[i].map, tx->src[i].off,
					tx->src[i].len, DMA_TO_DEVICE, false);
	/*
	 * Both ways: where an op falls short, the bounce slot must give back
	 * what the CPU wrote, not what an earlier op left in it.
	 */
	if (!(tx->flags & DMACTL_OPF_NO_SYNC_DST))
		for (i = 0; i < tx->nr_dst; i++)
			dmactl_map_sync(tx->dst[i].map, tx->dst[i].off,
					tx->dst[i].len, DMA_BIDIRECTIONAL,
					false);
}

/* The op is in flight from here on. */
static void dmactl_enter(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	lockdep_assert_held(&chan->lock);
	list_move_tail(&tx->node, &chan->inflight);
	chan->nr_inflight++;
	chan->submitted++;
	chan->seq++;
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
		dmactl_enter(chan, tx);
		chan->partial = tx;
		/* No callback is left to do it. */
		if (list_empty(&tx->descs))
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
	dmactl_enter(chan, tx);
	/*
	 * A NOP with nothing before it, an op that never got started, or one
	 * that somebody else issued and that is through already.
	 */
	if (list_empty(&tx->descs) &&
	    (ret || tx->begun || list_is_singular(&chan->inflight)))
		dmactl_tx_collect(tx, ended);
	return 0;
}

static int dmactl_accept_once(struct dmactl_chan *chan, struct dmactl_tx *tx,
			      bool hold, bool last, struct list_head *ended)
{
	int ret = 0;

	guard(mutex)(&chan->prep_lock);
	/* Both change only with prep_lock held, or rwsem for writing. */
	if (!chan->partial) {
		tx->seq = chan->seq;
		tx->preparing = true;
		ret = dmactl_prep(chan, tx);
	}
	guard(dmactl_bh)(&chan->lock);
	if (chan->partial) {
		chan->want_credit = true;
		return -EAGAIN;
	}
	ret = dmactl_accept_prepared(chan, tx, ret, last, ended);
	chan->held |= hold && !ret;
	return ret;
}

int dmactl_accept(struct dmactl_chan *chan, struct dmactl_tx *tx, bool hold)
{
	LIST_HEAD(ended);
	int tries = 0;
	int ret;

	dmactl_sync_for_device(tx);
	do {
		if (tries)
			usleep_range(50, 100);
		ret = dmactl_accept_once(chan, tx, hold,
					 tries >= DMACTL_ACCEPT_TRIES, &ended);
		tries++;
	} while (ret == -EBUSY);
	dmactl_tx_finish(chan, &ended);
	return ret;
}

/* The run of ops for one channel at the head of the list. */
static int dmactl_accept_run(struct dmactl_batch *b, struct dmactl_chan *chan)
{
	u32 before = b->accepted;
	struct dmactl_tx *tx;
	int ret = 0;

	guard(rwsem_read)(&chan->rwsem);
	if (chan->dead)
		return chan->dead;
	if (chan->stream)
		return -EBUSY;
	while (!ret && !list_empty(&b->txs)) {
		tx = list_first_entry(&b->txs, struct dmactl_tx, node);
		if (tx->chan != chan)
			break;
		ret = dmactl_accept(chan, tx, b->hold);
		b->accepted += !ret;
	}
	if (b->accepted != before && !b->hold)
		dmactl_chan_issue(chan);
	return ret;
}

static int dmactl_accept_batch(struct dmactl_batch *b)
{
	struct dmactl_tx *tx, *next;
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
	list_for_each_entry_safe(tx, next, &b->txs, node)
		dmactl_tx_put(tx);
	if (b->accepted)
		return 0;
	return ret ? ret : -EAGAIN;
}

static int dmactl_submit_copied(struct dmactl_batch *b)
{
	struct dmactl_tx *tx, *next;
	int ret;

	ret = dmactl_check_batch(b);
	if (!ret && b->fenced)
		ret = dmactl_fence_txs(&b->txs, b->hold);
	if (!ret)
		return dmactl_accept_batch(b);
	list_for_each_entry_safe(tx, next, &b->txs, node)
		dmactl_tx_put(tx);
	return ret;
}

/* On return, *full is the channel that took no more, if any: put it. */
static int dmactl_submit_ops(struct dmactl_session *s,
			     struct dmactl_submit *arg,
			     struct dmactl_chan **full)
{
	struct dmactl_op small[DMACTL_SMALL_BATCH];
	struct dmactl_op *ops = small;
	struct dmactl_batch b = {
		.session = s,
		.nr = arg->nr_ops,
		.bad = ~0u,
		.hold = arg->flags & DMACTL_SUBMIT_HOLD,
		.txs = LIST_HEAD_INIT(b.txs),
	};
	int ret;

	if (b.nr > ARRAY_SIZE(small)) {
		ops = kvmalloc_array(b.nr, sizeof(*ops), GFP_KERNEL);
		if (!ops)
			return -ENOMEM;
	}
	b.ops = ops;
	ret = dmactl_copy_ops(ops, u64_to_user_ptr(arg->ops_uptr), b.nr,
			      arg->op_size, &b.bad);
	if (!ret)
		ret = dmactl_submit_copied(&b);
	if (ops != small)
		kvfree(ops);
	arg->out_accepted = ret && ret != -EAGAIN ? b.bad : b.accepted;
	*full = b.full;
	return ret;
}

static int dmactl_submit_check(const struct dmactl_submit *arg)
{
	if (!dmactl_stride_ok(arg->nr_ops, arg->op_size,
			      sizeof(struct dmactl_op)))
		return -EINVAL;
	if (!dmactl_stride_ok(arg->nr_completions, arg->completion_size,
			      sizeof(struct dmactl_completion)))
		return -EINVAL;
	if (arg->nr_ops > DMACTL_MAX_BATCH ||
	    arg->min_complete > arg->nr_completions)
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

/*
 * Reaps until @min records are out, or until @full has room again. Returns
 * why that ended.
 */
static int dmactl_submit_reap(struct dmactl_session *s,
			      struct dmactl_submit *arg, u32 min,
			      struct dmactl_chan *full)
{
	void __user *to = u64_to_user_ptr(arg->completions_uptr);
	ktime_t deadline = dmactl_deadline(arg);
	u32 stride = arg->completion_size;
	int ret;

	for (;;) {
		ret = dmactl_reap(s, to + (size_t)arg->out_completed * stride,
				  arg->nr_completions - arg->out_completed,
				  stride);
		if (ret < 0)
			return ret;
		arg->out_completed += ret;
		if (arg->out_completed >= min ||
		    (full && dmactl_chan_has_credit(full)))
			return 0;
		ret = dmactl_cq_wait(s, min - arg->out_completed, full,
				     deadline);
		/* What came before the end of the wait is taken along. */
		if (ret)
			min = 0;
		arg->out_wait = ret;
	}
}

int dmactl_ioctl_submit(struct dmactl_cmd *cmd)
{
	struct dmactl_submit *arg = cmd->arg;
	struct dmactl_chan *full = NULL;
	u32 min = arg->min_complete;
	int ret, err;

	arg->out_accepted = 0;
	arg->out_completed = 0;
	arg->out_wait = 0;
	err = dmactl_submit_check(arg);
	/* Until an op is found to be bad, none is to blame. */
	if (err)
		arg->out_accepted = ~0u;
	else if (arg->nr_ops)
		err = dmactl_submit_ops(cmd->session, arg, &full);
	if (!err || err == -EAGAIN) {
		/* Never sit on ops that a single record makes room for. */
		if (arg->out_accepted < arg->nr_ops)
			min = min(min, 1u);
		ret = dmactl_submit_reap(cmd->session, arg, min, full);
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
	ret = dmactl_cmd_respond(cmd);
	return err ? err : ret;
}
