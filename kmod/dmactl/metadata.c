// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata of a descriptor: bytes beside the data. It is kept in a copy while
 * the op is in flight, since providers want an address of the kernel.
 */

#include <linux/dmaengine.h>
#include <linux/slab.h>

#include "core.h"

#define DMACTL_MAX_METADATA 4096

struct dmactl_metadata {
	struct dmactl_buf *buf;
	u64 off;
	size_t len;
	bool engine;		/* DESC_METADATA_ENGINE, or else CLIENT */
	bool attached;
	struct dma_async_tx_descriptor *txd;	/* chan->lock */
	u8 data[];
};

int dmactl_metadata_add(struct dmactl_chan *chan, struct dmactl_tx *tx,
			const struct dmactl_sg *sg)
{
	bool engine = tx->flags & DMACTL_OPF_METADATA_ENGINE;
	struct dmactl_metadata *metadata;
	struct dmactl_buf *buf;
	int ret = 0;

	if (!(chan->caps & (engine ? DMACTL_CAP_METADATA_ENGINE
				   : DMACTL_CAP_METADATA_CLIENT)))
		return -EOPNOTSUPP;
	if (tx->metadata || sg->value || sg->reserved ||
	    sg->len > DMACTL_MAX_METADATA)
		return -EINVAL;
	buf = dmactl_buf_use(chan->session, sg->buf);
	if (!buf)
		return -ENOENT;
	if (!dmactl_buf_range_ok(buf, sg->off, sg->len))
		ret = -EINVAL;
	else if (!dmactl_buf_touchable(buf, chan))
		ret = -EXDEV;
	metadata = ret ? NULL : kzalloc(sizeof(*metadata) + sg->len,
					GFP_KERNEL_ACCOUNT);
	if (!metadata) {
		dmactl_buf_unuse(buf);
		return ret ? ret : -ENOMEM;
	}
	metadata->buf = buf;
	metadata->off = sg->off;
	metadata->len = sg->len;
	metadata->engine = engine;
	dmactl_buf_read(buf, sg->off, metadata->data, sg->len);
	tx->metadata = metadata;
	return 0;
}

/* A mode for what is not there. */
bool dmactl_metadata_missing(const struct dmactl_tx *tx)
{
	return (tx->flags & DMACTL_OPF_METADATA_ENGINE) && !tx->metadata;
}

/* For an op whose array can hold nothing else. */
int dmactl_metadata_add_args(struct dmactl_chan *chan, struct dmactl_tx *tx,
			     const struct dmactl_op *op)
{
	struct dmactl_sg *sg;
	int ret;

	if (!op->nr_args && !op->args_uptr && !op->arg_size)
		return dmactl_metadata_missing(tx) ? -EINVAL : 0;
	if (op->nr_args != 1)
		return -EINVAL;
	sg = dmactl_copy_args(op, sizeof(*sg));
	if (IS_ERR(sg))
		return PTR_ERR(sg);
	ret = sg->role == DMACTL_SG_METADATA ? dmactl_metadata_add(chan, tx, sg)
					     : -EINVAL;
	kvfree(sg);
	return ret;
}

static int dmactl_metadata_put(struct dmactl_metadata *metadata,
			       struct dma_async_tx_descriptor *txd)
{
	size_t used, room;
	void *to;

	if (!metadata->engine)
		return dmaengine_desc_attach_metadata(txd, metadata->data,
						      metadata->len);
	to = dmaengine_desc_get_metadata_ptr(txd, &used, &room);
	if (IS_ERR_OR_NULL(to))
		return -EIO;
	if (metadata->len > room)
		return -EMSGSIZE;
	memcpy(to, metadata->data, metadata->len);
	return dmaengine_desc_set_metadata_len(txd, metadata->len);
}

/*
 * Between prep and submit. It cannot be called off here: if the provider does
 * not take it, the op goes on without and reports that at its end.
 */
void dmactl_metadata_attach(struct dmactl_tx *tx,
			    struct dma_async_tx_descriptor *txd)
{
	struct dmactl_metadata *metadata = tx->metadata;
	int ret = 0;

	lockdep_assert_held(&tx->chan->lock);
	/* It goes with one descriptor. */
	if (metadata->attached)
		return;
	metadata->attached = true;
	metadata->txd = txd;
	/* What comes from the peripheral needs room only in client mode. */
	if (!metadata->engine || tx->dir != DMA_DEV_TO_MEM)
		ret = dmactl_metadata_put(metadata, txd);
	if (ret && !tx->status)
		tx->status = -EIO;
}

/* From the callback: the last moment when the provider's copy is valid. */
void dmactl_metadata_collect(struct dmactl_tx *tx)
{
	struct dmactl_metadata *metadata = tx->metadata;
	size_t used, room;
	const void *from;

	lockdep_assert_held(&tx->chan->lock);
	if (!metadata->engine || !metadata->txd || tx->dir == DMA_MEM_TO_DEV)
		return;
	from = dmaengine_desc_get_metadata_ptr(metadata->txd, &used, &room);
	metadata->txd = NULL;
	if (!IS_ERR_OR_NULL(from))
		memcpy(metadata->data, from, min(used, metadata->len));
}

/* Into the program's buffer. */
void dmactl_metadata_deliver(struct dmactl_tx *tx)
{
	struct dmactl_metadata *metadata = tx->metadata;

	if (tx->dir != DMA_MEM_TO_DEV && !tx->status)
		dmactl_buf_write(metadata->buf, metadata->off, metadata->data,
				 metadata->len);
}

void dmactl_metadata_free(struct dmactl_tx *tx)
{
	dmactl_buf_unuse(tx->metadata->buf);
	kfree(tx->metadata);
	tx->metadata = NULL;
}
