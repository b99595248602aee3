// SPDX-License-Identifier: GPL-2.0-only
/* MEMSET and MEMSET_SG */
#include <linux/overflow.h>
#include <linux/slab.h>

#include "sim.h"

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

static bool sim_segments_valid(struct sim_chan *sc, struct scatterlist *sgl,
			       unsigned int nents, size_t *len)
{
	struct scatterlist *sg;
	unsigned int i;

	*len = 0;
	for_each_sg(sgl, sg, nents, i) {
		size_t n = sg_dma_len(sg);

		if (!is_dma_fill_aligned(sc->chan.device, sg_dma_address(sg),
					 0, n) ||
		    !sim_len_valid(sc, n) ||
		    check_add_overflow(*len, n, len))
			return false;
	}
	return nents;
}

static void sim_segments_fill(struct sim_segment *segments,
			      struct scatterlist *sgl, unsigned int nents)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sg(sgl, sg, nents, i) {
		segments[i].addr = sg_dma_address(sg);
		segments[i].len = sg_dma_len(sg);
	}
}

static struct dma_async_tx_descriptor *
sim_prep_memset_sg(struct dma_chan *chan, struct scatterlist *sgl,
		   unsigned int nents, int value, unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_segment *segments = NULL;
	struct sim_desc *d;
	size_t len;

	if (!sim_segments_valid(sc, sgl, nents, &len))
		return NULL;
	if (nents > SIM_SEGMENTS_INLINE) {
		segments = kmalloc_array(nents, sizeof(*segments), GFP_NOWAIT);
		if (!segments)
			return NULL;
		sim_segments_fill(segments, sgl, nents);
	}

	scoped_guard(sim_chan, sc) {
		d = sim_desc_get(sc, &sim_op_memset_sg, len, flags);
		if (!d)
			break;
		if (!segments) {
			segments = d->inline_segments;
			sim_segments_fill(segments, sgl, nents);
		}
		d->segments = segments;
		d->fill.at = 0;
		d->fill.value = value;
		return &d->tx;
	}
	kfree(segments);
	return NULL;
}

static enum dmaengine_tx_result sim_step_memset_sg(struct sim_chan *sc,
						   struct sim_desc *d, size_t n)
{
	while (n) {
		struct sim_segment *s = &d->segments[d->fill.at];
		size_t off = d->pos - d->segment_pos;
		size_t part = min(n, s->len - off);
		enum dmaengine_tx_result result;

		result = sim_mem_fill(sc, s->addr + off, d->fill.value, part,
				      &d->pos);
		if (result != DMA_TRANS_NOERROR)
			return result;
		if (off + part == s->len) {
			d->segment_pos = d->pos;
			d->fill.at++;
		}
		n -= part;
	}
	return DMA_TRANS_NOERROR;
}

static void sim_declare_memset(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_memset = sim_prep_memset;
	ctl->dma.fill_align = ilog2(ctl->config.copy_align);
}

static void sim_declare_memset_sg(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_memset_sg = sim_prep_memset_sg;
	ctl->dma.fill_align = ilog2(ctl->config.copy_align);
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
