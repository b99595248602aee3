// SPDX-License-Identifier: GPL-2.0-only
/* XOR, XOR_VAL, PQ and PQ_VAL. */
#include <linux/string.h>

#include "core/lock.h"
#include "core/memory.h"
#include "op/table.h"

#define SIM_RAID_BYTES	128
#define SIM_RAID_WORDS	(SIM_RAID_BYTES / sizeof(u64))

/*
 * Checks with fewer sources are refused, because ioatdma calls BUG() on them,
 * so clients must not use them.
 */
#define SIM_XOR_VAL_MIN	3
#define SIM_PQ_VAL_MIN	2

#define SIM_EACH_BYTE	0x0101010101010101ULL

/*
 * Doubles eight bytes at a time in the field of RAID 6 (polynomial 0x11d). This
 * does not use the xor and raid6 libraries of the kernel, whose interfaces
 * differ between kernels; so it also gives tests a second opinion.
 */
static u64 sim_gf_double(u64 x)
{
	u64 carry = (x >> 7) & SIM_EACH_BYTE;

	return ((x & (0x7f * SIM_EACH_BYTE)) << 1) ^ (carry * 0x1d);
}

/* sum += coef * x */
static void sim_gf_add(u64 *sum, const u64 *x, u8 coef, unsigned int words)
{
	unsigned int i;

	for (i = 0; i < words; i++) {
		u64 term = x[i];
		u8 c;

		for (c = coef; c; c >>= 1) {
			if (c & 1)
				sum[i] ^= term;
			if (c > 1)
				term = sim_gf_double(term);
		}
	}
}

/* Loads the start value of parity @k. */
static enum dmaengine_tx_result sim_raid_begin(struct sim_chan *sc,
					       struct sim_desc *d,
					       unsigned int k, u64 *sum,
					       size_t n)
{
	memset(sum, 0, SIM_RAID_BYTES);
	if (!d->raid.want[k] || !d->raid.load)
		return DMA_TRANS_NOERROR;
	return sim_mem_read(sc, sum, d->raid.dst[k] + d->pos, n);
}

static enum dmaengine_tx_result sim_raid_end(struct sim_chan *sc,
					     struct sim_desc *d,
					     unsigned int k, const u64 *sum,
					     size_t n)
{
	if (!d->raid.want[k])
		return DMA_TRANS_NOERROR;
	if (!d->raid.check)
		return sim_mem_write(sc, d->raid.dst[k] + d->pos, sum, n);

	if (memchr_inv(sum, 0, n))
		*d->raid.check |= k ? SUM_CHECK_Q_RESULT : SUM_CHECK_P_RESULT;
	return DMA_TRANS_NOERROR;
}

static enum dmaengine_tx_result sim_raid_piece(struct sim_chan *sc,
					       struct sim_desc *d, size_t n)
{
	unsigned int i, words = DIV_ROUND_UP(n, sizeof(u64));
	u64 p[SIM_RAID_WORDS], q[SIM_RAID_WORDS], x[SIM_RAID_WORDS];
	enum dmaengine_tx_result result;

	result = sim_raid_begin(sc, d, 0, p, n);
	if (result == DMA_TRANS_NOERROR)
		result = sim_raid_begin(sc, d, 1, q, n);

	/* The last word may be filled in part only. */
	x[words - 1] = 0;
	for (i = 0; i < d->raid.sources && result == DMA_TRANS_NOERROR; i++) {
		result = sim_mem_read(sc, x, d->raid.src[i] + d->pos, n);
		if (result != DMA_TRANS_NOERROR)
			break;
		if (d->raid.want[0])
			sim_gf_add(p, x, 1, words);
		if (d->raid.want[1])
			sim_gf_add(q, x, d->raid.coef[i], words);
	}

	/* Write last, because a destination may be one of the sources. */
	if (result == DMA_TRANS_NOERROR)
		result = sim_raid_end(sc, d, 0, p, n);
	if (result == DMA_TRANS_NOERROR)
		result = sim_raid_end(sc, d, 1, q, n);
	return result;
}

static enum dmaengine_tx_result sim_step_raid(struct sim_chan *sc,
					      struct sim_desc *d, size_t n)
{
	if (d->raid.check && !d->pos)
		*d->raid.check = 0;

	while (n) {
		size_t part = min_t(size_t, n, SIM_RAID_BYTES);
		enum dmaengine_tx_result result;

		result = sim_raid_piece(sc, d, part);
		if (result != DMA_TRANS_NOERROR)
			return result;
		d->pos += part;
		n -= part;
	}
	return DMA_TRANS_NOERROR;
}

/* Returns a descriptor with its sources. The caller sets the destinations. */
static struct sim_desc *sim_raid_get(struct sim_chan *sc,
				     const struct sim_op *op,
				     const dma_addr_t *src,
				     unsigned int sources, unsigned int max,
				     size_t len, unsigned long flags)
{
	struct sim_desc *d;
	unsigned int i;

	lockdep_assert_held(&sc->lock);
	if (!sources || sources > max || !sim_len_valid(sc, len))
		return NULL;
	for (i = 0; i < sources; i++)
		if (!is_dma_xor_aligned(sc->chan.device, src[i], 0, len))
			return NULL;

	d = sim_desc_get(sc, op, len, flags);
	if (!d)
		return NULL;
	memset(&d->raid, 0, sizeof(d->raid));
	memcpy(d->raid.src, src, sources * sizeof(*src));
	d->raid.sources = sources;
	return d;
}

static struct dma_async_tx_descriptor *
sim_prep_xor(struct dma_chan *chan, dma_addr_t dst, dma_addr_t *src,
	     unsigned int sources, size_t len, unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	if (!is_dma_xor_aligned(chan->device, dst, 0, 0))
		return NULL;

	guard(sim_chan)(sc);
	d = sim_raid_get(sc, &sim_op_xor, src, sources,
			 sc->ctl->config.max_xor, len, flags);
	if (!d)
		return NULL;
	d->raid.dst[0] = dst;
	d->raid.want[0] = true;
	return &d->tx;
}

static struct dma_async_tx_descriptor *
sim_prep_xor_val(struct dma_chan *chan, dma_addr_t *src, unsigned int sources,
		 size_t len, enum sum_check_flags *check, unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	/* With such a low maximum, clients cannot use more sources. */
	if (sources < SIM_XOR_VAL_MIN && sc->ctl->config.max_xor > 3)
		return NULL;

	guard(sim_chan)(sc);
	d = sim_raid_get(sc, &sim_op_xor_val, src, sources,
			 sc->ctl->config.max_xor, len, flags);
	if (!d)
		return NULL;
	d->raid.want[0] = true;
	d->raid.check = check;
	return &d->tx;
}

static struct dma_async_tx_descriptor *
sim_raid_pq(struct sim_chan *sc, const struct sim_op *op, const dma_addr_t *dst,
	    const dma_addr_t *src, unsigned int sources,
	    const unsigned char *coef, size_t len,
	    enum sum_check_flags *check, unsigned long flags)
{
	const bool want[2] = {
		!(flags & DMA_PREP_PQ_DISABLE_P),
		!(flags & DMA_PREP_PQ_DISABLE_Q),
	};
	struct sim_desc *d;
	unsigned int k;

	if (!want[0] && !want[1])
		return NULL;
	for (k = 0; k < 2; k++)
		if (want[k] &&
		    !is_dma_pq_aligned(sc->chan.device, dst[k], 0, 0))
			return NULL;

	guard(sim_chan)(sc);
	d = sim_raid_get(sc, op, src, sources, sc->ctl->config.max_pq, len,
			 flags);
	if (!d)
		return NULL;
	for (k = 0; k < 2; k++) {
		d->raid.want[k] = want[k];
		d->raid.dst[k] = want[k] ? dst[k] : 0;
	}
	if (want[1])
		memcpy(d->raid.coef, coef, sources);
	d->raid.check = check;
	/* A check computes the difference from the existing parity. */
	d->raid.load = check || dmaf_continue(flags);
	return &d->tx;
}

static struct dma_async_tx_descriptor *
sim_prep_pq(struct dma_chan *chan, dma_addr_t *dst, dma_addr_t *src,
	    unsigned int sources, const unsigned char *coef, size_t len,
	    unsigned long flags)
{
	return sim_raid_pq(to_sim_chan(chan), &sim_op_pq, dst, src, sources,
			   coef, len, NULL, flags);
}

static struct dma_async_tx_descriptor *
sim_prep_pq_val(struct dma_chan *chan, dma_addr_t *pq, dma_addr_t *src,
		unsigned int sources, const unsigned char *coef, size_t len,
		enum sum_check_flags *check, unsigned long flags)
{
	if (sources < SIM_PQ_VAL_MIN)
		return NULL;
	return sim_raid_pq(to_sim_chan(chan), &sim_op_pq_val, pq, src, sources,
			   coef, len, check, flags);
}

static void sim_declare_xor(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_xor = sim_prep_xor;
	ctl->dma.max_xor = ctl->config.max_xor;
	ctl->dma.xor_align = ilog2(ctl->config.xor_align);
}

static void sim_declare_xor_val(struct sim_controller *ctl)
{
	sim_declare_xor(ctl);
	ctl->dma.device_prep_dma_xor_val = sim_prep_xor_val;
}

static void sim_declare_pq(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_pq = sim_prep_pq;
	dma_set_maxpq(&ctl->dma, ctl->config.max_pq, true);
	ctl->dma.pq_align = ilog2(ctl->config.pq_align);
}

static void sim_declare_pq_val(struct sim_controller *ctl)
{
	sim_declare_pq(ctl);
	ctl->dma.device_prep_dma_pq_val = sim_prep_pq_val;
}

const struct sim_op sim_op_xor = {
	.name = "xor",
	.cap = DMA_XOR,
	.declare = sim_declare_xor,
	.step = sim_step_raid,
};

const struct sim_op sim_op_xor_val = {
	.name = "xor_val",
	.cap = DMA_XOR_VAL,
	.declare = sim_declare_xor_val,
	.step = sim_step_raid,
};

const struct sim_op sim_op_pq = {
	.name = "pq",
	.cap = DMA_PQ,
	.declare = sim_declare_pq,
	.step = sim_step_raid,
};

const struct sim_op sim_op_pq_val = {
	.name = "pq_val",
	.cap = DMA_PQ_VAL,
	.declare = sim_declare_pq_val,
	.step = sim_step_raid,
};
