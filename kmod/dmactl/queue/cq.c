// SPDX-License-Identifier: GPL-2.0-only
/* The completion queue of a session, and its notifications. */

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "op/job.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/pool.h"

/* The most ops taken off the queue at once. */
#define DMACTL_REAP_CHUNK 32

void dmactl_cq_init(struct dmactl_session *s)
{
	mutex_init(&s->reap_lock);
	init_waitqueue_head(&s->wait);
	init_waitqueue_head(&s->wait_nr);
	dmactl_cq_set_want(s, U32_MAX);
	spin_lock_init(&s->cq_lock);
	INIT_LIST_HEAD(&s->cq);
}

/* Wakes waiters: see dmactl_cq_notify(). */
void dmactl_cq_wake(struct dmactl_session *s)
{
	/* Comes after the barrier in dmactl_cq_notify(). */
	if (waitqueue_active(&s->wait))
		wake_up_interruptible_poll(&s->wait, EPOLLIN | EPOLLRDNORM |
					   EPOLLOUT | EPOLLWRNORM);
	if (dmactl_cq_is_enough(s))
		wake_up_interruptible_all(&s->wait_nr);
}

void dmactl_cq_publish(struct dmactl_session *s, struct list_head *ended, u32 nr)
{
	scoped_guard(dmactl_bh, &s->cq_lock) {
		list_splice_tail_init(ended, &s->cq);
		dmactl_cq_queued(s, nr);
	}
	dmactl_cq_ring_flush(s);
	dmactl_cq_notify(s);
}

/*
 * Adds an op that is on another list. Softirqs are off. Returns true if the
 * completion is in the ring; then the caller frees the job.
 */
bool dmactl_cq_add(struct dmactl_session *s, struct dmactl_job *job)
{
	bool in_ring = dmactl_cq_ring_put(s, job);

	if (!in_ring) {
		guard(dmactl_spin)(&s->cq_lock);
		list_move_tail(&job->node, &s->cq);
		dmactl_cq_queued(s, 1);
	}
	dmactl_cq_notify(s);
	return in_ring;
}

static int dmactl_completion_put(void __user *to, struct dmactl_job *job, u32 stride)
{
	struct dmactl_completion completion dmactl_uninit;
	const size_t one = sizeof(completion);

	if (job->periods)
		scoped_guard(dmactl_bh, &job->chan->session->cq_lock)
			dmactl_completion_fill(&completion, job);
	else
		dmactl_completion_fill(&completion, job);
	if (dmactl_put_words(to, &completion, one))
		return -EFAULT;
	if (stride != one && clear_user(to + one, stride - one))
		return -EFAULT;
	return 0;
}

/*
 * Copies completions to the program until a copy fails. The copied ops move to
 * @out, the others stay in @jobs. Returns the number copied.
 */
static u32 dmactl_completions_put(void __user *to, struct list_head *jobs,
				  u32 stride, struct list_head *out)
{
	struct list_head *last = jobs;
	struct dmactl_job *job;
	u32 n = 0;

	list_for_each_entry(job, jobs, node) {
		if (dmactl_completion_put(to, job, stride))
			break;
		to += stride;
		last = &job->node;
		n++;
	}
	list_cut_position(out, jobs, last);
	return n;
}

/* Takes up to @nr ended ops off the queue. */
static u32 dmactl_cq_take(struct dmactl_session *s, u32 nr,
			  struct list_head *jobs)
{
	struct list_head *last = &s->cq;
	u32 n = 0;

	guard(dmactl_bh)(&s->cq_lock);
	while (n < nr && !list_is_last(last, &s->cq)) {
		last = last->next;
		n++;
	}
	list_cut_position(jobs, &s->cq, last);
	dmactl_cq_count_off(s, n);
	return n;
}

static void dmactl_cq_give_back(struct dmactl_session *s, u32 nr,
				struct list_head *jobs)
{
	guard(dmactl_bh)(&s->cq_lock);
	list_splice_init(jobs, &s->cq);
	dmactl_cq_count_off(s, -nr);
}

static int dmactl_reap_chunk(struct dmactl_session *s, void __user *to, u32 nr,
			     u32 stride)
{
	LIST_HEAD(jobs);
	LIST_HEAD(out);
	u32 n, done;

	n = dmactl_cq_take(s, min_t(u32, nr, DMACTL_REAP_CHUNK), &jobs);
	if (!n)
		return 0;
	done = dmactl_completions_put(to, &jobs, stride, &out);
	/* No other reader took any in between, so the order is kept. */
	if (done < n)
		dmactl_cq_give_back(s, n - done, &jobs);
	dmactl_jobs_free_mixed(&out);
	return done ? done : -EFAULT;
}

static int dmactl_reap_locked(struct dmactl_session *s, void __user *to, u32 nr,
			      u32 stride)
{
	u32 done = 0;
	int ret;

	/* Another thread created a ring in the meantime. */
	if (s->cq_ring)
		return -EBUSY;
	while (done < nr) {
		/*
		 * Do not return 0: a caller that waits for completions would
		 * retry at once.
		 */
		if (fatal_signal_pending(current))
			return done ? done : -EINTR;
		ret = dmactl_reap_chunk(s, to + (size_t)done * stride,
					nr - done, stride);
		if (ret < 0)
			return done ? done : ret;
		if (!ret)
			break;
		done += ret;
	}
	return done;
}

/*
 * Copies up to @nr completions to the program and drops each only after that.
 * Returns their number, -EFAULT if none could be copied, or -EINTR if the task
 * was killed.
 */
int dmactl_reap(struct dmactl_session *s, void __user *to, u32 nr, u32 stride)
{
	int ret;

	if (!nr)
		return 0;
	/*
	 * With a ring, completions never reach this queue; a waiter would loop
	 * forever.
	 */
	if (dmactl_cq_ring_of(s))
		return -EBUSY;
	if (!READ_ONCE(s->nr_cq))
		return 0;
	/*
	 * Another reader may hold the lock for long, by delaying a page fault.
	 */
	if (mutex_lock_killable(&s->reap_lock))
		return -EINTR;
	ret = dmactl_reap_locked(s, to, nr, stride);
	mutex_unlock(&s->reap_lock);
	return ret;
}

/* Drops ended ops that nobody will reap. */
void dmactl_cq_drop(struct dmactl_session *s)
{
	LIST_HEAD(jobs);

	dmactl_cq_take(s, U32_MAX, &jobs);
	dmactl_jobs_free_mixed(&jobs);
}
