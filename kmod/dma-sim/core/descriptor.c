// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors: pool, cookies, status and residue. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "core/desc.h"
#include "core/engine.h"
#include "core/fault.h"
#include "core/lock.h"

/* Starts the descriptor over. */
void sim_desc_rewind(struct sim_desc *d)
{
	d->pos = 0;
	d->segment_pos = 0;
	d->at = 0;
	d->stop = d->period ?: d->len;
	if (d->op->rewind)
		d->op->rewind(d);
}

static dma_cookie_t sim_tx_submit(struct dma_async_tx_descriptor *tx)
{
	struct sim_chan *sc = to_sim_chan(tx->chan);
	struct sim_desc *d = to_sim_desc(tx);
	dma_cookie_t cookie;

	guard(sim_chan)(sc);
	if (sc->gone)
		return -ENODEV;
	/* A termination has taken the descriptor back. */
	if (d->state != SIM_DESC_ALLOCATED)
		return -EINVAL;

	cookie = tx->chan->cookie + 1;
	if (cookie < DMA_MIN_COOKIE || (sim_misbehaves(sc, SIM_COOKIE_RESTARTS) &&
					cookie > SIM_COOKIES))
		cookie = DMA_MIN_COOKIE;
	WRITE_ONCE(tx->chan->cookie, cookie);
	tx->cookie = cookie;

	d->started = false;
	d->ticks = 0;
	d->result = DMA_TRANS_NOERROR;
	sim_desc_rewind(d);
	sim_metadata_submit(d);
	d->state = SIM_DESC_SUBMITTED;
	list_move_tail(&d->node, &sc->desc.submitted);
	if (sim_misbehaves(sc, SIM_EARLY_START)) {
		d->state = SIM_DESC_ISSUED;
		list_move_tail(&d->node, &sc->desc.issued);
		sim_engine_kick(sc);
	}
	return cookie;
}

/* Issues all submitted descriptors. */
void sim_desc_issue(struct sim_chan *sc)
{
	struct sim_desc *d;

	lockdep_assert_held(&sc->lock);
	list_for_each_entry(d, &sc->desc.submitted, node)
		d->state = SIM_DESC_ISSUED;
	list_splice_tail_init(&sc->desc.submitted, &sc->desc.issued);
}

/* The client frees a reusable descriptor. */
static int sim_tx_free(struct dma_async_tx_descriptor *tx)
{
	struct sim_chan *sc = to_sim_chan(tx->chan);
	struct sim_desc *d = to_sim_desc(tx);

	guard(sim_chan)(sc);
	if (d->state != SIM_DESC_ALLOCATED)
		return -EBUSY;
	sim_desc_recycle(sc, d);
	return 0;
}

void sim_desc_init(struct sim_chan *sc)
{
	struct sim_desc_lists *lists = &sc->desc;

	INIT_LIST_HEAD(&lists->free);
	INIT_LIST_HEAD(&lists->allocated);
	INIT_LIST_HEAD(&lists->submitted);
	INIT_LIST_HEAD(&lists->issued);
	INIT_LIST_HEAD(&lists->completed);
	INIT_LIST_HEAD(&lists->called);
}

int sim_pool_init(struct sim_chan *sc)
{
	unsigned int i, n = sc->ctl->config.descriptors;
	struct sim_desc *pool;

	pool = kvcalloc(n, sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return -ENOMEM;

	for (i = 0; i < n; i++) {
		struct sim_desc *d = &pool[i];

		dma_async_tx_descriptor_init(&d->tx, &sc->chan);
		d->tx.tx_submit = sim_tx_submit;
		d->tx.desc_free = sim_tx_free;
	}

	guard(sim_chan)(sc);
	for (i = 0; i < n; i++)
		list_add_tail(&pool[i].node, &sc->desc.free);
	sc->desc.pool = pool;
	sc->desc.failed = 0;
	return 0;
}

void sim_pool_free(struct sim_chan *sc)
{
	scoped_guard(sim_chan, sc)
		INIT_LIST_HEAD(&sc->desc.free);
	kvfree(sc->desc.pool);
	sc->desc.pool = NULL;
}

/* Returns a descriptor for the client to submit, or NULL. */
struct sim_desc *sim_desc_get(struct sim_chan *sc, const struct sim_op *op,
			      size_t len, unsigned long flags)
{
	struct sim_desc *d;

	sim_awake(sc);
	lockdep_assert_held(&sc->lock);
	d = list_first_entry_or_null(&sc->desc.free, struct sim_desc, node);
	if (!d || sc->gone)
		return NULL;

	list_move_tail(&d->node, &sc->desc.allocated);
	d->tx.cookie = 0;
	d->tx.flags = flags;
	d->tx.callback = NULL;
	d->tx.callback_result = NULL;
	d->tx.callback_param = NULL;
	d->tx.unmap = NULL;
	d->tx.desc_metadata_mode = DESC_METADATA_NONE;
	d->op = op;
	d->len = len;
	d->period = 0;
	d->dir = DMA_MEM_TO_MEM;
	d->state = SIM_DESC_ALLOCATED;
	d->lost = sim_misbehaves(sc, SIM_LOST_WHEN_DRY) &&
		  list_empty(&sc->desc.free);
	sim_metadata_prepare(sc, d);
	return d;
}

/* Ends a descriptor. The tasklet will call back. */
void sim_desc_finish(struct sim_chan *sc, struct sim_desc *d,
		     enum dmaengine_tx_result result)
{
	bool late;

	lockdep_assert_held(&sc->lock);
	d->result = result;
	sim_metadata_finish(d);
	d->state = SIM_DESC_COMPLETED;
	if (result != DMA_TRANS_NOERROR)
		WRITE_ONCE(sc->desc.failed, d->tx.cookie);
	/*
	 * The cookie completes after the callback, or when another one
	 * completes.
	 */
	late = sim_misbehaves(sc, SIM_COOKIE_LATE) ||
	       (result != DMA_TRANS_NOERROR &&
		sim_misbehaves(sc, SIM_FAIL_SILENT));
	d->late = late && result == DMA_TRANS_NOERROR ? d->tx.cookie : 0;
	if (!late)
		/*
		 * A client that polls reads the data after this, without the
		 * lock.
		 */
		smp_store_release(&sc->chan.completed_cookie, d->tx.cookie);
	d->tx.cookie = 0;
	list_move_tail(&d->node, &sc->desc.completed);
}

/* The controller is gone: ends all submitted descriptors, with callbacks. */
void sim_desc_abort_all(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	lockdep_assert_held(&sc->lock);
	list_splice_tail_init(&sc->desc.submitted, &sc->desc.issued);
	list_for_each_entry_safe(d, next, &sc->desc.issued, node)
		sim_desc_finish(sc, d, DMA_TRANS_ABORTED);
}

void sim_desc_recycle(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	if (d->segments && d->segments != d->inline_segments)
		kfree(d->segments);
	d->segments = NULL;
	kfree(d->chunks);
	d->chunks = NULL;
	d->state = SIM_DESC_FREE;
	/* Add at the head: the descriptor used last is still in the cache. */
	list_move(&d->node, &sc->desc.free);
}

/* Does the client keep the descriptor until dmaengine_desc_free()? */
static bool sim_desc_is_reusable(const struct sim_desc *d)
{
	return d->tx.flags & DMA_CTRL_REUSE &&
	       d->tx.chan->device->descriptor_reuse;
}

static void sim_desc_keep(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	d->state = SIM_DESC_ALLOCATED;
	list_move_tail(&d->node, &sc->desc.allocated);
}

/*
 * Called before the callback. The client owns a reusable descriptor again by
 * then. Other descriptors are free for the next prep, unless the client still
 * reads their metadata.
 */
void sim_desc_retire(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	if (sim_desc_is_reusable(d) &&
	    !(sim_context(sc) & SIM_CALLBACK_KEEPS)) {
		d->tx.unmap = NULL;
		sim_desc_keep(sc, d);
	} else if (sim_desc_is_reusable(d)) {
		d->tx.unmap = NULL;
		d->state = SIM_DESC_CALLED;
		list_move_tail(&d->node, &sc->desc.called);
	} else if (sim_metadata_lasts(d)) {
		d->state = SIM_DESC_CALLED;
		list_move_tail(&d->node, &sc->desc.called);
	} else {
		sim_desc_recycle(sc, d);
	}
}

/* The callback has returned. */
void sim_desc_called(struct sim_chan *sc, struct sim_desc *d)
{
	if (sim_desc_is_reusable(d))
		sim_desc_keep(sc, d);
	else
		sim_desc_recycle(sc, d);
}

/*
 * Takes all descriptors back without callbacks. With @keep, the client keeps
 * reusable descriptors, to submit or free them, as in virt-dma.c.
 */
void sim_desc_drop_all(struct sim_chan *sc, bool keep)
{
	struct sim_desc *d, *next;
	LIST_HEAD(dropped);

	scoped_guard(sim_chan, sc) {
		/* The client may be about to free one of these. */
		list_for_each_entry_safe(d, next, &sc->desc.allocated, node)
			if (!keep || !sim_desc_is_reusable(d))
				list_move_tail(&d->node, &dropped);
		if (!keep || !sim_misbehaves(sc, SIM_TERMINATE_KEEPS))
			list_splice_tail_init(&sc->desc.submitted, &dropped);
		list_splice_tail_init(&sc->desc.issued, &dropped);
		list_splice_tail_init(&sc->desc.completed, &dropped);
		list_for_each_entry(d, &dropped, node)
			d->state = SIM_DESC_FREE;
		sim_engine_reset(sc);
		sc->desc.epoch++;
	}

	list_for_each_entry(d, &dropped, node)
		dma_descriptor_unmap(&d->tx);

	scoped_guard(sim_chan, sc) {
		list_for_each_entry_safe(d, next, &dropped, node) {
			if (keep && sim_desc_is_reusable(d))
				sim_desc_keep(sc, d);
			else
				sim_desc_recycle(sc, d);
		}
	}
}

static u32 sim_desc_residue(struct sim_chan *sc, const struct sim_desc *d)
{
	size_t left;

	switch (sc->chan.device->residue_granularity) {
	case DMA_RESIDUE_GRANULARITY_BURST:
		left = d->len - d->pos;
		break;
	case DMA_RESIDUE_GRANULARITY_SEGMENT:
		left = d->len - d->segment_pos;
		break;
	default:
		return 0;
	}
	return min_t(size_t, left, U32_MAX);
}

static const struct sim_desc *sim_desc_find(const struct list_head *list,
					    dma_cookie_t cookie)
{
	const struct sim_desc *d;

	list_for_each_entry(d, list, node)
		if (d->tx.cookie == cookie)
			return d;
	return NULL;
}

enum dma_status sim_desc_status(struct dma_chan *chan, dma_cookie_t cookie,
				struct dma_tx_state *state)
{
	struct sim_chan *sc = to_sim_chan(chan);
	const struct sim_desc *d;
	enum dma_status status;
	dma_cookie_t done;

	sim_awake(sc);
	/* Pairs with sim_desc_finish(). */
	done = smp_load_acquire(&chan->completed_cookie);
	dma_set_tx_state(state, done, READ_ONCE(chan->cookie), 0);
	if (state)
		state->in_flight_bytes = 0;
	status = dma_async_is_complete(cookie, done, READ_ONCE(chan->cookie));
	if (sim_misbehaves_somehow(sc))
		status = sc->ctl->fault->status(sc, status);
	if (status == DMA_COMPLETE)
		return cookie == READ_ONCE(sc->desc.failed) ? DMA_ERROR :
							      status;

	guard(sim_chan)(sc);
	d = sim_desc_find(&sc->desc.issued, cookie);
	if (!d && cookie == sc->desc.failed)
		return DMA_ERROR;
	if (d && sc->paused)
		status = DMA_PAUSED;
	if (!d)
		d = sim_desc_find(&sc->desc.submitted, cookie);
	if (d && state)
		state->residue = sim_desc_residue(sc, d);
	if (d && state && sim_misbehaves_somehow(sc))
		state->residue = sc->ctl->fault->residue(sc, d, state->residue);
	return status;
}
