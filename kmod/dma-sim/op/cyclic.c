// SPDX-License-Identifier: GPL-2.0-only
/* CYCLIC: a peripheral moves data through a cyclic buffer, period by period. */
#include "core/lock.h"
#include "op/slave.h"
#include "op/table.h"

static struct dma_async_tx_descriptor *
sim_prep_cyclic(struct dma_chan *chan, dma_addr_t addr, size_t len,
		size_t period, enum dma_transfer_direction dir,
		unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_segments s;
	struct sim_desc *d;
	size_t at;

	if (!period || !len || len % period || len / period > UINT_MAX)
		return NULL;
	/* One segment per period, which gives the residue by segments. */
	sim_count_entries(sc, len / period);
	if (!sim_segments_init(&s, len / period))
		return NULL;
	for (at = 0; at < s.n; at++) {
		s.list[at].addr = addr + at * period;
		s.list[at].len = period;
	}

	scoped_guard(sim_chan, sc) {
		if (!sim_slave_accepts(sc, dir, period))
			break;
		d = sim_slave_get(sc, &sim_op_cyclic, dir, len, flags);
		if (!d)
			break;
		d->period = period;
		sim_segments_give(&s, d);
		return &d->tx;
	}
	sim_segments_free(&s);
	return NULL;
}

static void sim_declare_cyclic(struct sim_controller *ctl)
{
	sim_slave_declare(ctl);
	ctl->dma.device_prep_dma_cyclic = sim_prep_cyclic;
}

const struct sim_op sim_op_cyclic = {
	.name = "cyclic",
	.cap = DMA_CYCLIC,
	.slave = true,
	.declare = sim_declare_cyclic,
	.step = sim_step_slave,
};
