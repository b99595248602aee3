// SPDX-License-Identifier: GPL-2.0-only
/*
 * XOR, PQ and their checks. If an op has more sources than one descriptor
 * takes, it becomes a chain, as in async_tx. For XOR, the result so far is a
 * source of the next step. PQ uses DMA_PREP_CONTINUE.
 */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core/chan.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/op.h"
#include "op/raid.h"
#include "op/span.h"

u64 dmactl_raid_addr(const struct dmactl_job *job,
		     const struct dmactl_span *span, u64 more,
			    dma_addr_t *addr)
{
	return dmactl_map_addr(span->map, span->off + more + job->prepared,
			       addr);
}

/* Returns the bytes from here on that are contiguous in all buffers. */
static u64 dmactl_raid_left(const struct dmactl_chan *chan,
			    const struct dmactl_job *job)
{
	u64 len = dmactl_piece_max(job);
	dma_addr_t addr;
	u32 i;

	for (i = 0; i < job->nr_src; i++)
		len = min(len, dmactl_raid_addr(job, &job->src[i], 0, &addr));
	for (i = 0; i < job->nr_dst; i++) {
		len = min(len, dmactl_raid_addr(job, &job->dst[i], 0, &addr));
		/* The second half of scratch memory is for Q. */
		if (job->dst[i].len > job->len)
			len = min(len, dmactl_raid_addr(job, &job->dst[i],
							job->len, &addr));
	}
	return len;
}

/*
 * Stores the addresses and coefficients of sources [from, from + nr) behind the
 * first @have.
 */
void dmactl_raid_sources(const struct dmactl_job *job,
			 struct dmactl_raid *raid, u32 have, u32 from,
				u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		dmactl_raid_addr(job, &job->src[from + i], 0,
				 &raid->addr[have + i]);
		raid->coef[have + i] = job->src[from + i].coef;
	}
}

void dmactl_raid_begin(const struct dmactl_chan *chan,
		       const struct dmactl_job *job,
			      struct dmactl_raid *raid)
{
	if (!raid->done)
		raid->len = dmactl_raid_left(chan, job);
}

/*
 * One step of a chain over @total sources. The last step completes the piece,
 * unless a check follows.
 */
void dmactl_raid_step(const struct dmactl_raid *raid, u32 total,
		      struct dmactl_piece *piece, unsigned long *flags)
{
	bool last = raid->done + piece->nr == total && !raid->val;

	piece->len = last ? raid->len : 0;
	if (!last)
		*flags |= DMA_PREP_FENCE;
}

void dmactl_raid_advance(struct dmactl_job *job,
			 const struct dmactl_piece *piece)
{
	struct dmactl_raid *raid = job->priv;

	raid->done = piece->len ? 0 : raid->done + piece->nr;
}

/* A chain that stopped in the middle is prepared again from its start. */
void dmactl_raid_rewind(struct dmactl_job *job)
{
	struct dmactl_raid *raid = job->priv;

	raid->done = 0;
}

static int dmactl_raid_alloc(struct dmactl_job *job, u32 nr, bool val)
{
	u32 max_sources = nr + DMACTL_PQ_CARRIED;
	struct dmactl_raid *raid;

	raid = dmactl_job_alloc_mem(job, struct_size(raid, addr, max_sources) + max_sources);
	if (IS_ERR(raid))
		return PTR_ERR(raid);
	raid->coef = (u8 *)&raid->addr[max_sources];
	raid->val = val;
	dmactl_job_set_priv(job, raid);
	return 0;
}

/* Adds P or Q: destinations of a sum, sources of a check. */
static int dmactl_raid_add_pq(struct dmactl_chan *chan, struct dmactl_job *job,
			      const struct dmactl_sg *sg, int which)
{
	struct dmactl_raid *raid = job->priv;
	int ret;

	if (raid->want[which] || sg->value)
		return -EINVAL;
	if (raid->val) {
		raid->at[which] = job->nr_src;
		ret = dmactl_add_src(chan, job, sg->buf, sg->off, sg->len);
	} else {
		raid->at[which] = job->nr_dst;
		ret = dmactl_add_dst(chan, job, sg->buf, sg->off, sg->len);
	}
	raid->want[which] = true;
	return ret;
}

static int dmactl_raid_add_src(struct dmactl_chan *chan, struct dmactl_job *job,
			       const struct dmactl_sg *sg, bool pq)
{
	struct dmactl_raid *raid = job->priv;
	int ret;

	if (sg->value > (pq ? U8_MAX : 0))
		return -EINVAL;
	ret = dmactl_add_src(chan, job, sg->buf, sg->off, sg->len);
	if (ret)
		return ret;
	job->src[job->nr_src - 1].coef = sg->value;
	raid->nr++;
	return 0;
}

/* Adds sources first, then P and Q, so that sources come first in job->src. */
static int dmactl_raid_add_sgs(struct dmactl_chan *chan, struct dmactl_job *job,
			       const struct dmactl_sg *sgs, u32 nr, bool pq)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++) {
		if (sgs[i].reserved || sgs[i].len != job->len)
			return -EINVAL;
		if (sgs[i].role == DMACTL_SG_SRC)
			ret = dmactl_raid_add_src(chan, job, &sgs[i], pq);
		else if (!pq || (sgs[i].role != DMACTL_SG_P &&
				 sgs[i].role != DMACTL_SG_Q))
			ret = -EINVAL;
	}
	for (i = 0; i < nr && !ret; i++)
		if (sgs[i].role != DMACTL_SG_SRC)
			ret = dmactl_raid_add_pq(chan, job, &sgs[i],
						 sgs[i].role == DMACTL_SG_Q);
	return ret;
}

/*
 * A destination may be exactly one of the sources. Such sources go to the
 * front, because the first step of a chain overwrites them.
 */
int dmactl_raid_check_overlap(struct dmactl_job *job, u32 max)
{
	struct dmactl_raid *raid = job->priv;
	u32 front = 0;
	u32 i, j;

	if (job->nr_dst == 2 && dmactl_spans_overlap(&job->dst[0], &job->dst[1]))
		return -EINVAL;
	for (i = 0; i < job->nr_src; i++) {
		for (j = 0; j < job->nr_dst; j++)
			if (dmactl_spans_overlap(&job->src[i], &job->dst[j]))
				break;
		if (j == job->nr_dst)
			continue;
		if (raid->val || job->src[i].off != job->dst[j].off)
			return -EINVAL;
		swap(job->src[front], job->src[i]);
		front++;
	}
	return front <= max ? 0 : -EINVAL;
}

int dmactl_raid_validate(struct dmactl_chan *chan,
			 const struct dmactl_op *op,
				struct dmactl_job *job, bool val, bool pq)
{
	struct dmactl_sg *sgs;
	int ret;

	sgs = dmactl_copy_args(job, op, sizeof(*sgs));
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	ret = dmactl_raid_alloc(job, op->nr_args, val);
	/* At most two destinations: P and Q of a sum, or scratch memory. */
	if (!ret)
		ret = dmactl_alloc_spans(job, op->nr_args + 2, 2);
	if (!ret)
		ret = dmactl_raid_add_sgs(chan, job, sgs, op->nr_args, pq);
	dmactl_free_args(job, op, sgs, sizeof(*sgs));
	return ret;
}

/* The program may always give scratch memory, but only some ops need it. */
int dmactl_raid_scratch(struct dmactl_chan *chan,
			const struct dmactl_op *op,
			       struct dmactl_job *job, u32 halves)
{
	struct dmactl_raid *raid = job->priv;
	u64 len;

	if (!raid->lead)
		return 0;
	if (!op->dst_buf || check_mul_overflow(op->len, (u64)halves, &len))
		return -EINVAL;
	return dmactl_add_dst(chan, job, op->dst_buf, op->dst_off, len);
}
