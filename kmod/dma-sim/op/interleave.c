// SPDX-License-Identifier: GPL-2.0-only
/* INTERLEAVE: frames of chunks with gaps, and descriptors that repeat. */
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core/lock.h"
#include "core/memory.h"
#include "op/slave.h"
#include "op/table.h"

static void sim_rewind_interleave(struct sim_desc *d)
{
	d->frames.src = d->frames.src_start;
	d->frames.dst = d->frames.dst_start;
	d->frames.off = 0;
}

/* @n bytes of a chunk were moved. */
static void sim_interleave_advance(struct sim_desc *d, size_t n)
{
	const struct sim_chunk *c = &d->chunks[d->at];

	d->frames.off += n;
	d->frames.src += d->frames.src_inc ? n : 0;
	d->frames.dst += d->frames.dst_inc ? n : 0;
	if (d->frames.off < c->len)
		return;

	d->segment_pos = d->pos;
	d->frames.off = 0;
	d->frames.src += c->src_gap;
	d->frames.dst += c->dst_gap;
	if (++d->at == d->frames.chunks)
		d->at = 0;
}

/* Moves up to *@n bytes of one chunk and stores in *@n how many were moved. */
static enum dmaengine_tx_result sim_interleave_piece(struct sim_chan *sc,
						     struct sim_desc *d,
						     size_t *n)
{
	enum dmaengine_tx_result result;
	size_t moved = 0;

	if (d->dir == DMA_DEV_TO_MEM)
		return sim_slave_move(sc, d, d->frames.dst, n);
	if (d->dir == DMA_MEM_TO_DEV)
		return sim_slave_move(sc, d, d->frames.src, n);

	result = sim_mem_copy(sc, d->frames.dst, d->frames.src, *n, &moved);
	d->pos += moved;
	*n = moved;
	return result;
}

static enum dmaengine_tx_result sim_step_interleave(struct sim_chan *sc,
						    struct sim_desc *d,
						    size_t n)
{
	enum dmaengine_tx_result result = DMA_TRANS_NOERROR;

	while (n && d->pos < d->stop && result == DMA_TRANS_NOERROR) {
		size_t part = min(n, d->chunks[d->at].len - d->frames.off);
		size_t moved;

		if (d->frames.word)
			part = min_t(size_t, part, d->frames.word);
		moved = part;
		result = sim_interleave_piece(sc, d, &moved);
		sim_interleave_advance(d, moved);
		if (moved < part)
			break;
		n -= part;
	}
	return result;
}

/*
 * Returns the chunks of a frame and the length of all frames; NULL if invalid.
 */
static struct sim_chunk *
sim_interleave_chunks(struct sim_chan *sc,
		      const struct dma_interleaved_template *xt, size_t *len)
{
	size_t all = xt->src_start | xt->dst_start;
	struct sim_chunk *chunks;
	size_t i;

	if (!xt->numf || !xt->frame_size || xt->frame_size > UINT_MAX)
		return NULL;
	chunks = kmalloc_array(xt->frame_size, sizeof(*chunks), GFP_NOWAIT);
	if (!chunks)
		return NULL;

	*len = 0;
	for (i = 0; i < xt->frame_size; i++) {
		struct data_chunk *from = (struct data_chunk *)&xt->sgl[i];
		struct sim_chunk *c = &chunks[i];

		c->len = from->size;
		c->src_gap = dmaengine_get_src_icg((void *)xt, from);
		c->dst_gap = dmaengine_get_dst_icg((void *)xt, from);
		all |= c->len | c->src_gap | c->dst_gap;
		if (!sim_len_valid(sc, c->len) ||
		    check_add_overflow(*len, c->len, len))
			goto err_free;
	}
	if (check_mul_overflow(*len, xt->numf, len) ||
	    (xt->dir == DMA_MEM_TO_MEM &&
	     !is_dma_copy_aligned(sc->chan.device, all, 0, 0)))
		goto err_free;
	return chunks;

err_free:
	kfree(chunks);
	return NULL;
}

/* Returns the width of the words at an address that stays constant, or 0. */
static unsigned int sim_interleave_word(const struct sim_chan *sc,
					const struct dma_interleaved_template *xt)
{
	unsigned int src = sc->slave.src_addr_width ?: 1;
	unsigned int dst = sc->slave.dst_addr_width ?: 1;
	unsigned int word = 0;

	if (!xt->src_inc && xt->dir != DMA_DEV_TO_MEM)
		word = src;
	if (!xt->dst_inc && xt->dir != DMA_MEM_TO_DEV)
		word = word ? min(word, dst) : dst;
	return word;
}

static bool sim_interleave_accepts(struct sim_chan *sc,
				   const struct dma_interleaved_template *xt,
				   unsigned long flags)
{
	struct dma_device *dma = sc->chan.device;
	unsigned long both = DMA_PREP_REPEAT | DMA_PREP_LOAD_EOT;
	size_t i;

	lockdep_assert_held(&sc->lock);
	if (sc->ctl->config.repeat_only && (flags & both) != both)
		return false;
	if (flags & DMA_PREP_REPEAT && !dma_has_cap(DMA_REPEAT, dma->cap_mask))
		return false;
	if (xt->dir == DMA_MEM_TO_MEM)
		return sc->periph.ops->directions & BIT(DMA_MEM_TO_MEM);
	for (i = 0; i < xt->frame_size; i++)
		if (!sim_slave_accepts(sc, xt->dir, xt->sgl[i].size))
			return false;
	return true;
}

static struct dma_async_tx_descriptor *
sim_prep_interleaved(struct dma_chan *chan, struct dma_interleaved_template *xt,
		     unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_chunk *chunks;
	struct sim_desc *d;
	size_t len;

	chunks = sim_interleave_chunks(sc, xt, &len);
	if (!chunks)
		return NULL;

	scoped_guard(sim_chan, sc) {
		if (!sim_interleave_accepts(sc, xt, flags))
			break;
		if (xt->dir == DMA_MEM_TO_MEM)
			d = sim_desc_get(sc, &sim_op_interleave, len, flags);
		else
			d = sim_slave_get(sc, &sim_op_interleave, xt->dir, len,
					  flags);
		if (!d)
			break;
		d->chunks = chunks;
		d->frames.src_start = xt->src_start;
		d->frames.dst_start = xt->dst_start;
		d->frames.src_inc = xt->src_inc;
		d->frames.dst_inc = xt->dst_inc;
		d->frames.chunks = xt->frame_size;
		d->frames.word = sim_interleave_word(sc, xt);
		if (flags & DMA_PREP_REPEAT)
			d->period = len;
		return &d->tx;
	}
	kfree(chunks);
	return NULL;
}

static void sim_declare_interleave(struct sim_controller *ctl)
{
	sim_slave_declare(ctl);
	ctl->dma.device_prep_interleaved_dma = sim_prep_interleaved;
	ctl->dma.copy_align = ilog2(ctl->config.copy_align);
}

const struct sim_op sim_op_interleave = {
	.name = "interleave",
	.cap = DMA_INTERLEAVE,
	.slave = true,
	.declare = sim_declare_interleave,
	.step = sim_step_interleave,
	.rewind = sim_rewind_interleave,
};

/*
 * These enable the flags DMA_PREP_REPEAT and DMA_PREP_LOAD_EOT of INTERLEAVE.
 */
const struct sim_op sim_op_repeat = {
	.name = "repeat",
	.cap = DMA_REPEAT,
	.slave = true,
};

const struct sim_op sim_op_load_eot = {
	.name = "load_eot",
	.cap = DMA_LOAD_EOT,
	.slave = true,
};
