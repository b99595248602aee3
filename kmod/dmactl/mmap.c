// SPDX-License-Identifier: GPL-2.0-only
/* Buffers in a program's address space. */

#include <linux/dma-mapping.h>
#include <linux/maple_tree.h>
#include <linux/mm.h>

#include "core.h"

/*
 * One space of offsets for all sessions, since all share the node's
 * address_space: taking one buffer out of every program that maps it must not
 * hit another session's. The first 16 MiB stay free: each session's ring is there.
 */
static struct maple_tree dmactl_offsets =
	MTREE_INIT(dmactl_offsets, MT_FLAGS_USE_RCU);
static DEFINE_MUTEX(dmactl_offsets_lock);	/* changes of the tree */

#define DMACTL_FIRST_PGOFF	((unsigned long)SZ_16M >> PAGE_SHIFT)
/* mmap(2) of a character device ends at ULONG_MAX bytes. */
#define DMACTL_LAST_PGOFF	(ULONG_MAX >> PAGE_SHIFT)

static unsigned long dmactl_next_pgoff = DMACTL_FIRST_PGOFF;

/* The first gap in [from, to). mtree_alloc_range() does not work on 6.1. */
static int dmactl_mmap_reserve_in(struct dmactl_buf *buf, unsigned long from,
				  unsigned long to)
{
	struct dmactl_buf *other;
	unsigned long index;
	int ret;

	lockdep_assert_held(&dmactl_offsets_lock);
	while (from < to && buf->npages <= to - from) {
		ret = mtree_insert_range(&dmactl_offsets, from,
					 from + buf->npages - 1, buf,
					 GFP_KERNEL);
		if (ret != -EEXIST) {
			buf->pgoff = from;
			return ret;
		}
		index = from;
		other = mt_find(&dmactl_offsets, &index, to);
		from = other->pgoff + other->npages;
	}
	return -ENOSPC;
}

/* Next fit: an offset is used again as late as possible. */
int dmactl_mmap_reserve(struct dmactl_buf *buf)
{
	int ret;

	guard(mutex)(&dmactl_offsets_lock);
	ret = dmactl_mmap_reserve_in(buf, dmactl_next_pgoff,
				     DMACTL_LAST_PGOFF);
	if (ret == -ENOSPC)
		ret = dmactl_mmap_reserve_in(buf, DMACTL_FIRST_PGOFF,
					     DMACTL_LAST_PGOFF);
	if (ret)
		return ret == -ENOSPC ? -ENOMEM : ret;
	dmactl_next_pgoff = buf->pgoff + buf->npages;
	return 0;
}

/*
 * Not before the last mapping is gone: dmactl_buf_lose() of the next owner
 * would hit it.
 */
void dmactl_mmap_unreserve(struct dmactl_buf *buf)
{
	/* Pinned and imported memory has none. */
	if (!buf->pgoff)
		return;
	guard(mutex)(&dmactl_offsets_lock);
	mtree_erase(&dmactl_offsets, buf->pgoff);
}

void dmactl_mmap_exit(void)
{
	mtree_destroy(&dmactl_offsets);
}

static void dmactl_vma_open(struct vm_area_struct *vma)
{
	struct dmactl_buf *buf = vma->vm_private_data;

	kref_get(&buf->obj.ref);
}

static void dmactl_vma_close(struct vm_area_struct *vma)
{
	dmactl_buf_put(vma->vm_private_data);
}

/* Pages that were taken out with madvise(MADV_DONTNEED) come back here. */
static vm_fault_t dmactl_vma_fault(struct vm_fault *vmf)
{
	struct dmactl_buf *buf = vmf->vma->vm_private_data;
	unsigned long page = vmf->pgoff - buf->pgoff;

	if (buf->kind != DMACTL_BUF_STREAMING || page >= buf->npages)
		return VM_FAULT_SIGBUS;
	vmf->page = buf->pages[page];
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct dmactl_vm_ops = {
	.open = dmactl_vma_open,
	.close = dmactl_vma_close,
	.fault = dmactl_vma_fault,
};

static struct dmactl_buf *dmactl_mmap_find(struct dmactl_session *s,
					   unsigned long pgoff)
{
	struct dmactl_buf *buf;

	guard(rcu)();
	buf = mtree_load(&dmactl_offsets, pgoff);
	/* Pairs with the release in BUF_ALLOC: the buffer is complete. */
	if (!buf || buf->session != s || !smp_load_acquire(&buf->mappable) ||
	    !kref_get_unless_zero(&buf->obj.ref))
		return NULL;
	return buf;
}

static int dmactl_mmap_coherent(struct dmactl_buf *buf,
				struct vm_area_struct *vma)
{
	unsigned long pgoff = vma->vm_pgoff;
	int ret;

	guard(mutex)(&buf->dev->lock);
	if (!buf->cpu)
		return -ENODEV;
	vma->vm_pgoff -= buf->pgoff;
	ret = dma_mmap_coherent(buf->dev->dev, vma, buf->cpu, buf->dma,
				buf->size);
	/* The offset in the file is how dmactl_buf_lose() finds the mapping. */
	vma->vm_pgoff = pgoff;
	return ret;
}

static int dmactl_mmap_streaming(struct dmactl_buf *buf,
				 struct vm_area_struct *vma)
{
	unsigned long nr = vma_pages(vma);

	return vm_insert_pages(vma, vma->vm_start,
			       buf->pages + (vma->vm_pgoff - buf->pgoff), &nr);
}

static int dmactl_mmap_buf(struct dmactl_buf *buf, struct vm_area_struct *vma)
{
	unsigned long first = vma->vm_pgoff - buf->pgoff;

	if (vma_pages(vma) > buf->npages - first)
		return -EINVAL;
	/*
	 * A private copy would never see what the device writes. VM_SHARED is
	 * not set either where the file is open for reading only.
	 */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	if (buf->kind == DMACTL_BUF_COHERENT)
		return dmactl_mmap_coherent(buf, vma);
	return dmactl_mmap_streaming(buf, vma);
}

int dmactl_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dmactl_buf *buf;
	int ret;

	if (!vma->vm_pgoff)
		return dmactl_ring_mmap(file->private_data, vma);
	buf = dmactl_mmap_find(file->private_data, vma->vm_pgoff);
	if (!buf)
		return -EINVAL;
	ret = dmactl_mmap_buf(buf, vma);
	if (ret) {
		dmactl_buf_put(buf);
		return ret;
	}
	vma->vm_private_data = buf;
	vma->vm_ops = &dmactl_vm_ops;
	return 0;
}
