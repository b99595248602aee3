// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums of many sources: XOR and PQ, and their checks. More sources than one
 * descriptor takes make a chain, as in the kernel's async_tx: for XOR, the
 * result so far is a source of the next; for PQ there is DMA_PREP_CONTINUE.
 */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core.h"

/* PQ of a single source with P: some providers BUG() on it. */
#define DMACTL_MIN_SOURCES 2

/*
 * A check that goes on from a sum in scratch memory has it among its sources:
 * P with coefficient 0, Q with 1 and, to take it out of P again, Q with 0.
 */
#define DMACTL_PQ_CARRIED 3

/* Beyond the sources, tx->src has the P and Q that a check looks at. */
struct dmactl_raid {
	u32 nr;			/* sources */
	u32 lead;		/* of them summed up before a check */
	u32 done;		/* of them in descriptors, for this piece */
	u64 len;		/* of this piece */
	bool val;		/* a check */
	bool want[2];		/* P, Q */
	u32 at[2];		/* index of P, Q in tx->dst or tx->src */
	dma_addr_t dst[2];	/* P, Q */
	u8 *coef;
	dma_addr_t addr[];	/* of one descriptor's sources */
};

static u64 dmactl_raid_addr(const struct dmactl_tx *tx,
			    const struct dmactl_span *span, u64 more,
			    dma_addr_t *addr)
{
	return dmactl_map_addr(span->map, span->off + more + tx->prepared,
			       addr);
}

/* The bytes from here on that lie in one piece everywhere. */
static u64 dmactl_raid_room(const struct dmactl_chan *chan,
			    const struct dmactl_tx *tx)
{
	u64 len = dmactl_piece_max(chan, tx);
	dma_addr_t addr;
	u32 i;

	for (i = 0; i < tx->nr_src; i++)
		len = min(len, dmactl_raid_addr(tx, &tx->src[i], 0, &addr));
	for (i = 0; i < tx->nr_dst; i++) {
		len = min(len, dmactl_raid_addr(tx, &tx->dst[i], 0, &addr));
		/* The second half of scratch memory, for Q. */
		if (tx->dst[i].len > tx->len)
			len = min(len, dmactl_raid_addr(tx, &tx->dst[i],
							tx->len, &addr));
	}
	return len;
}

/* The addresses and coefficients of sources [from, from + nr), after @have. */
static void dmactl_raid_sources(const struct dmactl_tx *tx,
				struct dmactl_raid *raid, u32 have, u32 from,
				u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		dmactl_raid_addr(tx, &tx->src[from + i], 0,
				 &raid->addr[have + i]);
		raid->coef[have + i] = tx->src[from + i].coef;
	}
}

static void dmactl_raid_begin(const struct dmactl_chan *chan,
			      const struct dmactl_tx *tx,
			      struct dmactl_raid *raid)
{
	if (!raid->done)
		raid->len = dmactl_raid_room(chan, tx);
}

/*
 * One step of a chain that sums up @total sources. The last one ends the
 * piece, unless a check is still to come.
 */
static void dmactl_raid_step(const struct dmactl_raid *raid, u32 total,
			     struct dmactl_piece *piece, unsigned long *flags)
{
	bool last = raid->done + piece->nr == total && !raid->val;

	piece->len = last ? raid->len : 0;
	if (!last)
		*flags |= DMA_PREP_FENCE;
}

static struct dma_async_tx_descriptor *
dmactl_xor_step(struct dmactl_chan *chan, struct dmactl_tx *tx, u32 total,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->dma->device;
	struct dmactl_raid *raid = tx->priv;
	u32 have = !!raid->done;

	dmactl_raid_addr(tx, &tx->dst[0], 0, &raid->dst[0]);
	raid->addr[0] = raid->dst[0];
	piece->nr = min(d->max_xor - have, total - raid->done);
	dmactl_raid_sources(tx, raid, have, raid->done, piece->nr);
	dmactl_raid_step(raid, total, piece, &flags);
	return d->device_prep_dma_xor(chan->dma, raid->dst[0], raid->addr,
				      have + piece->nr, raid->len, flags);
}

static struct dma_async_tx_descriptor *
dmactl_xor_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_raid *raid = tx->priv;

	dmactl_raid_begin(chan, tx, raid);
	return dmactl_xor_step(chan, tx, raid->nr, piece, flags);
}

/*
 * Some providers take the first source of a check for the sum of the others,
 * and BUG() if there is but one of these (ioatdma). A source given twice more
 * changes no sum.
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
dmactl_xor_val_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		    struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->dma->device;
	struct dmactl_raid *raid = tx->priv;
	u32 have = !!raid->lead;

	dmactl_raid_begin(chan, tx, raid);
	if (raid->done < raid->lead)
		return dmactl_xor_step(chan, tx, raid->lead, piece, flags);
	if (have)
		dmactl_raid_addr(tx, &tx->dst[0], 0, &raid->addr[0]);
	piece->nr = raid->nr - raid->done;
	piece->len = raid->len;
	dmactl_raid_sources(tx, raid, have, raid->done, piece->nr);
	have = dmactl_xor_val_pad(d, raid, have + piece->nr);
	return d->device_prep_dma_xor_val(chan->dma, raid->addr, have,
					  raid->len, piece->check, flags);
}

static void dmactl_pq_addrs(struct dmactl_tx *tx, struct dmactl_raid *raid,
			    const struct dmactl_span *spans)
{
	int i;

	for (i = 0; i < 2; i++) {
		raid->dst[i] = 0;
		if (raid->want[i])
			dmactl_raid_addr(tx, &spans[raid->at[i]], 0,
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
 * The sources of a chain's first step: what is left over, so that the others
 * are full. ioatdma adds P and Q to the sources of a step that goes on, but
 * sizes its descriptor without them, and writes beyond it if they are what
 * makes it a long one.
 */
static u32 dmactl_pq_first(const struct dmactl_chan *chan, u32 total,
			   unsigned long flags)
{
	u32 most = chan->max_pq;
	u32 next = most;

	if (total <= most)
		return total;
	/* What dma_maxpq() says; before the op is accepted, dma may be gone. */
	if (!(chan->caps & DMACTL_CAP_PQ_CONTINUE))
		next -= flags & DMA_PREP_PQ_DISABLE_P ? 1 : DMACTL_PQ_CARRIED;
	return max_t(u32, total - roundup(total - most, next),
		     DMACTL_MIN_SOURCES);
}

static struct dma_async_tx_descriptor *
dmactl_pq_step(struct dmactl_chan *chan, struct dmactl_tx *tx, u32 total,
	       struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->dma->device;
	struct dmactl_raid *raid = tx->priv;

	if (raid->done) {
		flags |= DMA_PREP_CONTINUE;
		piece->nr = min_t(u32, dma_maxpq(d, flags), total - raid->done);
	} else {
		piece->nr = dmactl_pq_first(chan, total, flags);
	}
	dmactl_raid_sources(tx, raid, 0, raid->done, piece->nr);
	dmactl_raid_step(raid, total, piece, &flags);
	return d->device_prep_dma_pq(chan->dma, raid->dst, raid->addr,
				     piece->nr, raid->coef, raid->len, flags);
}

static struct dma_async_tx_descriptor *
dmactl_pq_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
	       struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_raid *raid = tx->priv;

	dmactl_raid_begin(chan, tx, raid);
	dmactl_pq_addrs(tx, raid, tx->dst);
	return dmactl_pq_step(chan, tx, raid->nr, piece,
			      dmactl_pq_flags(raid, flags));
}

/* Sums up the leading sources in scratch memory: P, and @len further on, Q. */
static struct dma_async_tx_descriptor *
dmactl_pq_val_lead(struct dmactl_chan *chan, struct dmactl_tx *tx,
		   struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_raid *raid = tx->priv;

	dmactl_raid_addr(tx, &tx->dst[0], 0, &raid->dst[0]);
	dmactl_raid_addr(tx, &tx->dst[0], tx->len, &raid->dst[1]);
	return dmactl_pq_step(chan, tx, raid->lead, piece, flags);
}

static u32 dmactl_pq_carry(struct dmactl_tx *tx, struct dmactl_raid *raid)
{
	static const u8 coef[DMACTL_PQ_CARRIED] = { 0, 1, 0 };

	if (!raid->lead)
		return 0;
	dmactl_raid_addr(tx, &tx->dst[0], 0, &raid->addr[0]);
	dmactl_raid_addr(tx, &tx->dst[0], tx->len, &raid->addr[1]);
	raid->addr[2] = raid->addr[1];
	memcpy(raid->coef, coef, sizeof(coef));
	return DMACTL_PQ_CARRIED;
}

/* The same: ioatdma BUG()s on a check of one source. Q alone can have that. */
static u32 dmactl_pq_val_pad(const struct dmactl_chan *chan,
			     struct dmactl_raid *raid, u32 nr)
{
	if (nr != 1 || chan->max_pq < 2)
		return nr;
	raid->addr[1] = raid->addr[0];
	raid->coef[1] = 0;
	return 2;
}

static struct dma_async_tx_descriptor *
dmactl_pq_val_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		   struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->dma->device;
	struct dmactl_raid *raid = tx->priv;
	u32 have;

	dmactl_raid_begin(chan, tx, raid);
	if (raid->done < raid->lead)
		return dmactl_pq_val_lead(chan, tx, piece, flags);
	dmactl_pq_addrs(tx, raid, tx->src);
	have = dmactl_pq_carry(tx, raid);
	piece->nr = raid->nr - raid->done;
	piece->len = raid->len;
	dmactl_raid_sources(tx, raid, have, raid->done, piece->nr);
	have = dmactl_pq_val_pad(chan, raid, have + piece->nr);
	return d->device_prep_dma_pq_val(chan->dma, raid->dst, raid->addr,
					 have, raid->coef,
					 raid->len, piece->check,
					 dmactl_pq_flags(raid, flags));
}

static void dmactl_raid_advance(struct dmactl_tx *tx,
				const struct dmactl_piece *piece)
{
	struct dmactl_raid *raid = tx->priv;

	raid->done = piece->len ? 0 : raid->done + piece->nr;
}

static int dmactl_raid_alloc(struct dmactl_tx *tx, u32 nr, bool val)
{
	u32 room = nr + DMACTL_PQ_CARRIED;
	struct dmactl_raid *raid;

	raid = kvzalloc(struct_size(raid, addr, room) + room,
			GFP_KERNEL_ACCOUNT);
	if (!raid)
		return -ENOMEM;
	raid->coef = (u8 *)&raid->addr[room];
	raid->val = val;
	tx->priv = raid;
	return 0;
}

/* P and Q: results of a sum, sources of a check. */
static int dmactl_raid_add_pq(struct dmactl_chan *chan, struct dmactl_tx *tx,
			      const struct dmactl_sg *sg, int which)
{
	struct dmactl_raid *raid = tx->priv;
	int ret;

	if (raid->want[which] || sg->value)
		return -EINVAL;
	if (raid->val) {
		raid->at[which] = tx->nr_src;
		ret = dmactl_add_src(chan, tx, sg->buf, sg->off, sg->len);
	} else {
		raid->at[which] = tx->nr_dst;
		ret = dmactl_add_dst(chan, tx, sg->buf, sg->off, sg->len);
	}
	raid->want[which] = true;
	return ret;
}

static int dmactl_raid_add_src(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       const struct dmactl_sg *sg, bool pq)
{
	struct dmactl_raid *raid = tx->priv;
	int ret;

	if (sg->value > (pq ? U8_MAX : 0))
		return -EINVAL;
	ret = dmactl_add_src(chan, tx, sg->buf, sg->off, sg->len);
	if (ret)
		return ret;
	tx->src[tx->nr_src - 1].coef = sg->value;
	raid->nr++;
	return 0;
}

/* Sources in one pass and P and Q in another, so that sources come first. */
static int dmactl_raid_add_sgs(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       const struct dmactl_sg *sgs, u32 nr, bool pq)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++) {
		if (sgs[i].reserved || sgs[i].len != tx->len)
			return -EINVAL;
		if (sgs[i].role == DMACTL_SG_SRC)
			ret = dmactl_raid_add_src(chan, tx, &sgs[i], pq);
		else if (!pq || (sgs[i].role != DMACTL_SG_P &&
				 sgs[i].role != DMACTL_SG_Q))
			ret = -EINVAL;
	}
	for (i = 0; i < nr && !ret; i++)
		if (sgs[i].role != DMACTL_SG_SRC)
			ret = dmactl_raid_add_pq(chan, tx, &sgs[i],
						 sgs[i].role == DMACTL_SG_Q);
	return ret;
}

/*
 * What is written may be one of the sources, the whole of it. Such sources go
 * to the front: the first step of a chain overwrites them.
 */
static int dmactl_raid_check_overlap(struct dmactl_tx *tx, u32 max)
{
	struct dmactl_raid *raid = tx->priv;
	u32 front = 0;
	u32 i, j;

	if (tx->nr_dst == 2 && dmactl_spans_overlap(&tx->dst[0], &tx->dst[1]))
		return -EINVAL;
	for (i = 0; i < tx->nr_src; i++) {
		for (j = 0; j < tx->nr_dst; j++)
			if (dmactl_spans_overlap(&tx->src[i], &tx->dst[j]))
				break;
		if (j == tx->nr_dst)
			continue;
		if (raid->val || tx->src[i].off != tx->dst[j].off)
			return -EINVAL;
		swap(tx->src[front], tx->src[i]);
		front++;
	}
	return front <= max ? 0 : -EINVAL;
}

static int dmactl_raid_validate(struct dmactl_chan *chan,
				const struct dmactl_op *op,
				struct dmactl_tx *tx, bool val, bool pq)
{
	struct dmactl_sg *sgs;
	int ret;

	sgs = dmactl_copy_args(op, sizeof(*sgs));
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	ret = dmactl_raid_alloc(tx, op->nr_args, val);
	/* At most two destinations: a sum's, or scratch memory. */
	if (!ret)
		ret = dmactl_alloc_spans(tx, op->nr_args + 2, 2);
	if (!ret)
		ret = dmactl_raid_add_sgs(chan, tx, sgs, op->nr_args, pq);
	kvfree(sgs);
	return ret;
}

/* Scratch memory is given just in case, and asked for only if needed. */
static int dmactl_raid_scratch(struct dmactl_chan *chan,
			       const struct dmactl_op *op,
			       struct dmactl_tx *tx, u32 halves)
{
	struct dmactl_raid *raid = tx->priv;
	u64 len;

	if (!raid->lead)
		return 0;
	if (!op->dst_buf || check_mul_overflow(op->len, (u64)halves, &len))
		return -EINVAL;
	return dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, len);
}

static int dmactl_xor_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op, struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .src = true, .value = true };
	struct dmactl_raid *raid;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	if (chan->max_xor < DMACTL_MIN_SOURCES)
		return -EOPNOTSUPP;
	tx->align = chan->xor_align;
	ret = dmactl_raid_validate(chan, op, tx, false, false);
	if (ret)
		return ret;
	raid = tx->priv;
	if (raid->nr < DMACTL_MIN_SOURCES)
		return -EINVAL;
	ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	return dmactl_raid_check_overlap(tx, chan->max_xor);
}

const struct dmactl_op_type dmactl_op_xor = {
	.validate = dmactl_xor_validate,
	.prep = dmactl_xor_prep,
	.advance = dmactl_raid_advance,
	.caps = DMACTL_CAP_XOR,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static int dmactl_xor_val_validate(struct dmactl_chan *chan,
				   const struct dmactl_op *op,
				   struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .src = true, .value = true };
	u32 max = chan->max_xor;
	struct dmactl_raid *raid;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	if (max < DMACTL_MIN_SOURCES)
		return -EOPNOTSUPP;
	tx->align = chan->xor_align;
	ret = dmactl_raid_validate(chan, op, tx, true, false);
	if (ret)
		return ret;
	raid = tx->priv;
	if (raid->nr < DMACTL_MIN_SOURCES)
		return -EINVAL;
	if (raid->nr > max) {
		if (!(chan->caps & DMACTL_CAP_XOR))
			return -EOPNOTSUPP;
		/* The sum is one of the sources of the check. */
		raid->lead = raid->nr - (max - 1);
	}
	ret = dmactl_raid_scratch(chan, op, tx, 1);
	if (ret)
		return ret;
	return dmactl_raid_check_overlap(tx, 0);
}

const struct dmactl_op_type dmactl_op_xor_val = {
	.validate = dmactl_xor_val_validate,
	.prep = dmactl_xor_val_prep,
	.advance = dmactl_raid_advance,
	.caps = DMACTL_CAP_XOR_VAL,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

/* Q alone can have one source: that is how a lost block is multiplied. */
static int dmactl_pq_check(const struct dmactl_raid *raid)
{
	u32 least = raid->want[0] ? DMACTL_MIN_SOURCES : 1;

	if (!raid->want[0] && !raid->want[1])
		return -EINVAL;
	return raid->nr >= least ? 0 : -EINVAL;
}

/*
 * A chain needs room for a source beside what it carries, and a check always
 * carries it among its sources.
 */
static bool dmactl_pq_can_chain(const struct dmactl_chan *chan, bool val)
{
	if (!val && (chan->caps & DMACTL_CAP_PQ_CONTINUE))
		return chan->max_pq;
	return chan->max_pq > DMACTL_PQ_CARRIED;
}

static int dmactl_pq_validate(struct dmactl_chan *chan,
			      const struct dmactl_op *op, struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .value = true,
	};
	struct dmactl_raid *raid;
	u32 max;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	tx->align = chan->pq_align;
	ret = dmactl_raid_validate(chan, op, tx, false, true);
	if (ret)
		return ret;
	raid = tx->priv;
	ret = dmactl_pq_check(raid);
	if (ret)
		return ret;
	if (raid->nr > chan->max_pq && !dmactl_pq_can_chain(chan, false))
		return -EOPNOTSUPP;
	max = dmactl_pq_first(chan, raid->nr, dmactl_pq_flags(raid, 0));
	return dmactl_raid_check_overlap(tx, max);
}

const struct dmactl_op_type dmactl_op_pq = {
	.validate = dmactl_pq_validate,
	.prep = dmactl_pq_prep,
	.advance = dmactl_raid_advance,
	.caps = DMACTL_CAP_PQ,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static int dmactl_pq_val_validate(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .src = true, .value = true };
	u32 max = chan->max_pq;
	struct dmactl_raid *raid;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	tx->align = chan->pq_align;
	ret = dmactl_raid_validate(chan, op, tx, true, true);
	if (ret)
		return ret;
	raid = tx->priv;
	ret = dmactl_pq_check(raid);
	if (ret)
		return ret;
	if (raid->nr > max) {
		if (!(chan->caps & DMACTL_CAP_PQ) ||
		    !dmactl_pq_can_chain(chan, true))
			return -EOPNOTSUPP;
		raid->lead = raid->nr - (max - DMACTL_PQ_CARRIED);
	}
	ret = dmactl_raid_scratch(chan, op, tx, 2);
	if (ret)
		return ret;
	return dmactl_raid_check_overlap(tx, 0);
}

const struct dmactl_op_type dmactl_op_pq_val = {
	.validate = dmactl_pq_val_validate,
	.prep = dmactl_pq_val_prep,
	.advance = dmactl_raid_advance,
	.caps = DMACTL_CAP_PQ_VAL,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};
