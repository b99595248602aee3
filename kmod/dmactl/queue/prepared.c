// SPDX-License-Identifier: GPL-2.0-only
/* Prepared ops: see prepared.h. */

#include <linux/dmaengine.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/session.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/op.h"
#include "op/slave.h"
#include "op/span.h"
#include "queue/desc.h"
#include "queue/fence.h"
#include "queue/prepared.h"
#include "queue/queue.h"

void dmactl_prepared_init_chan(struct dmactl_chan *chan)
{
	INIT_LIST_HEAD(&chan->prepareds);
}

struct dmactl_prepared *dmactl_prepared_new(struct dmactl_session *s,
					    struct dmactl_chan *chan)
{
	struct dmactl_prepared *p;

	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return NULL;
	dmactl_obj_init(&p->obj, DMACTL_OBJ_PREPARED);
	p->session = s;
	p->chan = chan;
	dmactl_obj_hold(&chan->obj);
	INIT_LIST_HEAD(&p->chan_node);
	dmactl_prepared_wait_init(p);
	dmactl_job_init(&p->job, chan);
	dmactl_job_init_run(&p->run, chan, &dmactl_op_prepared,
			    DMACTL_OP_PREPARED);
	p->run.prepared_by = p;
	return p;
}

void dmactl_prepared_free(struct dmactl_prepared *p)
{
	dmactl_job_clear(&p->job);
	dmactl_chan_put(p->chan);
	kvfree(p->descs);
	kfree_rcu(p, obj.rcu);
}

static void dmactl_prepared_release(struct kref *ref)
{
	dmactl_prepared_free(container_of(ref, struct dmactl_prepared,
					  obj.ref));
}

/* Frees the descriptors, while the channel has a provider. */
static void dmactl_prepared_give_back(struct dmactl_prepared *p)
{
	lockdep_assert_held_write(&p->chan->rwsem);
	while (p->nr) {
		p->nr--;
		p->chan->nr_kept -= p->descs[p->nr].piece.entries;
		dmaengine_desc_free(p->descs[p->nr].txd);
	}
}

void dmactl_prepared_drop(struct dmactl_prepared *p)
{
	list_del_init(&p->chan_node);
	dmactl_prepared_give_back(p);
}

/* For a channel that has stopped for good. */
void dmactl_prepared_drop_all(struct dmactl_chan *chan)
{
	struct dmactl_prepared *p, *next;

	list_for_each_entry_safe(p, next, &chan->prepareds, chan_node)
		dmactl_prepared_drop(p);
}

/* The next submission prepares it again. */
static void dmactl_prepared_lose(struct dmactl_prepared *p)
{
	dmactl_prepared_give_back(p);
	WRITE_ONCE(p->simple, false);
	WRITE_ONCE(p->lost, true);
}

/*
 * For a channel that was just terminated. Some providers also take back
 * prepared descriptors and would give them to others; some keep them until they
 * are freed. In both cases they must not be submitted again.
 */
void dmactl_prepared_lose_all(struct dmactl_chan *chan)
{
	struct dmactl_prepared *p;

	list_for_each_entry(p, &chan->prepareds, chan_node)
		if (p->job.reusable)
			dmactl_prepared_lose(p);
}

/*
 * The channel has a new slave configuration. Descriptors that the provider
 * keeps were prepared with the old one.
 */
void dmactl_prepared_reconfigured(struct dmactl_chan *chan)
{
	struct dmactl_prepared *p;

	lockdep_assert_held_write(&chan->rwsem);
	list_for_each_entry(p, &chan->prepareds, chan_node)
		if (!p->job.reusable && p->job.dir != DMA_MEM_TO_MEM)
			dmactl_prepared_lose(p);
}

/*
 * Waits until a completed op has released the prepared op. Its completion is
 * visible in the ring a moment before: if it comes from the callback,
 * chan->lock is held meanwhile; if it comes from the queue, cq_lock is held.
 */
static void dmactl_prepared_let_end(struct dmactl_prepared *p)
{
	guard(dmactl_bh)(&p->chan->lock);
	guard(dmactl_bh)(&p->session->cq_lock);
}

/* Makes the object unusable. Returns false if it is in use. */
static bool dmactl_prepared_seize(struct dmactl_prepared *p)
{
	if (atomic_cmpxchg(&p->busy, DMACTL_PREPARED_FREE,
			   DMACTL_PREPARED_GONE) != DMACTL_PREPARED_FREE)
		return false;
	/*
	 * Another task may have used the object and be about to find it busy.
	 */
	if (dmactl_obj_seize(&p->obj))
		return true;
	dmactl_prepared_put(p);
	return false;
}

int dmactl_prepared_destroy(struct dmactl_obj *obj)
{
	struct dmactl_prepared *p = obj_to_prepared(obj);
	struct dmactl_session *s = p->session;

	lockdep_assert_held(&s->lock);
	if (!dmactl_prepared_seize(p)) {
		dmactl_prepared_let_end(p);
		if (!dmactl_prepared_seize(p))
			return -EBUSY;
	}
	dmactl_obj_erase(s, obj);
	dmactl_prepared_wait_callback(p);
	scoped_guard(dmactl_chan_write, p->chan)
		if (!p->chan->life.quarantined)
			dmactl_prepared_drop(p);
	/*
	 * The work item has no more use of the object, but may not have
	 * returned yet.
	 */
	flush_work(&p->work);
	dmactl_obj_put(obj, dmactl_prepared_release);
	return 0;
}

/* The op releases the prepared op. The spans do not belong to the op. */
void dmactl_prepared_unuse(struct dmactl_job *job)
{
	struct dmactl_prepared *p = job->prepared_by;

	job->prepared_by = NULL;
	dmactl_spans_disown(job);
	/* In this order: see dmactl_prepared_seize(). */
	dmactl_obj_unuse(&p->obj);
	dmactl_prepared_put(p);
}

/* The prepared op stays in use for good. */
void dmactl_prepared_quarantine(struct dmactl_job *job)
{
	job->prepared_by = NULL;
}

static int dmactl_prepared_grow(struct dmactl_prepared *p)
{
	u32 capacity = max(p->capacity * 2, 8u);
	struct dmactl_prepared_desc *descs;
	int ret;

	ret = dmactl_job_charge(&p->job, (capacity - p->capacity) * sizeof(*descs));
	if (ret)
		return ret;
	descs = kvmalloc_array(capacity, sizeof(*descs), DMACTL_GFP_LARGE);
	if (!descs)
		return -ENOMEM;
	if (p->nr)
		memcpy(descs, p->descs, p->nr * sizeof(*descs));
	kvfree(p->descs);
	p->descs = descs;
	p->capacity = capacity;
	return 0;
}

/*
 * Prepares one more descriptor. It stays at the provider without being
 * submitted.
 */
static int dmactl_prepared_one(struct dmactl_prepared *p)
{
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece = { };
	struct dmactl_job *job = &p->job;

	piece.entries = dmactl_piece_entries(job);
	if (!dmactl_desc_has_credit(p->chan, p->chan->nr_kept, piece.entries))
		return -EDQUOT;
	/* rwsem is held for writing, so no other task prepares. */
	txd = job->ops->prep(p->chan, job, &piece, dmactl_prep_flags(job));
	if (IS_ERR_OR_NULL(txd))
		return -EAGAIN;
	dmactl_desc_mark_used(p->chan);
	p->chan->nr_kept += piece.entries;
	p->descs[p->nr++] = (struct dmactl_prepared_desc) {
		.txd = txd, .piece = piece,
	};
	dmactl_job_set_prepared(job, job->prepared + piece.len);
	if (job->ops->advance)
		job->ops->advance(job, &piece);
	return 0;
}

/*
 * With several descriptors, a long sync or fences, the op takes the common
 * path. If memory is exported later, session->exports says so.
 */
static void dmactl_prepared_set_simple(struct dmactl_prepared *p, bool whole)
{
	dmactl_job_set_run(&p->run, &p->job);
	WRITE_ONCE(p->simple, whole && dmactl_job_sync_is_short(&p->job) &&
		   !p->job.has_resv &&
		   !p->chan->limits.parks);
}

/* Settles what stays the same in each submission. */
static void dmactl_prepared_settle(struct dmactl_prepared *p)
{
	const struct dmactl_job *job = &p->job;
	u32 entries = dmactl_piece_entries(job);
	bool is_whole = job->ops->is_whole && job->ops->is_whole(job) &&
			entries < DMACTL_DESC_IN_64S;
	struct dmactl_whole whole =
		dmactl_whole_init(job->opcode, dmactl_prep_flags(job), entries);

	/* One span on each side at most, or a list that does without these. */
	if (is_whole)
		dmactl_linear_next(job, job->nr_dst ? &whole.dst : NULL,
				   job->nr_src ? &whole.src : NULL);
	dmactl_job_set_whole(&p->run, &whole);
	dmactl_prepared_set_simple(p, is_whole);
}

static int dmactl_prepared_all(struct dmactl_prepared *p)
{
	int ret = 0;

	lockdep_assert_held_write(&p->chan->rwsem);
	if (!p->job.reusable) {
		dmactl_prepared_settle(p);
		return 0;
	}
	while (!ret && !p->job.all) {
		if (p->nr == p->capacity)
			ret = dmactl_prepared_grow(p);
		if (!ret)
			ret = dmactl_prepared_one(p);
		if (fatal_signal_pending(current))
			ret = -EINTR;
	}
	if (ret)
		return ret;
	dmactl_prepared_set_simple(p, p->nr == 1);
	return 0;
}

int dmactl_prepared_fill(struct dmactl_prepared *p)
{
	struct dmactl_chan *chan = p->chan;
	int ret;

	ret = dmactl_chan_lock_write(chan);
	if (ret)
		return ret;
	ret = chan->life.dead;
	if (ret)
		goto out;
	list_add_tail(&p->chan_node, &chan->prepareds);
	ret = dmactl_prepared_all(p);
	if (ret)
		dmactl_prepared_drop(p);
out:
	dmactl_chan_unlock_write(chan);
	return ret;
}

static void dmactl_prepared_rewind(struct dmactl_prepared *p)
{
	struct dmactl_job *job = &p->job;

	dmactl_linear_rewind(job);
	dmactl_job_unprepare(job, job->prepared);
	if (job->ops->rewind)
		job->ops->rewind(job);
}

/* Was the op checked for narrower words than the peripheral has now? */
static bool dmactl_prepared_is_narrow(const struct dmactl_prepared *p)
{
	return p->job.dir != DMA_MEM_TO_MEM &&
	       p->job.align < dmactl_slave_align(p->chan, p->job.dir);
}

/*
 * The channel was terminated or configured in the meantime: prepares the op
 * again.
 */
static int dmactl_prepared_again_locked(struct dmactl_prepared *p)
{
	int ret;

	lockdep_assert_held_write(&p->chan->rwsem);
	if (p->chan->life.dead)
		return p->chan->life.dead;
	if (!p->lost)
		return 0;
	if (dmactl_prepared_is_narrow(p))
		return -EINVAL;
	dmactl_prepared_rewind(p);
	ret = dmactl_prepared_all(p);
	if (ret)
		dmactl_prepared_give_back(p);
	else
		WRITE_ONCE(p->lost, false);
	return ret;
}

static int dmactl_prepared_again(struct dmactl_prepared *p)
{
	int ret = dmactl_chan_lock_write(p->chan);

	if (ret)
		return ret;
	ret = dmactl_prepared_again_locked(p);
	dmactl_chan_unlock_write(p->chan);
	return ret;
}

static struct dma_async_tx_descriptor *
dmactl_prepared_prep(struct dmactl_chan *chan, struct dmactl_job *job,
		     struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_prepared *p = job->prepared_by;

	if (!p->job.reusable)
		return p->job.ops->prep(chan, &p->job, piece, flags);
	if (job->at_dst.index >= p->nr)
		return NULL;
	*piece = p->descs[job->at_dst.index].piece;
	piece->entries = 0;
	return p->descs[job->at_dst.index].txd;
}

/* If the provider keeps the descriptors, it already holds the entries. */
static u32 dmactl_prepared_entries(const struct dmactl_job *job)
{
	const struct dmactl_prepared *p = job->prepared_by;

	return p->job.reusable ? 0 : dmactl_piece_entries(&p->job);
}

static void dmactl_prepared_advance(struct dmactl_job *job,
				    const struct dmactl_piece *piece)
{
	struct dmactl_prepared *p = job->prepared_by;

	if (p->job.reusable) {
		dmactl_linear_step(job);
		return;
	}
	dmactl_job_set_prepared(&p->job, p->job.prepared + piece->len);
	if (p->job.ops->advance)
		p->job.ops->advance(&p->job, piece);
}

static void dmactl_prepared_shrink(struct dmactl_chan *chan,
				   struct dmactl_job *job)
{
	struct dmactl_prepared *p = job->prepared_by;

	if (p->job.reusable || !p->job.ops->shrink)
		return;
	p->job.ops->shrink(chan, &p->job);
	/* The addresses may be those of a longer descriptor. */
	WRITE_ONCE(p->simple, false);
}

/* The completion was delivered. A quarantined op releases nothing. */
void dmactl_prepared_unrun(struct dmactl_job *job)
{
	struct dmactl_prepared *p = job->prepared_by;

	if (!p)
		return;
	dmactl_prepared_put(p);
}

/* An op whose completion is visible may not have released the object yet. */
static bool dmactl_prepared_get_ended(struct dmactl_prepared *p)
{
	if (dmactl_prepared_get(p))
		return true;
	dmactl_prepared_let_end(p);
	return dmactl_prepared_get(p);
}

static int dmactl_prepared_validate(struct dmactl_chan *chan,
				    const struct dmactl_op *op,
				    struct dmactl_job *job)
{
	const struct dmactl_unused unused = {
		.dst = true, .args = true, .value = true, .len = true,
	};
	struct dmactl_prepared *p;
	struct dmactl_obj *obj;
	int ret;

	if (!dmactl_op_is_clean(op, unused) || op->src_off)
		return -EINVAL;
	obj = dmactl_obj_use(chan->session, op->src_buf, DMACTL_OBJ_PREPARED);
	if (!obj)
		return -ENOENT;
	p = obj_to_prepared(obj);
	ret = p->chan == chan ? 0 : -EINVAL;
	if (!ret && !dmactl_prepared_get_ended(p))
		ret = -EBUSY;
	if (ret) {
		dmactl_obj_unuse(obj);
		return ret;
	}
	job->prepared_by = p;
	if (p->job.reusable)
		dmactl_prepared_wait_callback(p);
	else
		dmactl_prepared_rewind(p);
	dmactl_job_borrow(job, &p->job);
	dmactl_spans_set_has_resv(job, dmactl_fence_is_due(job));
	return READ_ONCE(p->lost) ? dmactl_prepared_again(p) : 0;
}

const struct dmactl_op_type dmactl_op_prepared = {
	.validate = dmactl_prepared_validate,
	.prep = dmactl_prepared_prep,
	.entries = dmactl_prepared_entries,
	.advance = dmactl_prepared_advance,
	.shrink = dmactl_prepared_shrink,
};
