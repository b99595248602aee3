/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the supported kernels (6.1 and later). No other file
 * checks the kernel version.
 */
#ifndef DMACTL_COMPAT_H
#define DMACTL_COMPAT_H

#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/dmaengine.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io_uring.h>
#include <linux/io_uring_types.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/version.h>

#define DMACTL_KERNEL(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))

#if DMACTL_KERNEL(6, 8)
#include <linux/io_uring/cmd.h>
#endif

#if DMACTL_KERNEL(6, 12)
#include <linux/iommu-dma.h>
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/*
 * 6.1 lacks these guards. They have names of our own, so no version is checked.
 */

/*
 * Holds a spinlock with softirqs off until the end of the scope. sparse does
 * not follow cleanup attributes, so both functions tell it that nothing
 * changed.
 */
static inline void dmactl_bh_lock(spinlock_t *lock)
{
	spin_lock_bh(lock);
	__release(lock);
}

static inline void dmactl_bh_unlock(spinlock_t *lock)
{
	__acquire(lock);
	spin_unlock_bh(lock);
}

DEFINE_LOCK_GUARD_1(dmactl_bh, spinlock_t, dmactl_bh_lock(_T->lock),
		    dmactl_bh_unlock(_T->lock))

/* The device that a class's devnode() gets is const since 6.2. */
#if DMACTL_KERNEL(6, 2)
#define dmactl_devnode_const const
#else
#define dmactl_devnode_const
#endif

/* Copies the data of read_iter() into a pipe. */
#if DMACTL_KERNEL(6, 5)
#define dmactl_compat_splice_read copy_splice_read
#else
#define dmactl_compat_splice_read generic_file_splice_read
#endif

/*
 * Marks a device as cache coherent: the CPU moves its bytes, through the
 * caches.
 */
static inline void dmactl_compat_set_coherent(struct device *dev)
{
#if defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_DEVICE) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU) || \
	defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU_ALL)
#if DMACTL_KERNEL(7, 2)
	dev_set_dma_coherent(dev);
#else
	dev->dma_coherent = true;
#endif
#endif
}

/* Holds a spinlock where softirqs are off already. */
static inline void dmactl_spin_lock(spinlock_t *lock)
{
	spin_lock(lock);
	__release(lock);
}

static inline void dmactl_spin_unlock(spinlock_t *lock)
{
	__acquire(lock);
	spin_unlock(lock);
}

DEFINE_LOCK_GUARD_1(dmactl_spin, spinlock_t, dmactl_spin_lock(_T->lock),
		    dmactl_spin_unlock(_T->lock))

/* Holds a spinlock with interrupts off, in a task. */
static inline void dmactl_irq_lock(spinlock_t *lock)
{
	spin_lock_irq(lock);
	__release(lock);
}

static inline void dmactl_irq_unlock(spinlock_t *lock)
{
	__acquire(lock);
	spin_unlock_irq(lock);
}

DEFINE_LOCK_GUARD_1(dmactl_irq, spinlock_t, dmactl_irq_lock(_T->lock),
		    dmactl_irq_unlock(_T->lock))

DEFINE_LOCK_GUARD_0(dmactl_bh_off, local_bh_disable(), local_bh_enable())

/* A short RCU read section, without the two calls of rcu_read_lock(). */
DEFINE_LOCK_GUARD_0(dmactl_rcu_sched, preempt_disable(), preempt_enable())

/*
 * For a variable that is written before it is read. CONFIG_INIT_STACK_ALL_ZERO
 * would clear it in every call.
 */
#if __has_attribute(__uninitialized__)
#define dmactl_uninit __attribute__((__uninitialized__))
#else
#define dmactl_uninit
#endif

#if DMACTL_KERNEL(7, 1)
#define zap_vma_ptes zap_special_vma_range
#endif

#if !DMACTL_KERNEL(6, 3)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/*
 * Takes the pages of a range of a zone, as virtio-mem does: what is in them
 * moves elsewhere. Each has one reference then. Not of CMA. Returns 0, -EBUSY
 * if something cannot move, -ENOMEM or -EINTR.
 */
static inline int dmactl_compat_alloc_contig(unsigned long start,
					     unsigned long end)
{
#ifndef CONFIG_CONTIG_ALLOC
	return -ENOMEM;
#elif defined(ACR_FLAGS_NONE)
	return alloc_contig_range(start, end, ACR_FLAGS_NONE,
				  GFP_KERNEL | __GFP_NOWARN);
#else
	return alloc_contig_range(start, end, MIGRATE_MOVABLE,
				  GFP_KERNEL | __GFP_NOWARN);
#endif
}

static inline void dmactl_eventfd_signal(struct eventfd_ctx *ctx)
{
#if DMACTL_KERNEL(6, 8)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

#if DMACTL_KERNEL(6, 13)
#define DMACTL_IMPORT_NS_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#else
#define DMACTL_IMPORT_NS_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#endif

/*
 * Flags to pin memory that the device only reads. Before 6.2, only a pin for
 * writing copies a page that a private mapping shares. Without the copy, the
 * next write of the program would go to another page.
 */
#if DMACTL_KERNEL(6, 2)
#define DMACTL_PIN_READ_ONLY 0
#else
#define DMACTL_PIN_READ_ONLY (FOLL_WRITE | FOLL_FORCE)
#endif

#if DMACTL_KERNEL(6, 10)
#define dmactl_assign_str(field) __assign_str(field)
#else
#define dmactl_assign_str(field) __assign_str(field, field)
#endif

/* Are DMA addresses those of memory or SWIOTLB, without an IOMMU between? */
static inline bool dmactl_compat_dma_is_direct(struct device *dev)
{
#if DMACTL_KERNEL(6, 12)
	if (use_dma_iommu(dev))
		return false;
#endif
	return !get_dma_ops(dev);
}

/* Operations that some kernels lack. */
#define DMACTL_HAS_DMA_VEC DMACTL_KERNEL(6, 12)
#define DMACTL_HAS_IMM_DATA (!DMACTL_KERNEL(6, 15))

static inline bool dmactl_compat_has_imm_data(struct dma_chan *dma)
{
#if DMACTL_HAS_IMM_DATA
	return dma->device->device_prep_dma_imm_data;
#else
	return false;
#endif
}

static inline struct dma_async_tx_descriptor *
dmactl_compat_prep_imm_data(struct dma_chan *dma, dma_addr_t dst, u64 data,
			    unsigned long flags)
{
#if DMACTL_HAS_IMM_DATA
	return dma->device->device_prep_dma_imm_data(dma, dst, data, flags);
#else
	return NULL;
#endif
}

#if DMACTL_HAS_DMA_VEC
#define dmactl_vec dma_vec
#else
struct dmactl_vec {
	dma_addr_t addr;
	size_t len;
};
#endif

static inline bool dmactl_compat_has_vec(struct dma_chan *dma)
{
#if DMACTL_HAS_DMA_VEC
	return dma->device->device_prep_peripheral_dma_vec;
#else
	return false;
#endif
}

static inline struct dma_async_tx_descriptor *
dmactl_compat_prep_vec(struct dma_chan *dma, const struct dmactl_vec *vecs,
		       size_t nr, enum dma_transfer_direction dir,
		       unsigned long flags)
{
#if DMACTL_HAS_DMA_VEC
	return dmaengine_prep_peripheral_dma_vec(dma, vecs, nr, dir, flags);
#else
	return NULL;
#endif
}

/* io_uring: the payload of a large SQE. */
static inline const void *
dmactl_compat_uring_payload(const struct io_uring_cmd *cmd)
{
#if DMACTL_KERNEL(6, 5)
	return cmd->sqe->cmd;
#else
	return cmd->cmd;
#endif
}

/* Declares the function that ends a command in the task of the program. */
#if DMACTL_KERNEL(6, 19)
#define DMACTL_URING_TASK_WORK(name)					\
static void name##_tw(struct io_tw_req req, io_tw_token_t token)	\
{									\
	name(io_uring_cmd_from_tw(req),					\
	     IO_URING_CMD_TASK_WORK_ISSUE_FLAGS);			\
}
#else
#define DMACTL_URING_TASK_WORK(name)					\
static void name##_tw(struct io_uring_cmd *cmd, unsigned int flags)	\
{									\
	name(cmd, flags);						\
}
#endif

/*
 * Each command makes one CQE. With "lazy", a program that waits for more CQEs
 * sleeps on.
 */
#if DMACTL_KERNEL(6, 8)
#define dmactl_compat_uring_in_task io_uring_cmd_do_in_task_lazy
#else
#define dmactl_compat_uring_in_task io_uring_cmd_complete_in_task
#endif

/* @extra is for CQEs of 32 bytes. @cqe32: the ring has such CQEs. */
static inline void dmactl_compat_uring_done(struct io_uring_cmd *cmd, s32 res,
					    u64 extra, bool cqe32,
					    unsigned int issue_flags)
{
#if DMACTL_KERNEL(6, 18)
	if (cqe32)
		io_uring_cmd_done32(cmd, res, extra, issue_flags);
	else
		io_uring_cmd_done(cmd, res, issue_flags);
#else
	io_uring_cmd_done(cmd, res, extra, issue_flags);
#endif
}

/*
 * Since 6.7, io_uring cancels a command if its task or ring is going. Before,
 * nothing reports that, and the task or ring waits for the command.
 */
#ifdef IORING_URING_CMD_CANCELABLE
#define DMACTL_URING_F_CANCEL IO_URING_F_CANCEL
#define dmactl_compat_uring_mark io_uring_cmd_mark_cancelable

static inline bool dmactl_compat_uring_left(struct io_uring_cmd *cmd)
{
	return false;
}
#else
#define DMACTL_URING_F_CANCEL 0

static inline void dmactl_compat_uring_mark(struct io_uring_cmd *cmd,
					    unsigned int issue_flags)
{
}

/* Returns true if the submitting task or the ring is going. */
static inline bool dmactl_compat_uring_left(struct io_uring_cmd *cmd)
{
	struct io_kiocb *req = cmd_to_io_kiocb(cmd);
	const struct signal_struct *signal = req->task->signal;

	return (READ_ONCE(signal->flags) & SIGNAL_GROUP_EXIT) ||
	       READ_ONCE(signal->group_exec_task) || req->task->in_execve ||
	       percpu_ref_is_dying(&req->ctx->refs);
}
#endif
#define DMACTL_URING_HAS_CANCEL (!!DMACTL_URING_F_CANCEL)

#endif /* DMACTL_COMPAT_H */
