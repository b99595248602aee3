// SPDX-License-Identifier: GPL-2.0-only
/* mmap of buffers. */

#include <linux/dma-mapping.h>
#include <linux/kref.h>
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "../../compat.h"
#include "core/object.h"
#include "core/session.h"
#include "mem/buffer.h"
#include "mem/dma_dev.h"
#include "mem/mmap.h"

/*
 * All sessions share one space of mmap offsets, because they share the node's
 * address_space: unmapping a buffer from all programs must not hit buffers of
 * other sessions. The first 16 MiB belong to each session for its completion
 * ring.
 */
static struct maple_tree dmactl_offsets =
	MTREE_INIT(dmactl_offsets, MT_FLAGS_USE_RCU);
static DEFINE_MUTEX(dmactl_offsets_lock);	/* protects changes of the tree */

#define DMACTL_FIRST_PGOFF	((unsigned long)SZ_16M >> PAGE_SHIFT)
/* The mmap offsets of a character device end at ULONG_MAX bytes. */
#define DMACTL_LAST_PGOFF	(ULONG_MAX >> PAGE_SHIFT)

static unsigned long dmactl_next_pgoff = DMACTL_FIRST_PGOFF;

/*
 * Takes the first gap in [from, to). mtree_alloc_range() does not work on 6.1.
 */
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

/* Next fit, so that an offset is reused as late as possible. */
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
 * Called after the last mapping is gone. Otherwise dmactl_buf_lose() of the
 * next owner of the offset would hit that mapping.
 */
void dmactl_mmap_unreserve(struct dmactl_buf *buf)
{
	/* Pinned and imported memory has no offset. */
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

	dmactl_obj_hold(&buf->obj);
}

static void dmactl_vma_close(struct vm_area_struct *vma)
{
	dmactl_buf_put(vma->vm_private_data);
}

/*
 * Inserts a page into a mapping that vm_insert_pages() filled. Returning it in
 * vmf->page does not work: the kernel would map a block of 2 MiB as a whole,
 * from its first page on, even if the buffer starts elsewhere.
 */
vm_fault_t dmactl_mmap_fault(struct vm_fault *vmf, struct page *page)
{
	int ret = vm_insert_page(vmf->vma, vmf->address, page);

	/* Another thread inserted it first. */
	if (!ret || ret == -EBUSY)
		return VM_FAULT_NOPAGE;
	return vmf_error(ret);
}

/*
 * COHERENT memory is freed with its device, so pages are inserted on access,
 * under dev->lock. At that time the kernel has listed the mapping, so
 * dmactl_buf_lose() removes the pages inserted before it, and a later access
 * finds that buf->cpu is NULL.
 */
static vm_fault_t dmactl_vma_fault_coherent(struct vm_fault *vmf,
					    struct dmactl_buf *buf,
					    unsigned long page)
{
	struct vm_area_struct *vma = vmf->vma;
	void *cpu;

	guard(mutex)(&buf->dev->lock);
	if (!buf->cpu)
		return VM_FAULT_SIGBUS;
	cpu = buf->cpu + (page << PAGE_SHIFT);
	if (vma->vm_flags & VM_PFNMAP)
		return vmf_insert_pfn(vma, vmf->address,
				      is_vmalloc_addr(cpu) ?
				      vmalloc_to_pfn(cpu) :
				      PHYS_PFN(virt_to_phys(cpu)));
	/* Behind some IOMMUs the memory consists of single pages. */
	return dmactl_mmap_fault(vmf, is_vmalloc_addr(cpu) ?
				      vmalloc_to_page(cpu) :
				      virt_to_page(cpu));
}

/* Pages come back here after madvise(MADV_DONTNEED). */
static vm_fault_t dmactl_vma_fault(struct vm_fault *vmf)
{
	struct dmactl_buf *buf = vmf->vma->vm_private_data;
	unsigned long page = vmf->pgoff - buf->pgoff;

	if (page >= buf->npages)
		return VM_FAULT_SIGBUS;
	if (buf->kind == DMACTL_BUF_COHERENT)
		return dmactl_vma_fault_coherent(vmf, buf, page);
	if (!dmactl_buf_is_paged(buf))
		return VM_FAULT_SIGBUS;
	return dmactl_mmap_fault(vmf, buf->pages[page]);
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
	    !dmactl_obj_try_hold(&buf->obj))
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
	/* dmactl_buf_lose() finds the mapping by its offset in the file. */
	vma->vm_pgoff = pgoff;
	/*
	 * dma_mmap_coherent() has set the caching mode. The pages that it
	 * inserted are removed again, because the device may go before the
	 * kernel lists the mapping.
	 */
	if (!ret)
		zap_vma_ptes(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	return ret;
}

static int dmactl_mmap_paged(struct dmactl_buf *buf, struct vm_area_struct *vma)
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
	 * A private copy would not see what the device writes. The test is for
	 * VM_MAYSHARE, because VM_SHARED is not set if the file was opened for
	 * reading only.
	 */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	if (buf->kind == DMACTL_BUF_COHERENT)
		return dmactl_mmap_coherent(buf, vma);
	return dmactl_mmap_paged(buf, vma);
}

/* The caller has handled offsets that are not buffers. */
int dmactl_mmap_session(struct dmactl_session *s, struct vm_area_struct *vma)
{
	struct dmactl_buf *buf;
	int ret;

	buf = dmactl_mmap_find(s, vma->vm_pgoff);
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
