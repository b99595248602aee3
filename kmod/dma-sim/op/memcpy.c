// SPDX-License-Identifier: GPL-2.0-only
/* MEMCPY */
#include <linux/delay.h>

#include "core/lock.h"
#include "core/memory.h"
#include "op/table.h"

static struct dma_async_tx_descriptor *
sim_prep_memcpy(struct dma_chan *chan, dma_addr_t dst, dma_addr_t src,
		size_t len, unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	if (!is_dma_copy_aligned(chan->device, src, dst, len) ||
	    !sim_len_valid(sc, len))
		return NULL;

	if (READ_ONCE(sc->ctl->config.control->prep_sleeps))
		usleep_range(500, 1000);
	guard(sim_chan)(sc);
	d = sim_desc_get(sc, &sim_op_memcpy, len, flags);
	if (!d)
		return NULL;
	d->copy.dst = dst;
	d->copy.src = src;
	return &d->tx;
}

static enum dmaengine_tx_result sim_step_memcpy(struct sim_chan *sc,
						struct sim_desc *d, size_t n)
{
	return sim_mem_copy(sc, d->copy.dst + d->pos, d->copy.src + d->pos, n,
			    &d->pos);
}

static void sim_declare_memcpy(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_memcpy = sim_prep_memcpy;
	ctl->dma.copy_align = ilog2(ctl->config.copy_align);
}

const struct sim_op sim_op_memcpy = {
	.name = "memcpy",
	.cap = DMA_MEMCPY,
	.declare = sim_declare_memcpy,
	.step = sim_step_memcpy,
};
