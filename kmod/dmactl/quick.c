// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program does over and over: prepared ops of one channel, with records
 * in a ring. There is nothing to check, to allocate or to prepare. Whatever is
 * not just that goes the common way, in submit.c, which also finds the errors.
 */

#include <linux/preempt.h>
#include <linux/uaccess.h>

#include "prepared.h"
#include "ring.h"
#include "trace.h"
#include "words.h"

/* What a program said, and the same to compare. */
union dmactl_quick_op {
	struct dmactl_op op;
	u64 words[sizeof(struct dmactl_op) / sizeof(u64)];
};

/* A prepared op takes nothing but its handle; that nothing else is there: */
static bool dmactl_quick_is_clean(const union dmactl_quick_op *from)
{
	const size_t at = offsetof(struct dmactl_op, dst_off) / sizeof(u64);

	BUILD_BUG_ON(offsetof(struct dmactl_op, dst_off) % sizeof(u64));
	BUILD_BUG_ON(ARRAY_SIZE(from->words) != at + 5);
	return from->op.opcode == DMACTL_OP_PREPARED && !from->op.flags &&
	       !(from->op.dst_buf | from->words[at] | from->words[at + 1] |
		 from->words[at + 2] | from->words[at + 3] |
		 from->words[at + 4]);
}

/* NULL: it is not there, in use, or not simple. */
static struct dmactl_prepared *dmactl_quick_get(struct dmactl_session *s,
						const struct dmactl_op *op)
{
	struct dmactl_prepared *p;
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, op->src_buf);
	if (!obj || obj->type != DMACTL_OBJ_PREPARED)
		return NULL;
	p = obj_to_prepared(obj);
	if (p->chan->obj.handle != op->chan || !dmactl_prepared_get(p))
		return NULL;
	if (!READ_ONCE(p->simple) ||
	    (READ_ONCE(s->exports) && dmactl_fence_is_due(&p->tx))) {
		dmactl_prepared_put(p);
		return NULL;
	}
	return p;
}

/*
 * The op of its own, ready to be submitted. NULL: that takes more, or is wrong;
 * then it is for dmactl_validate() to say.
 */
static struct dmactl_tx *dmactl_quick_tx(struct dmactl_session *s,
					 const struct dmactl_op *op)
{
	struct dmactl_prepared *p;
	struct dmactl_tx *tx;

	p = dmactl_quick_get(s, op);
	if (!p)
		return NULL;
	/* On another processor, or on none. */
	if (p->cpu != raw_smp_processor_id())
		dmactl_prepared_settle(p);
	tx = &p->run;
	tx->status = 0;
	tx->bytes = 0;
	tx->begun = false;
	tx->user_data = op->user_data;
	tx->next = NULL;
	return tx;
}

/* False: it is for dmactl_prep() to try, or to fail. */
static bool dmactl_quick_start(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	const struct dmactl_prepared *p = tx->prepared_by;
	struct dma_async_tx_descriptor *txd;
	struct dmactl_desc *desc = &tx->own;

	lockdep_assert_held(&chan->lock);
	/* The channel may have been terminated since it began. */
	if (p->nr != 1)
		return false;
	txd = p->descs->txd;
	txd->callback_result = dmactl_quick_callback;
	txd->callback_param = desc;
	desc->cookie = dmaengine_submit(txd);
	if (dma_submit_error(desc->cookie))
		return false;
	tx->seq = chan->seq++;
	tx->begun = true;
	desc->tx = tx;
	desc->len = tx->len;
	chan->nr_descs++;
	chan->nr_inflight++;
	chan->submitted++;
	chan->descriptors++;
	chan->cookie = desc->cookie;
	/* So that nothing is fetched for it otherwise. */
	if (trace_dmactl_op_submit_enabled())
		trace_dmactl_op_submit(chan->session->id, chan->obj.handle,
				       tx->seq, desc->cookie);
	/* It is on no list. */
	list_add_tail(&tx->node, &chan->inflight);
	return true;
}

/* The ops of a batch that were not submitted. */
static void dmactl_quick_undo(struct dmactl_tx *tx)
{
	struct dmactl_tx *next;

	for (; tx; tx = next) {
		next = tx->next;
		dmactl_prepared_unrun(tx);
	}
}

/* NULL: they are not all of the kind. */
static struct dmactl_tx *dmactl_quick_begin(struct dmactl_session *s,
					    const struct dmactl_submit *arg)
{
	const struct dmactl_op __user *from = u64_to_user_ptr(arg->ops_uptr);
	struct dmactl_tx *first = NULL, **at = &first, *tx;
	union dmactl_quick_op q dmactl_uninit;
	u32 i;

	for (i = 0; i < arg->nr_ops; i++) {
		if (dmactl_get_words(&q, &from[i], sizeof(q)) ||
		    !dmactl_quick_is_clean(&q))
			goto err_undo;
		tx = dmactl_quick_tx(s, &q.op);
		if (!tx)
			goto err_undo;
		*at = tx;
		at = &tx->next;
		if (tx->chan != first->chan)
			goto err_undo;
	}
	return first;

err_undo:
	dmactl_quick_undo(first);
	return NULL;
}

/* Returns the first that was not taken. */
static struct dmactl_tx *dmactl_quick_take(struct dmactl_chan *chan,
					   struct dmactl_tx *tx, u32 *nr)
{
	struct dmactl_tx *next;

	lockdep_assert_held(&chan->prep_lock);
	guard(dmactl_bh)(&chan->lock);
	if (chan->partial)
		return tx;
	for (; tx; tx = next) {
		/* It may be in use again as soon as it is submitted. */
		next = tx->next;
		if (!dmactl_quick_start(chan, tx))
			break;
		(*nr)++;
	}
	return tx;
}

static struct dmactl_tx *dmactl_quick_run(struct dmactl_chan *chan,
					  struct dmactl_tx *tx, u32 *nr)
{
	guard(rwsem_read)(&chan->rwsem);
	if (chan->dead || chan->stream)
		return tx;
	guard(mutex)(&chan->prep_lock);
	tx = dmactl_quick_take(chan, tx, nr);
	if (*nr)
		dmactl_chan_issue_locked(chan);
	return tx;
}

/* How many were accepted. 0: nothing was done. */
static u32 dmactl_quick_submit(struct dmactl_session *s,
			       const struct dmactl_submit *arg)
{
	struct dmactl_chan *chan;
	struct dmactl_tx *tx;
	u32 nr = 0;

	tx = dmactl_quick_begin(s, arg);
	if (!tx)
		return 0;
	/* They hold it, but may end and be given back meanwhile. */
	chan = tx->chan;
	kref_get(&chan->obj.ref);
	tx = dmactl_quick_run(chan, tx, &nr);
	dmactl_quick_undo(tx);
	dmactl_chan_put(chan);
	return nr;
}

/* False: nothing was done. */
static bool dmactl_quick(struct dmactl_session *s, struct dmactl_submit *arg)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);
	u32 min = arg->min_complete;

	if (!ring || !arg->nr_ops || arg->nr_ops > DMACTL_MAX_BATCH ||
	    arg->op_size != sizeof(struct dmactl_op) ||
	    (arg->flags & DMACTL_SUBMIT_HOLD) || arg->nr_completions ||
	    arg->completion_size || min > ring->entries)
		return false;
	arg->out_accepted = dmactl_quick_submit(s, arg);
	if (!arg->out_accepted)
		return false;
	if (arg->out_accepted < arg->nr_ops)
		min = min(min, 1u);
	arg->out_wait = 0;
	arg->out_completed = dmactl_ring_used(ring);
	if (arg->out_completed < min)
		arg->out_wait = dmactl_submit_reap(s, arg, ring, min, NULL);
	return true;
}

/*
 * SUBMIT with the struct that this module knows, without what every ioctl costs.
 * -ENOTTY: it is another one.
 */
int dmactl_quick_ioctl(struct dmactl_session *s, void __user *ubuf)
{
	struct dmactl_submit __user *uarg = ubuf;
	struct dmactl_submit arg dmactl_uninit;
	int ret = 0;

	if (dmactl_get_words(&arg, ubuf, sizeof(arg)) ||
	    arg.size != sizeof(arg) || (arg.flags & ~DMACTL_SUBMIT_FLAGS))
		return -ENOTTY;
	if (!dmactl_quick(s, &arg))
		ret = dmactl_submit(s, &arg);
	if (!user_write_access_begin(uarg, sizeof(*uarg)))
		return ret ? ret : -EFAULT;
	unsafe_put_user(arg.out_wait, &uarg->out_wait, fault);
	unsafe_put_user(arg.out_accepted, &uarg->out_accepted, fault);
	unsafe_put_user(arg.out_completed, &uarg->out_completed, fault);
	user_write_access_end();
	return ret;
fault:
	user_write_access_end();
	return ret ? ret : -EFAULT;
}

/* Is it the usual end? Otherwise there is more to it: see dmactl_tx_callback(). */
static bool dmactl_quick_may_end(struct dmactl_chan *chan, struct dmactl_tx *tx,
				 const struct dmaengine_result *result)
{
	if (result && (result->result != DMA_TRANS_NOERROR || result->residue))
		return false;
	if (chan->partial || chan->stopping || chan->finishing ||
	    !list_empty(&chan->spent_descs))
		return false;
	/* A NOP behind it would end with it. */
	if (!list_is_last(&tx->node, &chan->inflight) &&
	    list_next_entry(tx, node)->opcode == DMACTL_OP_NOP)
		return false;
	return !READ_ONCE(chan->session->nr_cq);
}

static void dmactl_quick_end(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	struct dmactl_session *s = chan->session;

	lockdep_assert_held(&chan->lock);
	tx->prepared_by->cpu = smp_processor_id();
	tx->own.tx = NULL;
	tx->bytes = tx->len;
	chan->nr_descs--;
	dmactl_watch_note(chan);
	chan->nr_inflight--;
	chan->completed++;
	chan->bytes += tx->len;
	chan->starved = false;
	chan->refusals = 0;
	tx->timestamp_ns = ktime_get_ns();
	if (trace_dmactl_op_complete_enabled())
		trace_dmactl_op_complete(s->id, chan->obj.handle, tx->seq, 0,
					 tx->bytes);
	if (!dmactl_ring_put(s, tx) && !dmactl_cq_add(s, tx))
		return;
	list_del_init(&tx->node);
	dmactl_prepared_put(tx->prepared_by);
	dmactl_cq_tell(s);
}

/* From the provider, as dmactl_tx_callback(), for an op that is here again. */
void dmactl_quick_callback(void *param, const struct dmaengine_result *result)
{
	struct dmactl_desc *desc = param;
	struct dmactl_chan *chan = desc->chan;

	/*
	 * In a softirq, which is a reader of RCU as well. Elsewhere there is more
	 * to it: see dmactl_prepared_note().
	 */
	if (in_serving_softirq() && !IS_ENABLED(CONFIG_PREEMPT_RT)) {
		guard(dmactl_spin)(&chan->lock);
		if (desc->tx && dmactl_quick_may_end(chan, desc->tx, result)) {
			dmactl_quick_end(chan, desc->tx);
			return;
		}
	}
	dmactl_tx_callback(param, result);
}
