// SPDX-License-Identifier: GPL-2.0-only
/* Callbacks of what has ended: descriptors, and periods of those that repeat */
#include "misbehave.h"
#include "sim.h"

#define SIM_CALLBACKS		8

struct sim_callback {
	dma_async_tx_callback plain;
	dma_async_tx_callback_result with_result;
	void *param;
	struct dmaengine_unmap_data *unmap;
	struct dmaengine_result result;
	unsigned int times;
	unsigned int epoch;
};

/* What has callbacks to come, in their order. */
static struct sim_desc *sim_callbacks_next(struct sim_chan *sc)
{
	struct sim_desc *d;

	lockdep_assert_held(&sc->lock);
	d = list_first_entry_or_null(&sc->done, struct sim_desc, node);
	if (d && sim_misbehaves(sc, SIM_OUT_OF_ORDER))
		d = list_last_entry(&sc->done, struct sim_desc, node);
	if (d || !sc->ticking)
		return d;
	sc->ticking = false;
	return list_first_entry_or_null(&sc->issued, struct sim_desc, node);
}

/* Move ended descriptors and periods to @batch; true if there may be more. */
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
			.epoch = sc->epoch,
		};
		if (d->state != SIM_DESC_DONE || d->ticks) {
			d->ticks = 0;
			continue;
		}
		c->times = sim_misbehaves(sc, SIM_DOUBLE_COMPLETION) ? 2 : 1;
		/* One interrupt stands for several, and the handler forgets it. */
		if (d->lost || (*n == SIM_CALLBACKS - 1 &&
				sim_misbehaves(sc, SIM_LOST_COMPLETION)))
			c->times = 0;
		c->unmap = d->tx.unmap;
		c->result.result = d->result;
		c->result.residue = min_t(size_t, d->len - d->pos, U32_MAX);
		sim_desc_retire(sc, d);
	}
	return true;
}

static void sim_callback_call(struct sim_chan *sc, struct sim_callback *c)
{
	unsigned int i;

	dmaengine_unmap_put(c->unmap);
	for (i = 0; i < c->times; i++) {
		/* The one before may have terminated the channel. */
		if (i && READ_ONCE(sc->epoch) != c->epoch)
			break;
		if (c->with_result)
			c->with_result(c->param, &c->result);
		else if (c->plain)
			c->plain(c->param);
	}
}

static void sim_callbacks_done(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	guard(sim_chan)(sc);
	list_for_each_entry_safe(d, next, &sc->called, node)
		sim_desc_recycle(sc, d);
}

void sim_callbacks_run(struct sim_chan *sc)
{
	struct sim_callback batch[SIM_CALLBACKS];
	unsigned int i, n;
	bool more;

	do {
		more = sim_callbacks_take(sc, batch, &n);
		for (i = 0; i < n; i++)
			sim_callback_call(sc, &batch[i]);
		if (!list_empty_careful(&sc->called))
			sim_callbacks_done(sc);
	} while (more);
}
