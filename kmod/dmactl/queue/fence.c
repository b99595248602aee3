// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences of dma-bufs. An op waits for the fences of others before it is
 * accepted, and adds a fence that others wait for. Ops of one session do not
 * wait for each other: the channel and the program define their order.
 */

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/dmaengine.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/param.h"
#include "core/session.h"
#include "mem/buffer.h"
#include "op/job.h"
#include "queue/fence.h"
#include "queue/timeline.h"

/*
 * The end of ops with a peripheral, and of those that repeat, is not
 * predictable.
 */
bool dmactl_fence_wanted(const struct dmactl_job *job)
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
struct dma_resv *dmactl_fence_next(const struct dmactl_job *job, u32 *at)
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
		if (dmactl_fence_is_from(fence, s->id))
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
		if (!dmactl_fence_is_from(fence, s->id) &&
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
		dma_resv_add_fence(resv, &job->done_fence->base, write ?
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
	job->done_fence = dmactl_fence_new(job->chan);
	if (!job->done_fence) {
		atomic_dec(&job->chan->nr_done_fences);
		return -ENOMEM;
	}
	for (i = 0; !ret && (resv = dmactl_fence_next(job, &i)); i++)
		ret = dmactl_fence_add_resv(job, resv, i < job->nr_dst);
	return ret;
}

/*
 * Do both use the same buffers of the same channel, so that they can have the
 * same fence?
 */
bool dmactl_fence_is_same(const struct dmactl_job *a,
			  const struct dmactl_job *b)
{
	u32 i;

	if (a->chan != b->chan || a->nr_dst != b->nr_dst || a->nr_src != b->nr_src)
		return false;
	for (i = 0; i < a->nr_dst; i++)
		if (a->dst[i].buf != b->dst[i].buf)
			return false;
	for (i = 0; i < a->nr_src; i++)
		if (a->src[i].buf != b->src[i].buf)
			return false;
	return dmactl_fence_wanted(a) && dmactl_fence_wanted(b);
}

static long dmactl_fence_wait_jobs(struct list_head *jobs, long left)
{
	struct dmactl_job *job, *prev = NULL;

	list_for_each_entry(job, jobs, node) {
		/* Walking a long array takes long even without waiting. */
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!prev || !dmactl_fence_is_same(prev, job))
			left = dmactl_fence_wait(job, left);
		if (left <= 0)
			break;
		prev = job;
	}
	return left;
}

/* Consecutive ops with the same buffers share a fence. */
static int dmactl_fence_add_next(struct dmactl_job *job, struct dmactl_job *prev)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	if (!prev || !prev->done_fence || !dmactl_fence_is_same(prev, job))
		return dmactl_fence_add(job);
	job->done_fence = prev->done_fence;
	dmactl_fence_join(job->done_fence);
	return 0;
}

/*
 * Adds all fences or none: a session that waited while others wait for it could
 * deadlock. Returns -EAGAIN if an op has to wait for others.
 */
static int dmactl_fence_add_jobs(struct list_head *jobs)
{
	struct dmactl_job *job, *prev = NULL;
	int ret = 0;

	list_for_each_entry(job, jobs, node) {
		ret = dmactl_fence_add_next(job, prev);
		if (ret)
			break;
		prev = job;
	}
	if (ret)
		list_for_each_entry(job, jobs, node)
			dmactl_fence_signal(job);
	return ret;
}

static int dmactl_fence_wait_all(struct list_head *jobs, long *left)
{
	*left = dmactl_fence_wait_jobs(jobs, *left);
	if (*left > 0)
		return 0;
	return *left ? -EINTR : -EBUSY;
}

/*
 * Waits for the fences of others and, unless the ops are held, adds fences.
 * Returns 0, -EINTR, -ENOMEM, or -EBUSY after stop_timeout_ms.
 */
int dmactl_fence_jobs(struct list_head *jobs, bool hold)
{
	long left = max(msecs_to_jiffies(dmactl_stop_timeout_ms), 1ul);
	int ret;

	/* A held op may be issued at any time or never. */
	if (hold)
		return dmactl_fence_wait_all(jobs, &left);
	/* Mostly there is nothing to wait for. */
	for (;;) {
		ret = dmactl_fence_add_jobs(jobs);
		if (ret != -EAGAIN)
			return ret;
		if (signal_pending(current))
			return -EINTR;
		ret = dmactl_fence_wait_all(jobs, &left);
		if (ret)
			return ret;
	}
}

/* The same without waiting. Returns -EAGAIN if an op would have to wait. */
int dmactl_fence_try_jobs(struct list_head *jobs)
{
	return dmactl_fence_add_jobs(jobs);
}

/*
 * Makes one fence for the ops that want one, or for @all, and returns another
 * reference to it. NULL: the program can keep the ops from ending.
 */
struct dmactl_fence *dmactl_fence_whole(struct dmactl_chan *chan,
					struct list_head *jobs, bool all)
{
	struct dmactl_fence *fence;
	struct dmactl_job *job;
	bool first = true;

	if (!dmactl_fence_claim(chan))
		return NULL;
	fence = dmactl_fence_new(chan);
	if (!fence) {
		atomic_dec(&chan->nr_done_fences);
		return ERR_PTR(-ENOMEM);
	}
	dma_fence_get(&fence->base);
	list_for_each_entry(job, jobs, node) {
		if (!all && !dmactl_fence_wanted(job))
			continue;
		if (!first)
			dmactl_fence_join(fence);
		job->done_fence = fence;
		first = false;
	}
	return fence;
}

/* The op has ended or will not start. */
void dmactl_fence_signal(struct dmactl_job *job)
{
	struct dmactl_fence *fence = job->done_fence;

	if (!fence)
		return;
	job->done_fence = NULL;
	if (dmactl_fence_leave(fence, job->status))
		atomic_dec(&job->chan->nr_done_fences);
}

/* An op ends in a callback. Returns false if its fence has to be signalled. */
bool dmactl_fence_signal_early(struct dmactl_job *job)
{
	if (job->status || !dmactl_fence_leave_early(job->done_fence))
		return false;
	job->done_fence = NULL;
	return true;
}
