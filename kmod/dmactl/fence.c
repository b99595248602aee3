// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fences of dma-bufs: an op waits for those of others before it is
 * accepted, and others wait for the op's. The ops of one session do not wait
 * for each other: their order is the channel's and the program's business.
 */

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "core.h"

struct dmactl_fence {
	struct dma_fence base;
	spinlock_t lock;		/* base's */
	u32 session;
};

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

/* Unloading waits for RCU callbacks, so this one may drop the last reference. */
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

/*
 * Others keep a fence for as long as they like, also a signalled one, and
 * call the functions above: it holds the module.
 */
static struct dma_fence *dmactl_fence_new(const struct dmactl_session *s)
{
	struct dmactl_fence *fence;

	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	fence->session = s->id;
	/* A context of its own: ops end in any order. */
	dma_fence_init(&fence->base, &dmactl_fence_ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	return &fence->base;
}

static bool dmactl_fence_is_from(struct dma_fence *fence,
				 const struct dmactl_session *s)
{
	/* Only compared: later kernels take it away from others' fences. */
	return (__force const void *)fence->ops == &dmactl_fence_ops &&
	       to_dmactl_fence(fence)->session == s->id;
}

/* Ops with a peripheral, and those that repeat, end when they like. */
static bool dmactl_fence_wanted(const struct dmactl_tx *tx)
{
	return tx->fenced && tx->dir == DMA_MEM_TO_MEM &&
	       !(tx->flags & DMACTL_OPF_REPEAT);
}

static struct dma_resv *dmactl_fence_resv_at(const struct dmactl_tx *tx, u32 i)
{
	const struct dmactl_span *span = &tx->src[i - tx->nr_dst];

	if (i < tx->nr_dst)
		span = &tx->dst[i];
	/* Pairs with the release in export.c. */
	return smp_load_acquire(&span->buf->resv);
}

/* For an op whose buffers were looked up some time ago. */
bool dmactl_fence_is_due(const struct dmactl_tx *tx)
{
	u32 i;

	for (i = 0; i < tx->nr_dst + tx->nr_src; i++)
		if (dmactl_fence_resv_at(tx, i))
			return true;
	return false;
}

/* The next dma-buf of an op, each once, destinations first. */
static struct dma_resv *dmactl_fence_next(const struct dmactl_tx *tx, u32 *at)
{
	struct dma_resv *resv;
	u32 i, j;

	for (i = *at; i < tx->nr_dst + tx->nr_src; i++) {
		resv = dmactl_fence_resv_at(tx, i);
		for (j = 0; resv && j < i; j++)
			if (dmactl_fence_resv_at(tx, j) == resv)
				resv = NULL;
		if (resv) {
			*at = i;
			return resv;
		}
	}
	return NULL;
}

/* Jiffies that are left, 0 or an error, as dma_fence_wait_timeout(). */
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

static long dmactl_fence_wait(const struct dmactl_tx *tx, long left)
{
	struct dma_resv *resv;
	u32 i;

	if (!dmactl_fence_wanted(tx))
		return left;
	for (i = 0; left > 0 && (resv = dmactl_fence_next(tx, &i)); i++)
		left = dmactl_fence_wait_resv(tx->chan->session, resv,
					      i < tx->nr_dst, left);
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

/* -EAGAIN: somebody came in between. */
static int dmactl_fence_add_resv(const struct dmactl_tx *tx,
				 struct dma_resv *resv, bool write)
{
	int ret;

	if (dma_resv_lock_interruptible(resv, NULL))
		return -EINTR;
	ret = dma_resv_reserve_fences(resv, 1);
	if (!ret && dmactl_fence_is_blocked(tx->chan->session, resv, write))
		ret = -EAGAIN;
	if (!ret)
		dma_resv_add_fence(resv, tx->fence, write ?
				   DMA_RESV_USAGE_WRITE : DMA_RESV_USAGE_READ);
	dma_resv_unlock(resv);
	return ret;
}

static int dmactl_fence_add(struct dmactl_tx *tx)
{
	struct dma_resv *resv;
	int ret = 0;
	u32 i;

	if (!dmactl_fence_wanted(tx))
		return 0;
	tx->fence = dmactl_fence_new(tx->chan->session);
	if (!tx->fence)
		return -ENOMEM;
	for (i = 0; !ret && (resv = dmactl_fence_next(tx, &i)); i++)
		ret = dmactl_fence_add_resv(tx, resv, i < tx->nr_dst);
	return ret;
}

static long dmactl_fence_wait_txs(struct list_head *txs, long left)
{
	struct dmactl_tx *tx;

	list_for_each_entry(tx, txs, node) {
		left = dmactl_fence_wait(tx, left);
		if (left <= 0)
			break;
	}
	return left;
}

/* All or none: who waits while others wait for him may wait for ever. */
static int dmactl_fence_add_txs(struct list_head *txs)
{
	struct dmactl_tx *tx;
	int ret = 0;

	list_for_each_entry(tx, txs, node) {
		ret = dmactl_fence_add(tx);
		if (ret)
			break;
	}
	if (ret)
		list_for_each_entry(tx, txs, node)
			dmactl_fence_signal(tx);
	return ret;
}

/*
 * Lets ops wait for others' fences and, unless they are held back, adds
 * theirs. 0, -EINTR, -ENOMEM, or -EBUSY after stop_timeout_ms.
 */
int dmactl_fence_txs(struct list_head *txs, bool hold)
{
	long left = max(msecs_to_jiffies(dmactl_stop_timeout_ms), 1ul);
	int ret;

	do {
		left = dmactl_fence_wait_txs(txs, left);
		if (left <= 0)
			return left ? -EINTR : -EBUSY;
		/* Nobody knows when what is held back will end. */
		ret = hold ? 0 : dmactl_fence_add_txs(txs);
	} while (ret == -EAGAIN && !signal_pending(current));
	return ret == -EAGAIN ? -EINTR : ret;
}

/* The same for who must not wait: -EAGAIN if there is something to wait for. */
int dmactl_fence_try_txs(struct list_head *txs)
{
	return dmactl_fence_add_txs(txs);
}

/* The op has ended, or will not start. */
void dmactl_fence_signal(struct dmactl_tx *tx)
{
	struct dma_fence *fence = tx->fence;

	if (!fence)
		return;
	tx->fence = NULL;
	if (tx->status)
		dma_fence_set_error(fence, tx->status);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}
