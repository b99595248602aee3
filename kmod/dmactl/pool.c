// SPDX-License-Identifier: GPL-2.0-only
/* The pool of a channel: where its ops come from and go back to. */

#include <linux/poll.h>
#include <linux/string.h>

#include "core.h"

void dmactl_tx_init(struct dmactl_tx *tx, struct dmactl_chan *chan)
{
	memset(tx, 0, sizeof(*tx));
	tx->chan = chan;
	INIT_LIST_HEAD(&tx->node);
	INIT_LIST_HEAD(&tx->descs);
	tx->own.chan = chan;
	tx->count = 1;
	tx->dst = &tx->inl[0];
	tx->src = &tx->inl[1];
}

/* One from the pool begins as a new op. Its list of descriptors is empty. */
void dmactl_tx_reset(struct dmactl_tx *tx)
{
	memset_startat(tx, 0, status);
	tx->count = 1;
	tx->dst = &tx->inl[0];
	tx->src = &tx->inl[1];
}

/* The channel's memory stays while an op is not in its pool. */
static void dmactl_chan_count_free(struct dmactl_chan *chan, int nr)
{
	lockdep_assert_held(&chan->lock);
	if (chan->nr_free == chan->depth)
		kref_get(&chan->obj.ref);
	chan->nr_free += nr;
}

/* Up to @nr ops to the end of @txs, to be reset. Returns how many. */
u32 dmactl_tx_take(struct dmactl_chan *chan, struct list_head *txs, u32 nr)
{
	struct list_head *last = &chan->free_txs;
	LIST_HEAD(taken);
	u32 n = 0;

	guard(dmactl_bh)(&chan->lock);
	while (n < nr && !list_is_last(last, &chan->free_txs)) {
		last = last->next;
		n++;
	}
	if (!n) {
		chan->want_credit = true;
		return 0;
	}
	dmactl_chan_count_free(chan, -n);
	list_cut_position(&taken, &chan->free_txs, last);
	list_splice_tail(&taken, txs);
	return n;
}

/* Back to the pool with all @nr of @txs. */
void dmactl_tx_give_back(struct dmactl_chan *chan, struct list_head *txs,
			 u32 nr)
{
	bool wake, all;

	scoped_guard(dmactl_bh, &chan->lock) {
		/* At the tail: the longest unused is the next. */
		list_splice_tail_init(txs, &chan->free_txs);
		chan->nr_free += nr;
		all = chan->nr_free == chan->depth;
		wake = chan->want_credit;
		chan->want_credit = false;
	}
	if (wake)
		wake_up_interruptible_poll(&chan->session->wait,
					   EPOLLOUT | EPOLLWRNORM);
	if (all)
		dmactl_chan_put(chan);
}

/*
 * One op, from the list that it is on. True: it was the last, and the reference
 * that goes with it is the caller's, and counted as completing.
 */
bool dmactl_tx_give_back_locked(struct dmactl_tx *tx)
{
	struct dmactl_chan *chan = tx->chan;

	lockdep_assert_held(&chan->lock);
	if (tx->run) {
		list_del_init(&tx->node);
		dmactl_prepared_unrun(tx);
		return false;
	}
	list_move_tail(&tx->node, &chan->free_txs);
	chan->nr_free++;
	if (chan->want_credit) {
		chan->want_credit = false;
		wake_up_interruptible_poll(&chan->session->wait,
					   EPOLLOUT | EPOLLWRNORM);
	}
	if (chan->nr_free != chan->depth)
		return false;
	atomic_inc(&chan->completing);
	return true;
}

/* NULL: the channel has no credit. */
struct dmactl_tx *dmactl_tx_get(struct dmactl_chan *chan)
{
	struct dmactl_tx *tx;
	LIST_HEAD(txs);

	if (!dmactl_tx_take(chan, &txs, 1))
		return NULL;
	tx = list_first_entry(&txs, struct dmactl_tx, node);
	list_del_init(&tx->node);
	dmactl_tx_reset(tx);
	return tx;
}

/* What is not of the pool. */
static void dmactl_tx_free_other(struct dmactl_tx *tx)
{
	/* An op's own is gone by now: this is the record of one. */
	if (tx->periods)
		dmactl_periods_reaped(tx);
	else
		dmactl_prepared_unrun(tx);
}

/* Back to where it came from, most of them to the pool. */
void dmactl_tx_free(struct dmactl_tx *tx)
{
	LIST_HEAD(txs);

	if (tx->periods || tx->run) {
		dmactl_tx_free_other(tx);
		return;
	}
	list_add(&tx->node, &txs);
	dmactl_tx_give_back(tx->chan, &txs, 1);
}

/* The ops of one channel at the head of @txs, to @run. */
static u32 dmactl_tx_cut_run(struct list_head *txs, struct list_head *run)
{
	struct dmactl_chan *chan = NULL;
	struct list_head *last = txs;
	struct dmactl_tx *tx;
	u32 nr = 0;

	list_for_each_entry(tx, txs, node) {
		if (tx->periods || tx->run || (chan && tx->chan != chan))
			break;
		chan = tx->chan;
		last = &tx->node;
		nr++;
	}
	list_cut_position(run, txs, last);
	return nr;
}

void dmactl_tx_recycle(struct list_head *txs)
{
	struct dmactl_tx *tx;
	LIST_HEAD(run);
	u32 nr;

	while (!list_empty(txs)) {
		tx = list_first_entry(txs, struct dmactl_tx, node);
		nr = dmactl_tx_cut_run(txs, &run);
		if (nr) {
			dmactl_tx_give_back(tx->chan, &run, nr);
		} else {
			list_del_init(&tx->node);
			dmactl_tx_free_other(tx);
		}
	}
}
