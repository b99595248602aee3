// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between memory and a peripheral, and fills that take a list. What is common
 * is the scatterlist: addresses that are mapped already, one entry for each
 * piece that is contiguous for the device.
 */

#include <linux/capability.h>
#include <linux/dmaengine.h>
#include <linux/overflow.h>
#include <linux/rio.h>
#include <linux/slab.h>

#include "core.h"

/* kvmalloc() warns of what it will not allocate in any case. */
#define DMACTL_MAX_LIST							\
	((INT_MAX - 1024) /						\
	 (sizeof(struct scatterlist) + sizeof(struct dmactl_vec)))

struct dmactl_list {
	u32 nr;			/* entries */
	u32 at;			/* entries in descriptors */
	u32 max;		/* entries in one descriptor */
	struct dmactl_vec *vecs;	/* the same for PERIPHERAL_VEC */
#ifdef CONFIG_RAPIDIO_DMA_ENGINE
	struct rio_dma_ext rio;
#endif
	struct scatterlist sgl[];
};

/*
 * Nobody else than the device tree or somebody who may touch all of memory
 * knows where the channel would write.
 */
int dmactl_slave_allowed(const struct dmactl_chan *chan,
			 enum dma_transfer_direction dir)
{
	if (chan->directions && !(chan->directions & BIT(dir)))
		return -EOPNOTSUPP;
	if (!chan->tied && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	return 0;
}

/* The entries that a span needs; with @sg, fills them and moves it on. */
static u64 dmactl_list_span(const struct dmactl_chan *chan,
			    const struct dmactl_tx *tx,
			    const struct dmactl_span *span,
			    struct scatterlist **sg)
{
	u64 max = max_t(u64, round_down(chan->max_len, tx->align), tx->align);
	u64 off = 0, len;
	dma_addr_t addr;
	u64 nr = 0;

	for (; off < span->len && nr <= DMACTL_MAX_LIST; off += len, nr++) {
		len = dmactl_map_addr(span->map, span->off + off, &addr);
		len = min3(len, span->len - off, max);
		if (!sg)
			continue;
		sg_dma_address(*sg) = addr;
		sg_dma_len(*sg) = len;
		(*sg)->length = len;
		*sg = sg_next(*sg);
	}
	return nr;
}

static void dmactl_list_fill_vecs(struct dmactl_list *list)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		list->vecs[i] = (struct dmactl_vec) {
			.addr = sg_dma_address(&list->sgl[i]),
			.len = sg_dma_len(&list->sgl[i]),
		};
}

/* Makes the list of all spans of one side. */
static int dmactl_list_make(struct dmactl_chan *chan, struct dmactl_tx *tx,
			    const struct dmactl_span *spans, u32 nr_spans)
{
	bool vecs = tx->opcode == DMACTL_OP_PERIPHERAL_VEC;
	struct dmactl_list *list;
	struct scatterlist *sg;
	size_t size;
	u64 nr = 0;
	u32 i;

	for (i = 0; i < nr_spans && nr <= DMACTL_MAX_LIST; i++)
		nr += dmactl_list_span(chan, tx, &spans[i], NULL);
	/* The same buffer can be there as often as an array has room. */
	if (nr > DMACTL_MAX_LIST)
		return -ENOMEM;
	size = struct_size(list, sgl, nr);
	if (vecs)
		size = size_add(size, array_size(nr, sizeof(struct dmactl_vec)));
	list = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	list->nr = nr;
	list->max = nr;
	sg_init_table(list->sgl, nr);
	sg = list->sgl;
	for (i = 0; i < nr_spans; i++)
		dmactl_list_span(chan, tx, &spans[i], &sg);
	if (vecs) {
		list->vecs = (struct dmactl_vec *)&list->sgl[nr];
		dmactl_list_fill_vecs(list);
	}
	tx->priv = list;
	return 0;
}

/* The next entries, as a list of their own. */
static struct scatterlist *dmactl_list_next(struct dmactl_list *list,
					    struct dmactl_piece *piece)
{
	u32 i;

	piece->nr = min(list->max, list->nr - list->at);
	for (i = 0; i < piece->nr; i++)
		piece->len += sg_dma_len(&list->sgl[list->at + i]);
	sg_mark_end(&list->sgl[list->at + piece->nr - 1]);
	return &list->sgl[list->at];
}

static void dmactl_list_advance(struct dmactl_tx *tx,
				const struct dmactl_piece *piece)
{
	struct dmactl_list *list = tx->priv;

	if (list)
		list->at += piece->nr;
	else
		dmactl_linear_advance(tx, piece);
}

static void dmactl_list_rewind(struct dmactl_tx *tx)
{
	struct dmactl_list *list = tx->priv;

	if (list)
		list->at = 0;
}

static void dmactl_list_shrink(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	struct dmactl_list *list = tx->priv;
	u32 i;

	if (!list)
		return;
	for (i = list->at; i + 1 < list->nr; i++)
		sg_unmark_end(&list->sgl[i]);
	list->max = max(list->max / 2, 1u);
}

static struct dma_async_tx_descriptor *
dmactl_slave_sg_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		     struct dmactl_piece *piece, unsigned long flags)
{
	struct scatterlist *sgl = dmactl_list_next(tx->priv, piece);

	return dmaengine_prep_slave_sg(chan->dma, sgl, piece->nr, tx->dir,
				       flags);
}

/*
 * All pieces on the side of the first; what is left over is metadata, where
 * there is a peripheral for it.
 */
static int dmactl_slave_add_sgs(struct dmactl_chan *chan, struct dmactl_tx *tx,
				const struct dmactl_sg *sgs, u32 nr, u16 side)
{
	u64 sum = 0;
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++) {
		if (sgs[i].role == DMACTL_SG_METADATA &&
		    tx->dir != DMA_MEM_TO_MEM) {
			ret = dmactl_metadata_add(chan, tx, &sgs[i]);
			continue;
		}
		if (sgs[i].role != side || sgs[i].reserved || sgs[i].value ||
		    check_add_overflow(sum, sgs[i].len, &sum))
			return -EINVAL;
		if (side == DMACTL_SG_DST)
			ret = dmactl_add_dst(chan, tx, sgs[i].buf, sgs[i].off,
					     sgs[i].len);
		else
			ret = dmactl_add_src(chan, tx, sgs[i].buf, sgs[i].off,
					     sgs[i].len);
	}
	if (ret)
		return ret;
	return sum == tx->len && !dmactl_metadata_missing(tx) ? 0 : -EINVAL;
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

static int dmactl_slave_lists(struct dmactl_chan *chan, struct dmactl_tx *tx,
			      const struct dmactl_sg *sgs, u32 nr)
{
	u16 side = dmactl_slave_side(sgs, nr);
	int ret;

	if (!side)
		return -EINVAL;
	tx->align = 1;
	tx->dir = side == DMACTL_SG_DST ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	ret = dmactl_slave_allowed(chan, tx->dir);
	if (ret)
		return ret;
	ret = dmactl_alloc_spans(tx, nr, side == DMACTL_SG_DST ? nr : 0);
	if (ret)
		return ret;
	ret = dmactl_slave_add_sgs(chan, tx, sgs, nr, side);
	if (ret)
		return ret;
	if (side == DMACTL_SG_DST)
		return dmactl_list_make(chan, tx, tx->dst, tx->nr_dst);
	return dmactl_list_make(chan, tx, tx->src, tx->nr_src);
}

static int dmactl_slave_sg_validate(struct dmactl_chan *chan,
				    const struct dmactl_op *op,
				    struct dmactl_tx *tx)
{
	return dmactl_with_sgs(chan, op, tx, dmactl_slave_lists);
}

#define DMACTL_SLAVE_FLAGS						\
	(DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE | DMACTL_OPF_LOAD_EOT |	\
	 DMACTL_OPF_CMD | DMACTL_OPF_METADATA_ENGINE)

const struct dmactl_op_type dmactl_op_slave_sg = {
	.validate = dmactl_slave_sg_validate,
	.prep = dmactl_slave_sg_prep,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE,
	.flags = DMACTL_SLAVE_FLAGS,
};

static struct dma_async_tx_descriptor *
dmactl_slave_single_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
			 struct dmactl_piece *piece, unsigned long flags)
{
	dma_addr_t addr;

	if (tx->priv)
		return dmactl_slave_sg_prep(chan, tx, piece, flags);
	if (tx->dir == DMA_DEV_TO_MEM)
		piece->len = dmactl_linear_next(chan, tx, &addr, NULL);
	else
		piece->len = dmactl_linear_next(chan, tx, NULL, &addr);
	return dmaengine_prep_slave_single(chan->dma, addr, piece->len,
					   tx->dir, flags);
}

/* Scattered memory is a list: one descriptor all the same. */
int dmactl_slave_single_list(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	const struct dmactl_span *span = tx->nr_dst ? tx->dst : tx->src;
	dma_addr_t addr;

	if (span->len <= chan->max_len &&
	    dmactl_map_addr(span->map, span->off, &addr) >= span->len)
		return 0;
	return dmactl_list_make(chan, tx, span, 1);
}

static int dmactl_slave_single_validate(struct dmactl_chan *chan,
					const struct dmactl_op *op,
					struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = !op->dst_buf, .src = !op->src_buf, .value = true,
	};
	int ret;

	if (!dmactl_op_is_clean(op, unused) || !op->dst_buf == !op->src_buf)
		return -EINVAL;
	tx->align = 1;
	tx->dir = op->dst_buf ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	ret = dmactl_slave_allowed(chan, tx->dir);
	if (ret)
		return ret;
	if (op->dst_buf)
		ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off,
				     op->len);
	else
		ret = dmactl_add_src(chan, tx, op->src_buf, op->src_off,
				     op->len);
	if (!ret)
		ret = dmactl_metadata_add_args(chan, tx, op);
	if (ret)
		return ret;
	return dmactl_slave_single_list(chan, tx);
}

const struct dmactl_op_type dmactl_op_slave_single = {
	.validate = dmactl_slave_single_validate,
	.prep = dmactl_slave_single_prep,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE,
	.flags = DMACTL_SLAVE_FLAGS,
};

static struct dma_async_tx_descriptor *
dmactl_vec_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_list *list = tx->priv;

	dmactl_list_next(list, piece);
	return dmactl_compat_prep_vec(chan->dma, &list->vecs[list->at],
				      piece->nr, tx->dir, flags);
}

const struct dmactl_op_type dmactl_op_peripheral_vec = {
	.validate = dmactl_slave_sg_validate,
	.prep = dmactl_vec_prep,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_PERIPHERAL_VEC,
	.flags = DMACTL_SLAVE_FLAGS,
};

#ifdef CONFIG_RAPIDIO_DMA_ENGINE
static struct dma_async_tx_descriptor *
dmactl_rio_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_list *list = tx->priv;
	struct scatterlist *sgl = dmactl_list_next(list, piece);

	return dmaengine_prep_rio_sg(chan->dma, sgl, piece->nr, tx->dir, flags,
				     &list->rio);
}

/* What is behind the address there goes on with each descriptor. */
static void dmactl_rio_advance(struct dmactl_tx *tx,
			       const struct dmactl_piece *piece)
{
	struct dmactl_list *list = tx->priv;

	list->rio.rio_addr += piece->len;
	dmactl_list_advance(tx, piece);
}

static int dmactl_rio_lists(struct dmactl_chan *chan, struct dmactl_tx *tx,
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
	ret = dmactl_slave_lists(chan, tx, sgs + 1, nr - 1);
	if (ret)
		return ret;
	list = tx->priv;
	list->rio = (struct rio_dma_ext) {
		.destid = rio->destid,
		.rio_addr = rio->rio_addr,
		.rio_addr_u = rio->rio_addr_u,
		.wr_type = rio->wr_type,
	};
	return 0;
}

static int dmactl_rio_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op, struct dmactl_tx *tx)
{
	return dmactl_with_sgs(chan, op, tx, dmactl_rio_lists);
}
#else
static int dmactl_rio_validate(struct dmactl_chan *chan,
			       const struct dmactl_op *op, struct dmactl_tx *tx)
{
	return -EOPNOTSUPP;
}
#endif

const struct dmactl_op_type dmactl_op_rio_sg = {
	.validate = dmactl_rio_validate,
#ifdef CONFIG_RAPIDIO_DMA_ENGINE
	.prep = dmactl_rio_prep,
	.advance = dmactl_rio_advance,
#endif
	.rewind = dmactl_list_rewind,
	.shrink = dmactl_list_shrink,
	.caps = DMACTL_CAP_SLAVE | DMACTL_CAP_RIO_SG,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};

static struct dma_async_tx_descriptor *
dmactl_memset_sg_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		      struct dmactl_piece *piece, unsigned long flags)
{
	struct dma_device *d = chan->dma->device;
	struct scatterlist *sgl;

	if (!tx->priv)
		return dmactl_op_memset.prep(chan, tx, piece, flags);
	sgl = dmactl_list_next(tx->priv, piece);
	return d->device_prep_dma_memset_sg(chan->dma, sgl, piece->nr,
					    tx->value, flags);
}

static int dmactl_memset_sg_validate(struct dmactl_chan *chan,
				     const struct dmactl_op *op,
				     struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .dst = true, .src = true };
	bool native = chan->caps & DMACTL_CAP_MEMSET_SG;
	struct dmactl_sg *sgs;
	int ret;

	if (!native && !(chan->caps & DMACTL_CAP_MEMSET))
		return -EOPNOTSUPP;
	if (!dmactl_op_is_clean(op, unused) || op->value > U8_MAX)
		return -EINVAL;
	sgs = dmactl_copy_args(op, sizeof(*sgs));
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	tx->align = chan->fill_align;
	ret = dmactl_alloc_spans(tx, op->nr_args, op->nr_args);
	if (!ret)
		ret = dmactl_slave_add_sgs(chan, tx, sgs, op->nr_args,
					   DMACTL_SG_DST);
	kvfree(sgs);
	if (ret || !native)
		return ret;
	return dmactl_list_make(chan, tx, tx->dst, tx->nr_dst);
}

const struct dmactl_op_type dmactl_op_memset_sg = {
	.validate = dmactl_memset_sg_validate,
	.prep = dmactl_memset_sg_prep,
	.advance = dmactl_list_advance,
	.rewind = dmactl_list_rewind,
	.shrink = dmactl_list_shrink,
	.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
};
