// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path of SUBMIT: a batch of prepared ops of one channel, with
 * completions in a ring. Nothing must be checked or allocated, and nothing
 * prepared if the provider reuses descriptors. Everything else takes the common
 * path in submit.c, which also reports errors.
 */

#include <linux/align.h>
#include <linux/fs.h>
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
	unsigned long words[sizeof(struct dmactl_op) / sizeof(unsigned long)];
};

/* The words of a prepared op that can be set; all behind must be 0. */
#define DMACTL_FASTPATH_WORDS						\
	(offsetof(struct dmactl_op, dst_off) / sizeof(unsigned long))

/* A prepared op uses only its handle, so all other fields must be 0. */
static bool dmactl_fastpath_is_clean(const union dmactl_fastpath_op *from)
{
	unsigned long rest = 0;
	size_t i;

#pragma GCC unroll 16
	for (i = DMACTL_FASTPATH_WORDS; i < ARRAY_SIZE(from->words); i++)
		rest |= from->words[i];
	return from->op.opcode == DMACTL_OP_PREPARED && !from->op.flags &&
	       !from->op.dst_buf && !rest;
}

/*
 * Reads the next op of a batch to @to, as far as it can be set. Returns false if
 * its opcode, flags or channel are not those of @first, or if it is not clean.
 */
static __always_inline bool
dmactl_fastpath_next(union dmactl_fastpath_op *to,
		     const union dmactl_fastpath_op *first,
		     const struct dmactl_op __user *from)
{
	const size_t same = offsetof(struct dmactl_op, user_data) / sizeof(unsigned long);
	const unsigned long __user *p = (const unsigned long __user *)from;
	unsigned long word, bad = 0;
	size_t i;

	if (unlikely(!IS_ALIGNED((unsigned long)from, sizeof(*p))) ||
	    !user_read_access_begin(p, sizeof(*from)))
		return false;
#pragma GCC unroll 16
	for (i = 0; i < ARRAY_SIZE(to->words); i++) {
		unsafe_get_user(word, &p[i], fault);
		if (i < same)
			bad |= word ^ first->words[i];
		else if (i < DMACTL_FASTPATH_WORDS)
			to->words[i] = word;
		else
			bad |= word;
	}
	user_read_access_end();
	return !bad && !to->op.dst_buf;
fault:
	user_read_access_end();
	return false;
}

/*
 * Returns the prepared op of a channel, or of the one that @first names. Returns
 * NULL if the handle is wrong, in use, or the op is not simple.
 */
static __always_inline struct dmactl_prepared *
dmactl_fastpath_get(struct dmactl_session *s, u32 handle,
		    const struct dmactl_chan *chan,
		    const union dmactl_fastpath_op *first)
{
	struct dmactl_prepared *p;
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(s, handle);
	if (!obj || obj->type != DMACTL_OBJ_PREPARED)
		return NULL;
	p = obj_to_prepared(obj);
	if (chan ? p->chan != chan : p->chan->obj.handle != first->op.chan)
		return NULL;
	if (!dmactl_prepared_get(p))
		return NULL;
	if (!READ_ONCE(p->simple) ||
	    (READ_ONCE(s->exports) && dmactl_fence_is_due(&p->job))) {
		dmactl_prepared_put(p);
		return NULL;
	}
	return p;
}

/*
 * Adds the job of a prepared op, ready to be submitted. If the op needs more or
 * is wrong, it returns NULL; then dmactl_validate() handles it.
 */
static __always_inline struct dmactl_prepared *
dmactl_fastpath_add(struct dmactl_session *s, const struct dmactl_op *op,
		    const struct dmactl_chan *chan,
		    const union dmactl_fastpath_op *first,
		    struct list_head *jobs, bool *sync)
{
	struct dmactl_prepared *p = dmactl_fastpath_get(s, op->src_buf, chan, first);

	if (!p)
		return NULL;
	/*
	 * The last callback ran on another processor, or the wait is already
	 * over.
	 */
	if (p->cpu != raw_smp_processor_id() && p->run.reusable)
		dmactl_prepared_wait_callback(p);
	dmactl_job_reuse(&p->run, op->user_data);
	dmactl_burst_push(&p->run.node, jobs);
	*sync |= !p->run.no_sync;
	return p;
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
 * Reads the ops of a batch, whose first one is in @first. Returns their channel,
 * or NULL if one is not for the fast path.
 */
static __always_inline struct dmactl_chan *
dmactl_fastpath_read(struct dmactl_session *s, const struct dmactl_submit *arg,
		     const union dmactl_fastpath_op *first,
		     struct list_head *jobs, bool *sync)
{
	const struct dmactl_op __user *from = u64_to_user_ptr(arg->ops_uptr);
	union dmactl_fastpath_op next dmactl_uninit;
	struct dmactl_prepared *p;
	struct dmactl_chan *chan;
	u32 left = arg->nr_ops;

	if (!dmactl_fastpath_is_clean(first))
		return NULL;
	p = dmactl_fastpath_add(s, &first->op, NULL, first, jobs, sync);
	if (!p)
		return NULL;
	chan = p->chan;
	while (--left) {
		if (!dmactl_fastpath_next(&next, first, ++from) ||
		    !dmactl_fastpath_add(s, &next.op, chan, first, jobs, sync)) {
			dmactl_fastpath_free(jobs);
			return NULL;
		}
	}
	return chan;
}

static __always_inline u32
dmactl_fastpath_submit(struct dmactl_session *s, const struct dmactl_submit *arg,
		       const union dmactl_fastpath_op *first)
{
	struct dmactl_chan *chan;
	bool sync = false;
	LIST_HEAD(jobs);
	u32 nr;

	chan = dmactl_fastpath_read(s, arg, first, &jobs, &sync);
	if (!chan)
		return 0;
	/* A job that is not submitted holds its object, and that the channel. */
	nr = dmactl_burst_submit(chan, &jobs, sync);
	if (unlikely(!list_empty(&jobs)))
		dmactl_fastpath_free(&jobs);
	return nr;
}

/* Returns the number of accepted ops. 0: nothing was done. */
static __always_inline u32
dmactl_fastpath_ops(struct dmactl_session *s, const struct dmactl_submit *arg,
		    bool ring)
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
static __always_inline bool dmactl_fastpath(struct dmactl_session *s,
					    struct dmactl_submit *arg)
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

/* Does the struct have the current size, and no fence? */
static bool dmactl_fastpath_is_current(const struct dmactl_submit *arg,
				       const struct dmactl_submit __user *uarg)
{
	s32 in_fence;

	return arg->size == sizeof(*arg) &&
	       !get_user(in_fence, &uarg->in_fence) && !in_fence;
}

/*
 * SUBMIT with a current size of its struct, without the overhead of other
 * ioctls. @other handles what has another size, or fences.
 */
long dmactl_fastpath_ioctl(struct file *file, unsigned long ptr,
			   dmactl_ioctl_fn *other)
{
	struct dmactl_submit __user *uarg = (void __user *)ptr;
	struct dmactl_session *s = file->private_data;
	struct dmactl_submit arg dmactl_uninit;
	int ret = 0;

	if (dmactl_get_words(&arg, uarg, DMACTL_SUBMIT_SIZE) ||
	    (arg.flags & ~DMACTL_SUBMIT_FLAGS))
		return other(file, DMACTL_IOC_SUBMIT, ptr);
	if (unlikely(arg.size != DMACTL_SUBMIT_SIZE) &&
	    !dmactl_fastpath_is_current(&arg, uarg))
		return other(file, DMACTL_IOC_SUBMIT, ptr);
	if (!dmactl_fastpath(s, &arg))
		ret = dmactl_submit(s, &arg);
	if (!user_write_access_begin(uarg, DMACTL_SUBMIT_SIZE))
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
