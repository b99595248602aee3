// SPDX-License-Identifier: GPL-2.0-only
/* Cyclic ops: a peripheral moves data through a cyclic buffer. */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "core/chan.h"
#include "core/rights.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/list.h"
#include "op/op.h"
#include "op/periods.h"
#include "op/slave.h"
#include "op/span.h"

static struct dma_async_tx_descriptor *
dmactl_cyclic_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		   struct dmactl_piece *piece, unsigned long flags)
{
	const struct dmactl_span *span = job->nr_dst ? job->dst : job->src;
	const u64 *period_len = job->priv;
	dma_addr_t addr;

	dmactl_map_addr(span->map, span->off, &addr);
	piece->len = job->len;
	return dmaengine_prep_dma_cyclic(chan->lease.dma, addr, job->len, *period_len,
					 job->dir, flags);
}

static u32 dmactl_cyclic_entries(const struct dmactl_job *job)
{
	const u64 *period_len = job->priv;

	return div64_u64(job->len, *period_len);
}

static int dmactl_cyclic_args(const struct dmactl_op *op,
			      struct dmactl_job *job)
{
	struct dmactl_cyclic *args;
	u64 *period_len;
	u64 rest;

	args = dmactl_copy_args(job, op, sizeof(*args));
	if (IS_ERR(args))
		return PTR_ERR(args);
	/*
	 * dmactl_cyclic_prep() and others read priv as the period length, which
	 * comes first in the struct.
	 */
	BUILD_BUG_ON(offsetof(struct dmactl_cyclic, period_len));
	dmactl_job_set_priv(job, args);
	period_len = &args->period_len;
	if (op->nr_args != 1 || args->reserved || !*period_len ||
	    *period_len > op->len)
		return -EINVAL;
	div64_u64_rem(op->len, *period_len, &rest);
	return rest || !IS_ALIGNED(*period_len, job->align) ? -EINVAL : 0;
}

static struct dma_async_tx_descriptor *
dmactl_cyclic_refill_prep(struct dmactl_chan *chan, struct dmactl_job *job,
			  struct dmactl_piece *piece, unsigned long flags)
{
	struct scatterlist *sgl = dmactl_list_round_next(job->priv, piece);

	return dmaengine_prep_slave_sg(chan->lease.dma, sgl, piece->nr, job->dir,
				       flags);
}

/* What the channel does not repeat by itself: see queue/refill.c. */
static const struct dmactl_op_type dmactl_op_cyclic_refill = {
	.prep = dmactl_cyclic_refill_prep,
	.entries = dmactl_list_round_entries,
	.advance = dmactl_list_round_advance,
	.shrink = dmactl_list_shrink,
};

/*
 * Returns 0 if one descriptor of the provider can repeat it, otherwise what the
 * error is without a queue. Most providers allocate memory for each period, and
 * some never free it.
 */
static int dmactl_cyclic_try_ring(const struct dmactl_chan *chan,
				  const struct dmactl_job *job,
				  const struct dmactl_span *span)
{
	u64 period_len = *(u64 *)job->priv;
	dma_addr_t addr;

	if (!(chan->limits.caps & DMACTL_CAP_CYCLIC))
		return -EOPNOTSUPP;
	if (div64_u64(job->len, period_len) > chan->limits.bounds.periods ||
	    period_len > chan->limits.bounds.segment || job->len > DMACTL_DESC_BYTES)
		return -EDQUOT;
	return dmactl_map_addr(span->map, span->off, &addr) < span->len ? -EXDEV : 0;
}

static int dmactl_cyclic_queue(const struct dmactl_op *op, struct dmactl_job *job,
			       const struct dmactl_span *span)
{
	u64 period_len = *(u64 *)job->priv;
	int ret;

	dmactl_free_args(job, op, job->priv, sizeof(struct dmactl_cyclic));
	dmactl_job_set_priv(job, NULL);
	ret = dmactl_list_make_round(job, span, period_len);
	if (ret)
		return ret;
	dmactl_job_set_refilled(job, &dmactl_op_cyclic_refill);
	return dmactl_periods_new(job, period_len);
}

static int dmactl_cyclic_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = !op->dst_buf, .src = !op->src_buf, .value = true,
	};
	const struct dmactl_span *span;
	int ret;

	if (!(chan->limits.caps & (DMACTL_CAP_CYCLIC | DMACTL_CAP_SLAVE)))
		return -EOPNOTSUPP;
	if (!dmactl_op_is_clean(op, unused) || !op->dst_buf == !op->src_buf)
		return -EINVAL;
	job->dir = op->dst_buf ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	job->align = dmactl_slave_align(chan, job->dir);
	ret = dmactl_slave_allowed(chan, job->dir);
	if (!ret)
		ret = dmactl_cyclic_args(op, job);
	if (ret)
		return ret;
	if (op->dst_buf)
		ret = dmactl_add_dst(chan, job, op->dst_buf, op->dst_off,
				     op->len);
	else
		ret = dmactl_add_src(chan, job, op->src_buf, op->src_off,
				     op->len);
	if (ret)
		return ret;
	span = op->dst_buf ? job->dst : job->src;
	ret = dmactl_cyclic_try_ring(chan, job, span);
	if (!ret)
		return dmactl_periods_new(job, *(u64 *)job->priv);
	if (!(chan->limits.caps & DMACTL_CAP_SLAVE))
		return ret;
	return dmactl_cyclic_queue(op, job, span);
}

const struct dmactl_op_type dmactl_op_cyclic = {
	.validate = dmactl_cyclic_validate,
	.prep = dmactl_cyclic_prep,
	.entries = dmactl_cyclic_entries,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_LOAD_EOT,
};
