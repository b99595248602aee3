// SPDX-License-Identifier: GPL-2.0-only
/* MEMSET and MEMSET_SG */
#include "core/lock.h"
#include "core/memory.h"
#include "op/table.h"

static struct dma_async_tx_descriptor *
sim_prep_memset(struct dma_chan *chan, dma_addr_t dst, int value, size_t len,
		unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	if (!is_dma_fill_aligned(chan->device, dst, 0, len) ||
	    !sim_len_valid(sc, len))
		return NULL;

	guard(sim_chan)(sc);
	d = sim_desc_get(sc, &sim_op_memset, len, flags);
	if (!d)
		return NULL;
	d->fill.dst = dst;
	d->fill.value = value;
	return &d->tx;
}

static enum dmaengine_tx_result sim_step_memset(struct sim_chan *sc,
						struct sim_desc *d, size_t n)
{
	return sim_mem_fill(sc, d->fill.dst + d->pos, d->fill.value, n,
			    &d->pos);
}

static bool sim_memset_sg_valid(struct sim_chan *sc,
				const struct sim_segments *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (!is_dma_fill_aligned(sc->chan.device, s->list[i].addr, 0,
					 s->list[i].len) ||
		    !sim_len_valid(sc, s->list[i].len))
			return false;
	return true;
}

static struct dma_async_tx_descriptor *
sim_prep_memset_sg(struct dma_chan *chan, struct scatterlist *sgl,
		   unsigned int nents, int value, unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_segments s;
	struct sim_desc *d;
	size_t len;

	sim_count_entries(sc, nents);
	if (!sim_segments_init_sg(&s, sgl, nents))
		return NULL;
	if (!sim_memset_sg_valid(sc, &s) || !sim_segments_sum(&s, &len))
		goto err_free;

	scoped_guard(sim_chan, sc) {
		d = sim_desc_get(sc, &sim_op_memset_sg, len, flags);
		if (!d)
			break;
		sim_segments_give(&s, d);
		d->fill.value = value;
		return &d->tx;
	}
err_free:
	sim_segments_free(&s);
	return NULL;
}

static enum dmaengine_tx_result sim_step_memset_sg(struct sim_chan *sc,
						   struct sim_desc *d, size_t n)
{
	while (n) {
		struct sim_segment *s = &d->segments[d->at];
		size_t off = d->pos - d->segment_pos;
		size_t part = min(n, s->len - off);
		enum dmaengine_tx_result result;

		result = sim_mem_fill(sc, s->addr + off, d->fill.value, part,
				      &d->pos);
		if (result != DMA_TRANS_NOERROR)
			return result;
		if (off + part == s->len) {
			d->segment_pos = d->pos;
			d->at++;
		}
		n -= part;
	}
	return DMA_TRANS_NOERROR;
}

static void sim_declare_memset(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_memset = sim_prep_memset;
	ctl->dma.fill_align = ilog2(ctl->config.fill_align);
}

static void sim_declare_memset_sg(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_memset_sg = sim_prep_memset_sg;
	ctl->dma.fill_align = ilog2(ctl->config.fill_align);
}

const struct sim_op sim_op_memset = {
	.name = "memset",
	.cap = DMA_MEMSET,
	.declare = sim_declare_memset,
	.step = sim_step_memset,
};

const struct sim_op sim_op_memset_sg = {
	.name = "memset_sg",
	.cap = DMA_MEMSET_SG,
	.declare = sim_declare_memset_sg,
	.step = sim_step_memset_sg,
};
