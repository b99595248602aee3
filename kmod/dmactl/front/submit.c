// SPDX-License-Identifier: GPL-2.0-only
/*
 * SUBMIT: accepts a batch of ops, waits, and returns completions in one call.
 */

#include <linux/delay.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "front/optable.h"
#include "front/submit.h"
#include "front/submit_fence.h"
#include "op/job.h"
#include "queue/accept.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/defer.h"
#include "queue/fence.h"
#include "queue/issue.h"
#include "queue/pool.h"
#include "queue/queue.h"
#include "queue/wait.h"

struct dmactl_batch {
	struct dmactl_session *session;
	const void __user *from;
	u32 stride;
	u32 nr;
	u32 bad;		/* index of the op that failed */
	bool has_resv;		/* an op uses a dma-buf */
	struct dmactl_chan *full;	/* took no more ops; referenced */
	struct dmactl_chan *chan;	/* of the current op; referenced */
	struct dmactl_submission sub;
	struct dmactl_job *spare;	/* first unused job of @chan, behind the others */
	u32 nr_spare;
	u32 take;		/* jobs to allocate next time */
};

static void dmactl_batch_set_full(struct dmactl_batch *b,
				  struct dmactl_chan *chan)
{
	if (b->full)
		dmactl_chan_put(b->full);
	dmactl_obj_hold(&chan->obj);
	b->full = chan;
}

/* Returns a job of the channel, at the end of the checked ones. */
static struct dmactl_job *dmactl_batch_take(struct dmactl_batch *b, u32 left)
{
	struct dmactl_job *job;

	if (!b->nr_spare) {
		struct list_head *last = b->sub.jobs.prev;

		b->nr_spare = dmactl_jobs_alloc(b->chan, &b->sub.jobs,
						min(b->take, left));
		if (!b->nr_spare)
			return NULL;
		/* Start small: a batch may change the channel with every op. */
		b->take = min(b->take * 4, (u32)DMACTL_MAX_BATCH);
		b->spare = list_entry(last->next, struct dmactl_job, node);
	}
	job = b->spare;
	b->spare = list_next_entry(job, node);
	b->nr_spare--;
	dmactl_job_reset(job);
	return job;
}

/* Switches to another channel or to none. Takes over the reference. */
static void dmactl_batch_go_to(struct dmactl_batch *b, struct dmactl_chan *chan)
{
	LIST_HEAD(checked);

	if (b->nr_spare) {
		list_cut_before(&checked, &b->sub.jobs, &b->spare->node);
		dmactl_jobs_free(b->chan, &b->sub.jobs, b->nr_spare);
		list_splice(&checked, &b->sub.jobs);
		b->nr_spare = 0;
	}
	if (b->chan)
		dmactl_chan_put(b->chan);
	b->chan = chan;
	b->take = 1;
}

/* Checks an op although the channel has no credit for it. */
static noinline int dmactl_check_only(struct dmactl_chan *chan,
				      const struct dmactl_op *op)
{
	struct dmactl_job scratch;
	int ret;

	dmactl_job_init(&scratch, chan);
	ret = dmactl_validate(chan, op, &scratch);
	dmactl_job_clear(&scratch);
	return ret;
}

static int dmactl_check_op(struct dmactl_batch *b, const struct dmactl_op *op,
			   u32 left)
{
	struct dmactl_job *job;
	int ret;

	/* After one op found no credit, later ones must not overtake it. */
	job = b->full ? NULL : dmactl_batch_take(b, left);
	if (!job) {
		if (!b->full)
			dmactl_batch_set_full(b, b->chan);
		return dmactl_check_only(b->chan, op);
	}
	/* The job is on the list already, so the unwinding finds it there. */
	ret = dmactl_validate(b->chan, op, job);
	b->has_resv |= job->has_resv;
	return ret;
}

static int dmactl_fetch_op(const struct dmactl_batch *b, u32 i,
			   struct dmactl_op *op)
{
	const void __user *from = b->from + (size_t)i * b->stride;

	if (b->stride == sizeof(*op))
		return dmactl_get_words(op, from, sizeof(*op));
	return copy_struct_from_user(op, sizeof(*op), from, b->stride);
}

static int dmactl_batch_find_chan(struct dmactl_batch *b, u32 handle)
{
	struct dmactl_chan *chan;

	if (b->chan && b->chan->obj.handle == handle)
		return 0;
	chan = dmactl_chan_get(b->session, handle);
	if (!chan)
		return -ENOENT;
	dmactl_batch_go_to(b, chan);
	return READ_ONCE(chan->user) ? -EBUSY : 0;
}

/* Reads each op once. */
static int dmactl_check_batch(struct dmactl_batch *b)
{
	struct dmactl_op op dmactl_uninit;
	int ret = 0;
	u32 i;

	for (i = 0; i < b->nr && !ret; i++) {
		/* Ops can have long arrays, and there may be many ops. */
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = dmactl_fetch_op(b, i, &op);
		if (ret == -EFAULT)
			break;
		if (!ret)
			ret = dmactl_batch_find_chan(b, op.chan);
		if (!ret)
			ret = dmactl_check_op(b, &op, b->nr - i);
		if (ret)
			b->bad = i;
	}
	dmactl_batch_go_to(b, NULL);
	return ret;
}

/* Frees ops that are not accepted. */
static void dmactl_batch_drop(struct dmactl_batch *b)
{
	struct dmactl_job *job;

	list_for_each_entry(job, &b->sub.jobs, node)
		dmactl_job_clear(job);
	dmactl_jobs_free_mixed(&b->sub.jobs);
}

static int dmactl_accept_batch(struct dmactl_batch *b)
{
	struct dmactl_chan *chan;
	int ret = 0;

	while (!ret && !list_empty(&b->sub.jobs)) {
		chan = list_first_entry(&b->sub.jobs, struct dmactl_job, node)->chan;
		/*
		 * The jobs hold the channel, but they may end and be reaped in
		 * the meantime.
		 */
		dmactl_obj_hold(&chan->obj);
		ret = dmactl_accept_run(&b->sub, chan);
		if (ret)
			dmactl_batch_set_full(b, chan);
		dmactl_chan_put(chan);
	}
	/* Held ops keep the credit that this batch needs: issue them. */
	if (b->full && !b->sub.hold)
		dmactl_chan_issue_held(b->full);
	dmactl_batch_drop(b);
	if (b->sub.accepted)
		return 0;
	return ret ? ret : -EAGAIN;
}

/*
 * If a channel of the batch waits for fences, it has no credit. A fence of this
 * batch would be signalled after those of the channel, and a program could make
 * more and more.
 */
static int dmactl_batch_fence(struct dmactl_batch *b)
{
	const struct dmactl_job *job;

	list_for_each_entry(job, &b->sub.jobs, node) {
		if (dmactl_defer_blocks(job->chan)) {
			dmactl_batch_set_full(b, job->chan);
			return -EAGAIN;
		}
	}
	return dmactl_fence_jobs(&b->sub.jobs, b->sub.hold);
}

/* The batch itself waits for its fences. */
static int dmactl_defer_batch(struct dmactl_batch *b,
			      struct dmactl_submit_fences *fences)
{
	int ret = -EAGAIN;

	if (!list_empty(&b->sub.jobs))
		ret = dmactl_submit_deferred(&b->sub, fences);
	if (b->full)
		dmactl_chan_issue_held(b->full);
	dmactl_batch_drop(b);
	return ret;
}

/*
 * On return, *full is the channel that took no more ops, or NULL. The caller
 * puts it.
 */
static int dmactl_submit_ops(struct dmactl_session *s,
			     struct dmactl_submit *arg,
			     struct dmactl_submit_fences *fences,
			     struct dmactl_chan **full)
{
	struct dmactl_batch b = {
		.session = s,
		.from = u64_to_user_ptr(arg->ops_uptr),
		.stride = arg->op_size,
		.nr = arg->nr_ops,
		.bad = ~0u,
		.sub.hold = arg->flags & DMACTL_SUBMIT_HOLD,
		.sub.jobs = LIST_HEAD_INIT(b.sub.jobs),
	};
	int ret;

	ret = dmactl_check_batch(&b);
	if (!ret && b.has_resv && !fences)
		ret = dmactl_batch_fence(&b);
	if (!ret && unlikely(fences))
		ret = dmactl_defer_batch(&b, fences);
	else if (!ret)
		ret = dmactl_accept_batch(&b);
	else
		dmactl_batch_drop(&b);
	arg->out_accepted = ret && ret != -EAGAIN ? b.bad : b.sub.accepted;
	*full = b.full;
	return ret;
}

static int dmactl_submit_check(const struct dmactl_submit *arg,
			       const struct dmactl_cq_ring *ring)
{
	u32 most = ring ? ring->entries : arg->nr_completions;

	if (ring && arg->nr_completions)
		return -EBUSY;
	if (!dmactl_stride_ok(arg->nr_ops, arg->op_size,
			      sizeof(struct dmactl_op)))
		return -EINVAL;
	if (!dmactl_stride_ok(arg->nr_completions, arg->completion_size,
			      sizeof(struct dmactl_completion)))
		return -EINVAL;
	if (arg->nr_ops > DMACTL_MAX_BATCH || arg->min_complete > most)
		return -EINVAL;
	return 0;
}

/* Returns the end of the wait. 0: at once, KTIME_MAX: never. */
static ktime_t dmactl_deadline(const struct dmactl_submit *arg)
{
	u64 ns = arg->timeout_ns;

	if (!ns)
		return 0;
	if (ns >= KTIME_MAX)
		return KTIME_MAX;
	if (arg->flags & DMACTL_SUBMIT_ABS_TIMEOUT)
		return ns;
	return ktime_add_safe(ktime_get(), ns);
}

/* Moves completions to the program and counts them. */
static int dmactl_submit_reap_once(struct dmactl_session *s,
				   struct dmactl_submit *arg,
				   struct dmactl_cq_ring *ring)
{
	void __user *to = u64_to_user_ptr(arg->completions_uptr);
	u32 done = arg->out_completed;
	int ret;

	if (ring) {
		dmactl_cq_ring_flush(s);
		arg->out_completed = dmactl_cq_ring_used(ring);
		return 0;
	}
	ret = dmactl_reap(s, to + (size_t)done * arg->completion_size,
			  arg->nr_completions - done, arg->completion_size);
	if (ret < 0)
		return ret;
	arg->out_completed += ret;
	return 0;
}

/*
 * Reaps until @min completions are out, or until @full has credit. Returns the
 * reason for the end.
 */
int dmactl_submit_reap(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_cq_ring *ring, u32 min,
		       struct dmactl_chan *full)
{
	ktime_t deadline = -1;
	int ret;

	for (;;) {
		ret = dmactl_submit_reap_once(s, arg, ring);
		if (ret)
			return ret;
		if (arg->out_completed >= min ||
		    (full && dmactl_chan_has_credit(full)))
			return 0;
		/* Read the clock only if there is something to wait for. */
		if (deadline < 0)
			deadline = dmactl_deadline(arg);
		ret = dmactl_cq_wait(s, ring ? min : min - arg->out_completed,
				     full, deadline);
		/* After the wait, still reap what came before its end. */
		if (ret)
			min = 0;
		arg->out_wait = ret;
	}
}

/* @fences: NULL, or what the program wants of submit_fence.c. */
int dmactl_submit_with(struct dmactl_session *s, struct dmactl_submit *arg,
		       struct dmactl_submit_fences *fences)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);
	struct dmactl_chan *full = NULL;
	u32 min = arg->min_complete;
	int ret, err;

	arg->out_accepted = 0;
	arg->out_completed = 0;
	arg->out_wait = 0;
	err = dmactl_submit_check(arg, ring);
	/* ~0: no op is to blame. */
	if (err)
		arg->out_accepted = ~0u;
	else if (arg->nr_ops)
		err = dmactl_submit_ops(s, arg, fences, &full);
	if (!err || err == -EAGAIN) {
		/*
		 * Do not wait for more completions than one: it may give credit
		 * for the rest.
		 */
		if (arg->out_accepted < arg->nr_ops)
			min = min(min, 1u);
		ret = dmactl_submit_reap(s, arg, ring, min, full);
		if (ret)
			arg->out_wait = ret;
		if (arg->out_accepted || arg->out_completed)
			err = 0;
		else if (!err)
			err = arg->out_wait;
		if (err)
			arg->out_accepted = ~0u;
	}
	if (full)
		dmactl_chan_put(full);
	return err;
}

int dmactl_submit(struct dmactl_session *s, struct dmactl_submit *arg)
{
	return dmactl_submit_with(s, arg, NULL);
}

int dmactl_ioctl_submit(struct dmactl_cmd *cmd)
{
	struct dmactl_submit *arg = cmd->arg;
	int err, ret;

	if (arg->flags & DMACTL_SUBMIT_FENCE_FLAGS)
		return dmactl_submit_fenced(cmd);
	if (arg->in_fence)
		return -EINVAL;
	err = dmactl_submit(cmd->session, arg);
	ret = dmactl_cmd_respond(cmd);
	return err ? err : ret;
}
