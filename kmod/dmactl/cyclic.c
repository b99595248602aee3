// SPDX-License-Identifier: GPL-2.0-only
/* A ring of memory that a peripheral goes round. */

#include <linux/dmaengine.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "core.h"

static struct dma_async_tx_descriptor *
dmactl_cyclic_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		   struct dmactl_piece *piece, unsigned long flags)
{
	const struct dmactl_span *span = tx->nr_dst ? tx->dst : tx->src;
	const u64 *period_len = tx->priv;
	dma_addr_t addr;

	dmactl_map_addr(span->map, span->off, &addr);
	piece->len = tx->len;
	return dmaengine_prep_dma_cyclic(chan->dma, addr, tx->len, *period_len,
					 tx->dir, flags);
}

static int dmactl_cyclic_args(const struct dmactl_op *op,
			      struct dmactl_tx *tx)
{
	struct dmactl_cyclic *args;
	u64 *period_len;
	u64 rest;

	args = dmactl_copy_args(op, sizeof(*args));
	if (IS_ERR(args))
		return PTR_ERR(args);
	/* Kept as the opcode's data: the period is at its start. */
	BUILD_BUG_ON(offsetof(struct dmactl_cyclic, period_len));
	tx->priv = args;
	period_len = &args->period_len;
	if (op->nr_args != 1 || args->reserved || !*period_len ||
	    *period_len > op->len)
		return -EINVAL;
	div64_u64_rem(op->len, *period_len, &rest);
	return rest ? -EINVAL : 0;
}

static int dmactl_cyclic_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = !op->dst_buf, .src = !op->src_buf, .value = true,
	};
	const struct dmactl_span *span;
	dma_addr_t addr;
	int ret;

	if (!dmactl_op_is_clean(op, unused) || !op->dst_buf == !op->src_buf)
		return -EINVAL;
	tx->align = 1;
	tx->dir = op->dst_buf ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	ret = dmactl_slave_allowed(chan, tx->dir);
	if (!ret)
		ret = dmactl_cyclic_args(op, tx);
	if (ret)
		return ret;
	if (op->dst_buf)
		ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off,
				     op->len);
	else
		ret = dmactl_add_src(chan, tx, op->src_buf, op->src_off,
				     op->len);
	if (ret)
		return ret;
	span = op->dst_buf ? tx->dst : tx->src;
	if (dmactl_map_addr(span->map, span->off, &addr) < span->len)
		return -EXDEV;
	return dmactl_periods_new(tx, *(u64 *)tx->priv);
}

const struct dmactl_op_type dmactl_op_cyclic = {
	.validate = dmactl_cyclic_validate,
	.prep = dmactl_cyclic_prep,
	.caps = DMACTL_CAP_CYCLIC,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_LOAD_EOT,
};
