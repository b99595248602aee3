// SPDX-License-Identifier: GPL-2.0-only
/* The pool of free jobs of a channel. */

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/object.h"
#include "op/job.h"
#include "queue/burst.h"
#include "queue/complete.h"
#include "queue/periods.h"
#include "queue/pool.h"
#include "queue/prepared.h"

/* On failure the caller frees the channel, so nothing is undone here. */
int dmactl_pool_init(struct dmactl_chan *chan, u32 depth)
{
	struct dmactl_pool *pool = &chan->pool;
	u32 i;

	pool->depth = depth;
	INIT_LIST_HEAD(&pool->free_jobs);
	pool->jobs = kvcalloc(depth, sizeof(*pool->jobs), DMACTL_GFP_LARGE);
	if (!pool->jobs)
		return -ENOMEM;
	for (i = 0; i < depth; i++) {
		dmactl_job_init(&pool->jobs[i], chan);
		list_add_tail(&pool->jobs[i].node, &pool->free_jobs);
	}
	pool->nr_free = depth;
	return 0;
}

void dmactl_pool_free(struct dmactl_chan *chan)
{
	kvfree(chan->pool.jobs);
}

/* While a job is outside the pool, the jobs hold a reference to the channel. */
static void dmactl_pool_count_free(struct dmactl_chan *chan, int nr)
{
	lockdep_assert_held(&chan->lock);
	if (chan->pool.nr_free == chan->pool.depth)
		dmactl_obj_hold(&chan->obj);
	chan->pool.nr_free += nr;
}

/*
 * Allocates up to @nr jobs and adds them to the end of @jobs. The caller resets
 * them. Returns their number.
 */
u32 dmactl_jobs_alloc(struct dmactl_chan *chan, struct list_head *jobs, u32 nr)
{
	struct list_head *last = &chan->pool.free_jobs;
	LIST_HEAD(taken);
	u32 n = 0;

	guard(dmactl_bh)(&chan->lock);
	while (n < nr && !list_is_last(last, &chan->pool.free_jobs)) {
		last = last->next;
		n++;
	}
	if (!n) {
		dmactl_pool_want_credit(chan);
		return 0;
	}
	dmactl_pool_count_free(chan, -n);
	list_cut_position(&taken, &chan->pool.free_jobs, last);
	list_splice_tail(&taken, jobs);
	return n;
}

/* Frees all @nr jobs of @jobs. */
void dmactl_jobs_free(struct dmactl_chan *chan, struct list_head *jobs,
		      u32 nr)
{
	bool wake, all;

	scoped_guard(dmactl_bh, &chan->lock) {
		/*
		 * Add at the tail, so that the job unused for longest is next.
		 */
		list_splice_tail_init(jobs, &chan->pool.free_jobs);
		chan->pool.nr_free += nr;
		all = chan->pool.nr_free == chan->pool.depth;
		wake = chan->pool.want_credit;
		chan->pool.want_credit = false;
	}
	if (wake)
		wake_up_interruptible_poll(&chan->session->wait,
					   EPOLLOUT | EPOLLWRNORM);
	if (all)
		dmactl_chan_put(chan);
}

/* Frees a job of the pool that is on no list: see below. */
bool dmactl_job_free_unlinked(struct dmactl_job *job)
{
	struct dmactl_chan *chan = job->chan;

	lockdep_assert_held(&chan->lock);
	dmactl_burst_push(&job->node, &chan->pool.free_jobs);
	chan->pool.nr_free++;
	if (chan->pool.want_credit) {
		chan->pool.want_credit = false;
		wake_up_interruptible_poll(&chan->session->wait,
					   EPOLLOUT | EPOLLWRNORM);
	}
	if (chan->pool.nr_free != chan->pool.depth)
		return false;
	dmactl_ending_hold(chan);
	return true;
}

/*
 * Frees a job that is on some list. Returns true if it was the last one outside
 * the pool. Then the caller drops the reference of the jobs, and is counted as
 * completing until it has.
 */
bool dmactl_job_free_locked(struct dmactl_job *job)
{
	list_del_init(&job->node);
	if (!job->run)
		return dmactl_job_free_unlinked(job);
	dmactl_prepared_unrun(job);
	return false;
}

/* Returns NULL if the channel has no credit. */
struct dmactl_job *dmactl_job_alloc(struct dmactl_chan *chan)
{
	struct dmactl_job *job;
	LIST_HEAD(jobs);

	if (!dmactl_jobs_alloc(chan, &jobs, 1))
		return NULL;
	job = list_first_entry(&jobs, struct dmactl_job, node);
	list_del_init(&job->node);
	dmactl_job_reset(job);
	return job;
}

/* Frees a job that does not belong to a pool. */
static void dmactl_job_free_other(struct dmactl_job *job)
{
	/*
	 * This is the completion of an op that repeats; such an op's own job
	 * has let go of @periods by now.
	 */
	if (job->periods)
		dmactl_periods_reaped(job);
	else
		dmactl_prepared_unrun(job);
}

/* Frees a job; most go back to the pool. */
void dmactl_job_free(struct dmactl_job *job)
{
	LIST_HEAD(jobs);

	if (job->periods || job->run) {
		dmactl_job_free_other(job);
		return;
	}
	list_add(&job->node, &jobs);
	dmactl_jobs_free(job->chan, &jobs, 1);
}

/* Moves the jobs of one channel from the head of @jobs to @run. */
static u32 dmactl_jobs_cut_run(struct list_head *jobs, struct list_head *run)
{
	struct dmactl_chan *chan = NULL;
	struct list_head *last = jobs;
	struct dmactl_job *job;
	u32 nr = 0;

	list_for_each_entry(job, jobs, node) {
		if (job->periods || job->run || (chan && job->chan != chan))
			break;
		chan = job->chan;
		last = &job->node;
		nr++;
	}
	list_cut_position(run, jobs, last);
	return nr;
}

void dmactl_jobs_free_mixed(struct list_head *jobs)
{
	struct dmactl_job *job;
	LIST_HEAD(run);
	u32 nr;

	while (!list_empty(jobs)) {
		job = list_first_entry(jobs, struct dmactl_job, node);
		nr = dmactl_jobs_cut_run(jobs, &run);
		if (nr) {
			dmactl_jobs_free(job->chan, &run, nr);
		} else {
			list_del_init(&job->node);
			dmactl_job_free_other(job);
		}
	}
}
