// SPDX-License-Identifier: GPL-2.0-only
/* PQ and its check. */

#include <linux/dmaengine.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "core/chan.h"
#include "op/job.h"
#include "op/op.h"
#include "op/raid.h"
#include "op/span.h"

static void dmactl_pq_addrs(struct dmactl_job *job, struct dmactl_raid *raid,
			    const struct dmactl_span *spans)
{
	int i;

	for (i = 0; i < 2; i++) {
		raid->dst[i] = 0;
		if (raid->want[i])
			dmactl_raid_addr(job, &spans[raid->at[i]], 0,
					 &raid->dst[i]);
	}
}

static unsigned long dmactl_pq_flags(const struct dmactl_raid *raid,
				     unsigned long flags)
{
	if (!raid->want[0])
		flags |= DMA_PREP_PQ_DISABLE_P;
	if (!raid->want[1])
		flags |= DMA_PREP_PQ_DISABLE_Q;
	return flags;
}

/*
 * Returns the sources of the first step of a chain. It takes the remainder, so
 * that all other steps are full. ioatdma adds P and Q to the sources of a step
 * that continues a chain, but sizes its descriptor without them. If P and Q are
 * what makes the descriptor a long one, it writes past the end.
 */
static u32 dmactl_pq_first(const struct dmactl_chan *chan, u32 total,
			   unsigned long flags)
{
	u32 most = chan->limits.max_pq;
	u32 next = most;

	if (total <= most)
		return total;
	/*
	 * As in dma_maxpq(). Before the op is accepted, lease.dma may be NULL.
	 */
	if (!(chan->limits.caps & DMACTL_CAP_PQ_CONTINUE))
		next -= flags & DMA_PREP_PQ_DISABLE_P ? 1 : DMACTL_PQ_CARRIED;
	return max_t(u32, total - roundup(total - most, next),
		     DMACTL_MIN_SOURCES);
}

static struct dma_async_tx_descriptor *
dmactl_pq_step(struct dmactl_chan *chan, struct dmactl_job *job, u32 total,
	       struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->lease.dma->device;
	struct dmactl_raid *raid = job->priv;

	if (raid->done) {
		flags |= DMA_PREP_CONTINUE;
		piece->nr = min_t(u32, dma_maxpq(d, flags), total - raid->done);
	} else {
		piece->nr = dmactl_pq_first(chan, total, flags);
	}
	dmactl_raid_sources(job, raid, 0, raid->done, piece->nr);
	dmactl_raid_step(raid, total, piece, &flags);
	return d->device_prep_dma_pq(chan->lease.dma, raid->dst, raid->addr,
				     piece->nr, raid->coef, raid->len, flags);
}

static struct dma_async_tx_descriptor *
dmactl_pq_prep(struct dmactl_chan *chan, struct dmactl_job *job,
	       struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_raid *raid = job->priv;

	dmactl_raid_begin(chan, job, raid);
	dmactl_pq_addrs(job, raid, job->dst);
	return dmactl_pq_step(chan, job, raid->nr, piece,
			      dmactl_pq_flags(raid, flags));
}

/* Sums up the leading sources in scratch memory: P at its start, Q behind P. */
static struct dma_async_tx_descriptor *
dmactl_pq_val_lead(struct dmactl_chan *chan, struct dmactl_job *job,
		   struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_raid *raid = job->priv;

	dmactl_raid_addr(job, &job->dst[0], 0, &raid->dst[0]);
	dmactl_raid_addr(job, &job->dst[0], job->len, &raid->dst[1]);
	return dmactl_pq_step(chan, job, raid->lead, piece, flags);
}

static u32 dmactl_pq_carry(struct dmactl_job *job, struct dmactl_raid *raid)
{
	static const u8 coef[DMACTL_PQ_CARRIED] = { 0, 1, 0 };

	if (!raid->lead)
		return 0;
	dmactl_raid_addr(job, &job->dst[0], 0, &raid->addr[0]);
	dmactl_raid_addr(job, &job->dst[0], job->len, &raid->addr[1]);
	raid->addr[2] = raid->addr[1];
	memcpy(raid->coef, coef, sizeof(coef));
	return DMACTL_PQ_CARRIED;
}

/*
 * As for XOR: ioatdma calls BUG() on a check of one source, which Q alone can
 * have.
 */
static u32 dmactl_pq_val_pad(const struct dmactl_chan *chan,
			     struct dmactl_raid *raid, u32 nr)
{
	if (nr != 1 || chan->limits.max_pq < 2)
		return nr;
	raid->addr[1] = raid->addr[0];
	raid->coef[1] = 0;
	return 2;
}

static struct dma_async_tx_descriptor *
dmactl_pq_val_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		   struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->lease.dma->device;
	struct dmactl_raid *raid = job->priv;
	u32 have;

	dmactl_raid_begin(chan, job, raid);
	if (raid->done < raid->lead)
		return dmactl_pq_val_lead(chan, job, piece, flags);
	dmactl_pq_addrs(job, raid, job->src);
	have = dmactl_pq_carry(job, raid);
	piece->nr = raid->nr - raid->done;
	piece->len = raid->len;
	dmactl_raid_sources(job, raid, have, raid->done, piece->nr);
	have = dmactl_pq_val_pad(chan, raid, have + piece->nr);
	return d->device_prep_dma_pq_val(chan->lease.dma, raid->dst, raid->addr,
					 have, raid->coef,
					 raid->len, piece->check,
					 dmactl_pq_flags(raid, flags));
}

/* Q alone may have one source: a lost block is multiplied this way. */
static int dmactl_pq_check(const struct dmactl_raid *raid)
{
	u32 least = raid->want[0] ? DMACTL_MIN_SOURCES : 1;

	if (!raid->want[0] && !raid->want[1])
		return -EINVAL;
	return raid->nr >= least ? 0 : -EINVAL;
}

/*
 * Each step of a chain needs space for a new source besides the carried result.
 * A check always carries the result among its sources.
 */
static bool dmactl_pq_can_chain(const struct dmactl_chan *chan, bool val)
{
	if (!val && (chan->limits.caps & DMACTL_CAP_PQ_CONTINUE))
		return chan->limits.max_pq;
	return chan->limits.max_pq > DMACTL_PQ_CARRIED;
}

static int dmactl_pq_validate(struct dmactl_chan *chan,
			      const struct dmactl_op *op, struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .value = true,
	};
	struct dmactl_raid *raid;
	u32 max;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	job->align = chan->limits.pq_align;
	ret = dmactl_raid_validate(chan, op, job, false, true);
	if (ret)
		return ret;
	raid = job->priv;
	ret = dmactl_pq_check(raid);
	if (ret)
		return ret;
	if (raid->nr > chan->limits.max_pq && !dmactl_pq_can_chain(chan, false))
		return -EOPNOTSUPP;
	max = dmactl_pq_first(chan, raid->nr, dmactl_pq_flags(raid, 0));
	return dmactl_raid_check_overlap(job, max);
}

const struct dmactl_op_type dmactl_op_pq = {
	.validate = dmactl_pq_validate,
	.prep = dmactl_pq_prep,
	.advance = dmactl_raid_advance,
	.rewind = dmactl_raid_rewind,
	.caps = DMACTL_CAP_PQ,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static int dmactl_pq_val_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_job *job)
{
	const struct dmactl_unused unused = { .src = true, .value = true };
	u32 max = chan->limits.max_pq;
	struct dmactl_raid *raid;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	job->align = chan->limits.pq_align;
	ret = dmactl_raid_validate(chan, op, job, true, true);
	if (ret)
		return ret;
	raid = job->priv;
	ret = dmactl_pq_check(raid);
	if (ret)
		return ret;
	if (raid->nr > max) {
		if (!(chan->limits.caps & DMACTL_CAP_PQ) ||
		    !dmactl_pq_can_chain(chan, true))
			return -EOPNOTSUPP;
		raid->lead = raid->nr - (max - DMACTL_PQ_CARRIED);
	}
	ret = dmactl_raid_scratch(chan, op, job, 2);
	if (ret)
		return ret;
	return dmactl_raid_check_overlap(job, 0);
}

const struct dmactl_op_type dmactl_op_pq_val = {
	.validate = dmactl_pq_val_validate,
	.prep = dmactl_pq_val_prep,
	.advance = dmactl_raid_advance,
	.rewind = dmactl_raid_rewind,
	.caps = DMACTL_CAP_PQ_VAL,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};
