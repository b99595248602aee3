// SPDX-License-Identifier: GPL-2.0-only
/*
 * STREAMING and CONTIGUOUS buffers exported as dma-bufs, for other drivers,
 * processes and sessions.
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/session.h"
#include "mem/bounce.h"
#include "mem/buffer.h"
#include "mem/cut.h"
#include "mem/export.h"
#include "mem/import.h"
#include "mem/map.h"
#include "mem/mmap.h"

/*
 * One device can have a buffer mapped twice. The DMA API debug code reports
 * that as an error if mapping does cache maintenance, so the sync is a separate
 * step.
 */
#define DMACTL_EXPORT_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_NO_WARN)

/* An exported dma-buf. It holds the memory of the buffer, not its handle. */
struct dmactl_export {
	struct dmactl_buf *buf;
	struct mutex lock;		/* protects how devices have it mapped */
	struct list_head attachments;	/* lock */
};

/* The approximate cost of a dma-buf and its file. */
#define DMACTL_EXPORT_COST \
	(sizeof(struct dmactl_export) + sizeof(struct dma_buf))

struct dmactl_attachment {
	struct list_head node;		/* export->lock */
	struct device *dev;
	struct sg_table table;
	/* False if a session of ours imports it: then the importer pays. */
	bool pays;
	size_t charged;			/* to the account of the buffer */
	unsigned long bounced;		/* while mapped; to the same account */
	enum dma_data_direction dir;	/* export->lock: DMA_NONE if not mapped */
};

static int dmactl_attachment_charge(struct dmactl_attachment *at,
				    struct dmactl_buf *buf)
{
	size_t bytes = sizeof(*at) + array_size(at->table.orig_nents,
						sizeof(struct scatterlist));
	int ret = 0;

	if (at->pays)
		ret = dmactl_account_charge(buf->account, bytes);
	if (at->pays && !ret)
		at->charged = bytes;
	return ret;
}

static int dmactl_export_attach(struct dma_buf *dmabuf,
				struct dma_buf_attachment *attach)
{
	struct dmactl_export *export = dmabuf->priv;
	struct dmactl_buf *buf = export->buf;
	struct dmactl_attachment *at;
	u64 max = max_t(u64, dmactl_map_max_entry(attach->dev), PAGE_SIZE);
	int ret;

	at = kzalloc(sizeof(*at), GFP_KERNEL_ACCOUNT);
	if (!at)
		return -ENOMEM;
	ret = sg_alloc_table_from_pages_segment(&at->table, buf->pages,
						buf->npages, 0, buf->size,
						min_t(u64, max, SZ_1G),
						DMACTL_GFP_LARGE);
	if (ret)
		goto err_free;
	at->pays = !dmactl_import_is_from(attach);
	ret = dmactl_attachment_charge(at, buf);
	if (ret)
		goto err_table;
	at->dev = attach->dev;
	at->dir = DMA_NONE;
	attach->priv = at;
	mutex_lock(&export->lock);
	list_add_tail(&at->node, &export->attachments);
	mutex_unlock(&export->lock);
	return 0;

err_table:
	sg_free_table(&at->table);
err_free:
	kfree(at);
	return ret;
}

static void dmactl_export_detach(struct dma_buf *dmabuf,
				 struct dma_buf_attachment *attach)
{
	struct dmactl_export *export = dmabuf->priv;
	struct dmactl_attachment *at = attach->priv;

	scoped_guard(mutex, &export->lock)
		list_del(&at->node);
	sg_free_table(&at->table);
	dmactl_account_uncharge(export->buf->account, at->charged);
	kfree(at);
}

static struct sg_table *dmactl_export_map(struct dma_buf_attachment *attach,
					  enum dma_data_direction dir)
{
	struct dmactl_export *export = attach->dmabuf->priv;
	struct dmactl_attachment *at = attach->priv;
	unsigned long bounced = 0;
	int ret;

	if (!dmactl_map_reachable(at->dev, &at->table))
		return ERR_PTR(-EXDEV);
	/*
	 * As in dmactl_map_pages(), but not corrected later: the DMA API does
	 * not tell this code what it bounced.
	 */
	if (at->pays)
		bounced = dmactl_bounce_most(at->dev, &at->table);
	if (bounced) {
		ret = dmactl_account_bounce(export->buf->account, bounced);
		if (ret)
			return ERR_PTR(ret);
	}
	ret = dma_map_sgtable(at->dev, &at->table, dir, DMACTL_EXPORT_ATTRS);
	if (ret) {
		dmactl_account_unbounce(export->buf->account, bounced);
		return ERR_PTR(dmactl_map_errno(ret));
	}
	at->bounced = bounced;
	dma_sync_sgtable_for_device(at->dev, &at->table, dir);
	guard(mutex)(&export->lock);
	at->dir = dir;
	return &at->table;
}

static void dmactl_export_unmap(struct dma_buf_attachment *attach,
				struct sg_table *table,
				enum dma_data_direction dir)
{
	struct dmactl_export *export = attach->dmabuf->priv;
	struct dmactl_attachment *at = attach->priv;

	scoped_guard(mutex, &export->lock)
		at->dir = DMA_NONE;
	dma_sync_sgtable_for_cpu(at->dev, table, dir);
	dma_unmap_sgtable(at->dev, table, dir, DMACTL_EXPORT_ATTRS);
	dmactl_account_unbounce(export->buf->account, at->bounced);
	at->bounced = 0;
}

/*
 * Syncs all devices that have the buffer mapped, in the direction of their
 * mapping.
 */
static int dmactl_export_begin(struct dma_buf *dmabuf,
			       enum dma_data_direction dir)
{
	struct dmactl_export *export = dmabuf->priv;
	struct dmactl_attachment *at;

	guard(mutex)(&export->lock);
	list_for_each_entry(at, &export->attachments, node)
		if (at->dir != DMA_NONE && dir != DMA_TO_DEVICE)
			dma_sync_sgtable_for_cpu(at->dev, &at->table, at->dir);
	return 0;
}

static int dmactl_export_end(struct dma_buf *dmabuf,
			     enum dma_data_direction dir)
{
	struct dmactl_export *export = dmabuf->priv;
	struct dmactl_attachment *at;

	guard(mutex)(&export->lock);
	list_for_each_entry(at, &export->attachments, node)
		if (at->dir != DMA_NONE)
			dma_sync_sgtable_for_device(at->dev, &at->table,
						    at->dir);
	return 0;
}

/* Pages come back here after madvise(MADV_DONTNEED). */
static vm_fault_t dmactl_export_fault(struct vm_fault *vmf)
{
	struct dmactl_buf *buf = vmf->vma->vm_private_data;

	if (vmf->pgoff >= buf->npages)
		return VM_FAULT_SIGBUS;
	return dmactl_mmap_fault(vmf, buf->pages[vmf->pgoff]);
}

/* The mapping holds the file, and the file holds the buffer. */
static const struct vm_operations_struct dmactl_export_vm_ops = {
	.fault = dmactl_export_fault,
};

static int dmactl_export_mmap(struct dma_buf *dmabuf,
			      struct vm_area_struct *vma)
{
	struct dmactl_export *export = dmabuf->priv;
	unsigned long nr = vma_pages(vma);

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &dmactl_export_vm_ops;
	vma->vm_private_data = export->buf;
	return vm_insert_pages(vma, vma->vm_start,
			       export->buf->pages + vma->vm_pgoff, &nr);
}

static int dmactl_export_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct dmactl_export *export = dmabuf->priv;
	struct dmactl_buf *buf = export->buf;
	void *p = vmap(buf->pages, buf->npages, VM_MAP, PAGE_KERNEL);

	if (!p)
		return -ENOMEM;
	iosys_map_set_vaddr(map, p);
	return 0;
}

static void dmactl_export_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	vunmap(map->vaddr);
}

static void dmactl_export_release(struct dma_buf *dmabuf)
{
	struct dmactl_export *export = dmabuf->priv;

	dmactl_account_uncharge(export->buf->account, DMACTL_EXPORT_COST);
	dmactl_buf_put(export->buf);
	mutex_destroy(&export->lock);
	kfree(export);
}

static const struct dma_buf_ops dmactl_export_ops = {
	.attach = dmactl_export_attach,
	.detach = dmactl_export_detach,
	.map_dma_buf = dmactl_export_map,
	.unmap_dma_buf = dmactl_export_unmap,
	.begin_cpu_access = dmactl_export_begin,
	.end_cpu_access = dmactl_export_end,
	.mmap = dmactl_export_mmap,
	.vmap = dmactl_export_vmap,
	.vunmap = dmactl_export_vunmap,
	.release = dmactl_export_release,
};

bool dmactl_export_is_from(const struct dma_buf *dmabuf,
			   const struct dmactl_session *s)
{
	const struct dmactl_export *export = dmabuf->priv;

	return dmabuf->ops == &dmactl_export_ops &&
	       export->buf->session_id == s->id;
}

/*
 * All exports of a buffer share one reservation object, because they are the
 * same memory.
 */
static int dmactl_export_init_resv_locked(struct dmactl_buf *buf)
{
	struct dma_resv *resv;

	lockdep_assert_held(&buf->session->lock);
	if (buf->resv)
		return 0;
	resv = kzalloc(sizeof(*resv), GFP_KERNEL_ACCOUNT);
	if (!resv)
		return -ENOMEM;
	dma_resv_init(resv);
	WRITE_ONCE(buf->session->exports, true);
	dmactl_buf_set_resv(buf, resv);
	return 0;
}

static int dmactl_export_init_resv(struct dmactl_buf *buf)
{
	struct dmactl_session *s = buf->session;
	int ret;

	ret = dmactl_session_lock(s);
	if (ret)
		return ret;
	ret = dmactl_export_init_resv_locked(buf);
	dmactl_session_unlock(s);
	return ret;
}

void dmactl_export_free(struct dmactl_buf *buf)
{
	if (!buf->resv)
		return;
	dma_resv_fini(buf->resv);
	kfree(buf->resv);
}

static struct dma_buf *dmactl_export_new(struct dmactl_buf *buf)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dmactl_export *export;
	struct dma_buf *dmabuf;
	int ret;

	ret = dmactl_account_charge(buf->account, DMACTL_EXPORT_COST);
	if (ret)
		return ERR_PTR(ret);
	export = kzalloc(sizeof(*export), GFP_KERNEL_ACCOUNT);
	if (!export) {
		dmactl_account_uncharge(buf->account, DMACTL_EXPORT_COST);
		return ERR_PTR(-ENOMEM);
	}
	dmactl_obj_hold(&buf->obj);
	export->buf = buf;
	mutex_init(&export->lock);
	INIT_LIST_HEAD(&export->attachments);
	info.ops = &dmactl_export_ops;
	info.size = buf->size;
	info.flags = O_RDWR;
	info.resv = buf->resv;
	info.priv = export;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		dmactl_account_uncharge(buf->account, DMACTL_EXPORT_COST);
		dmactl_buf_put(buf);
		kfree(export);
	}
	return dmabuf;
}

/* Installs the fd last: from then on any thread can use it. */
static int dmactl_export_install(struct dmactl_cmd *cmd,
				 struct dma_buf *dmabuf)
{
	struct dmactl_buf_export *arg = cmd->arg;
	int ret, fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	arg->out_fd = fd;
	ret = dmactl_cmd_respond(cmd);
	if (ret) {
		put_unused_fd(fd);
		return ret;
	}
	fd_install(fd, dmabuf->file);
	return 0;
}

static int dmactl_export_buf(struct dmactl_cmd *cmd, struct dmactl_buf *buf)
{
	struct dma_buf *dmabuf;
	int ret;

	if (!dmactl_buf_is_paged(buf))
		return -EOPNOTSUPP;
	ret = dmactl_export_init_resv(buf);
	if (ret)
		return ret;
	dmabuf = dmactl_export_new(buf);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = dmactl_export_install(cmd, dmabuf);
	if (ret)
		dma_buf_put(dmabuf);
	return ret;
}

int dmactl_ioctl_buf_export(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_export *arg = cmd->arg;
	struct dmactl_buf *buf = dmactl_buf_use(cmd->session, arg->buf);
	int ret;

	if (!buf)
		return -ENOENT;
	ret = dmactl_export_buf(cmd, buf);
	dmactl_buf_unuse(buf);
	return ret;
}
