// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_STATUS: what a channel is doing. */

#include <linux/dmaengine.h>

#include "core.h"

static struct dmactl_tx *dmactl_status_pick(struct dmactl_chan *chan,
					    const struct dmactl_chan_status *arg)
{
	struct dmactl_tx *tx;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry(tx, &chan->inflight, node)
		if (!(arg->flags & DMACTL_STATUS_BY_USER_DATA) ||
		    tx->user_data == arg->user_data)
			return tx;
	return NULL;
}

static u32 dmactl_state_of(enum dma_status status)
{
	switch (status) {
	case DMA_COMPLETE:
		return DMACTL_STATE_COMPLETE;
	case DMA_IN_PROGRESS:
		return DMACTL_STATE_IN_PROGRESS;
	case DMA_PAUSED:
		return DMACTL_STATE_PAUSED;
	default:
		return DMACTL_STATE_ERROR;
	}
}

/* What to ask the provider for. */
struct dmactl_status_query {
	bool there;	/* a descriptor */
	bool held;
	dma_cookie_t cookie;
	u64 len;
};

/*
 * Descriptors that ended are off the list, so what is left is: what has no
 * descriptor yet, whole descriptors, and the rest of the oldest one.
 */
static void dmactl_status_tx(struct dmactl_chan *chan, struct dmactl_tx *tx,
			     struct dmactl_chan_status *arg,
			     struct dmactl_status_query *query)
{
	struct dmactl_desc *desc;

	lockdep_assert_held(&chan->lock);
	arg->user_data = tx->user_data;
	arg->out_count = dmactl_periods_count(tx);
	arg->out_residue = tx->len - tx->prepared;
	arg->out_state = DMACTL_STATE_IN_PROGRESS;
	if (tx->own.tx)
		arg->out_residue += tx->own.len;
	list_for_each_entry(desc, &tx->descs, node)
		arg->out_residue += desc->len;
	desc = dmactl_tx_oldest(tx);
	if (!desc)
		return;
	query->there = true;
	query->cookie = desc->cookie;
	query->len = desc->len;
	query->held = chan->held;
}

static int dmactl_status_fill(struct dmactl_chan *chan,
			      struct dmactl_chan_status *arg,
			      struct dmactl_status_query *query)
{
	struct dmactl_tx *tx;

	guard(dmactl_bh)(&chan->lock);
	arg->out_residue = 0;
	arg->out_count = 0;
	arg->out_submitted = chan->submitted;
	arg->out_completed = chan->completed;
	arg->out_failed = chan->failed;
	arg->out_bytes = chan->bytes;
	arg->out_descriptors = chan->descriptors;
	arg->out_in_flight = chan->nr_inflight;
	arg->out_credit = chan->nr_free;
	arg->out_stalls = chan->stalls;
	if (chan->dead) {
		arg->out_state = DMACTL_STATE_GONE;
		arg->out_credit = 0;
		return 0;
	}

	tx = dmactl_status_pick(chan, arg);
	if (tx) {
		dmactl_status_tx(chan, tx, arg, query);
		return 0;
	}
	if (arg->flags & DMACTL_STATUS_BY_USER_DATA)
		return -ENOENT;
	arg->out_state = DMACTL_STATE_IDLE;
	arg->user_data = 0;
	return 0;
}

/*
 * Without the lock: ioatdma and others end descriptors from here, and call
 * back. The one that is asked for may have ended by now: that is COMPLETE.
 */
static void dmactl_status_ask(struct dmactl_chan *chan,
			      struct dmactl_chan_status *arg,
			      const struct dmactl_status_query *query)
{
	struct dma_tx_state state = { };
	enum dma_status status;

	lockdep_assert_held(&chan->rwsem);
	status = dmaengine_tx_status(chan->dma, query->cookie, &state);
	arg->out_state = dmactl_state_of(status);
	if (status == DMA_COMPLETE)
		arg->out_residue -= query->len;
	else if (state.residue && state.residue < query->len)
		arg->out_residue -= query->len - state.residue;
	if (query->held && status == DMA_IN_PROGRESS)
		arg->out_state = DMACTL_STATE_HELD;
}

static int dmactl_status_read(struct dmactl_chan *chan,
			      struct dmactl_chan_status *arg)
{
	struct dmactl_status_query query = { };
	int ret;

	guard(rwsem_read)(&chan->rwsem);
	ret = dmactl_status_fill(chan, arg, &query);
	if (!ret && query.there)
		dmactl_status_ask(chan, arg, &query);
	return ret;
}

int dmactl_ioctl_chan_status(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_status *arg = cmd->arg;
	struct dmactl_chan *chan;
	int ret;

	chan = dmactl_chan_get(cmd->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_status_read(chan, arg);
	dmactl_chan_put(chan);
	return ret ? ret : dmactl_cmd_respond(cmd);
}
