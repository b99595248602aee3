// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cuts ops into descriptors: where their memory is not contiguous, at the
 * device's segment limit, or at the provider's longest transfer.
 */

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/trace.h"
#include "op/job.h"
#include "op/metadata.h"
#include "op/op.h"
#include "queue/callback.h"
#include "queue/desc.h"
#include "queue/periods.h"
#include "queue/queue.h"
#include "queue/refill.h"

/* On failure, see dmactl_pool_init(). */
int dmactl_desc_init_all(struct dmactl_chan *chan, u32 nr)
{
	struct dmactl_descs *descs = &chan->descs;
	u32 i;

	INIT_LIST_HEAD(&descs->free);
	INIT_LIST_HEAD(&descs->retired);
	descs->all = kvcalloc(nr, sizeof(*descs->all), DMACTL_GFP_LARGE);
	if (!descs->all)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		dmactl_desc_init(&descs->all[i], chan);
		list_add_tail(&descs->all[i].node, &descs->free);
	}
	return 0;
}

void dmactl_desc_free_all(struct dmactl_chan *chan)
{
	kvfree(chan->descs.all);
}

unsigned long dmactl_prep_flags(const struct dmactl_job *job)
{
	unsigned long flags = DMA_PREP_INTERRUPT | DMA_CTRL_ACK;

	if (job->flags & DMACTL_OPF_FENCE)
		flags |= DMA_PREP_FENCE;
	if (job->flags & DMACTL_OPF_REPEAT)
		flags |= DMA_PREP_REPEAT;
	/* The first descriptor replaces what repeats; the others follow it. */
	if ((job->flags & DMACTL_OPF_LOAD_EOT) && !job->prepared)
		flags |= DMA_PREP_LOAD_EOT;
	if (job->flags & DMACTL_OPF_CMD)
		flags |= DMA_PREP_CMD;
	if (job->reusable)
		flags |= DMA_CTRL_REUSE;
	return flags;
}

/*
 * The first descriptor of an op is its own. An op that repeats uses another
 * one, because it may get one more callback after its end: such descriptors are
 * not reused for a while, see dmactl_desc_free().
 */
static struct dmactl_desc *dmactl_desc_take(struct dmactl_chan *chan,
					    struct dmactl_job *job)
{
	struct dmactl_desc *desc;

	if (!job->begun && !job->periods)
		return &job->own;
	guard(dmactl_bh)(&chan->lock);
	desc = list_first_entry_or_null(&chan->descs.free, struct dmactl_desc,
					node);
	if (desc)
		list_del_init(&desc->node);
	return desc;
}

static void dmactl_desc_untake(struct dmactl_chan *chan, struct dmactl_job *job,
			       struct dmactl_desc *desc)
{
	lockdep_assert_held(&chan->lock);
	if (desc != &job->own)
		list_add(&desc->node, &chan->descs.free);
}

/*
 * Records a descriptor before it is submitted; the first one puts the op in
 * flight. The callback may come before dmaengine_submit() returns.
 */
static int dmactl_prep_note(struct dmactl_chan *chan, struct dmactl_job *job,
			    struct dmactl_desc *desc,
			    const struct dmactl_piece *piece)
{
	bool first = !job->begun;
	u64 len = piece->len;

	lockdep_assert_held(&chan->lock);
	dmactl_desc_fill(desc, job, len);
	dmactl_desc_count_entries(chan, desc, piece->entries);
	desc->repeats = job->periods && !job->refilled;
	if (desc != &job->own)
		list_add_tail(&desc->node, &job->descs);
	dmactl_desc_count(chan, 1);
	dmactl_job_set_prepared(job, job->prepared + len);
	trace_dmactl_op_prep(chan->session->id, chan->obj.handle, job->opcode,
			     job->seq, len);
	if (!first)
		return 0;
	job->begun = true;
	dmactl_job_set_preparing(job, !job->all || job->refilled);
	dmactl_queue_add(job);
	return job->all && !job->refilled ? DMACTL_PREP_WHOLE : 0;
}

/*
 * The provider did not take the descriptor, so no callback comes: restores the
 * state before.
 */
static void dmactl_prep_unnote(struct dmactl_chan *chan, struct dmactl_job *job,
			       struct dmactl_desc *desc, bool first)
{
	lockdep_assert_held(&chan->lock);
	if (desc != &job->own)
		list_del_init(&desc->node);
	dmactl_desc_empty(desc);
	dmactl_desc_count(chan, -1);
	dmactl_desc_uncount_entries(chan, desc);
	dmactl_job_unprepare(job, desc->len);
	dmactl_desc_untake(chan, job, desc);
	if (!first)
		return;
	job->begun = false;
	dmactl_job_set_preparing(job, true);
	dmactl_queue_del(job);
}

/*
 * Submits a prepared descriptor. Some providers hold a lock from prep to
 * submit, so nothing here may sleep. Others call back under a lock that their
 * submit takes, so dmaengine_submit() is called without chan->lock, after all
 * has been recorded.
 */
static int dmactl_prep_submit(struct dmactl_chan *chan, struct dmactl_job *job,
			      struct dmactl_desc *desc,
			      const struct dmactl_piece *piece,
			      struct dma_async_tx_descriptor *txd)
{
	bool first = !job->begun;
	u32 seq = job->seq;
	dma_cookie_t cookie;
	int ret;

	if (IS_ERR_OR_NULL(txd)) {
		guard(dmactl_bh)(&chan->lock);
		dmactl_desc_untake(chan, job, desc);
		dmactl_desc_count_refused(chan);
		return -EAGAIN;
	}
	if (job->metadata)
		dmactl_metadata_attach(job, txd);
	txd->callback_result = dmactl_desc_callback;
	txd->callback_param = desc;
	scoped_guard(dmactl_bh, &chan->lock)
		ret = dmactl_prep_note(chan, job, desc, piece);
	cookie = dmaengine_submit(txd);
	if (dma_submit_error(cookie)) {
		guard(dmactl_bh)(&chan->lock);
		/*
		 * The provider keeps the descriptor until the channel is
		 * terminated.
		 */
		dmactl_desc_mark_used(chan);
		dmactl_prep_unnote(chan, job, desc, first);
		return -EIO;
	}
	/* The op may have ended, but its descriptor stays valid in the pool. */
	dmactl_desc_submitted(chan, desc, cookie);
	if (desc->repeats)
		dmactl_periods_poll_begin(chan);
	trace_dmactl_op_submit(chan->session->id, chan->obj.handle, seq,
			       cookie);
	return ret;
}

/*
 * Prepares and submits the next descriptor of an op. Called without a spinlock,
 * because bcm2835-dma sleeps in prep. The result is as for dmactl_prep().
 */
int dmactl_prep_one(struct dmactl_chan *chan, struct dmactl_job *job)
{
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece = { };
	struct dmactl_desc *desc;
	int ret;

	if (READ_ONCE(chan->descs.nr) >= chan->limits.bounds.descriptors)
		return -ENOBUFS;
	piece.entries = dmactl_piece_entries(job);
	/* prep_lock is held, so nobody else adds entries. */
	if (!dmactl_desc_has_credit(chan, READ_ONCE(chan->descs.nr_entries),
				    piece.entries))
		return -ENOBUFS;
	desc = dmactl_desc_take(chan, job);
	if (!desc)
		return -ENOBUFS;
	desc->check = 0;
	piece.check = &desc->check;
	txd = job->ops->prep(chan, job, &piece, dmactl_prep_flags(job));
	ret = dmactl_prep_submit(chan, job, desc, &piece, txd);
	if (!ret && job->ops->advance)
		job->ops->advance(job, &piece);
	return ret;
}

/*
 * Prepares and submits the remaining descriptors of an op. Returns 0 on
 * success, -EAGAIN if the provider has no descriptors now, -ENOBUFS if it holds
 * as many as it may, -EIO if it refused to take a prepared descriptor.
 * DMACTL_PREP_WHOLE means success with one descriptor; the op may have ended,
 * so the caller must not touch it.
 */
int dmactl_prep(struct dmactl_chan *chan, struct dmactl_job *job)
{
	int ret = 0;

	lockdep_assert_held(&chan->prep_lock);
	if (job->refilled)
		return dmactl_refill_begin(chan, job);
	while (!ret && !job->all)
		ret = dmactl_prep_one(chan, job);
	return ret;
}
