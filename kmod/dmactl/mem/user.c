// SPDX-License-Identifier: GPL-2.0-only
/* Memory of the program, pinned as long as the buffer exists. */

#include <linux/backing-dev.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "mem/buffer.h"
#include "mem/map.h"
#include "mem/user.h"

/* Pages pinned or unpinned between checks for a fatal signal. */
#define DMACTL_PIN_CHUNK 1024

/*
 * Refuses early, and with the same error on every kernel, memory that cannot be
 * pinned. Some kernels let a program pin pages of a file for writing; the file
 * system then writes them back and does not notice later writes by the device.
 */
static int dmactl_user_check_vma(struct vm_area_struct *vma, bool write)
{
	const struct vm_operations_struct *ops = vma->vm_ops;

	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return -EOPNOTSUPP;
	if (!write)
		return vma->vm_flags & VM_READ ? 0 : -EFAULT;
	if (!(vma->vm_flags & VM_WRITE))
		return -EFAULT;
	if (!(vma->vm_flags & VM_SHARED) || !vma->vm_file)
		return 0;
	if (ops && (ops->page_mkwrite || ops->pfn_mkwrite))
		return -EOPNOTSUPP;
	return mapping_can_writeback(vma->vm_file->f_mapping) ? -EOPNOTSUPP : 0;
}

static int dmactl_user_check(unsigned long addr, unsigned long len, bool write)
{
	VMA_ITERATOR(vmi, current->mm, untagged_addr(addr));
	struct vm_area_struct *vma;
	int ret = 0;

	if (mmap_read_lock_killable(current->mm))
		return -EINTR;
	/* Pinning handles gaps: a stack can grow into one. */
	for_each_vma_range(vmi, vma, untagged_addr(addr) + len) {
		ret = dmactl_user_check_vma(vma, write);
		if (ret)
			break;
	}
	mmap_read_unlock(current->mm);
	return ret;
}

/* Kernels differ in the errors that they return. */
static int dmactl_user_errno(int err)
{
	switch (err) {
	case -ENOMEM:
		return -ENOMEM;
	case -EINVAL:
	case -EOPNOTSUPP:
		return -EOPNOTSUPP;
	case -EINTR:
	case -EAGAIN:
	case -ERESTARTSYS:
		return -EINTR;
	}
	return -EFAULT;
}

static int dmactl_user_pin_some(struct dmactl_buf *buf, unsigned long addr)
{
	unsigned long done = buf->nr_pinned;
	int nr = min_t(unsigned long, buf->npages - done, DMACTL_PIN_CHUNK);
	unsigned int flags = buf->read_only ? DMACTL_PIN_READ_ONLY : FOLL_WRITE;
	int ret;

	addr += done << PAGE_SHIFT;
	ret = pin_user_pages_fast(addr, nr, FOLL_LONGTERM | flags,
				  buf->pages + done);
	/*
	 * Forced write access fails for shared read-only memory: try without
	 * it.
	 */
	if (ret == -EFAULT && buf->read_only && flags)
		ret = pin_user_pages_fast(addr, nr, FOLL_LONGTERM,
					  buf->pages + done);
	if (ret <= 0)
		return dmactl_user_errno(ret);
	buf->nr_pinned += ret;
	return 0;
}

static int dmactl_user_pin(struct dmactl_buf *buf, unsigned long addr)
{
	int ret = 0;

	if (dmactl_buf_alloc_array(buf))
		return -ENOMEM;
	while (!ret && buf->nr_pinned < buf->npages) {
		ret = dmactl_user_pin_some(buf, addr & PAGE_MASK);
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret;
}

/* Also for a buffer that is pinned in part or not at all. */
static void dmactl_user_free(struct dmactl_buf *buf)
{
	unsigned long done, nr;

	for (done = 0; done < buf->nr_pinned; done += nr) {
		nr = min_t(unsigned long, buf->nr_pinned - done,
			   DMACTL_PIN_CHUNK);
		unpin_user_pages_dirty_lock(buf->pages + done, nr,
					    !buf->read_only);
		cond_resched();
	}
	kvfree(buf->pages);
}

static const struct dmactl_buf_ops dmactl_user_ops = {
	.kind = DMACTL_BUF_USER,
	.free = dmactl_user_free,
	.map = dmactl_map_pages,
	.unmap = dmactl_map_unmap_pages,
	.describe = dmactl_map_fill_ents,
};

static int dmactl_user_check_arg(const struct dmactl_buf_map_user *arg)
{
	u64 end;

	if (!arg->len || arg->reserved)
		return -EINVAL;
	if (arg->len > dmactl_max_len())
		return -EDQUOT;
	if (check_add_overflow(arg->addr, arg->len, &end) || end > ULONG_MAX)
		return -EFAULT;
	return 0;
}

int dmactl_ioctl_buf_map_user(struct dmactl_cmd *cmd)
{
	struct dmactl_buf_map_user *arg = cmd->arg;
	struct dmactl_session *s = cmd->session;
	unsigned long addr = arg->addr;
	struct dmactl_buf *buf;
	int ret;

	ret = dmactl_user_check_arg(arg);
	if (ret)
		return ret;
	buf = dmactl_buf_new(s, &dmactl_user_ops, arg->len, offset_in_page(addr),
			     arg->flags & DMACTL_MAP_USER_READ_ONLY);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = dmactl_user_check(addr, buf->size, !buf->read_only);
	if (ret)
		goto err_put;
	ret = dmactl_buf_charge(buf);
	if (ret)
		goto err_put;
	/* Pin without s->lock: a page fault can take arbitrarily long. */
	ret = dmactl_user_pin(buf, addr);
	if (ret)
		goto err_put;
	ret = dmactl_session_lock(s);
	if (ret)
		goto err_put;
	ret = dmactl_buf_publish(cmd, buf, &arg->out_buf);
	dmactl_session_unlock(s);
	if (ret)
		goto err_put;
	return 0;

err_put:
	dmactl_buf_put(buf);
	return ret;
}
