// SPDX-License-Identifier: GPL-2.0-only
/* XOR and its check. */

#include <linux/dmaengine.h>
#include <linux/minmax.h>

#include "core/chan.h"
#include "op/job.h"
#include "op/op.h"
#include "op/raid.h"
#include "op/span.h"

static struct dma_async_tx_descriptor *
dmactl_xor_step(struct dmactl_chan *chan, struct dmactl_job *job, u32 total,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->lease.dma->device;
	struct dmactl_raid *raid = job->priv;
	u32 have = !!raid->done;

	dmactl_raid_addr(job, &job->dst[0], 0, &raid->dst[0]);
	raid->addr[0] = raid->dst[0];
	piece->nr = min(d->max_xor - have, total - raid->done);
	dmactl_raid_sources(job, raid, have, raid->done, piece->nr);
	dmactl_raid_step(raid, total, piece, &flags);
	return d->device_prep_dma_xor(chan->lease.dma, raid->dst[0], raid->addr,
				      have + piece->nr, raid->len, flags);
}

static struct dma_async_tx_descriptor *
dmactl_xor_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_raid *raid = job->priv;

	dmactl_raid_begin(chan, job, raid);
	return dmactl_xor_step(chan, job, raid->nr, piece, flags);
}

/*
 * Some providers take the first source of a check as the sum of the others, and
 * call BUG() if only one other is left (ioatdma). Adding a source twice does
 * not change the sum.
 */
static u32 dmactl_xor_val_pad(const struct dma_device *d,
			      struct dmactl_raid *raid, u32 nr)
{
	if (nr != 2 || d->max_xor < 4)
		return nr;
	raid->addr[2] = raid->addr[1];
	raid->addr[3] = raid->addr[1];
	return 4;
}

static struct dma_async_tx_descriptor *
dmactl_xor_val_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		    struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->lease.dma->device;
	struct dmactl_raid *raid = job->priv;
	u32 have = !!raid->lead;

	dmactl_raid_begin(chan, job, raid);
	if (raid->done < raid->lead)
		return dmactl_xor_step(chan, job, raid->lead, piece, flags);
	if (have)
		dmactl_raid_addr(job, &job->dst[0], 0, &raid->addr[0]);
	piece->nr = raid->nr - raid->done;
	piece->len = raid->len;
	dmactl_raid_sources(job, raid, have, raid->done, piece->nr);
	have = dmactl_xor_val_pad(d, raid, have + piece->nr);
	return d->device_prep_dma_xor_val(chan->lease.dma, raid->addr, have,
					  raid->len, piece->check, flags);
}

static int dmactl_xor_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op, struct dmactl_job *job)
{
	const struct dmactl_unused unused = { .src = true, .value = true };
	struct dmactl_raid *raid;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	if (chan->limits.max_xor < DMACTL_MIN_SOURCES)
		return -EOPNOTSUPP;
	job->align = chan->limits.xor_align;
	ret = dmactl_raid_validate(chan, op, job, false, false);
	if (ret)
		return ret;
	raid = job->priv;
	if (raid->nr < DMACTL_MIN_SOURCES)
		return -EINVAL;
	ret = dmactl_add_dst(chan, job, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	return dmactl_raid_check_overlap(job, chan->limits.max_xor);
}

const struct dmactl_op_type dmactl_op_xor = {
	.validate = dmactl_xor_validate,
	.prep = dmactl_xor_prep,
	.advance = dmactl_raid_advance,
	.rewind = dmactl_raid_rewind,
	.caps = DMACTL_CAP_XOR,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static int dmactl_xor_val_validate(struct dmactl_chan *chan,
				   const struct dmactl_op *op,
				   struct dmactl_job *job)
{
	const struct dmactl_unused unused = { .src = true, .value = true };
	u32 max = chan->limits.max_xor;
	struct dmactl_raid *raid;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	if (max < DMACTL_MIN_SOURCES)
		return -EOPNOTSUPP;
	job->align = chan->limits.xor_align;
	ret = dmactl_raid_validate(chan, op, job, true, false);
	if (ret)
		return ret;
	raid = job->priv;
	if (raid->nr < DMACTL_MIN_SOURCES)
		return -EINVAL;
	if (raid->nr > max) {
		if (!(chan->limits.caps & DMACTL_CAP_XOR))
			return -EOPNOTSUPP;
		/* The sum so far is one source of the check. */
		raid->lead = raid->nr - (max - 1);
	}
	ret = dmactl_raid_scratch(chan, op, job, 1);
	if (ret)
		return ret;
	return dmactl_raid_check_overlap(job, 0);
}

const struct dmactl_op_type dmactl_op_xor_val = {
	.validate = dmactl_xor_val_validate,
	.prep = dmactl_xor_val_prep,
	.advance = dmactl_raid_advance,
	.rewind = dmactl_raid_rewind,
	.caps = DMACTL_CAP_XOR_VAL,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};
