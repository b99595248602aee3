// SPDX-License-Identifier: GPL-2.0-only
/* Callbacks of descriptors that have ended, and of periods. */
#include "core/context.h"
#include "core/desc.h"
#include "core/engine.h"
#include "core/lock.h"

#define SIM_CALLBACKS		8

struct sim_callback {
	dma_async_tx_callback plain;
	dma_async_tx_callback_result with_result;
	void *param;
	struct dmaengine_unmap_data *unmap;
	struct dmaengine_result result;
	dma_cookie_t late;		/* cookie to complete after the callback, or 0 */
	unsigned int times;
	unsigned int epoch;
};

/* Returns the next descriptor with a callback due, in order. */
static struct sim_desc *sim_callbacks_next(struct sim_chan *sc)
{
	struct sim_desc *d;

	lockdep_assert_held(&sc->lock);
	d = list_first_entry_or_null(&sc->desc.completed, struct sim_desc,
				     node);
	if (d && sim_misbehaves(sc, SIM_OUT_OF_ORDER))
		d = list_last_entry(&sc->desc.completed, struct sim_desc, node);
	if (d || !sim_engine_tick(sc))
		return d;
	return list_first_entry_or_null(&sc->desc.issued, struct sim_desc, node);
}

/*
 * Moves ended descriptors and periods to @batch. Returns true if there may be
 * more.
 */
static bool sim_callbacks_take(struct sim_chan *sc, struct sim_callback *batch,
			       unsigned int *n)
{
	struct sim_desc *d;

	guard(sim_chan)(sc);
	for (*n = 0; *n < SIM_CALLBACKS; (*n)++) {
		struct sim_callback *c = &batch[*n];

		d = sim_callbacks_next(sc);
		if (!d)
			return false;
		*c = (struct sim_callback){
			.plain = d->tx.callback,
			.with_result = d->tx.callback_result,
			.param = d->tx.callback_param,
			.times = d->ticks,
			.epoch = sc->desc.epoch,
		};
		if (d->state != SIM_DESC_COMPLETED || d->ticks) {
			d->ticks = 0;
			if (sim_misbehaves(sc, SIM_PERIOD_SILENT))
				c->times = 0;
			continue;
		}
		c->times = sim_misbehaves(sc, SIM_DOUBLE_COMPLETION) ? 2 : 1;
		/*
		 * One interrupt stands for several, and the handler forgets
		 * this one.
		 */
		if (d->lost || (*n == SIM_CALLBACKS - 1 &&
				sim_misbehaves(sc, SIM_LOST_COMPLETION)))
			c->times = 0;
		c->unmap = d->tx.unmap;
		c->result.result = d->result;
		c->result.residue = min_t(size_t, d->len - d->pos, U32_MAX);
		if (d->result != DMA_TRANS_NOERROR &&
		    sim_misbehaves(sc, SIM_FAIL_SILENT))
			c->result = (struct dmaengine_result){ };
		if (d->result != DMA_TRANS_NOERROR &&
		    sim_misbehaves(sc, SIM_FAIL_GOOD))
			c->result.result = DMA_TRANS_NOERROR;
		if (sim_misbehaves(sc, SIM_RESIDUE_WHOLE))
			c->result.residue = min_t(size_t, d->len, U32_MAX);
		c->late = d->late;
		sim_desc_retire(sc, d);
	}
	return true;
}

static void sim_callback_call(struct sim_chan *sc, struct sim_callback *c)
{
	unsigned int i;

	for (i = 0; i < c->times; i++) {
		/* The previous callback may have terminated the channel. */
		if (i && READ_ONCE(sc->desc.epoch) != c->epoch)
			break;
		if (c->with_result)
			c->with_result(c->param, &c->result);
		else if (c->plain)
			c->plain(c->param);
	}
}

static void sim_callbacks_call(struct sim_chan *sc, struct sim_callback *batch,
			       unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		sim_callback_call(sc, &batch[i]);
		if (batch[i].late)
			/*
			 * Pairs with readers of the status, as in
			 * sim_desc_finish().
			 */
			smp_store_release(&sc->chan.completed_cookie,
					  batch[i].late);
	}
}

static void sim_callbacks_done(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	guard(sim_chan)(sc);
	list_for_each_entry_safe(d, next, &sc->desc.called, node)
		sim_desc_called(sc, d);
}

void sim_callbacks_run(struct sim_chan *sc)
{
	struct sim_callback batch[SIM_CALLBACKS];
	unsigned int i, n;
	bool more;

	do {
		more = sim_callbacks_take(sc, batch, &n);
		for (i = 0; i < n; i++)
			dmaengine_unmap_put(batch[i].unmap);
		if (likely(!sim_context(sc)))
			sim_callbacks_call(sc, batch, n);
		else if (n)
			sim_context_call(sc, batch, n, sim_callbacks_call);
		if (!list_empty_careful(&sc->desc.called))
			sim_callbacks_done(sc);
	} while (more);
}
