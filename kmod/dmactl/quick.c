// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program does over and over: prepared ops of one channel, with records
 * in a ring. There is nothing to check, to allocate or to prepare. Whatever is
 * not just that goes the common way, in submit.c, which also finds the errors.
 */

#include <linux/preempt.h>
#include <linux/uaccess.h>

#include "ring.h"
#include "trace.h"
#include "words.h"

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
	struct dmactl_op op dmactl_uninit;
	u32 i;

	for (i = 0; i < arg->nr_ops; i++) {
		if (dmactl_get_words(&op, &from[i], sizeof(op)))
			goto err_undo;
		tx = dmactl_prepared_begin(s, &op);
		if (!tx)
			goto err_undo;
		tx->next = NULL;
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

	lockdep_assert_held(&chan->rwsem);
	if (chan->dead || chan->stream)
		return tx;
	guard(mutex)(&chan->prep_lock);
	guard(dmactl_bh)(&chan->lock);
	if (chan->partial)
		return tx;
	for (; tx; tx = next) {
		/* It may be in use again as soon as it is submitted. */
		next = tx->next;
		if (!dmactl_prepared_submit(tx))
			break;
		(*nr)++;
	}
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
	scoped_guard(rwsem_read, &chan->rwsem) {
		tx = dmactl_quick_take(chan, tx, &nr);
		if (nr)
			dmactl_chan_issue(chan);
	}
	dmactl_quick_undo(tx);
	dmactl_chan_put(chan);
	return nr;
}

/* SUBMIT, and what it returns. False: nothing was done. */
bool dmactl_quick(struct dmactl_session *s, struct dmactl_submit *arg, int *err)
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
	*err = 0;
	arg->out_wait = 0;
	arg->out_completed = dmactl_ring_used(ring);
	if (arg->out_completed < min)
		arg->out_wait = dmactl_submit_reap(s, arg, ring, min, NULL);
	return true;
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
	return !READ_ONCE(chan->session->nr_cq) && dmactl_prepared_note(tx);
}

static void dmactl_quick_end(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	struct dmactl_session *s = chan->session;

	lockdep_assert_held(&chan->lock);
	tx->own.tx = NULL;
	tx->bytes = tx->len;
	chan->nr_descs--;
	chan->nr_inflight--;
	chan->completed++;
	chan->bytes += tx->len;
	chan->starved = false;
	chan->refusals = 0;
	tx->timestamp_ns = ktime_get_ns();
	trace_dmactl_op_complete(s->id, chan->obj.handle, tx->seq, 0,
				 tx->bytes);
	if (!dmactl_cq_add(s, tx))
		return;
	list_del_init(&tx->node);
	dmactl_prepared_unrun(tx);
}

/* From the provider, as dmactl_tx_callback(), for an op that is here again. */
void dmactl_quick_callback(void *param, const struct dmaengine_result *result)
{
	struct dmactl_desc *desc = param;
	struct dmactl_chan *chan = desc->chan;

	/* A reader of RCU, too. */
	guard(dmactl_bh_off)();
	scoped_guard(dmactl_spin, &chan->lock) {
		if (desc->tx && dmactl_quick_may_end(chan, desc->tx, result)) {
			dmactl_quick_end(chan, desc->tx);
			return;
		}
	}
	dmactl_tx_callback(param, result);
}
