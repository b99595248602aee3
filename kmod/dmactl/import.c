// SPDX-License-Identifier: GPL-2.0-only
/* Somebody else's dma-buf as a buffer. */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>

#include "core.h"

/* Waits for the fences too, as DMA_BUF_IOCTL_SYNC does. */
int dmactl_import_sync(struct dmactl_buf *buf, enum dma_data_direction dir,
		       bool for_cpu)
{
	if (for_cpu)
		return dma_buf_begin_cpu_access(buf->dmabuf, dir);
	return dma_buf_end_cpu_access(buf->dmabuf, dir);
}

/* Whatever an exporter says when its memory and the device do not agree. */
static int dmactl_import_errno(int err)
{
	switch (err) {
	case -ENOMEM:
		return -ENOMEM;
	case -EINTR:
	case -ERESTARTSYS:
		return -EINTR;
	}
	return -EXDEV;
}

static u64 dmactl_import_mapped_len(struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int i;
	u64 len = 0;

	for_each_sgtable_dma_sg(table, sg, i)
		len += sg_dma_len(sg);
	return len;
}

int dmactl_import_map(struct dmactl_map *map)
{
	struct dma_buf *dmabuf = map->buf->dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *table;

	lockdep_assert_held(&map->dev->lock);
	attach = dma_buf_attach(dmabuf, map->dev->dev);
	if (IS_ERR(attach))
		return dmactl_import_errno(PTR_ERR(attach));
	table = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(table)) {
		dma_buf_detach(dmabuf, attach);
		return dmactl_import_errno(PTR_ERR(table));
	}
	map->attach = attach;
	map->table = table;
	/* Offsets are checked against the size: all of it must be there. */
	if (dmactl_import_mapped_len(table) >= map->buf->size)
		return 0;
	dmactl_import_unmap(map);
	return -EXDEV;
}

void dmactl_import_unmap(struct dmactl_map *map)
{
	dma_buf_unmap_attachment_unlocked(map->attach, map->table,
					  DMA_BIDIRECTIONAL);
	dma_buf_detach(map->buf->dmabuf, map->attach);
}

/* On a device that sees the caches, what needs a sync is bounced. */
bool dmactl_import_bounces(const struct dmactl_map *map)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_dma_sg(map->table, sg, i)
		if (dma_need_sync(map->dev->dev, sg_dma_address(sg)))
			return true;
	return false;
}

static int dmactl_import_publish(struct dmactl_cmd *cmd,
				 struct dma_buf *dmabuf)
{
	struct dmactl_buf_import *arg = cmd->arg;
	struct dmactl_session *s = cmd->session;
	struct dmactl_buf *buf;
	int ret;

	buf = dmactl_buf_new(s, DMACTL_BUF_IMPORTED, dmabuf->size);
	if (!buf)
		return -ENOMEM;
	get_dma_buf(dmabuf);
	buf->dmabuf = dmabuf;
	buf->resv = dmabuf->resv;
	arg->out_len = buf->size;
	mutex_lock(&s->lock);
	ret = dmactl_buf_publish(cmd, buf, &arg->out_buf);
	mutex_unlock(&s->lock);
	if (ret)
		dmactl_buf_put(buf);
	return ret;
}

int dmactl_ioctl_buf_import(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_import *arg = cmd->arg;
	struct dma_buf *dmabuf;
	int ret = -EINVAL;

	if (arg->reserved)
		return -EINVAL;
	dmabuf = dma_buf_get(arg->fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	/* It has a handle here already, with syncing of its own. */
	if (dmabuf->size && !dmactl_export_is_from(dmabuf, cmd->session))
		ret = dmactl_import_publish(cmd, dmabuf);
	dma_buf_put(dmabuf);
	return ret;
}
