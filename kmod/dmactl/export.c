// SPDX-License-Identifier: GPL-2.0-only
/* A STREAMING buffer as a dma-buf, for other drivers, processes and sessions. */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "core.h"

/*
 * A buffer can be mapped here and there for one device: the debugging of the
 * DMA API takes that for a mistake where mapping does cache maintenance. So it
 * is done by itself.
 */
#define DMACTL_EXPORT_ATTRS (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_NO_WARN)

/* One dma-buf. It holds the buffer's memory, not its handle. */
struct dmactl_export {
	struct dmactl_buf *buf;
	struct mutex lock;		/* who has it mapped, and how */
	struct list_head attachments;	/* lock */
};

struct dmactl_attachment {
	struct list_head node;		/* export->lock */
	struct device *dev;
	struct sg_table table;
	enum dma_data_direction dir;	/* export->lock: NONE if not mapped */
};

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
						GFP_KERNEL_ACCOUNT);
	if (ret) {
		kfree(at);
		return ret;
	}
	at->dev = attach->dev;
	at->dir = DMA_NONE;
	attach->priv = at;
	guard(mutex)(&export->lock);
	list_add_tail(&at->node, &export->attachments);
	return 0;
}

static void dmactl_export_detach(struct dma_buf *dmabuf,
				 struct dma_buf_attachment *attach)
{
	struct dmactl_export *export = dmabuf->priv;
	struct dmactl_attachment *at = attach->priv;

	scoped_guard(mutex, &export->lock)
		list_del(&at->node);
	sg_free_table(&at->table);
	kfree(at);
}

static struct sg_table *dmactl_export_map(struct dma_buf_attachment *attach,
					  enum dma_data_direction dir)
{
	struct dmactl_export *export = attach->dmabuf->priv;
	struct dmactl_attachment *at = attach->priv;
	int ret;

	if (!dmactl_map_reachable(at->dev, &at->table))
		return ERR_PTR(-EXDEV);
	ret = dma_map_sgtable(at->dev, &at->table, dir, DMACTL_EXPORT_ATTRS);
	if (ret)
		return ERR_PTR(ret);
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
}

/* Every device that has it mapped, as far as its direction goes. */
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

/* Pages that were taken out with madvise(MADV_DONTNEED) come back here. */
static vm_fault_t dmactl_export_fault(struct vm_fault *vmf)
{
	struct dmactl_buf *buf = vmf->vma->vm_private_data;

	if (vmf->pgoff >= buf->npages)
		return VM_FAULT_SIGBUS;
	vmf->page = buf->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

/* The mapping holds the file, and that the buffer. */
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

/* All exports of a buffer share its fences: they are the same memory. */
static int dmactl_export_init_resv(struct dmactl_buf *buf)
{
	struct dma_resv *resv;

	guard(mutex)(&buf->session->lock);
	if (buf->resv)
		return 0;
	resv = kzalloc(sizeof(*resv), GFP_KERNEL_ACCOUNT);
	if (!resv)
		return -ENOMEM;
	dma_resv_init(resv);
	WRITE_ONCE(buf->session->exports, true);
	/* Pairs with the reads in validate.c and fence.c. */
	smp_store_release(&buf->resv, resv);
	return 0;
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

	export = kzalloc(sizeof(*export), GFP_KERNEL_ACCOUNT);
	if (!export)
		return ERR_PTR(-ENOMEM);
	kref_get(&buf->obj.ref);
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
		dmactl_buf_put(buf);
		kfree(export);
	}
	return dmabuf;
}

/* The fd comes last: from then on any thread can use it. */
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

	if (buf->kind != DMACTL_BUF_STREAMING)
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
