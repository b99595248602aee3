// SPDX-License-Identifier: GPL-2.0-only
/* Records in memory that the program maps: read without a system call. */

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "ring.h"

#define DMACTL_RING_RECORDS_OFF sizeof(struct dmactl_ring_head)
#define DMACTL_RING_MAX_ENTRIES SZ_64K
#define DMACTL_RING_MAX_LEN SZ_16M	/* buffers begin there */

/* Records moved at once: callbacks wait meanwhile. */
#define DMACTL_RING_POUR_CHUNK 32

/* As many of the queue as fit. Returns their number. */
static u32 dmactl_ring_pour_some(struct dmactl_session *s,
				 struct dmactl_cq_ring *ring,
				 struct list_head *out)
{
	struct dmactl_tx *tx, *next;
	u32 n = 0;

	guard(dmactl_bh)(&s->cq_lock);
	list_for_each_entry_safe(tx, next, &s->cq, node) {
		if (n == DMACTL_RING_POUR_CHUNK ||
		    !dmactl_ring_add(s, ring, tx))
			break;
		n++;
		if (!tx->run) {
			list_move_tail(&tx->node, out);
			continue;
		}
		/* Still under this lock: see dmactl_prepared_let_end(). */
		list_del_init(&tx->node);
		dmactl_prepared_unrun(tx);
	}
	WRITE_ONCE(s->nr_cq, s->nr_cq - n);
	WRITE_ONCE(ring->head->flags, s->nr_cq ? DMACTL_RING_OVERFLOW : 0);
	return n;
}

/* What waits in the queue, to the ring, as far as there is room. */
void dmactl_ring_pour(struct dmactl_session *s)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);
	LIST_HEAD(out);

	/* A cyclic op's record may be back in the queue after that. */
	while (ring && READ_ONCE(s->nr_cq) &&
	       dmactl_ring_pour_some(s, ring, &out))
		dmactl_tx_recycle(&out);
}

void dmactl_ring_free(struct dmactl_session *s)
{
	if (!s->ring)
		return;
	vfree(s->ring->head);
	kfree(s->ring);
}

static struct dmactl_cq_ring *dmactl_ring_new(u32 entries, u32 stride)
{
	struct dmactl_cq_ring *ring;

	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return NULL;
	ring->stride = stride;
	ring->entries = entries;
	ring->len = PAGE_ALIGN(DMACTL_RING_RECORDS_OFF +
			       (unsigned long)entries * stride);
	ring->head = __vmalloc(ring->len, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ring->head) {
		kfree(ring);
		return NULL;
	}
	ring->records = (void *)ring->head + DMACTL_RING_RECORDS_OFF;
	return ring;
}

static int dmactl_ring_install(struct dmactl_cmd *cmd,
			       struct dmactl_cq_ring *ring)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_ring *arg = cmd->arg;
	int ret;

	/* Nobody has records in hand, neither on the way out nor back. */
	guard(mutex)(&s->lock);
	guard(mutex)(&s->reap_lock);
	if (s->ring)
		return -EBUSY;
	arg->out_entries = ring->entries;
	arg->out_records_off = DMACTL_RING_RECORDS_OFF;
	arg->out_len = ring->len;
	ret = dmactl_cmd_respond(cmd);
	if (ret)
		return ret;
	guard(dmactl_bh)(&s->cq_lock);
	/* Pairs with the acquire in dmactl_ring_of(). */
	smp_store_release(&s->ring, ring);
	return 0;
}

int dmactl_ioctl_ring(struct dmactl_cmd *cmd)
{
	struct dmactl_ring *arg = cmd->arg;
	struct dmactl_cq_ring *ring;
	u32 entries;
	int ret;

	if (arg->reserved || !arg->entries ||
	    arg->entries > DMACTL_RING_MAX_ENTRIES ||
	    !dmactl_stride_ok(1, arg->record_size,
			      sizeof(struct dmactl_completion)))
		return -EINVAL;
	entries = roundup_pow_of_two(arg->entries);
	if ((u64)entries * arg->record_size >
	    DMACTL_RING_MAX_LEN - DMACTL_RING_RECORDS_OFF)
		return -EINVAL;
	ring = dmactl_ring_new(entries, arg->record_size);
	if (!ring)
		return -ENOMEM;
	ret = dmactl_ring_install(cmd, ring);
	if (ret) {
		vfree(ring->head);
		kfree(ring);
		return ret;
	}
	dmactl_ring_pour(cmd->session);
	return 0;
}

/* Pages that were taken out with madvise(MADV_DONTNEED) come back here. */
static vm_fault_t dmactl_ring_fault(struct vm_fault *vmf)
{
	struct dmactl_cq_ring *ring = vmf->vma->vm_private_data;
	unsigned long off = vmf->pgoff << PAGE_SHIFT;

	if (off >= ring->len)
		return VM_FAULT_SIGBUS;
	vmf->page = vmalloc_to_page((void *)ring->head + off);
	get_page(vmf->page);
	return 0;
}

/* The file, which the mapping holds, holds the ring. */
static const struct vm_operations_struct dmactl_ring_vm_ops = {
	.fault = dmactl_ring_fault,
};

int dmactl_ring_mmap(struct dmactl_session *s, struct vm_area_struct *vma)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);
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
	vma->vm_ops = &dmactl_ring_vm_ops;
	return 0;
}
