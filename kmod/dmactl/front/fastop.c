// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path of ops that are not prepared: a batch of copies, fills or
 * transfers with a peripheral, all for one channel, of one descriptor each and
 * without flags. Everything else takes the common path in submit.c, which also
 * reports errors.
 */

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/rights.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "front/fastop.h"
#include "op/job.h"
#include "op/slave.h"
#include "op/span.h"
#include "queue/burst.h"
#include "queue/pool.h"

static __always_inline bool
dmactl_fastop_memcpy(struct dmactl_chan *chan, struct dmactl_job *job,
		     const struct dmactl_op *op, struct dmactl_span_hints *hints)
{
	if (op->value || !(chan->limits.caps & DMACTL_CAP_MEMCPY))
		return false;
	return dmactl_try_dst(chan, job, op, hints) &&
	       dmactl_try_src(chan, job, op, hints) &&
	       !dmactl_spans_overlap(job->dst, job->src);
}

static noinline bool
dmactl_fastop_memset(struct dmactl_chan *chan, struct dmactl_job *job,
		     const struct dmactl_op *op, struct dmactl_span_hints *hints)
{
	if (op->value > U8_MAX || op->src_buf || op->src_off ||
	    !(chan->limits.caps & DMACTL_CAP_MEMSET))
		return false;
	job->align = chan->limits.fill_align;
	return dmactl_try_dst(chan, job, op, hints);
}

static noinline bool
dmactl_fastop_slave(struct dmactl_chan *chan, struct dmactl_job *job,
		    const struct dmactl_op *op, struct dmactl_span_hints *hints)
{
	if (op->value || !op->dst_buf == !op->src_buf ||
	    (op->dst_buf ? op->src_off : op->dst_off) ||
	    !(chan->limits.caps & DMACTL_CAP_SLAVE) || chan->limits.mixed ||
	    !READ_ONCE(chan->lease.bound))
		return false;
	job->dir = op->dst_buf ? DMA_DEV_TO_MEM : DMA_MEM_TO_DEV;
	job->align = dmactl_slave_align(chan, job->dir);
	if (dmactl_slave_allowed(chan, job->dir))
		return false;
	if (op->dst_buf)
		return dmactl_try_dst(chan, job, op, hints);
	/* Memory that is read only needs more rights. */
	return dmactl_try_src(chan, job, op, hints) &&
	       !job->src->buf->read_only;
}

/* Checks an op and fills its job. Returns false if it needs more, or is wrong. */
static __always_inline bool
dmactl_fastop_fill(struct dmactl_chan *chan, struct dmactl_job *job,
		   const struct dmactl_op *op, struct dmactl_span_hints *hints)
{
	bool ok = false;

	if (op->chan != chan->obj.handle || op->flags || op->args_uptr ||
	    op->nr_args || op->arg_size || !op->len ||
	    op->len > READ_ONCE(chan->limits.max_len))
		return false;
	dmactl_job_reset_whole(job);
	dmactl_spans_init(job);
	dmactl_job_fill_whole(job, op);
	dmactl_job_begin_whole(job, op->opcode, DMA_PREP_INTERRUPT | DMA_CTRL_ACK, 1);
	job->align = chan->limits.copy_align;
	if (op->opcode == DMACTL_OP_MEMCPY)
		ok = dmactl_fastop_memcpy(chan, job, op, hints);
	else if (op->opcode == DMACTL_OP_MEMSET)
		ok = dmactl_fastop_memset(chan, job, op, hints);
	else if (op->opcode == DMACTL_OP_SLAVE_SINGLE)
		ok = dmactl_fastop_slave(chan, job, op, hints);
	return ok && (likely(job->no_sync) || dmactl_job_sync_is_short(job));
}

/* Frees the jobs of a batch that were not submitted, @nr of them. */
static void dmactl_fastop_free(struct dmactl_chan *chan, struct list_head *jobs,
			       u32 nr)
{
	struct dmactl_job *job;

	if (!nr)
		return;
	list_for_each_entry(job, jobs, node)
		dmactl_spans_unuse_plain(job);
	dmactl_jobs_free(chan, jobs, nr);
}

/*
 * Reads the ops of a batch, whose first one is in @op. Returns false if one is
 * not for the fast path.
 */
static bool dmactl_fastop_read(struct dmactl_chan *chan, struct list_head *jobs,
			       const struct dmactl_submit *arg,
			       struct dmactl_op *op, bool *sync)
{
	const struct dmactl_op __user *from = u64_to_user_ptr(arg->ops_uptr);
	struct dmactl_span_hints hints = { };
	struct dmactl_job *job;

	list_for_each_entry(job, jobs, node) {
		if (!dmactl_fastop_fill(chan, job, op, &hints))
			return false;
		*sync |= !job->no_sync;
		if (!list_is_last(&job->node, jobs) &&
		    dmactl_get_words(op, ++from, sizeof(*op)))
			return false;
	}
	return true;
}

/*
 * An attempt in vain costs a tenth of a submission, and the next batch is often
 * like this one. So after it, batches of that many ops are not tried.
 */
#define DMACTL_FASTOP_SKIP 32

static bool dmactl_fastop_skip(struct dmactl_session *s, u32 nr_ops)
{
	u32 skip = READ_ONCE(s->fastop_skip);

	if (likely(!skip))
		return false;
	WRITE_ONCE(s->fastop_skip, skip - min(skip, nr_ops));
	return true;
}

static u32 dmactl_fastop_submit_to(struct dmactl_chan *chan,
				   const struct dmactl_submit *arg,
				   struct dmactl_op *op)
{
	u32 nr, done = 0;
	bool sync = false;
	LIST_HEAD(jobs);

	nr = dmactl_jobs_alloc(chan, &jobs, arg->nr_ops);
	/* Without credit for all, the common path checks the others as well. */
	if (nr == arg->nr_ops && dmactl_fastop_read(chan, &jobs, arg, op, &sync))
		done = dmactl_burst_submit(chan, &jobs, sync);
	else
		WRITE_ONCE(chan->session->fastop_skip, DMACTL_FASTOP_SKIP);
	dmactl_fastop_free(chan, &jobs, nr - done);
	return done;
}

/*
 * @op: a copy of the first op. Returns the number of accepted ops. 0: nothing
 * was done.
 */
u32 dmactl_fastop_submit(struct dmactl_session *s,
			 const struct dmactl_submit *arg, struct dmactl_op *op)
{
	struct dmactl_chan *chan;
	u32 nr;

	if (dmactl_fastop_skip(s, arg->nr_ops))
		return 0;
	chan = dmactl_chan_get(s, op->chan);
	if (!chan)
		return 0;
	nr = dmactl_fastop_submit_to(chan, arg, op);
	dmactl_chan_put(chan);
	return nr;
}
