// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fences of a batch that does not wait for them in the caller. As in other
 * drivers, all reservation objects are locked together: the fences that are
 * there are those to wait for, and the fence of the batch is added. So each
 * batch waits for older ones only, and no two wait for each other.
 */

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/ww_mutex.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/session.h"
#include "op/job.h"
#include "queue/fence.h"
#include "queue/gather.h"
#include "queue/timeline.h"

/* The most different dma-bufs in a batch, which are locked together. */
#define DMACTL_GATHER_MAX 64

struct dmactl_gather_resv {
	struct dma_resv *resv;		/* the ops hold it */
	bool write;
};

struct dmactl_gather {
	u32 session;
	struct ww_acquire_ctx ctx;
	u32 nr;
	struct dmactl_gather_resv at[DMACTL_GATHER_MAX];
};

static int dmactl_gather_note(struct dmactl_gather *g, struct dma_resv *resv,
			      bool write)
{
	u32 i;

	for (i = 0; i < g->nr; i++) {
		if (g->at[i].resv == resv) {
			g->at[i].write |= write;
			return 0;
		}
	}
	if (g->nr == DMACTL_GATHER_MAX)
		return -EINVAL;
	g->at[g->nr].resv = resv;
	g->at[g->nr].write = write;
	g->nr++;
	return 0;
}

static int dmactl_gather_job(struct dmactl_gather *g, const struct dmactl_job *job)
{
	struct dma_resv *resv;
	int ret = 0;
	u32 i;

	if (!dmactl_fence_wanted(job))
		return 0;
	for (i = 0; !ret && (resv = dmactl_fence_next(job, &i)); i++)
		ret = dmactl_gather_note(g, resv, i < job->nr_dst);
	return ret;
}

/* Finds the reservation objects of the batch. */
static int dmactl_gather_find(struct dmactl_gather *g, struct list_head *jobs)
{
	struct dmactl_job *job, *prev = NULL;
	int ret = 0;

	list_for_each_entry(job, jobs, node) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!prev || !dmactl_fence_is_same(prev, job))
			ret = dmactl_gather_job(g, job);
		if (ret)
			break;
		prev = job;
	}
	return ret;
}

static void dmactl_gather_unlock(struct dmactl_gather *g, u32 nr)
{
	while (nr--)
		dma_resv_unlock(g->at[nr].resv);
}

/* Moves an entry to the head. */
static void dmactl_gather_first(struct dmactl_gather *g, u32 i)
{
	swap(g->at[0], g->at[i]);
}

/* Returns 0 with all objects locked, or -EINTR. */
static int dmactl_gather_lock(struct dmactl_gather *g)
{
	u32 i = 0;
	int ret;

	ww_acquire_init(&g->ctx, &reservation_ww_class);
	while (i < g->nr) {
		ret = dma_resv_lock_interruptible(g->at[i].resv, &g->ctx);
		if (!ret) {
			i++;
			continue;
		}
		dmactl_gather_unlock(g, i);
		if (ret != -EDEADLK)
			goto err;
		/* An older batch has it. Wait with nothing held. */
		ret = dma_resv_lock_slow_interruptible(g->at[i].resv, &g->ctx);
		if (ret)
			goto err;
		dmactl_gather_first(g, i);
		i = 1;
	}
	ww_acquire_done(&g->ctx);
	return 0;
err:
	ww_acquire_fini(&g->ctx);
	return -EINTR;
}

static bool dmactl_gather_is_due(const struct dmactl_gather *g,
				 struct dma_fence *fence)
{
	return !dmactl_fence_is_from(fence, g->session) &&
	       !dma_fence_is_signaled(fence);
}

/* Makes room for the fences, so that nothing fails once they are taken. */
static int dmactl_gather_reserve(struct dmactl_gather *g,
				 struct dmactl_fences *fences,
				 struct dmactl_chan *chan)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	size_t nr = 0;
	int ret;
	u32 i;

	for (i = 0; i < g->nr; i++) {
		ret = dma_resv_reserve_fences(g->at[i].resv, 1);
		if (ret)
			return ret;
		dma_resv_for_each_fence(&cursor, g->at[i].resv,
					dma_resv_usage_rw(g->at[i].write), fence)
			nr += dmactl_gather_is_due(g, fence);
	}
	if (!nr)
		return 0;
	ret = dmactl_account_charge(chan->account, nr * sizeof(*fences->others));
	if (ret)
		return ret;
	fences->charged = nr * sizeof(*fences->others);
	fences->others = kvcalloc(nr, sizeof(*fences->others), DMACTL_GFP_LARGE);
	return fences->others ? 0 : -ENOMEM;
}

static void dmactl_gather_take(struct dmactl_gather *g,
			       struct dmactl_fences *fences)
{
	size_t most = fences->charged / sizeof(*fences->others);
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	u32 i;

	for (i = 0; i < g->nr; i++) {
		dma_resv_for_each_fence(&cursor, g->at[i].resv,
					dma_resv_usage_rw(g->at[i].write), fence)
			if (dmactl_gather_is_due(g, fence) &&
			    fences->nr_others < most)
				fences->others[fences->nr_others++] =
					dma_fence_get(fence);
		if (fences->own)
			dma_resv_add_fence(g->at[i].resv, &fences->own->base,
					   g->at[i].write ? DMA_RESV_USAGE_WRITE
							  : DMA_RESV_USAGE_READ);
	}
}

static int dmactl_gather_all(struct dmactl_fences *fences,
			     struct dmactl_chan *chan, struct list_head *jobs)
{
	struct dmactl_gather *g;
	int ret;

	g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);
	if (!g)
		return -ENOMEM;
	g->session = chan->session->id;
	ret = dmactl_gather_find(g, jobs);
	if (ret || !g->nr)
		goto out;
	ret = dmactl_gather_lock(g);
	if (ret)
		goto out;
	ret = dmactl_gather_reserve(g, fences, chan);
	if (!ret)
		dmactl_gather_take(g, fences);
	dmactl_gather_unlock(g, g->nr);
	ww_acquire_fini(&g->ctx);
out:
	kfree(g);
	return ret;
}

static bool dmactl_fences_are_wanted(const struct list_head *jobs)
{
	const struct dmactl_job *job;

	list_for_each_entry(job, jobs, node)
		if (dmactl_fence_wanted(job))
			return true;
	return false;
}

/*
 * Takes over @in. @out: the batch gets a fence in any case, and -EBUSY if the
 * program can keep it from ending. On failure the caller drops what is there,
 * too.
 */
int dmactl_fences_gather(struct dmactl_fences *fences, struct dmactl_chan *chan,
			 struct list_head *jobs, struct dma_fence *in, bool out)
{
	bool shared = dmactl_fences_are_wanted(jobs);
	struct dmactl_fence *own;

	*fences = (struct dmactl_fences){ .in = in };
	if (out || shared) {
		own = dmactl_fence_whole(chan, jobs, out);
		if (IS_ERR(own))
			return PTR_ERR(own);
		fences->own = own;
		if (!own && out)
			return -EBUSY;
	}
	return shared ? dmactl_gather_all(fences, chan, jobs) : 0;
}

/* Returns fence @i that the batch waits for; NULL: there are no more. */
struct dma_fence *dmactl_fences_get(const struct dmactl_fences *fences, u32 i)
{
	if (fences->in && !i--)
		return fences->in;
	return i < fences->nr_others ? fences->others[i] : NULL;
}

void dmactl_fences_drop(struct dmactl_fences *fences, struct dmactl_chan *chan)
{
	u32 i;

	for (i = 0; i < fences->nr_others; i++)
		dma_fence_put(fences->others[i]);
	kvfree(fences->others);
	if (fences->charged)
		dmactl_account_uncharge(chan->account, fences->charged);
	if (fences->own)
		dma_fence_put(&fences->own->base);
	dma_fence_put(fences->in);
	*fences = (struct dmactl_fences){ };
}
