// SPDX-License-Identifier: GPL-2.0-only
/* Between memory and memory, in one line: copies, fills, single words. */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core.h"

static int dmactl_nop_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op,
			       struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .args = true, .value = true,
		.len = true,
	};

	tx->all = true;
	return dmactl_op_is_clean(op, unused) ? 0 : -EINVAL;
}

const struct dmactl_op_type dmactl_op_nop = {
	.validate = dmactl_nop_validate,
};

static struct dma_async_tx_descriptor *
dmactl_memcpy_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		   struct dmactl_piece *piece, unsigned long flags)
{
	dma_addr_t dst, src;

	piece->len = dmactl_linear_next(chan, tx, &dst, &src);
	return dmaengine_prep_dma_memcpy(chan->dma, dst, src, piece->len,
					 flags);
}

/* The provider declares no limit, and may still have one. */
static void dmactl_linear_shrink(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	chan->max_len = min_t(u64, chan->max_len, SZ_64K);
}

static int dmactl_memcpy_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .value = true };
	dma_addr_t dst, src;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	ret = dmactl_add_src(chan, tx, op->src_buf, op->src_off, op->len);
	if (ret)
		return ret;
	if (dmactl_spans_overlap(tx->dst, tx->src))
		return -EINVAL;
	tx->dir = DMA_MEM_TO_MEM;
	ret = dmactl_metadata_add_args(chan, tx, op);
	if (ret || !tx->metadata)
		return ret;
	/* It belongs to one descriptor. */
	return dmactl_linear_next(chan, tx, &dst, &src) == tx->len ? 0
								   : -EINVAL;
}

const struct dmactl_op_type dmactl_op_memcpy = {
	.validate = dmactl_memcpy_validate,
	.prep = dmactl_memcpy_prep,
	.advance = dmactl_linear_advance,
	.shrink = dmactl_linear_shrink,
	.caps = DMACTL_CAP_MEMCPY,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE |
		 DMACTL_OPF_METADATA_ENGINE,
};

static struct dma_async_tx_descriptor *
dmactl_memset_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		   struct dmactl_piece *piece, unsigned long flags)
{
	dma_addr_t dst;

	piece->len = dmactl_linear_next(chan, tx, &dst, NULL);
	return dmaengine_prep_dma_memset(chan->dma, dst, tx->value, piece->len,
					 flags);
}

static int dmactl_memset_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .src = true, .args = true };

	if (!dmactl_op_is_clean(op, unused) || op->value > U8_MAX)
		return -EINVAL;
	tx->align = chan->fill_align;
	return dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, op->len);
}

const struct dmactl_op_type dmactl_op_memset = {
	.validate = dmactl_memset_validate,
	.prep = dmactl_memset_prep,
	.advance = dmactl_linear_advance,
	.shrink = dmactl_linear_shrink,
	.caps = DMACTL_CAP_MEMSET,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static int dmactl_add_sg(struct dmactl_chan *chan, struct dmactl_tx *tx,
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
		return dmactl_add_dst(chan, tx, sg->buf, sg->off, sg->len);
	return dmactl_add_src(chan, tx, sg->buf, sg->off, sg->len);
}

static int dmactl_add_sgs(struct dmactl_chan *chan, struct dmactl_tx *tx,
			  const struct dmactl_sg *sgs, u32 nr)
{
	u64 dst_len = 0, src_len = 0;
	u32 nr_dst = 0;
	int ret;
	u32 i;

	for (i = 0; i < nr; i++)
		nr_dst += sgs[i].role == DMACTL_SG_DST;
	ret = dmactl_alloc_spans(tx, nr, nr_dst);
	for (i = 0; i < nr && !ret; i++)
		ret = dmactl_add_sg(chan, tx, &sgs[i], &dst_len, &src_len);
	if (ret)
		return ret;
	return dst_len == tx->len && src_len == tx->len ? 0 : -EINVAL;
}

static int dmactl_sg_validate(struct dmactl_chan *chan,
			      const struct dmactl_op *op, struct dmactl_tx *tx)
{
	return dmactl_with_sgs(chan, op, tx, dmactl_add_sgs);
}

const struct dmactl_op_type dmactl_op_sg = {
	.validate = dmactl_sg_validate,
	.prep = dmactl_memcpy_prep,
	.advance = dmactl_linear_advance,
	.shrink = dmactl_linear_shrink,
	.caps = DMACTL_CAP_MEMCPY,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static struct dma_async_tx_descriptor *
dmactl_imm_data_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		     struct dmactl_piece *piece, unsigned long flags)
{
	const u64 *data = tx->priv;
	dma_addr_t dst;

	piece->len = dmactl_linear_next(chan, tx, &dst, NULL);
	if (piece->len != sizeof(*data))
		return NULL;
	return dmactl_compat_prep_imm_data(chan->dma, dst, *data, flags);
}

static int dmactl_imm_data_validate(struct dmactl_chan *chan,
				    const struct dmactl_op *op,
				    struct dmactl_tx *tx)
{
	u64 *data;
	int ret;

	if (op->src_buf || op->nr_args || op->arg_size || op->args_uptr ||
	    op->value || op->len != sizeof(*data))
		return -EINVAL;
	/* An aligned word does not lie across two pages. */
	tx->align = max_t(u32, tx->align, sizeof(*data));
	if (!IS_ALIGNED(op->len, tx->align))
		return -EINVAL;
	ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	data = kmalloc(sizeof(*data), GFP_KERNEL_ACCOUNT);
	if (!data)
		return -ENOMEM;
	*data = op->src_off;
	tx->priv = data;
	return 0;
}

const struct dmactl_op_type dmactl_op_imm_data = {
	.validate = dmactl_imm_data_validate,
	.prep = dmactl_imm_data_prep,
	.advance = dmactl_linear_advance,
	.caps = DMACTL_CAP_IMM_DATA,
	.flags = DMACTL_OPF_NO_SYNC_DST | DMACTL_OPF_FENCE,
};

static struct dma_async_tx_descriptor *
dmactl_interrupt_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		      struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->dma->device;

	return d->device_prep_dma_interrupt(chan->dma, flags);
}

static int dmactl_interrupt_validate(struct dmactl_chan *chan,
				     const struct dmactl_op *op,
				     struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .args = true, .value = true,
		.len = true,
	};

	return dmactl_op_is_clean(op, unused) ? 0 : -EINVAL;
}

const struct dmactl_op_type dmactl_op_interrupt = {
	.validate = dmactl_interrupt_validate,
	.prep = dmactl_interrupt_prep,
	.caps = DMACTL_CAP_INTERRUPT,
	.flags = DMACTL_OPF_FENCE,
};
