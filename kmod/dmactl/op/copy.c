// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops between memory and memory: copies, fills, single words, NOP, interrupt.
 */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/chan.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/metadata.h"
#include "op/op.h"
#include "op/span.h"

static int dmactl_nop_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op,
			       struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .args = true, .value = true,
		.len = true,
	};

	/* A NOP has no bytes and no descriptor. */
	dmactl_job_set_prepared(job, 0);
	return dmactl_op_is_clean(op, unused) ? 0 : -EINVAL;
}

const struct dmactl_op_type dmactl_op_nop = {
	.validate = dmactl_nop_validate,
};

static struct dma_async_tx_descriptor *
dmactl_memcpy_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		   struct dmactl_piece *piece, unsigned long flags)
{
	dma_addr_t dst, src;

	piece->len = dmactl_linear_next(job, &dst, &src);
	return dmaengine_prep_dma_memcpy(chan->lease.dma, dst, src, piece->len,
					 flags);
}

/* The provider may have a limit that it does not declare. */
static void dmactl_linear_shrink(struct dmactl_chan *chan, struct dmactl_job *job)
{
	dmactl_job_set_max_len(job, min_t(u32, job->max_len, SZ_64K));
	/* Later ops start with the lower limit. */
	if (job->max_len < chan->limits.max_len)
		dmactl_limits_set_max_len(&chan->limits, job->max_len);
}

static int dmactl_memcpy_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_job *job)
{
	const struct dmactl_unused unused = { .value = true };
	dma_addr_t dst, src;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	ret = dmactl_add_dst(chan, job, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	ret = dmactl_add_src(chan, job, op->src_buf, op->src_off, op->len);
	if (ret)
		return ret;
	if (dmactl_spans_overlap(job->dst, job->src))
		return -EINVAL;
	job->dir = DMA_MEM_TO_MEM;
	ret = dmactl_metadata_add_args(chan, job, op);
	if (ret || !job->metadata)
		return ret;
	/* Metadata belongs to one descriptor, so the op must fit in one. */
	return dmactl_linear_next(job, &dst, &src) == job->len ? 0
								   : -EINVAL;
}

const struct dmactl_op_type dmactl_op_memcpy = {
	.validate = dmactl_memcpy_validate,
	.prep = dmactl_memcpy_prep,
	.advance = dmactl_linear_advance,
	.is_whole = dmactl_linear_is_whole,
	.shrink = dmactl_linear_shrink,
	.caps = DMACTL_CAP_MEMCPY,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE |
		 DMACTL_OPF_METADATA_ENGINE,
};

static struct dma_async_tx_descriptor *
dmactl_memset_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		   struct dmactl_piece *piece, unsigned long flags)
{
	dma_addr_t dst;

	piece->len = dmactl_linear_next(job, &dst, NULL);
	return dmaengine_prep_dma_memset(chan->lease.dma, dst, job->value, piece->len,
					 flags);
}

static int dmactl_memset_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_job *job)
{
	const struct dmactl_unused unused = { .src = true, .args = true };

	if (!dmactl_op_is_clean(op, unused) || op->value > U8_MAX)
		return -EINVAL;
	job->align = chan->limits.fill_align;
	return dmactl_add_dst(chan, job, op->dst_buf, op->dst_off, op->len);
}

const struct dmactl_op_type dmactl_op_memset = {
	.validate = dmactl_memset_validate,
	.prep = dmactl_memset_prep,
	.advance = dmactl_linear_advance,
	.is_whole = dmactl_linear_is_whole,
	.shrink = dmactl_linear_shrink,
	.caps = DMACTL_CAP_MEMSET,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static int dmactl_add_sg(struct dmactl_chan *chan, struct dmactl_job *job,
			 const struct dmactl_sg *sg, u64 *dst_len, u64 *src_len)
{
	u64 *sum;

	if (sg->reserved || sg->value)
		return -EINVAL;
	if (sg->role == DMACTL_SG_DST)
		sum = dst_len;
	else if (sg->role == DMACTL_SG_SRC)
		sum = src_len;
	else
		return -EINVAL;
	if (check_add_overflow(*sum, sg->len, sum))
		return -EINVAL;
	if (sg->role == DMACTL_SG_DST)
		return dmactl_add_dst(chan, job, sg->buf, sg->off, sg->len);
	return dmactl_add_src(chan, job, sg->buf, sg->off, sg->len);
}

static int dmactl_add_sgs(struct dmactl_chan *chan, struct dmactl_job *job,
			  const struct dmactl_sg *sgs, u32 nr)
{
	u64 dst_len = 0, src_len = 0;
	u32 nr_dst = 0;
	int ret;
	u32 i;

	for (i = 0; i < nr; i++)
		nr_dst += sgs[i].role == DMACTL_SG_DST;
	ret = dmactl_alloc_spans(job, nr, nr_dst);
	for (i = 0; i < nr && !ret; i++)
		ret = dmactl_add_sg(chan, job, &sgs[i], &dst_len, &src_len);
	if (ret)
		return ret;
	return dst_len == job->len && src_len == job->len ? 0 : -EINVAL;
}

static int dmactl_sg_validate(struct dmactl_chan *chan,
			      const struct dmactl_op *op, struct dmactl_job *job)
{
	return dmactl_with_sgs(chan, op, job, dmactl_add_sgs);
}

const struct dmactl_op_type dmactl_op_sg = {
	.validate = dmactl_sg_validate,
	.prep = dmactl_memcpy_prep,
	.advance = dmactl_linear_advance,
	.is_whole = dmactl_linear_is_whole,
	.shrink = dmactl_linear_shrink,
	.caps = DMACTL_CAP_MEMCPY,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static struct dma_async_tx_descriptor *
dmactl_imm_data_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		     struct dmactl_piece *piece, unsigned long flags)
{
	const u64 *data = job->priv;
	dma_addr_t dst;

	piece->len = dmactl_linear_next(job, &dst, NULL);
	if (piece->len != sizeof(*data))
		return NULL;
	return dmactl_compat_prep_imm_data(chan->lease.dma, dst, *data, flags);
}

static int dmactl_imm_data_validate(struct dmactl_chan *chan,
				    const struct dmactl_op *op,
				    struct dmactl_job *job)
{
	u64 *data;
	int ret;

	if (op->src_buf || op->nr_args || op->arg_size || op->args_uptr ||
	    op->value || op->len != sizeof(*data))
		return -EINVAL;
	/* An aligned word does not cross a page boundary. */
	job->align = max_t(u32, job->align, sizeof(*data));
	if (!IS_ALIGNED(op->len, job->align))
		return -EINVAL;
	ret = dmactl_add_dst(chan, job, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	data = dmactl_job_alloc_mem(job, sizeof(*data));
	if (IS_ERR(data))
		return PTR_ERR(data);
	*data = op->src_off;
	dmactl_job_set_priv(job, data);
	return 0;
}

const struct dmactl_op_type dmactl_op_imm_data = {
	.validate = dmactl_imm_data_validate,
	.prep = dmactl_imm_data_prep,
	.advance = dmactl_linear_advance,
	.is_whole = dmactl_linear_is_whole,
	.caps = DMACTL_CAP_IMM_DATA,
	.flags = DMACTL_OPF_NO_SYNC_DST | DMACTL_OPF_FENCE,
};

static struct dma_async_tx_descriptor *
dmactl_interrupt_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		      struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->lease.dma->device;

	return d->device_prep_dma_interrupt(chan->lease.dma, flags);
}

static int dmactl_interrupt_validate(struct dmactl_chan *chan,
				     const struct dmactl_op *op,
				     struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .args = true, .value = true,
		.len = true,
	};

	return dmactl_op_is_clean(op, unused) ? 0 : -EINVAL;
}

static bool dmactl_interrupt_is_whole(const struct dmactl_job *job)
{
	return true;
}

const struct dmactl_op_type dmactl_op_interrupt = {
	.validate = dmactl_interrupt_validate,
	.prep = dmactl_interrupt_prep,
	.is_whole = dmactl_interrupt_is_whole,
	.caps = DMACTL_CAP_INTERRUPT,
	.flags = DMACTL_OPF_FENCE,
};
