// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences of dma-bufs. An op waits for the fences of others before it is
 * accepted, and adds a fence that others wait for. Ops of one session do not
 * wait for each other: the channel and the program define their order.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/dmaengine.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/param.h"
#include "core/session.h"
#include "mem/buffer.h"
#include "op/job.h"
#include "queue/fence.h"

struct dmactl_fence {
	struct dma_fence base;
	spinlock_t lock;		/* the lock of @base */
	struct delayed_work late;	/* holds a reference while scheduled */
	u32 session;
};

/* A workqueue of our own, so that the module can wait for its work items. */
static struct workqueue_struct *dmactl_fence_wq;

static struct dmactl_fence *to_dmactl_fence(struct dma_fence *fence)
{
	return container_of(fence, struct dmactl_fence, base);
}

static const char *dmactl_fence_driver_name(struct dma_fence *fence)
{
	return KBUILD_MODNAME;
}

static const char *dmactl_fence_timeline_name(struct dma_fence *fence)
{
	return "op";
}

/*
 * Unloading waits for RCU callbacks, so this may drop the last module
 * reference.
 */
static void dmactl_fence_free(struct rcu_head *rcu)
{
	struct dma_fence *fence = container_of(rcu, struct dma_fence, rcu);

	kfree(to_dmactl_fence(fence));
	module_put(THIS_MODULE);
}

static void dmactl_fence_release(struct dma_fence *fence)
{
	call_rcu(&fence->rcu, dmactl_fence_free);
}

static const struct dma_fence_ops dmactl_fence_ops = {
	.get_driver_name = dmactl_fence_driver_name,
	.get_timeline_name = dmactl_fence_timeline_name,
	.release = dmactl_fence_release,
};

/* The first status counts. */
static void dmactl_fence_end(struct dmactl_fence *fence, int status)
{
	unsigned long flags;

	spin_lock_irqsave(&fence->lock, flags);
	if (!dma_fence_is_signaled_locked(&fence->base)) {
		if (status)
			dma_fence_set_error(&fence->base, status);
		dma_fence_signal_locked(&fence->base);
	}
	spin_unlock_irqrestore(&fence->lock, flags);
}

/*
 * Hardware may hang, and a program may have queued hours of work. Others do not
 * wait that long. The op continues and keeps its memory.
 */
static void dmactl_fence_late(struct work_struct *work)
{
	struct dmactl_fence *fence = container_of(to_delayed_work(work),
						  struct dmactl_fence, late);

	pr_warn_ratelimited("session %u: an op on a dma-buf takes longer than fence_timeout_ms\n",
			    fence->session);
	dmactl_fence_end(fence, -ETIMEDOUT);
	dma_fence_put(&fence->base);
}

/*
 * Other drivers may keep a fence after it is signalled and call the functions
 * above, so each fence holds the module.
 */
static struct dma_fence *dmactl_fence_new(const struct dmactl_session *s)
{
	struct dmactl_fence *fence;

	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	INIT_DELAYED_WORK(&fence->late, dmactl_fence_late);
	fence->session = s->id;
	/* Each fence has its own context, because ops end in any order. */
	dma_fence_init(&fence->base, &dmactl_fence_ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	dma_fence_get(&fence->base);
	queue_delayed_work(dmactl_fence_wq, &fence->late,
			   msecs_to_jiffies(READ_ONCE(dmactl_fence_timeout_ms)));
	return &fence->base;
}

static bool dmactl_fence_is_from(struct dma_fence *fence,
				 const struct dmactl_session *s)
{
	/*
	 * The pointer is only compared: later kernels clear it in signalled
	 * fences.
	 */
	return (__force const void *)fence->ops == &dmactl_fence_ops &&
	       to_dmactl_fence(fence)->session == s->id;
}

/*
 * The end of ops with a peripheral, and of those that repeat, is not
 * predictable.
 */
static bool dmactl_fence_wanted(const struct dmactl_job *job)
{
	return job->has_resv && job->dir == DMA_MEM_TO_MEM &&
	       !(job->flags & DMACTL_OPF_REPEAT);
}

static struct dma_resv *dmactl_fence_resv_at(const struct dmactl_job *job, u32 i)
{
	const struct dmactl_span *span = &job->src[i - job->nr_dst];

	if (i < job->nr_dst)
		span = &job->dst[i];
	/* Pairs with the release in dmactl_buf_set_resv(). */
	return smp_load_acquire(&span->buf->resv);
}

/* Does a buffer of the op have a reservation object by now? */
bool dmactl_fence_is_due(const struct dmactl_job *job)
{
	u32 i;

	for (i = 0; i < job->nr_dst + job->nr_src; i++)
		if (dmactl_fence_resv_at(job, i))
			return true;
	return false;
}

/*
 * Returns the next reservation object of an op. Each is returned once; those of
 * destinations come first.
 */
static struct dma_resv *dmactl_fence_next(const struct dmactl_job *job, u32 *at)
{
	struct dma_resv *resv;
	u32 i, j;

	for (i = *at; i < job->nr_dst + job->nr_src; i++) {
		resv = dmactl_fence_resv_at(job, i);
		for (j = 0; resv && j < i; j++)
			if (dmactl_fence_resv_at(job, j) == resv)
				resv = NULL;
		if (resv) {
			*at = i;
			return resv;
		}
	}
	return NULL;
}

/*
 * Returns the remaining jiffies, 0 or an error, like dma_fence_wait_timeout().
 */
static long dmactl_fence_wait_resv(const struct dmactl_session *s,
				   struct dma_resv *resv, bool write, long left)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_iter_begin(&cursor, resv, dma_resv_usage_rw(write));
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		if (dmactl_fence_is_from(fence, s))
			continue;
		left = dma_fence_wait_timeout(fence, true, left);
		if (left <= 0)
			break;
	}
	dma_resv_iter_end(&cursor);
	return left;
}

static long dmactl_fence_wait(const struct dmactl_job *job, long left)
{
	struct dma_resv *resv;
	u32 i;

	if (!dmactl_fence_wanted(job))
		return left;
	for (i = 0; left > 0 && (resv = dmactl_fence_next(job, &i)); i++)
		left = dmactl_fence_wait_resv(job->chan->session, resv,
					      i < job->nr_dst, left);
	return left;
}

static bool dmactl_fence_is_blocked(const struct dmactl_session *s,
				    struct dma_resv *resv, bool write)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_for_each_fence(&cursor, resv, dma_resv_usage_rw(write), fence)
		if (!dmactl_fence_is_from(fence, s) &&
		    !dma_fence_is_signaled(fence))
			return true;
	return false;
}

/* Returns -EAGAIN if another fence was added in the meantime. */
static int dmactl_fence_add_resv(const struct dmactl_job *job,
				 struct dma_resv *resv, bool write)
{
	int ret;

	if (dma_resv_lock_interruptible(resv, NULL))
		return -EINTR;
	ret = dma_resv_reserve_fences(resv, 1);
	if (!ret && dmactl_fence_is_blocked(job->chan->session, resv, write))
		ret = -EAGAIN;
	if (!ret)
		dma_resv_add_fence(resv, job->done_fence, write ?
				   DMA_RESV_USAGE_WRITE : DMA_RESV_USAGE_READ);
	dma_resv_unlock(resv);
	return ret;
}

/*
 * Returns false if the program can keep the op from ending: the channel is
 * paused, or an op that may never end is in flight. Then nobody may wait for
 * the op.
 */
static bool dmactl_fence_claim(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.paused || atomic_read(&chan->nr_endless))
		return false;
	atomic_inc(&chan->nr_done_fences);
	return true;
}

static int dmactl_fence_add(struct dmactl_job *job)
{
	struct dma_resv *resv;
	int ret = 0;
	u32 i;

	if (!dmactl_fence_wanted(job) || !dmactl_fence_claim(job->chan))
		return 0;
	job->done_fence = dmactl_fence_new(job->chan->session);
	if (!job->done_fence) {
		atomic_dec(&job->chan->nr_done_fences);
		return -ENOMEM;
	}
	for (i = 0; !ret && (resv = dmactl_fence_next(job, &i)); i++)
		ret = dmactl_fence_add_resv(job, resv, i < job->nr_dst);
	return ret;
}

static long dmactl_fence_wait_jobs(struct list_head *jobs, long left)
{
	struct dmactl_job *job;

	list_for_each_entry(job, jobs, node) {
		/* Walking a long array takes long even without waiting. */
		if (fatal_signal_pending(current))
			return -EINTR;
		left = dmactl_fence_wait(job, left);
		if (left <= 0)
			break;
	}
	return left;
}

/*
 * Adds all fences or none: a session that waited while others wait for it could
 * deadlock.
 */
static int dmactl_fence_add_jobs(struct list_head *jobs)
{
	struct dmactl_job *job;
	int ret = 0;

	list_for_each_entry(job, jobs, node) {
		ret = fatal_signal_pending(current) ? -EINTR
						    : dmactl_fence_add(job);
		if (ret)
			break;
	}
	if (ret)
		list_for_each_entry(job, jobs, node)
			dmactl_fence_signal(job);
	return ret;
}

/*
 * Waits for the fences of others and, unless the ops are held, adds fences.
 * Returns 0, -EINTR, -ENOMEM, or -EBUSY after stop_timeout_ms.
 */
int dmactl_fence_jobs(struct list_head *jobs, bool hold)
{
	long left = max(msecs_to_jiffies(dmactl_stop_timeout_ms), 1ul);
	int ret;

	do {
		left = dmactl_fence_wait_jobs(jobs, left);
		if (left <= 0)
			return left ? -EINTR : -EBUSY;
		/* A held op may be issued at any time or never. */
		ret = hold ? 0 : dmactl_fence_add_jobs(jobs);
	} while (ret == -EAGAIN && !signal_pending(current));
	return ret == -EAGAIN ? -EINTR : ret;
}

/* The same without waiting. Returns -EAGAIN if an op would have to wait. */
int dmactl_fence_try_jobs(struct list_head *jobs)
{
	return dmactl_fence_add_jobs(jobs);
}

/* The op has ended or will not start. */
void dmactl_fence_signal(struct dmactl_job *job)
{
	struct dmactl_fence *fence;

	if (!job->done_fence)
		return;
	fence = to_dmactl_fence(job->done_fence);
	job->done_fence = NULL;
	dmactl_fence_end(fence, job->status);
	atomic_dec(&job->chan->nr_done_fences);
	if (cancel_delayed_work(&fence->late))
		dma_fence_put(&fence->base);
	dma_fence_put(&fence->base);
}

int dmactl_fence_init(void)
{
	dmactl_fence_wq = alloc_workqueue("dmactl-fence", WQ_UNBOUND, 0);
	return dmactl_fence_wq ? 0 : -ENOMEM;
}

void dmactl_fence_exit(void)
{
	destroy_workqueue(dmactl_fence_wq);
}
