// SPDX-License-Identifier: GPL-2.0-only
/* dma-bufs of other drivers, imported as buffers. */

#include <linux/dma-buf.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/overflow.h>

#include "core/account.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/session.h"
#include "mem/bounce.h"
#include "mem/buffer.h"
#include "mem/dma_dev.h"
#include "mem/export.h"
#include "mem/import.h"
#include "mem/map.h"

/* Marks an attachment to a dma-buf as an import by a session of ours. */
static char dmactl_import_tag;

bool dmactl_import_is_from(const struct dma_buf_attachment *attach)
{
	return attach->importer_priv == &dmactl_import_tag;
}

/* Also waits for fences, like DMA_BUF_IOCTL_SYNC. */
int dmactl_import_sync(struct dmactl_buf *buf, enum dma_data_direction dir,
		       bool for_cpu)
{
	if (for_cpu)
		return dma_buf_begin_cpu_access(buf->dmabuf, dir);
	return dma_buf_end_cpu_access(buf->dmabuf, dir);
}

/* Exporters return various errors if a device cannot reach the memory. */
static int dmactl_import_errno(int err)
{
	switch (err) {
	case -ENOMEM:
	case -EDQUOT:
		return err;
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

static void dmactl_import_unmap(struct dmactl_map *map)
{
	dmactl_account_uncharge(map->buf->account, map->charged);
	map->charged = 0;
	dma_buf_unmap_attachment_unlocked(map->attach, map->table,
					  dmactl_map_dir(map));
	dma_buf_detach(map->buf->dmabuf, map->attach);
}

static struct sg_table *dmactl_import_map(struct dmactl_map *map)
{
	struct dma_buf *dmabuf = map->buf->dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *table;
	int ret;

	lockdep_assert_held(&map->dev->lock);
	ret = dmactl_bounce_reserve(map,
				    dmactl_bounce_most_of(map->dev->dev,
							  dmabuf->size));
	if (ret)
		return ERR_PTR(ret);
	/* Like dma_buf_attach(), which cannot mark the attachment. */
	attach = dma_buf_dynamic_attach(dmabuf, map->dev->dev, NULL,
					&dmactl_import_tag);
	if (IS_ERR(attach))
		return ERR_PTR(dmactl_import_errno(PTR_ERR(attach)));
	table = dma_buf_map_attachment_unlocked(attach, dmactl_map_dir(map));
	if (IS_ERR(table)) {
		dma_buf_detach(dmabuf, attach);
		return ERR_PTR(dmactl_import_errno(PTR_ERR(table)));
	}
	/* Ops check offsets against the size, so all of it must be mapped. */
	if (dmactl_import_mapped_len(table) < map->buf->size) {
		dma_buf_unmap_attachment_unlocked(attach, table,
						  dmactl_map_dir(map));
		dma_buf_detach(dmabuf, attach);
		return ERR_PTR(-EXDEV);
	}
	map->attach = attach;
	return table;
}

/*
 * The exporter maintains the caches of a dma-buf. If the device is cache
 * coherent, the bounced bytes are known; otherwise all that may be bounced
 * stays counted. The importer is charged for the lists.
 */
static int dmactl_import_describe(struct dmactl_map *map)
{
	struct device *dev = map->dev->dev;
	unsigned long bounced = 0;
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	map->charged = array_size(map->table->orig_nents, sizeof(*sg)) +
		       array_size(map->table->nents, sizeof(*map->segs));
	ret = dmactl_account_charge(map->buf->account, map->charged);
	if (ret) {
		map->charged = 0;
		return ret;
	}
	if (!dev_is_dma_coherent(dev))
		return 0;
	for_each_sgtable_dma_sg(map->table, sg, i)
		if (dma_need_sync(dev, sg_dma_address(sg)))
			bounced += dmactl_bounce_slots(sg_dma_len(sg));
	return dmactl_bounce_adjust(map, bounced);
}

static void dmactl_import_free(struct dmactl_buf *buf)
{
	dma_buf_put(buf->dmabuf);
}

static const struct dmactl_buf_ops dmactl_import_ops = {
	.kind = DMACTL_BUF_IMPORTED,
	.free = dmactl_import_free,
	.map = dmactl_import_map,
	.unmap = dmactl_import_unmap,
	.describe = dmactl_import_describe,
};

static int dmactl_import_publish(struct dmactl_cmd *cmd,
				 struct dma_buf *dmabuf)
{
	struct dmactl_buf_import *arg = cmd->arg;
	struct dmactl_session *s = cmd->session;
	struct dmactl_buf *buf;
	int ret;

	/*
	 * A dma-buf that was opened for reading must not be written by DMA
	 * either.
	 */
	buf = dmactl_buf_new(s, &dmactl_import_ops, dmabuf->size, 0,
			     !(dmabuf->file->f_mode & FMODE_WRITE));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	get_dma_buf(dmabuf);
	buf->dmabuf = dmabuf;
	dmactl_buf_set_resv(buf, dmabuf->resv);
	arg->out_len = buf->size;
	ret = dmactl_session_lock(s);
	if (!ret) {
		ret = dmactl_buf_publish(cmd, buf, &arg->out_buf);
		dmactl_session_unlock(s);
	}
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
	/*
	 * The session that exported the dma-buf has a handle for it, with its
	 * own syncs.
	 */
	if (dmabuf->size && !dmactl_export_is_from(dmabuf, cmd->session))
		ret = dmactl_import_publish(cmd, dmabuf);
	dma_buf_put(dmabuf);
	return ret;
}
