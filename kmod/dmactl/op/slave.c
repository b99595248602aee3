// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops between memory and a peripheral, and fills of a list. They share the
 * scatterlist: mapped addresses, with one entry for each contiguous piece.
 */

#include <linux/dmaengine.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/rio.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/rights.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/list.h"
#include "op/metadata.h"
#include "op/op.h"
#include "op/slave.h"
#include "op/span.h"

/*
 * Returns the alignment of memory and lengths: the width of the peripheral's
 * words. Providers count in words and drop the remainder.
 */
u32 dmactl_slave_align(const struct dmactl_chan *chan,
		       enum dma_transfer_direction dir)
{
	u32 width = READ_ONCE(chan->peripheral.dst_width);

	if (dir == DMA_DEV_TO_MEM)
		width = READ_ONCE(chan->peripheral.src_width);
	return is_power_of_2(width) ? width : 1;
}

static struct dma_async_tx_descriptor *
dmactl_slave_sg_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		     struct dmactl_piece *piece, unsigned long flags)
{
	struct scatterlist *sgl = dmactl_list_next(job->priv, piece);

	return dmaengine_prep_slave_sg(chan->lease.dma, sgl, piece->nr, job->dir,
				       flags);
}

/*
 * Adds the elements of one side. With a peripheral, an element may be metadata.
 */
static int dmactl_slave_add_sgs(struct dmactl_chan *chan, struct dmactl_job *job,
				const struct dmactl_sg *sgs, u32 nr, u16 side)
{
	u64 sum = 0;
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++) {
		if (sgs[i].role == DMACTL_SG_METADATA &&
		    job->dir != DMA_MEM_TO_MEM) {
			ret = dmactl_metadata_add(chan, job, &sgs[i]);
			continue;
		}
		if (sgs[i].role != side || sgs[i].reserved || sgs[i].value ||
		    check_add_overflow(sum, sgs[i].len, &sum))
			return -EINVAL;
		if (side == DMACTL_SG_DST)
			ret = dmactl_add_dst(chan, job, sgs[i].buf, sgs[i].off,
					     sgs[i].len);
		else
			ret = dmactl_add_src(chan, job, sgs[i].buf, sgs[i].off,
					     sgs[i].len);
	}
	if (ret)
		return ret;
	return sum == job->len && !dmactl_metadata_missing(job) ? 0 : -EINVAL;
}

static u16 dmactl_slave_side(const struct dmactl_sg *sgs, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (sgs[i].role == DMACTL_SG_SRC ||
		    sgs[i].role == DMACTL_SG_DST)
			return sgs[i].role;
	return 0;
}

static int dmactl_slave_lists(struct dmactl_chan *chan, struct dmactl_job *job,
			      const struct dmactl_sg *sgs, u32 nr)
{
	u16 side = dmactl_slave_side(sgs, nr);
	int ret;

	if (!side)
		return -EINVAL;
	job->dir = side == DMACTL_SG_DST ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	job->align = dmactl_slave_align(chan, job->dir);
	ret = dmactl_slave_allowed(chan, job->dir);
	if (ret)
		return ret;
	ret = dmactl_alloc_spans(job, nr, side == DMACTL_SG_DST ? nr : 0);
	if (ret)
		return ret;
	ret = dmactl_slave_add_sgs(chan, job, sgs, nr, side);
	if (ret)
		return ret;
	if (side == DMACTL_SG_DST)
		return dmactl_list_make(job, job->dst, job->nr_dst);
	return dmactl_list_make(job, job->src, job->nr_src);
}

static int dmactl_slave_sg_validate(struct dmactl_chan *chan,
				    const struct dmactl_op *op,
				    struct dmactl_job *job)
{
	return dmactl_with_sgs(chan, op, job, dmactl_slave_lists);
}

#define DMACTL_SLAVE_FLAGS						\
	(DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE | DMACTL_OPF_LOAD_EOT |	\
	 DMACTL_OPF_CMD | DMACTL_OPF_METADATA_ENGINE)

const struct dmactl_op_type dmactl_op_slave_sg = {
	.validate = dmactl_slave_sg_validate,
	.prep = dmactl_slave_sg_prep,
	.entries = dmactl_list_entries,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.is_whole = dmactl_list_is_whole,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE,
	.flags = DMACTL_SLAVE_FLAGS,
};

static struct dma_async_tx_descriptor *
dmactl_slave_single_prep(struct dmactl_chan *chan, struct dmactl_job *job,
			 struct dmactl_piece *piece, unsigned long flags)
{
	dma_addr_t addr;

	if (job->priv)
		return dmactl_slave_sg_prep(chan, job, piece, flags);
	if (job->dir == DMA_DEV_TO_MEM)
		piece->len = dmactl_linear_next(job, &addr, NULL);
	else
		piece->len = dmactl_linear_next(job, NULL, &addr);
	return dmaengine_prep_slave_single(chan->lease.dma, addr, piece->len,
					   job->dir, flags);
}

/* Scattered memory becomes a list, so that one descriptor suffices. */
int dmactl_slave_single_list(struct dmactl_job *job)
{
	const struct dmactl_span *span = job->nr_dst ? job->dst : job->src;
	dma_addr_t addr;

	if (span->len <= job->max_len &&
	    dmactl_map_addr(span->map, span->off, &addr) >= span->len)
		return 0;
	return dmactl_list_make(job, span, 1);
}

static int dmactl_slave_single_validate(struct dmactl_chan *chan,
					const struct dmactl_op *op,
					struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = !op->dst_buf, .src = !op->src_buf, .value = true,
	};
	int ret;

	if (!dmactl_op_is_clean(op, unused) || !op->dst_buf == !op->src_buf)
		return -EINVAL;
	job->dir = op->dst_buf ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	job->align = dmactl_slave_align(chan, job->dir);
	ret = dmactl_slave_allowed(chan, job->dir);
	if (ret)
		return ret;
	if (op->dst_buf)
		ret = dmactl_add_dst(chan, job, op->dst_buf, op->dst_off,
				     op->len);
	else
		ret = dmactl_add_src(chan, job, op->src_buf, op->src_off,
				     op->len);
	if (!ret)
		ret = dmactl_metadata_add_args(chan, job, op);
	if (ret)
		return ret;
	return dmactl_slave_single_list(job);
}

const struct dmactl_op_type dmactl_op_slave_single = {
	.validate = dmactl_slave_single_validate,
	.prep = dmactl_slave_single_prep,
	.entries = dmactl_list_entries,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.is_whole = dmactl_list_is_whole,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE,
	.flags = DMACTL_SLAVE_FLAGS,
};

static struct dma_async_tx_descriptor *
dmactl_vec_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_list *list = job->priv;

	dmactl_list_next(list, piece);
	return dmactl_compat_prep_vec(chan->lease.dma, &list->vecs[list->at],
				      piece->nr, job->dir, flags);
}

const struct dmactl_op_type dmactl_op_peripheral_vec = {
	.validate = dmactl_slave_sg_validate,
	.prep = dmactl_vec_prep,
	.entries = dmactl_list_entries,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.is_whole = dmactl_list_is_whole,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_PERIPHERAL_VEC,
	.flags = DMACTL_SLAVE_FLAGS,
};

#ifdef CONFIG_RAPIDIO_DMA_ENGINE
static struct dma_async_tx_descriptor *
dmactl_rio_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_list *list = job->priv;
	struct scatterlist *sgl = dmactl_list_next(list, piece);

	return dmaengine_prep_rio_sg(chan->lease.dma, sgl, piece->nr, job->dir, flags,
				     &list->rio);
}

/* The address at the remote end advances with each descriptor. */
static void dmactl_rio_advance(struct dmactl_job *job,
			       const struct dmactl_piece *piece)
{
	struct dmactl_list *list = job->priv;

	list->rio.rio_addr += piece->len;
	dmactl_list_advance(job, piece);
}

static void dmactl_rio_rewind(struct dmactl_job *job)
{
	struct dmactl_list *list = job->priv;

	list->rio.rio_addr = list->rio_start;
	dmactl_list_rewind(job);
}

static int dmactl_rio_lists(struct dmactl_chan *chan, struct dmactl_job *job,
			    const struct dmactl_sg *sgs, u32 nr)
{
	const struct dmactl_rio *rio = (const struct dmactl_rio *)sgs;
	struct dmactl_list *list;
	int ret;

	BUILD_BUG_ON(sizeof(*rio) != sizeof(*sgs));
	if (nr < 2 || rio->role != DMACTL_SG_RIO || rio->reserved ||
	    rio->destid > U16_MAX || rio->rio_addr_u > 3 ||
	    rio->wr_type > RDW_LAST_NWRITE_R)
		return -EINVAL;
	/*
	 * The program chooses the address at the remote end, even if firmware
	 * bound the channel.
	 */
	ret = dmactl_raw_allowed();
	if (ret)
		return ret;
	ret = dmactl_slave_lists(chan, job, sgs + 1, nr - 1);
	if (ret)
		return ret;
	list = job->priv;
	list->rio = (struct rio_dma_ext) {
		.destid = rio->destid,
		.rio_addr = rio->rio_addr,
		.rio_addr_u = rio->rio_addr_u,
		.wr_type = rio->wr_type,
	};
	list->rio_start = rio->rio_addr;
	return 0;
}

static int dmactl_rio_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op, struct dmactl_job *job)
{
	return dmactl_with_sgs(chan, op, job, dmactl_rio_lists);
}
#else
static int dmactl_rio_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op, struct dmactl_job *job)
{
	return -EOPNOTSUPP;
}
#endif

const struct dmactl_op_type dmactl_op_rio_sg = {
	.validate = dmactl_rio_validate,
#ifdef CONFIG_RAPIDIO_DMA_ENGINE
	.prep = dmactl_rio_prep,
	.entries = dmactl_list_entries,
	.advance = dmactl_rio_advance,
	.rewind = dmactl_rio_rewind,
	.is_whole = dmactl_list_is_whole,
#endif
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_RIO_SG,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static struct dma_async_tx_descriptor *
dmactl_memset_sg_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		      struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->lease.dma->device;
	struct scatterlist *sgl;

	if (!job->priv)
		return dmactl_op_memset.prep(chan, job, piece, flags);
	sgl = dmactl_list_next(job->priv, piece);
	return d->device_prep_dma_memset_sg(chan->lease.dma, sgl, piece->nr,
					    job->value, flags);
}

static int dmactl_memset_sg_validate(struct dmactl_chan *chan,
				     const struct dmactl_op *op,
				     struct dmactl_job *job)
{
	const struct dmactl_unused unused = { .dst = true, .src = true };
	bool native = chan->limits.caps & DMACTL_CAP_MEMSET_SG;
	struct dmactl_sg *sgs;
	int ret;

	if (!native && !(chan->limits.caps & DMACTL_CAP_MEMSET))
		return -EOPNOTSUPP;
	if (!dmactl_op_is_clean(op, unused) || op->value > U8_MAX)
		return -EINVAL;
	sgs = dmactl_copy_args(job, op, sizeof(*sgs));
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	job->align = chan->limits.fill_align;
	ret = dmactl_alloc_spans(job, op->nr_args, op->nr_args);
	if (!ret)
		ret = dmactl_slave_add_sgs(chan, job, sgs, op->nr_args,
					   DMACTL_SG_DST);
	dmactl_free_args(job, op, sgs, sizeof(*sgs));
	if (ret || !native)
		return ret;
	return dmactl_list_make(job, job->dst, job->nr_dst);
}

const struct dmactl_op_type dmactl_op_memset_sg = {
	.validate = dmactl_memset_sg_validate,
	.prep = dmactl_memset_sg_prep,
	.entries = dmactl_list_entries,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.is_whole = dmactl_list_is_whole,
	.shrink = dmactl_list_shrink,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};
