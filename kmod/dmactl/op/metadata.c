// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata: bytes that accompany a descriptor. While the op is in flight they
 * are in a copy, because providers need a kernel address.
 */

#include <linux/dmaengine.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/chan.h"
#include "mem/buffer.h"
#include "op/job.h"
#include "op/metadata.h"
#include "op/span.h"

#define DMACTL_MAX_METADATA 4096

struct dmactl_metadata {
	struct dmactl_buf *buf;
	u64 off;
	size_t len;
	bool engine;		/* DESC_METADATA_ENGINE; else CLIENT */
	bool attached;
	struct dma_async_tx_descriptor *txd;	/* chan->lock */
	u8 data[];
};

int dmactl_metadata_add(struct dmactl_chan *chan, struct dmactl_job *job,
			const struct dmactl_sg *sg)
{
	bool engine = job->flags & DMACTL_OPF_METADATA_ENGINE;
	struct dmactl_metadata *metadata;
	struct dmactl_buf *buf;
	int ret = 0;

	if (!(chan->limits.caps & (engine ? DMACTL_CAP_METADATA_ENGINE
				   : DMACTL_CAP_METADATA_CLIENT)))
		return -EOPNOTSUPP;
	if (job->metadata || sg->value || sg->reserved ||
	    sg->len > DMACTL_MAX_METADATA)
		return -EINVAL;
	buf = dmactl_buf_use(chan->session, sg->buf);
	if (!buf)
		return -ENOENT;
	if (!dmactl_buf_range_ok(buf, sg->off, sg->len))
		ret = -EINVAL;
	else if (!dmactl_buf_touchable(buf, chan))
		ret = -EXDEV;
	metadata = ret ? ERR_PTR(ret)
		       : dmactl_job_alloc_mem(job, sizeof(*metadata) + sg->len);
	if (IS_ERR(metadata)) {
		dmactl_buf_unuse(buf);
		return PTR_ERR(metadata);
	}
	metadata->buf = buf;
	metadata->off = sg->off;
	metadata->len = sg->len;
	metadata->engine = engine;
	dmactl_buf_read(buf, sg->off, metadata->data, sg->len);
	job->metadata = metadata;
	return 0;
}

/* The op sets the mode but has no metadata. */
bool dmactl_metadata_missing(const struct dmactl_job *job)
{
	return (job->flags & DMACTL_OPF_METADATA_ENGINE) && !job->metadata;
}

/* For an op whose array can hold metadata only. */
int dmactl_metadata_add_args(struct dmactl_chan *chan, struct dmactl_job *job,
			     const struct dmactl_op *op)
{
	struct dmactl_sg *sg;
	int ret;

	if (!op->nr_args && !op->args_uptr && !op->arg_size)
		return dmactl_metadata_missing(job) ? -EINVAL : 0;
	if (op->nr_args != 1)
		return -EINVAL;
	sg = dmactl_copy_args(job, op, sizeof(*sg));
	if (IS_ERR(sg))
		return PTR_ERR(sg);
	ret = sg->role == DMACTL_SG_METADATA ? dmactl_metadata_add(chan, job, sg)
					     : -EINVAL;
	dmactl_free_args(job, op, sg, sizeof(*sg));
	return ret;
}

static int dmactl_metadata_put(struct dmactl_metadata *metadata,
			       struct dma_async_tx_descriptor *txd)
{
	size_t used, max_len;
	void *to;

	if (!metadata->engine)
		return dmaengine_desc_attach_metadata(txd, metadata->data,
						      metadata->len);
	to = dmaengine_desc_get_metadata_ptr(txd, &used, &max_len);
	if (IS_ERR_OR_NULL(to))
		return -EIO;
	if (metadata->len > max_len)
		return -EMSGSIZE;
	memcpy(to, metadata->data, metadata->len);
	if (txd->metadata_ops->set_len)
		return dmaengine_desc_set_metadata_len(txd, metadata->len);
	/* The length is fixed (xilinx_dma): what an earlier op left goes out too. */
	if (metadata->len > used)
		return -EMSGSIZE;
	memset(to + metadata->len, 0, used - metadata->len);
	return 0;
}

/*
 * Called between prep and submit, where the op cannot be aborted. If the
 * provider refuses the metadata, the op continues without and fails at its end.
 */
void dmactl_metadata_attach(struct dmactl_job *job,
			    struct dma_async_tx_descriptor *txd)
{
	struct dmactl_metadata *metadata = job->metadata;
	int ret = 0;

	/* Metadata belongs to one descriptor. */
	if (metadata->attached)
		return;
	metadata->attached = true;
	metadata->txd = txd;
	/* Metadata from the peripheral needs memory only in client mode. */
	if (!metadata->engine || job->dir != DMA_DEV_TO_MEM)
		ret = dmactl_metadata_put(metadata, txd);
	if (ret)
		dmactl_job_fail(job, -EIO);
}

/*
 * Called from the callback, after which the provider's copy is invalid. Takes
 * no lock, because the callback may be a hard interrupt.
 */
void dmactl_metadata_collect(struct dmactl_job *job)
{
	struct dmactl_metadata *metadata = job->metadata;
	size_t used, max_len;
	const void *from;

	if (!metadata->engine || !metadata->txd || job->dir == DMA_MEM_TO_DEV)
		return;
	from = dmaengine_desc_get_metadata_ptr(metadata->txd, &used, &max_len);
	metadata->txd = NULL;
	if (!IS_ERR_OR_NULL(from))
		memcpy(metadata->data, from, min(used, metadata->len));
}

/* Copies the metadata to the program's buffer. */
void dmactl_metadata_deliver(struct dmactl_job *job)
{
	struct dmactl_metadata *metadata = job->metadata;

	if (job->dir != DMA_MEM_TO_DEV && !job->status)
		dmactl_buf_write(metadata->buf, metadata->off, metadata->data,
				 metadata->len);
}

void dmactl_metadata_free(struct dmactl_job *job)
{
	dmactl_buf_unuse(job->metadata->buf);
	kvfree(job->metadata);
	job->metadata = NULL;
}

/* The provider may still access it, so it is never freed. */
void dmactl_metadata_quarantine(struct dmactl_job *job)
{
	job->metadata = NULL;
}
