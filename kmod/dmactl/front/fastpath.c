// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path of SUBMIT: a batch of prepared ops of one channel, with
 * completions in a ring. Nothing must be checked, allocated or prepared.
 * Everything else takes the common path in submit.c, which also reports errors.
 */

#include <linux/dmaengine.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "core/trace.h"
#include "core/usercopy.h"
#include "front/fastpath.h"
#include "front/submit.h"
#include "op/job.h"
#include "queue/callback.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/desc.h"
#include "queue/fence.h"
#include "queue/issue.h"
#include "queue/late.h"
#include "queue/prepared.h"
#include "queue/queue.h"

/* An op of the program, and its words. */
union dmactl_fastpath_op {
	struct dmactl_op op;
	u64 words[sizeof(struct dmactl_op) / sizeof(u64)];
};

/* A prepared op uses only its handle, so all other words must be 0. */
static bool dmactl_fastpath_is_clean(const union dmactl_fastpath_op *from)
{
	const size_t at = offsetof(struct dmactl_op, dst_off) / sizeof(u64);

	BUILD_BUG_ON(offsetof(struct dmactl_op, dst_off) % sizeof(u64));
	BUILD_BUG_ON(ARRAY_SIZE(from->words) != at + 5);
	return from->op.opcode == DMACTL_OP_PREPARED && !from->op.flags &&
	       !(from->op.dst_buf | from->words[at] | from->words[at + 1] |
		 from->words[at + 2] | from->words[at + 3] |
		 from->words[at + 4]);
}

/* Returns NULL if the handle is wrong, in use, or the op is not simple. */
static struct dmactl_prepared *dmactl_fastpath_get(struct dmactl_session *s,
						   const struct dmactl_op *op)
{
	struct dmactl_prepared *p;
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, op->src_buf);
	if (!obj || obj->type != DMACTL_OBJ_PREPARED)
		return NULL;
	p = obj_to_prepared(obj);
	if (p->chan->obj.handle != op->chan || !dmactl_prepared_get(p))
		return NULL;
	if (!READ_ONCE(p->simple) ||
	    (READ_ONCE(s->exports) && dmactl_fence_is_due(&p->job))) {
		dmactl_prepared_put(p);
		return NULL;
	}
	return p;
}

/*
 * Returns the job of the prepared op, ready to be submitted. Returns NULL if
 * the op needs more or is wrong; then dmactl_validate() handles it.
 */
static struct dmactl_job *dmactl_fastpath_job(struct dmactl_session *s,
					      const struct dmactl_op *op)
{
	struct dmactl_prepared *p;
	struct dmactl_job *job;

	p = dmactl_fastpath_get(s, op);
	if (!p)
		return NULL;
	/*
	 * The last callback ran on another processor, or the wait is already
	 * over.
	 */
	if (p->cpu != raw_smp_processor_id())
		dmactl_prepared_wait_callback(p);
	job = &p->run;
	dmactl_job_reuse(job, op->user_data);
	return job;
}

/*
 * Can the callback complete the op here? Otherwise dmactl_desc_callback()
 * handles it.
 */
static bool dmactl_fastpath_can_complete(struct dmactl_chan *chan, struct dmactl_job *job,
					 const struct dmaengine_result *result)
{
	if (result && (result->result != DMA_TRANS_NOERROR || result->residue))
		return false;
	if (dmactl_desc_is_open(&job->own, result))
		return false;
	if (chan->queue.partial || chan->queue.stopping || chan->ending.active ||
	    !list_empty(&chan->descs.retired))
		return false;
	/* A NOP behind the op would end with it. */
	if (!list_is_last(&job->node, &chan->queue.inflight) &&
	    list_next_entry(job, node)->opcode == DMACTL_OP_NOP)
		return false;
	return !READ_ONCE(chan->session->nr_cq);
}

static void dmactl_fastpath_complete(struct dmactl_chan *chan, struct dmactl_job *job)
{
	struct dmactl_session *s = chan->session;

	lockdep_assert_held(&chan->lock);
	dmactl_prepared_called(job->prepared_by);
	dmactl_desc_empty(&job->own);
	dmactl_job_set_bytes(job, job->len);
	dmactl_desc_count_off(chan);
	dmactl_stall_note(chan);
	dmactl_queue_end(chan, job->len, false);
	dmactl_queue_unstarve(chan);
	dmactl_job_stamp(job, ktime_get_ns());
	if (trace_dmactl_op_complete_enabled())
		trace_dmactl_op_complete(s->id, chan->obj.handle, job->seq, 0,
					 job->bytes);
	if (!dmactl_cq_ring_put(s, job) && !dmactl_cq_add(s, job))
		return;
	list_del_init(&job->node);
	dmactl_prepared_put(job->prepared_by);
	dmactl_cq_notify(s);
}

/*
 * The callback of ops that the fast path submitted. See dmactl_desc_callback().
 */
static void dmactl_fastpath_callback(void *param, const struct dmaengine_result *result)
{
	struct dmactl_desc *desc = param;
	struct dmactl_chan *chan = desc->chan;

	/*
	 * A softirq is an RCU read section as well. In other contexts more is
	 * needed.
	 */
	if (in_serving_softirq() && !dmactl_late_is_due(chan)) {
		guard(dmactl_spin)(&chan->lock);
		if (desc->job && dmactl_fastpath_can_complete(chan, desc->job, result)) {
			dmactl_fastpath_complete(chan, desc->job);
			return;
		}
	}
	dmactl_desc_callback(param, result);
}

/* Puts jobs in flight. Returns how many; dmactl_prep() tries the others. */
static u32 dmactl_fastpath_add(struct dmactl_chan *chan, struct dmactl_job *job)
{
	u32 nr = 0;

	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.partial)
		return 0;
	/* The channel may have been terminated since the jobs were read. */
	for (; job && job->prepared_by->nr == 1; job = job->next) {
		dmactl_queue_number(chan, job, nr);
		dmactl_desc_fill(&job->own, job, job->len);
		/* The job is on no list. */
		dmactl_queue_add_uncounted(chan, job);
		nr++;
	}
	dmactl_queue_count(chan, nr);
	dmactl_desc_count(chan, nr);
	return nr;
}

/* The provider did not take these jobs, so no callback comes for them. */
static void dmactl_fastpath_del(struct dmactl_chan *chan, struct dmactl_job *job,
				int nr)
{
	guard(dmactl_bh)(&chan->lock);
	dmactl_queue_count(chan, -nr);
	dmactl_desc_count(chan, -nr);
	for (; nr; job = job->next, nr--) {
		dmactl_desc_empty(&job->own);
		list_del_init(&job->node);
	}
}

/* Returns false if dmactl_prep() must try the job, or fail. */
static bool dmactl_fastpath_submit_one(struct dmactl_chan *chan, struct dmactl_job *job)
{
	struct dma_async_tx_descriptor *txd = job->prepared_by->descs->txd;
	struct dmactl_desc *desc = &job->own;
	u32 seq = job->seq;
	dma_cookie_t cookie;

	txd->callback_result = dmactl_fastpath_callback;
	txd->callback_param = desc;
	cookie = dmaengine_submit(txd);
	if (dma_submit_error(cookie))
		return false;
	dmactl_desc_submitted(desc, cookie);
	/* The test avoids fetching the arguments. */
	if (trace_dmactl_op_submit_enabled())
		trace_dmactl_op_submit(chan->session->id, chan->obj.handle, seq,
				       cookie);
	return true;
}

/* Frees the jobs of a batch that were not submitted. */
static void dmactl_fastpath_free(struct dmactl_job *job)
{
	struct dmactl_job *next;

	for (; job; job = next) {
		next = job->next;
		dmactl_prepared_unrun(job);
	}
}

/* Reads the ops of a batch. Returns NULL if one is not for the fast path. */
static struct dmactl_job *dmactl_fastpath_read(struct dmactl_session *s,
					       const struct dmactl_submit *arg)
{
	const struct dmactl_op __user *from = u64_to_user_ptr(arg->ops_uptr);
	struct dmactl_job *first = NULL, **at = &first, *job;
	union dmactl_fastpath_op q dmactl_uninit;
	u32 i;

	for (i = 0; i < arg->nr_ops; i++) {
		if (dmactl_get_words(&q, &from[i], sizeof(q)) ||
		    !dmactl_fastpath_is_clean(&q))
			goto err_undo;
		job = dmactl_fastpath_job(s, &q.op);
		if (!job)
			goto err_undo;
		*at = job;
		at = &job->next;
		if (job->chan != first->chan)
			goto err_undo;
	}
	return first;

err_undo:
	dmactl_fastpath_free(first);
	return NULL;
}

/* Returns the first job that was not submitted. */
static struct dmactl_job *dmactl_fastpath_submit_some(struct dmactl_chan *chan,
						      struct dmactl_job *job, u32 *nr)
{
	u32 left = dmactl_fastpath_add(chan, job);
	struct dmactl_job *next;

	lockdep_assert_held(&chan->prep_lock);
	for (; left; job = next, left--) {
		/* Once submitted, the job may end and be reused. */
		next = job->next;
		if (!dmactl_fastpath_submit_one(chan, job)) {
			dmactl_fastpath_del(chan, job, left);
			break;
		}
		(*nr)++;
	}
	return job;
}

static struct dmactl_job *dmactl_fastpath_run_locked(struct dmactl_chan *chan,
						     struct dmactl_job *job,
						     u32 *nr)
{
	if (chan->life.dead || chan->user)
		return job;
	guard(mutex)(&chan->prep_lock);
	job = dmactl_fastpath_submit_some(chan, job, nr);
	if (*nr)
		dmactl_chan_issue_locked(chan);
	return job;
}

/* Also returns if the task is killed; then the common path returns the error. */
static struct dmactl_job *dmactl_fastpath_run(struct dmactl_chan *chan,
					      struct dmactl_job *job, u32 *nr)
{
	if (dmactl_chan_lock_read(chan))
		return job;
	job = dmactl_fastpath_run_locked(chan, job, nr);
	up_read(&chan->rwsem);
	return job;
}

/* Returns the number of accepted ops. 0: nothing was done. */
static u32 dmactl_fastpath_submit(struct dmactl_session *s,
				  const struct dmactl_submit *arg)
{
	struct dmactl_chan *chan;
	struct dmactl_job *job;
	u32 nr = 0;

	job = dmactl_fastpath_read(s, arg);
	if (!job)
		return 0;
	/*
	 * The jobs hold the channel, but they may end and be freed in the
	 * meantime.
	 */
	chan = job->chan;
	dmactl_obj_hold(&chan->obj);
	job = dmactl_fastpath_run(chan, job, &nr);
	dmactl_fastpath_free(job);
	dmactl_chan_put(chan);
	return nr;
}

/* Returns false if nothing was done. */
static bool dmactl_fastpath(struct dmactl_session *s, struct dmactl_submit *arg)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);
	u32 min = arg->min_complete;

	if (!ring || !arg->nr_ops || arg->nr_ops > DMACTL_MAX_BATCH ||
	    arg->op_size != sizeof(struct dmactl_op) ||
	    (arg->flags & DMACTL_SUBMIT_HOLD) || arg->nr_completions ||
	    arg->completion_size || min > ring->entries)
		return false;
	arg->out_accepted = dmactl_fastpath_submit(s, arg);
	if (!arg->out_accepted)
		return false;
	if (arg->out_accepted < arg->nr_ops)
		min = min(min, 1u);
	arg->out_wait = 0;
	arg->out_completed = dmactl_cq_ring_used(ring);
	if (arg->out_completed < min)
		arg->out_wait = dmactl_submit_reap(s, arg, ring, min, NULL);
	return true;
}

/*
 * SUBMIT with the current size of its struct, without the overhead of other
 * ioctls. Returns -ENOTTY if the common path must handle it.
 */
int dmactl_fastpath_ioctl(struct dmactl_session *s, void __user *ubuf)
{
	struct dmactl_submit __user *uarg = ubuf;
	struct dmactl_submit arg dmactl_uninit;
	int ret = 0;

	if (dmactl_get_words(&arg, ubuf, sizeof(arg)) ||
	    arg.size != sizeof(arg) || (arg.flags & ~DMACTL_SUBMIT_FLAGS))
		return -ENOTTY;
	if (!dmactl_fastpath(s, &arg))
		ret = dmactl_submit(s, &arg);
	if (!user_write_access_begin(uarg, sizeof(*uarg)))
		return ret ? ret : -EFAULT;
	unsafe_put_user(arg.out_wait, &uarg->out_wait, fault);
	unsafe_put_user(arg.out_accepted, &uarg->out_accepted, fault);
	unsafe_put_user(arg.out_completed, &uarg->out_completed, fault);
	user_write_access_end();
	return ret;
fault:
	user_write_access_end();
	return ret ? ret : -EFAULT;
}
