// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of chunks and gaps. Memory that is not in one piece for the device is
 * served with runs of whole frames, and where a frame itself is torn, chunk by
 * chunk.
 */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core.h"

enum { DMACTL_SIDE_DST, DMACTL_SIDE_SRC, DMACTL_SIDES };

/* One side of the transfer. */
struct dmactl_side {
	const struct dmactl_span *span;	/* NULL: the peripheral */
	bool inc;
	u64 stride;			/* from one frame to the next */
	u64 extent;			/* of a frame, without the last gap */
};

struct dmactl_frames {
	struct dmactl_side side[DMACTL_SIDES];
	u64 numf;
	u64 frame;			/* where the next descriptor begins */
	u64 max;			/* frames in one descriptor; 0: cut */
	u64 in_chunk;
	u32 chunk;
	struct dma_interleaved_template *one;	/* room for a single chunk */
	struct dma_interleaved_template xt;	/* ends in an array */
};

static u64 dmactl_gap(struct dma_interleaved_template *xt, int which, u32 i)
{
	if (which == DMACTL_SIDE_DST)
		return dmaengine_get_dst_icg(xt, &xt->sgl[i]);
	return dmaengine_get_src_icg(xt, &xt->sgl[i]);
}

/* How far into its span a side is. */
static u64 dmactl_side_at(struct dmactl_frames *frames, int which)
{
	struct dmactl_side *side = &frames->side[which];
	u64 at = frames->frame * side->stride;
	u32 i;

	if (!side->inc)
		return 0;
	for (i = 0; i < frames->chunk; i++)
		at += frames->xt.sgl[i].size +
		      dmactl_gap(&frames->xt, which, i);
	return at + frames->in_chunk;
}

/* Bytes in one piece from here on. A fixed address never ends. */
static u64 dmactl_side_room(struct dmactl_frames *frames, int which,
			    dma_addr_t *addr)
{
	const struct dmactl_side *side = &frames->side[which];
	u64 room;

	*addr = 0;
	if (!side->span)
		return U64_MAX;
	room = dmactl_map_addr(side->span->map, side->span->off +
			       dmactl_side_at(frames, which), addr);
	return side->inc ? room : U64_MAX;
}

/* Whole frames that a side has in one piece from here on. */
static u64 dmactl_side_frames(const struct dmactl_side *side, u64 room,
			      u64 wanted)
{
	if (room < side->extent)
		return 0;
	if (!side->stride || room == U64_MAX)
		return wanted;
	return min(wanted, div64_u64(room - side->extent, side->stride) + 1);
}

static u64 dmactl_frames_fit(struct dmactl_frames *frames, dma_addr_t *dst,
			     dma_addr_t *src)
{
	u64 n = min(frames->numf - frames->frame, frames->max);
	u64 dst_room = dmactl_side_room(frames, DMACTL_SIDE_DST, dst);
	u64 src_room = dmactl_side_room(frames, DMACTL_SIDE_SRC, src);

	if (frames->chunk || frames->in_chunk)
		return 0;
	n = dmactl_side_frames(&frames->side[DMACTL_SIDE_DST], dst_room, n);
	return dmactl_side_frames(&frames->side[DMACTL_SIDE_SRC], src_room, n);
}

static u64 dmactl_frame_bytes(const struct dma_interleaved_template *xt)
{
	u64 bytes = 0;
	size_t i;

	for (i = 0; i < xt->frame_size; i++)
		bytes += xt->sgl[i].size;
	return bytes;
}

/* What is left of a chunk, as far as both sides have it in one piece. */
static void dmactl_chunk_next(const struct dmactl_chan *chan,
			      struct dmactl_frames *frames,
			      struct dmactl_piece *piece)
{
	struct dma_interleaved_template *xt = &frames->xt;
	struct dma_interleaved_template *one = frames->one;
	u64 dst_room = dmactl_side_room(frames, DMACTL_SIDE_DST,
					&one->dst_start);
	u64 src_room = dmactl_side_room(frames, DMACTL_SIDE_SRC,
					&one->src_start);

	piece->nr = 0;
	piece->len = min3(xt->sgl[frames->chunk].size - frames->in_chunk,
			  dst_room, src_room);
	piece->len = min(piece->len, chan->max_len);
	one->dir = xt->dir;
	one->src_inc = xt->src_inc;
	one->dst_inc = xt->dst_inc;
	one->numf = 1;
	one->frame_size = 1;
	one->sgl[0] = (struct data_chunk) { .size = piece->len };
}

static struct dma_async_tx_descriptor *
dmactl_interleaved_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
			struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_frames *frames = tx->priv;
	struct dma_interleaved_template *xt = &frames->xt;

	piece->nr = dmactl_frames_fit(frames, &xt->dst_start, &xt->src_start);
	if (piece->nr) {
		xt->numf = piece->nr;
		piece->len = piece->nr * dmactl_frame_bytes(xt);
	} else {
		dmactl_chunk_next(chan, frames, piece);
		xt = frames->one;
	}
	return dmaengine_prep_interleaved_dma(chan->dma, xt, flags);
}

static void dmactl_interleaved_advance(struct dmactl_tx *tx,
				       const struct dmactl_piece *piece)
{
	struct dmactl_frames *frames = tx->priv;

	if (piece->nr) {
		frames->frame += piece->nr;
		return;
	}
	frames->in_chunk += piece->len;
	if (frames->in_chunk < frames->xt.sgl[frames->chunk].size)
		return;
	frames->in_chunk = 0;
	if (++frames->chunk < frames->xt.frame_size)
		return;
	frames->chunk = 0;
	frames->frame++;
}

static void dmactl_interleaved_rewind(struct dmactl_tx *tx)
{
	struct dmactl_frames *frames = tx->priv;

	frames->frame = 0;
	frames->chunk = 0;
	frames->in_chunk = 0;
}

static void dmactl_interleaved_shrink(struct dmactl_chan *chan,
				      struct dmactl_tx *tx)
{
	struct dmactl_frames *frames = tx->priv;

	frames->max = min(frames->max, frames->numf) / 2;
}

static int dmactl_frames_fill(struct dmactl_frames *frames,
			      const struct dmactl_op *op,
			      const struct dmactl_chunk *chunks, u32 align)
{
	struct dma_interleaved_template *xt = &frames->xt;
	u64 bytes = 0;
	u64 rest;
	u32 i;

	xt->frame_size = op->nr_args;
	for (i = 0; i < op->nr_args; i++) {
		const struct dmactl_chunk *c = &chunks[i];
		u64 all = c->size | c->icg | c->src_icg | c->dst_icg;

		/* None is longer than a buffer can be; 0 would not move. */
		if (!c->size || all > LONG_MAX || !IS_ALIGNED(all, align) ||
		    check_add_overflow(bytes, c->size, &bytes))
			return -EINVAL;
		xt->sgl[i] = (struct data_chunk) {
			.size = c->size, .icg = c->icg,
			.src_icg = c->src_icg, .dst_icg = c->dst_icg,
		};
	}
	frames->numf = div64_u64_rem(op->len, bytes, &rest);
	frames->max = min_t(u64, frames->numf, U32_MAX);
	return rest || !frames->numf ? -EINVAL : 0;
}

/* The bytes from the first to the last of a side; 0 if that is too many. */
static u64 dmactl_side_measure(struct dmactl_frames *frames, int which)
{
	struct dma_interleaved_template *xt = &frames->xt;
	struct dmactl_side *side = &frames->side[which];
	u64 longest = 0, gap = 0, all;
	u32 i;

	side->inc = which == DMACTL_SIDE_DST ? xt->dst_inc : xt->src_inc;
	for (i = 0; i < xt->frame_size; i++) {
		gap = dmactl_gap(xt, which, i);
		longest = max_t(u64, longest, xt->sgl[i].size);
		if (check_add_overflow(side->stride, (u64)xt->sgl[i].size,
				       &side->stride) ||
		    check_add_overflow(side->stride, gap, &side->stride))
			return 0;
	}
	side->extent = side->stride - gap;
	if (!side->inc) {
		side->stride = 0;
		side->extent = longest;
		return longest;
	}
	if (check_mul_overflow(side->stride, frames->numf - 1, &all) ||
	    check_add_overflow(all, side->extent, &all))
		return 0;
	return all;
}

static int dmactl_frames_add(struct dmactl_chan *chan,
			     const struct dmactl_op *op, struct dmactl_tx *tx)
{
	struct dmactl_frames *frames = tx->priv;
	u64 dst = dmactl_side_measure(frames, DMACTL_SIDE_DST);
	u64 src = dmactl_side_measure(frames, DMACTL_SIDE_SRC);
	int ret = 0;

	if (!dst || !src || !IS_ALIGNED(op->dst_off | op->src_off,
					chan->copy_align))
		return -EINVAL;
	tx->align = 1;
	if (op->dst_buf) {
		ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, dst);
		frames->side[DMACTL_SIDE_DST].span = &tx->dst[0];
	}
	if (!ret && op->src_buf) {
		ret = dmactl_add_src(chan, tx, op->src_buf, op->src_off, src);
		frames->side[DMACTL_SIDE_SRC].span = &tx->src[0];
	}
	return ret;
}

/* What repeats must be one descriptor. */
static int dmactl_frames_repeat(struct dmactl_tx *tx)
{
	struct dmactl_frames *frames = tx->priv;
	dma_addr_t dst, src;

	if (!(tx->flags & DMACTL_OPF_REPEAT))
		return 0;
	if (dmactl_frames_fit(frames, &dst, &src) < frames->numf)
		return -EXDEV;
	return dmactl_periods_new(tx, tx->len);
}

static int dmactl_interleaved_args(struct dmactl_chan *chan,
				   const struct dmactl_op *op,
				   struct dmactl_tx *tx)
{
	struct dmactl_frames *frames;
	struct dmactl_chunk *chunks;
	size_t head;
	int ret;

	chunks = dmactl_copy_args(op, sizeof(*chunks));
	if (IS_ERR(chunks))
		return PTR_ERR(chunks);
	/* Behind it, the template for single chunks. */
	head = ALIGN(struct_size(frames, xt.sgl, op->nr_args), sizeof(u64));
	frames = kvzalloc(head + struct_size(frames->one, sgl, 1),
			  GFP_KERNEL_ACCOUNT);
	ret = -ENOMEM;
	if (frames) {
		tx->priv = frames;
		frames->one = (void *)frames + head;
		frames->xt.dir = tx->dir;
		frames->xt.src_inc = op->flags & DMACTL_OPF_SRC_INC;
		frames->xt.dst_inc = op->flags & DMACTL_OPF_DST_INC;
		frames->xt.src_sgl = op->flags & DMACTL_OPF_SRC_SGL;
		frames->xt.dst_sgl = op->flags & DMACTL_OPF_DST_SGL;
		ret = dmactl_frames_fill(frames, op, chunks, chan->copy_align);
	}
	kvfree(chunks);
	return ret;
}

static int dmactl_interleaved_validate(struct dmactl_chan *chan,
				       const struct dmactl_op *op,
				       struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = !op->dst_buf, .src = !op->src_buf, .value = true,
	};
	int ret = 0;

	if (!dmactl_op_is_clean(op, unused) || (!op->dst_buf && !op->src_buf))
		return -EINVAL;
	tx->dir = DMA_MEM_TO_MEM;
	if (!op->src_buf)
		tx->dir = DMA_DEV_TO_MEM;
	else if (!op->dst_buf)
		tx->dir = DMA_MEM_TO_DEV;
	if (tx->dir != DMA_MEM_TO_MEM)
		ret = dmactl_slave_allowed(chan, tx->dir);
	if (!ret)
		ret = dmactl_interleaved_args(chan, op, tx);
	if (!ret)
		ret = dmactl_frames_add(chan, op, tx);
	if (!ret)
		ret = dmactl_frames_repeat(tx);
	return ret;
}

const struct dmactl_op_type dmactl_op_interleaved = {
	.validate = dmactl_interleaved_validate,
	.prep = dmactl_interleaved_prep,
	.advance = dmactl_interleaved_advance,
	.rewind = dmactl_interleaved_rewind,
	.shrink = dmactl_interleaved_shrink,
	.caps = DMACTL_CAP_INTERLEAVE,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE | DMACTL_OPF_REPEAT |
		 DMACTL_OPF_LOAD_EOT | DMACTL_OPF_SRC_INC |
		 DMACTL_OPF_DST_INC | DMACTL_OPF_SRC_SGL | DMACTL_OPF_DST_SGL,
};
