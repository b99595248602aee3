// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interleaved ops: frames of chunks and gaps. Where memory is not contiguous
 * for the device, a descriptor covers as many whole frames as are contiguous. A
 * frame that is not contiguous itself is moved chunk by chunk.
 */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core/chan.h"
#include "core/rights.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/op.h"
#include "op/periods.h"
#include "op/slave.h"
#include "op/span.h"

enum { DMACTL_SIDE_DST, DMACTL_SIDE_SRC, DMACTL_SIDES };

/* One side of the transfer, destination or source. */
struct dmactl_side {
	const struct dmactl_span *span;	/* NULL: the peripheral */
	bool inc;
	u64 stride;			/* bytes from one frame to the next */
	u64 extent;			/* bytes of a frame without its last gap */
};

struct dmactl_frames {
	struct dmactl_side side[DMACTL_SIDES];
	u64 numf;
	u64 frame;			/* the next descriptor starts here */
	u64 max;			/* frames in one descriptor; 0: chunk by chunk */
	u64 in_chunk;
	u32 chunk;
	struct dma_interleaved_template *one;	/* a template for a single chunk */
	struct dma_interleaved_template xt;	/* last, as it ends in an array */
};

static u64 dmactl_gap(struct dma_interleaved_template *xt, int which, u32 i)
{
	if (which == DMACTL_SIDE_DST)
		return dmaengine_get_dst_icg(xt, &xt->sgl[i]);
	return dmaengine_get_src_icg(xt, &xt->sgl[i]);
}

/* Returns the offset of a side in its span. */
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

/* Returns the contiguous bytes from here on. */
static u64 dmactl_side_left(struct dmactl_frames *frames, int which,
			    dma_addr_t *addr)
{
	const struct dmactl_side *side = &frames->side[which];

	*addr = 0;
	if (!side->span)
		return U64_MAX;
	return dmactl_map_addr(side->span->map, side->span->off +
			       dmactl_side_at(frames, which), addr);
}

/* Returns the whole frames that are contiguous on a side from here on. */
static u64 dmactl_side_frames(const struct dmactl_side *side, u64 left,
			      u64 wanted)
{
	if (left < side->extent)
		return 0;
	if (!side->stride || left == U64_MAX)
		return wanted;
	return min(wanted, div64_u64(left - side->extent, side->stride) + 1);
}

static u64 dmactl_frames_fit(struct dmactl_frames *frames, dma_addr_t *dst,
			     dma_addr_t *src)
{
	u64 n = min(frames->numf - frames->frame, frames->max);
	u64 dst_left = dmactl_side_left(frames, DMACTL_SIDE_DST, dst);
	u64 src_left = dmactl_side_left(frames, DMACTL_SIDE_SRC, src);

	if (frames->chunk || frames->in_chunk)
		return 0;
	n = dmactl_side_frames(&frames->side[DMACTL_SIDE_DST], dst_left, n);
	return dmactl_side_frames(&frames->side[DMACTL_SIDE_SRC], src_left, n);
}

static u64 dmactl_frame_bytes(const struct dma_interleaved_template *xt)
{
	u64 bytes = 0;
	size_t i;

	for (i = 0; i < xt->frame_size; i++)
		bytes += xt->sgl[i].size;
	return bytes;
}

/* Prepares the rest of a chunk, as far as it is contiguous on both sides. */
static void dmactl_chunk_next(const struct dmactl_chan *chan,
			      const struct dmactl_job *job,
			      struct dmactl_piece *piece)
{
	struct dmactl_frames *frames = job->priv;
	struct dma_interleaved_template *xt = &frames->xt;
	struct dma_interleaved_template *one = frames->one;
	u64 dst_left = dmactl_side_left(frames, DMACTL_SIDE_DST,
					&one->dst_start);
	u64 src_left = dmactl_side_left(frames, DMACTL_SIDE_SRC,
					&one->src_start);

	piece->nr = 0;
	piece->len = min3(xt->sgl[frames->chunk].size - frames->in_chunk,
			  dst_left, src_left);
	piece->len = dmactl_piece_cut(job, piece->len);
	/*
	 * If the alignment exceeds the bound, move one aligned unit at a time.
	 */
	if (piece->len > chan->limits.bounds.chunk)
		piece->len = max_t(u64, job->align,
				   round_down(chan->limits.bounds.chunk, job->align));
	one->dir = xt->dir;
	one->src_inc = xt->src_inc;
	one->dst_inc = xt->dst_inc;
	one->numf = 1;
	one->frame_size = 1;
	one->sgl[0] = (struct data_chunk) { .size = piece->len };
}

static struct dma_async_tx_descriptor *
dmactl_interleaved_prep(struct dmactl_chan *chan, struct dmactl_job *job,
			struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_frames *frames = job->priv;
	struct dma_interleaved_template *xt = &frames->xt;

	piece->nr = dmactl_frames_fit(frames, &xt->dst_start, &xt->src_start);
	if (piece->nr) {
		xt->numf = piece->nr;
		piece->len = piece->nr * dmactl_frame_bytes(xt);
	} else {
		dmactl_chunk_next(chan, job, piece);
		xt = frames->one;
	}
	return dmaengine_prep_interleaved_dma(chan->lease.dma, xt, flags);
}

static u32 dmactl_interleaved_entries(const struct dmactl_job *job)
{
	const struct dmactl_frames *frames = job->priv;

	/* A frame that is not contiguous is moved chunk by chunk. */
	if (!frames->max || frames->chunk || frames->in_chunk)
		return 1;
	return frames->xt.frame_size;
}

static void dmactl_interleaved_advance(struct dmactl_job *job,
				       const struct dmactl_piece *piece)
{
	struct dmactl_frames *frames = job->priv;

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

static void dmactl_interleaved_rewind(struct dmactl_job *job)
{
	struct dmactl_frames *frames = job->priv;

	frames->frame = 0;
	frames->chunk = 0;
	frames->in_chunk = 0;
}

static bool dmactl_interleaved_is_whole(const struct dmactl_job *job)
{
	struct dmactl_frames *frames = job->priv;
	dma_addr_t dst, src;

	return dmactl_frames_fit(frames, &dst, &src) == frames->numf;
}

static void dmactl_interleaved_shrink(struct dmactl_chan *chan,
				      struct dmactl_job *job)
{
	struct dmactl_frames *frames = job->priv;

	frames->max = min(frames->max, frames->numf) / 2;
}

/*
 * Some providers read only icg and the sgl flags (imx-dma, xilinx_dma), others
 * need them to step from chunk to chunk (at_xdmac). So a template whose gaps
 * are the same on all sides that have gaps is expressed with icg.
 */
static void dmactl_frames_normalize(struct dma_interleaved_template *xt)
{
	bool src = false, dst = false;
	size_t s, d;
	u32 i;

	for (i = 0; i < xt->frame_size; i++) {
		src |= dmaengine_get_src_icg(xt, &xt->sgl[i]);
		dst |= dmaengine_get_dst_icg(xt, &xt->sgl[i]);
	}
	for (i = 0; i < xt->frame_size; i++) {
		s = dmaengine_get_src_icg(xt, &xt->sgl[i]);
		d = dmaengine_get_dst_icg(xt, &xt->sgl[i]);
		if (src && dst && s != d)
			return;
	}
	for (i = 0; i < xt->frame_size; i++) {
		s = dmaengine_get_src_icg(xt, &xt->sgl[i]);
		d = dmaengine_get_dst_icg(xt, &xt->sgl[i]);
		xt->sgl[i] = (struct data_chunk) {
			.size = xt->sgl[i].size, .icg = max(s, d),
		};
	}
	xt->src_sgl = xt->src_inc && (src || !dst);
	xt->dst_sgl = xt->dst_inc && (dst || !src);
}

/*
 * Returns the frames in one descriptor; 0: chunk by chunk. Some providers
 * increment an address that must stay constant (at_hdmac, imx-dma). With one
 * chunk at a time they stay inside the memory of the op.
 */
static u64 dmactl_frames_max(const struct dmactl_chan *chan,
			     struct dmactl_frames *frames,
			     const struct dmactl_op *op, u64 bytes)
{
	struct dma_interleaved_template *xt = &frames->xt;
	const struct dmactl_bounds *bounds = &chan->limits.bounds;
	u32 i;

	if ((op->dst_buf && !xt->dst_inc) || (op->src_buf && !xt->src_inc) ||
	    xt->frame_size > bounds->entries)
		return 0;
	for (i = 0; i < xt->frame_size; i++)
		if (xt->sgl[i].size > bounds->chunk ||
		    dmactl_gap(xt, DMACTL_SIDE_DST, i) > bounds->chunk ||
		    dmactl_gap(xt, DMACTL_SIDE_SRC, i) > bounds->chunk)
			return 0;
	return min3(frames->numf, (u64)bounds->frames,
		    div64_u64(bounds->total, bytes));
}

/*
 * On the side of the peripheral, the address must not move unless the program
 * may choose addresses. All fields of the template count, even those without
 * effect, because drivers differ in the fields that they read.
 */
static int dmactl_frames_reach(const struct dmactl_chan *chan,
			       const struct dma_interleaved_template *xt)
{
	bool to_dev = xt->dir == DMA_MEM_TO_DEV;
	bool moves = to_dev ? xt->dst_inc || xt->dst_sgl :
			      xt->src_inc || xt->src_sgl;
	size_t i;

	if (xt->dir == DMA_MEM_TO_MEM)
		return 0;
	for (i = 0; i < xt->frame_size && !moves; i++)
		moves = to_dev ? xt->sgl[i].dst_icg : xt->sgl[i].src_icg;
	return moves ? dmactl_reach_allowed(chan) : 0;
}

static int dmactl_frames_fill(const struct dmactl_chan *chan,
			      struct dmactl_frames *frames,
			      const struct dmactl_op *op,
			      const struct dmactl_chunk *chunks, u32 align)
{
	struct dma_interleaved_template *xt = &frames->xt;
	u64 bytes = 0;
	u64 rest;
	u32 i;
	int ret;

	xt->frame_size = op->nr_args;
	for (i = 0; i < op->nr_args; i++) {
		const struct dmactl_chunk *c = &chunks[i];
		u64 all = c->size | c->icg | c->src_icg | c->dst_icg;

		/*
		 * A field may not be longer than a buffer can be; a chunk of 0
		 * bytes would make no progress.
		 */
		if (!c->size || all > LONG_MAX || !IS_ALIGNED(all, align) ||
		    check_add_overflow(bytes, c->size, &bytes))
			return -EINVAL;
		xt->sgl[i] = (struct data_chunk) {
			.size = c->size, .icg = c->icg,
			.src_icg = c->src_icg, .dst_icg = c->dst_icg,
		};
	}
	frames->numf = div64_u64_rem(op->len, bytes, &rest);
	if (rest || !frames->numf)
		return -EINVAL;
	ret = dmactl_frames_reach(chan, xt);
	if (ret)
		return ret;
	dmactl_frames_normalize(xt);
	frames->max = dmactl_frames_max(chan, frames, op, bytes);
	return 0;
}

/*
 * Returns the bytes from the first to the last byte of a side; 0 on overflow.
 */
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
			     const struct dmactl_op *op, struct dmactl_job *job)
{
	struct dmactl_frames *frames = job->priv;
	u64 dst = dmactl_side_measure(frames, DMACTL_SIDE_DST);
	u64 src = dmactl_side_measure(frames, DMACTL_SIDE_SRC);
	int ret = 0;

	if (!dst || !src)
		return -EINVAL;
	if (op->dst_buf) {
		ret = dmactl_add_dst(chan, job, op->dst_buf, op->dst_off, dst);
		frames->side[DMACTL_SIDE_DST].span = &job->dst[0];
	}
	if (!ret && op->src_buf) {
		ret = dmactl_add_src(chan, job, op->src_buf, op->src_off, src);
		frames->side[DMACTL_SIDE_SRC].span = &job->src[0];
	}
	return ret;
}

/* An op that repeats must fit in one descriptor. */
static int dmactl_frames_repeat(struct dmactl_job *job)
{
	if (!(job->flags & DMACTL_OPF_REPEAT))
		return 0;
	if (!dmactl_interleaved_is_whole(job))
		return -EXDEV;
	return dmactl_periods_new(job, job->len);
}

static int dmactl_interleaved_args(struct dmactl_chan *chan,
				   const struct dmactl_op *op,
				   struct dmactl_job *job)
{
	struct dmactl_frames *frames;
	struct dmactl_chunk *chunks;
	size_t head;
	int ret;

	chunks = dmactl_copy_args(job, op, sizeof(*chunks));
	if (IS_ERR(chunks))
		return PTR_ERR(chunks);
	/* The template for single chunks lies behind the struct. */
	head = ALIGN(struct_size(frames, xt.sgl, op->nr_args), sizeof(u64));
	frames = dmactl_job_alloc_mem(job, head + struct_size(frames->one, sgl, 1));
	ret = PTR_ERR_OR_ZERO(frames);
	if (!ret) {
		dmactl_job_set_priv(job, frames);
		frames->one = (void *)frames + head;
		frames->xt.dir = job->dir;
		frames->xt.src_inc = op->flags & DMACTL_OPF_SRC_INC;
		frames->xt.dst_inc = op->flags & DMACTL_OPF_DST_INC;
		frames->xt.src_sgl = op->flags & DMACTL_OPF_SRC_SGL;
		frames->xt.dst_sgl = op->flags & DMACTL_OPF_DST_SGL;
		ret = dmactl_frames_fill(chan, frames, op, chunks, job->align);
	}
	dmactl_free_args(job, op, chunks, sizeof(*chunks));
	return ret;
}

static int dmactl_interleaved_validate(struct dmactl_chan *chan,
				       const struct dmactl_op *op,
				       struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = !op->dst_buf, .src = !op->src_buf, .value = true,
	};
	int ret = 0;

	if (!dmactl_op_is_clean(op, unused) || (!op->dst_buf && !op->src_buf))
		return -EINVAL;
	job->dir = DMA_MEM_TO_MEM;
	if (!op->src_buf)
		job->dir = DMA_DEV_TO_MEM;
	else if (!op->dst_buf)
		job->dir = DMA_MEM_TO_DEV;
	if (job->dir != DMA_MEM_TO_MEM) {
		ret = dmactl_slave_allowed(chan, job->dir);
		job->align = max(job->align, dmactl_slave_align(chan, job->dir));
	}
	if (!ret)
		ret = dmactl_interleaved_args(chan, op, job);
	if (!ret)
		ret = dmactl_frames_add(chan, op, job);
	if (!ret)
		ret = dmactl_frames_repeat(job);
	return ret;
}

const struct dmactl_op_type dmactl_op_interleaved = {
	.validate = dmactl_interleaved_validate,
	.prep = dmactl_interleaved_prep,
	.entries = dmactl_interleaved_entries,
	.advance = dmactl_interleaved_advance,
	.rewind = dmactl_interleaved_rewind,
	.is_whole = dmactl_interleaved_is_whole,
	.shrink = dmactl_interleaved_shrink,
	.caps = DMACTL_CAP_INTERLEAVE,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE | DMACTL_OPF_REPEAT |
		 DMACTL_OPF_LOAD_EOT | DMACTL_OPF_SRC_INC |
		 DMACTL_OPF_DST_INC | DMACTL_OPF_SRC_SGL | DMACTL_OPF_DST_SGL,
};
