// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path of SUBMIT: a batch of prepared ops of one channel, with
 * completions in a ring. Nothing must be checked or allocated, and nothing
 * prepared if the provider reuses descriptors. Everything else takes the common
 * path in submit.c, which also reports errors.
 */

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "front/fastop.h"
#include "front/fastpath.h"
#include "front/submit.h"
#include "op/job.h"
#include "queue/burst.h"
#include "queue/cq_ring.h"
#include "queue/fence.h"
#include "queue/prepared.h"

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
	if (p->run.reusable && p->cpu != raw_smp_processor_id())
		dmactl_prepared_wait_callback(p);
	job = &p->run;
	dmactl_job_reuse(job, op->user_data);
	return job;
}

/* Frees the jobs of a batch that were not submitted. */
static void dmactl_fastpath_free(struct list_head *jobs)
{
	struct dmactl_job *job, *next;

	list_for_each_entry_safe(job, next, jobs, node) {
		INIT_LIST_HEAD(&job->node);
		dmactl_prepared_unrun(job);
	}
}

/*
 * Reads the ops of a batch, whose first one is in @q. Returns their channel, or
 * NULL if one is not for the fast path.
 */
static struct dmactl_chan *
dmactl_fastpath_read(struct dmactl_session *s, const struct dmactl_submit *arg,
		     union dmactl_fastpath_op *q, struct list_head *jobs,
		     bool *sync)
{
	const struct dmactl_op __user *from = u64_to_user_ptr(arg->ops_uptr);
	struct dmactl_chan *chan = NULL;
	struct dmactl_job *job;
	u32 i;

	for (i = 0;;) {
		if (!dmactl_fastpath_is_clean(q))
			break;
		job = dmactl_fastpath_job(s, &q->op);
		if (!job)
			break;
		dmactl_burst_push(&job->node, jobs);
		*sync |= !job->no_sync;
		if (i && job->chan != chan)
			break;
		chan = job->chan;
		if (++i == arg->nr_ops)
			return chan;
		if (dmactl_get_words(q, &from[i], sizeof(*q)))
			break;
	}
	dmactl_fastpath_free(jobs);
	return NULL;
}

static u32 dmactl_fastpath_submit(struct dmactl_session *s,
				  const struct dmactl_submit *arg,
				  union dmactl_fastpath_op *q)
{
	struct dmactl_chan *chan;
	bool sync = false;
	LIST_HEAD(jobs);
	u32 nr;

	chan = dmactl_fastpath_read(s, arg, q, &jobs, &sync);
	if (!chan)
		return 0;
	/*
	 * The jobs hold the channel, but they may end and be freed in the
	 * meantime.
	 */
	dmactl_obj_hold(&chan->obj);
	nr = dmactl_burst_submit(chan, &jobs, sync);
	if (!list_empty(&jobs))
		dmactl_fastpath_free(&jobs);
	dmactl_chan_put(chan);
	return nr;
}

/* Returns the number of accepted ops. 0: nothing was done. */
static u32 dmactl_fastpath_ops(struct dmactl_session *s,
			       const struct dmactl_submit *arg, bool ring)
{
	union dmactl_fastpath_op first dmactl_uninit;

	if (dmactl_get_words(&first, u64_to_user_ptr(arg->ops_uptr), sizeof(first)))
		return 0;
	switch (first.op.opcode) {
	case DMACTL_OP_PREPARED:
		return ring ? dmactl_fastpath_submit(s, arg, &first) : 0;
	case DMACTL_OP_MEMCPY:
	case DMACTL_OP_MEMSET:
	case DMACTL_OP_SLAVE_SINGLE:
		return dmactl_fastop_submit(s, arg, &first.op);
	}
	return 0;
}

/* Can SUBMIT take the fast path, as far as its own fields tell? */
static bool dmactl_fastpath_is_due(const struct dmactl_submit *arg,
				   const struct dmactl_cq_ring *ring)
{
	if (!arg->nr_ops || arg->nr_ops > DMACTL_MAX_BATCH ||
	    arg->op_size != sizeof(struct dmactl_op) ||
	    (arg->flags & DMACTL_SUBMIT_HOLD))
		return false;
	if (ring)
		return !arg->nr_completions && !arg->completion_size &&
		       arg->min_complete <= ring->entries;
	return arg->completion_size == (arg->nr_completions ?
					sizeof(struct dmactl_completion) : 0) &&
	       arg->min_complete <= arg->nr_completions;
}

/* Returns false if nothing was done. */
static bool dmactl_fastpath(struct dmactl_session *s, struct dmactl_submit *arg)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);
	u32 min = arg->min_complete;

	if (!dmactl_fastpath_is_due(arg, ring))
		return false;
	arg->out_accepted = dmactl_fastpath_ops(s, arg, ring);
	if (!arg->out_accepted)
		return false;
	if (arg->out_accepted < arg->nr_ops)
		min = min(min, 1u);
	arg->out_wait = 0;
	arg->out_completed = ring ? dmactl_cq_ring_used(ring) : 0;
	if (!ring || arg->out_completed < min)
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
