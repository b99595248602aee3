// SPDX-License-Identifier: GPL-2.0-only
/*
 * RING: a completion ring that the program maps and reads without a system
 * call.
 */

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/cmd.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "front/cq_ring.h"
#include "mem/mmap.h"
#include "queue/cq_ring.h"

#define DMACTL_CQ_RING_DATA_OFF sizeof(struct dmactl_ring_head)
#define DMACTL_CQ_RING_MAX_ENTRIES SZ_64K
#define DMACTL_CQ_RING_MAX_LEN SZ_16M	/* mmap offsets of buffers begin here */

static void dmactl_cq_ring_drop(struct dmactl_cq_ring *ring)
{
	vfree(ring->head);
	dmactl_account_uncharge(ring->account, ring->len);
	dmactl_account_put(ring->account);
	kfree(ring);
}

void dmactl_cq_ring_free(struct dmactl_session *s)
{
	if (s->cq_ring)
		dmactl_cq_ring_drop(s->cq_ring);
}

static int dmactl_cq_ring_alloc(struct dmactl_cq_ring *ring)
{
	int ret;

	ring->account = dmactl_account_get_current();
	if (!ring->account)
		return -ENOMEM;
	ret = dmactl_account_charge(ring->account, ring->len);
	if (ret)
		goto err_put;
	ring->head = __vmalloc(ring->len, DMACTL_GFP_LARGE | __GFP_ZERO);
	if (ring->head)
		return 0;
	ret = -ENOMEM;
	dmactl_account_uncharge(ring->account, ring->len);
err_put:
	dmactl_account_put(ring->account);
	return ret;
}

static struct dmactl_cq_ring *dmactl_cq_ring_new(u32 entries, u32 stride)
{
	struct dmactl_cq_ring *ring;
	int ret;

	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->stride = stride;
	ring->entries = entries;
	ring->len = PAGE_ALIGN(DMACTL_CQ_RING_DATA_OFF +
			       (unsigned long)entries * stride);
	ret = dmactl_cq_ring_alloc(ring);
	if (ret) {
		kfree(ring);
		return ERR_PTR(ret);
	}
	ring->completions = (void *)ring->head + DMACTL_CQ_RING_DATA_OFF;
	return ring;
}

static int dmactl_cq_ring_install_locked(struct dmactl_cmd *cmd,
					 struct dmactl_cq_ring *ring)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_ring *arg = cmd->arg;
	int ret;

	lockdep_assert_held(&s->reap_lock);
	if (s->cq_ring)
		return -EBUSY;
	arg->out_entries = ring->entries;
	arg->out_records_off = DMACTL_CQ_RING_DATA_OFF;
	arg->out_len = ring->len;
	ret = dmactl_cmd_respond(cmd);
	if (ret)
		return ret;
	guard(dmactl_bh)(&s->cq_lock);
	/* Pairs with the acquire in dmactl_cq_ring_of(). */
	smp_store_release(&s->cq_ring, ring);
	return 0;
}

/*
 * Takes reap_lock, so that no reader holds completions while the ring is
 * created.
 */
static int dmactl_cq_ring_install(struct dmactl_cmd *cmd,
				  struct dmactl_cq_ring *ring)
{
	struct dmactl_session *s = cmd->session;
	int ret;

	ret = dmactl_session_lock(s);
	if (ret)
		return ret;
	ret = -EINTR;
	if (!mutex_lock_killable(&s->reap_lock)) {
		ret = dmactl_cq_ring_install_locked(cmd, ring);
		mutex_unlock(&s->reap_lock);
	}
	dmactl_session_unlock(s);
	return ret;
}

int dmactl_ioctl_ring(struct dmactl_cmd *cmd)
{
	struct dmactl_ring *arg = cmd->arg;
	struct dmactl_cq_ring *ring;
	u32 entries;
	int ret;

	if (arg->reserved || !arg->entries ||
	    arg->entries > DMACTL_CQ_RING_MAX_ENTRIES ||
	    !dmactl_stride_ok(1, arg->record_size,
			      sizeof(struct dmactl_completion)))
		return -EINVAL;
	entries = roundup_pow_of_two(arg->entries);
	if ((u64)entries * arg->record_size >
	    DMACTL_CQ_RING_MAX_LEN - DMACTL_CQ_RING_DATA_OFF)
		return -EINVAL;
	ring = dmactl_cq_ring_new(entries, arg->record_size);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = dmactl_cq_ring_install(cmd, ring);
	if (ret) {
		dmactl_cq_ring_drop(ring);
		return ret;
	}
	dmactl_cq_ring_flush(cmd->session);
	return 0;
}

/* Pages come back here after madvise(MADV_DONTNEED). */
static vm_fault_t dmactl_cq_ring_fault(struct vm_fault *vmf)
{
	struct dmactl_cq_ring *ring = vmf->vma->vm_private_data;
	unsigned long off = vmf->pgoff << PAGE_SHIFT;

	if (off >= ring->len)
		return VM_FAULT_SIGBUS;
	return dmactl_mmap_fault(vmf,
				 vmalloc_to_page((void *)ring->head + off));
}

/* The mapping holds the file, and the file holds the ring. */
static const struct vm_operations_struct dmactl_cq_ring_vm_ops = {
	.fault = dmactl_cq_ring_fault,
};

int dmactl_cq_ring_mmap(struct dmactl_session *s, struct vm_area_struct *vma)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);
	unsigned long at;
	int ret;

	if (!ring || vma->vm_end - vma->vm_start > ring->len ||
	    !(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	for (at = vma->vm_start; at < vma->vm_end; at += PAGE_SIZE) {
		ret = vm_insert_page(vma, at,
				     vmalloc_to_page((void *)ring->head +
						     (at - vma->vm_start)));
		if (ret)
			return ret;
	}
	vma->vm_private_data = ring;
	vma->vm_ops = &dmactl_cq_ring_vm_ops;
	return 0;
}
