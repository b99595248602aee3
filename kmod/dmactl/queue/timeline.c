// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fences of a channel have one context, in which a later fence stands for
 * all earlier ones: a reservation object keeps the latest only, however many
 * ops are in flight. Ops may end in any order, so a fence is signalled when its
 * ops and those of all fences before it have ended.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dma-fence.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "core/chan.h"
#include "core/param.h"
#include "core/session.h"
#include "queue/timeline.h"

struct dmactl_timeline {
	struct kref ref;		/* the channel, and each fence */
	spinlock_t lock;		/* also the lock of each fence */
	struct list_head fences;	/* lock: not signalled, oldest first */
	u64 context;
	u64 seqno;			/* lock: of the newest fence */
	struct delayed_work late;	/* runs until the channel is freed */
	unsigned long expires;		/* lock: when @late runs, in jiffies */
	bool armed;			/* lock: @late is scheduled */
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
	return "channel";
}

static void dmactl_timeline_release(struct kref *ref)
{
	kfree(container_of(ref, struct dmactl_timeline, ref));
}

/*
 * Unloading waits for RCU callbacks, so this may drop the last module
 * reference.
 */
static void dmactl_fence_free(struct rcu_head *rcu)
{
	struct dma_fence *base = container_of(rcu, struct dma_fence, rcu);
	struct dmactl_fence *fence = to_dmactl_fence(base);

	kref_put(&fence->timeline->ref, dmactl_timeline_release);
	kfree(fence);
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
 * Takes the first fence off the list. Its ops keep it, if any is left.
 * Otherwise the caller holds the last reference of dmactl.
 */
static void dmactl_timeline_signal_first(struct dmactl_timeline *timeline)
{
	struct dmactl_fence *fence = list_first_entry(&timeline->fences,
						      struct dmactl_fence, node);

	lockdep_assert_held(&timeline->lock);
	list_del_init(&fence->node);
	dma_fence_signal_locked(&fence->base);
	/* The memory of the lock is freed after an RCU grace period. */
	if (fence->done)
		dma_fence_put(&fence->base);
}

/* Signals the fences at the head whose ops have ended. */
static void dmactl_timeline_advance(struct dmactl_timeline *timeline)
{
	lockdep_assert_held(&timeline->lock);
	while (!list_empty(&timeline->fences) &&
	       list_first_entry(&timeline->fences, struct dmactl_fence,
				node)->done)
		dmactl_timeline_signal_first(timeline);
}

/* Has @late run when the first fence is due, or earlier. */
static void dmactl_timeline_watch(struct dmactl_timeline *timeline)
{
	struct dmactl_fence *fence = list_first_entry(&timeline->fences,
						      struct dmactl_fence, node);
	long left;

	lockdep_assert_held(&timeline->lock);
	/* Moving the timer for each fence would cost more than a late call. */
	if (timeline->armed && !time_before(fence->deadline, timeline->expires))
		return;
	timeline->armed = true;
	timeline->expires = fence->deadline;
	left = fence->deadline - jiffies;
	mod_delayed_work(dmactl_fence_wq, &timeline->late, left > 0 ? left : 0);
}

/*
 * Hardware may hang, and a program may have queued hours of work. Others do not
 * wait that long. The ops continue and keep their memory.
 */
static void dmactl_timeline_late(struct work_struct *work)
{
	struct dmactl_timeline *timeline =
		container_of(to_delayed_work(work), struct dmactl_timeline, late);
	struct dmactl_fence *fence;
	unsigned long flags;
	bool late = false;

	spin_lock_irqsave(&timeline->lock, flags);
	timeline->armed = false;
	while (!list_empty(&timeline->fences)) {
		fence = list_first_entry(&timeline->fences, struct dmactl_fence,
					 node);
		if (time_before(jiffies, fence->deadline))
			break;
		if (!fence->base.error)
			dma_fence_set_error(&fence->base, -ETIMEDOUT);
		dmactl_timeline_signal_first(timeline);
		dmactl_timeline_advance(timeline);
		late = true;
	}
	if (!list_empty(&timeline->fences))
		dmactl_timeline_watch(timeline);
	spin_unlock_irqrestore(&timeline->lock, flags);
	if (late)
		pr_warn_ratelimited("session %u: an op on a dma-buf takes longer than fence_timeout_ms\n",
				    timeline->session);
}

/* Returns the timeline of the channel, which gets one with its first fence. */
static struct dmactl_timeline *dmactl_timeline_of(struct dmactl_chan *chan)
{
	struct dmactl_timeline *timeline = READ_ONCE(chan->timeline), *old;

	if (likely(timeline))
		return timeline;
	timeline = kzalloc(sizeof(*timeline), GFP_KERNEL_ACCOUNT);
	if (!timeline)
		return NULL;
	kref_init(&timeline->ref);
	spin_lock_init(&timeline->lock);
	INIT_LIST_HEAD(&timeline->fences);
	INIT_DELAYED_WORK(&timeline->late, dmactl_timeline_late);
	timeline->context = dma_fence_context_alloc(1);
	timeline->session = chan->session->id;
	/* Another task may have been faster. */
	old = cmpxchg(&chan->timeline, NULL, timeline);
	if (!old)
		return timeline;
	kfree(timeline);
	return old;
}

/* No op of the channel is left, and so no fence that is not signalled. */
void dmactl_timeline_free(struct dmactl_chan *chan)
{
	if (!chan->timeline)
		return;
	cancel_delayed_work_sync(&chan->timeline->late);
	kref_put(&chan->timeline->ref, dmactl_timeline_release);
}

/*
 * Returns a fence of one op, behind all others of the channel. Other drivers
 * may keep a fence after it is signalled and call the functions above, so each
 * fence holds the module.
 */
struct dmactl_fence *dmactl_fence_new(struct dmactl_chan *chan)
{
	struct dmactl_timeline *timeline = dmactl_timeline_of(chan);
	struct dmactl_fence *fence;
	unsigned long flags;

	if (!timeline)
		return NULL;
	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	kref_get(&timeline->ref);
	fence->timeline = timeline;
	atomic_set(&fence->left, 1);
	fence->deadline = jiffies +
		msecs_to_jiffies(READ_ONCE(dmactl_fence_timeout_ms));
	spin_lock_irqsave(&timeline->lock, flags);
	dma_fence_init(&fence->base, &dmactl_fence_ops, &timeline->lock,
		       timeline->context, ++timeline->seqno);
	list_add_tail(&fence->node, &timeline->fences);
	dmactl_timeline_watch(timeline);
	spin_unlock_irqrestore(&timeline->lock, flags);
	return fence;
}

bool dmactl_fence_is_from(struct dma_fence *fence, u32 session)
{
	/*
	 * The pointer is only compared: later kernels clear it in signalled
	 * fences.
	 */
	return (__force const void *)fence->ops == &dmactl_fence_ops &&
	       to_dmactl_fence(fence)->timeline->session == session;
}

/* One more op of the same fence. The caller's op has not left it. */
void dmactl_fence_join(struct dmactl_fence *fence)
{
	atomic_inc(&fence->left);
}

/*
 * An op that has ended well leaves its fence, in any context. Returns false if
 * it is the last one, which calls dmactl_fence_leave().
 */
bool dmactl_fence_leave_early(struct dmactl_fence *fence)
{
	return atomic_add_unless(&fence->left, -1, 1);
}

/*
 * An op has ended, or will not start. The first failure counts. Returns whether
 * it was the last op of the fence.
 */
bool dmactl_fence_leave(struct dmactl_fence *fence, int status)
{
	struct dmactl_timeline *timeline = fence->timeline;
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&timeline->lock, flags);
	if (status && !fence->base.error && !list_empty(&fence->node))
		dma_fence_set_error(&fence->base, status);
	last = atomic_dec_and_test(&fence->left);
	if (last) {
		fence->done = true;
		if (list_empty(&fence->node))	/* it was late */
			dma_fence_put(&fence->base);
		else
			dmactl_timeline_advance(timeline);
	}
	spin_unlock_irqrestore(&timeline->lock, flags);
	return last;
}

int dmactl_timeline_init(void)
{
	dmactl_fence_wq = alloc_workqueue("dmactl-fence", WQ_UNBOUND, 0);
	return dmactl_fence_wq ? 0 : -ENOMEM;
}

void dmactl_timeline_exit(void)
{
	destroy_workqueue(dmactl_fence_wq);
}
