// SPDX-License-Identifier: GPL-2.0-only
/* INTERRUPT: a descriptor that moves nothing and calls back. */
#include "core/lock.h"
#include "op/table.h"

static struct dma_async_tx_descriptor *
sim_prep_interrupt(struct dma_chan *chan, unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	guard(sim_chan)(sc);
	d = sim_desc_get(sc, &sim_op_interrupt, 0, flags);
	return d ? &d->tx : NULL;
}

static void sim_declare_interrupt(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_interrupt = sim_prep_interrupt;
}

const struct sim_op sim_op_interrupt = {
	.name = "interrupt",
	.cap = DMA_INTERRUPT,
	.declare = sim_declare_interrupt,
};
