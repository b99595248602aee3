/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors of a channel, and prep. */
#ifndef DMACTL_DESC_H
#define DMACTL_DESC_H

#include <linux/dmaengine.h>
#include <linux/list.h>

#include "core/chan.h"
#include "op/job.h"
#include "op/op.h"

/* @nr more descriptors are at the provider. */
static inline void dmactl_desc_count(struct dmactl_chan *chan, int nr)
{
	lockdep_assert_held(&chan->lock);
	chan->descs.nr += nr;
	chan->descs.total += nr;
}

/* A descriptor has ended. */
static inline void dmactl_desc_count_off(struct dmactl_chan *chan)
{
	chan->descs.nr--;
}

/* The entries of a descriptor count against bounds.outstanding. */
static inline void dmactl_desc_count_entries(struct dmactl_chan *chan,
					     struct dmactl_desc *desc, u32 nr)
{
	desc->entries = dmactl_desc_pack_entries(nr);
	chan->descs.nr_entries += dmactl_desc_entries(desc);
}

/*
 * Counts @entries of a descriptor whose chan->descs.nr_entries the caller sets
 * afterwards, to *@have. Returns false if the provider may not hold them.
 */
static inline bool dmactl_desc_try_entries(const struct dmactl_chan *chan,
					   struct dmactl_desc *desc, u16 entries,
					   u32 *have)
{
	if (*have && *have + entries > chan->limits.bounds.outstanding)
		return false;
	desc->entries = entries;
	*have += entries;
	return true;
}

static inline void dmactl_desc_set_entries(struct dmactl_chan *chan, u32 have)
{
	lockdep_assert_held(&chan->lock);
	chan->descs.nr_entries = have;
}

/* The same for fewer entries than DMACTL_DESC_IN_64S, when a descriptor ended. */
static inline void dmactl_desc_uncount_few(struct dmactl_chan *chan,
					   const struct dmactl_desc *desc)
{
	chan->descs.nr_entries -= desc->entries;
}

static inline void dmactl_desc_uncount_entries(struct dmactl_chan *chan,
					       struct dmactl_desc *desc)
{
	chan->descs.nr_entries -= dmactl_desc_entries(desc);
	desc->entries = 0;
}

/* Records what a callback needs, before it can come. */
static inline void dmactl_desc_fill(struct dmactl_desc *desc,
				    struct dmactl_job *job, u32 len)
{
	desc->job = job;
	desc->len = len;
	desc->cookie = 0;
}

static inline void dmactl_desc_empty(struct dmactl_desc *desc)
{
	desc->job = NULL;
}

/* The bytes that it moved are unknown. */
static inline void dmactl_desc_disbelieve(struct dmactl_desc *desc)
{
	desc->len = 0;
}

/*
 * The descriptor called back; the provider must be asked whether it has ended.
 */
static inline void dmactl_desc_set_doubtful(struct dmactl_chan *chan,
					    struct dmactl_desc *desc)
{
	desc->doubtful = true;
	chan->descs.doubts = true;
}

static inline void dmactl_desc_no_doubts(struct dmactl_chan *chan)
{
	chan->descs.doubts = false;
}

/* The residues that the provider reports mean nothing. */
static inline void dmactl_desc_set_vague(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	chan->descs.vague = true;
}

/* The provider prepared nothing. */
static inline void dmactl_desc_count_refused(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	chan->descs.refused++;
}

static inline void dmactl_desc_stray(struct dmactl_chan *chan, u32 nr)
{
	chan->descs.stray += nr;
}

/* The provider holds a descriptor that @total does not count. */
static inline void dmactl_desc_mark_used(struct dmactl_chan *chan)
{
	chan->descs.used = true;
}

static inline void dmactl_desc_free_retired(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	if (!list_empty(&chan->descs.retired))
		list_splice_tail_init(&chan->descs.retired, &chan->descs.free);
}

/*
 * The provider has the descriptor and may have ended it. prep_lock is held, so
 * nobody else submits it.
 */
static inline void dmactl_desc_submitted(struct dmactl_chan *chan,
					 struct dmactl_desc *desc,
					 dma_cookie_t cookie)
{
	WRITE_ONCE(desc->cookie, cookie);
	WRITE_ONCE(chan->descs.cookie, cookie);
}

/*
 * The descriptor called back with success or without a result. Returns true if
 * the provider has not completed its cookie. This costs each callback two
 * reads.
 */
static __always_inline bool
dmactl_desc_is_open(const struct dmactl_chan *chan, const struct dmactl_desc *desc,
		    const struct dmaengine_result *result)
{
	const struct dma_chan *dma = chan->lease.dma;
	dma_cookie_t cookie = READ_ONCE(desc->cookie);

	/* 0: the callback came during submit. */
	if (!cookie ||
	    (result && (result->result != DMA_TRANS_NOERROR || result->residue)))
		return false;
	return unlikely(dma_async_is_complete(cookie,
					      READ_ONCE(dma->completed_cookie),
					      READ_ONCE(dma->cookie)) !=
			DMA_COMPLETE);
}

static inline void dmactl_desc_free(struct dmactl_chan *chan,
				    struct dmactl_desc *desc)
{
	bool repeats = desc->repeats;
	bool own = desc == &desc->job->own;

	lockdep_assert_held(&chan->lock);
	dmactl_desc_empty(desc);
	desc->doubtful = false;
	dmactl_desc_count_off(chan);
	dmactl_desc_uncount_entries(chan, desc);
	if (own)
		return;
	/*
	 * The descriptor of an op that repeats may get one more callback after
	 * another op took over. It must not be counted for the next user of the
	 * descriptor.
	 */
	list_move_tail(&desc->node, repeats ? &chan->descs.retired
					    : &chan->descs.free);
}

int dmactl_desc_init_all(struct dmactl_chan *chan, u32 nr);
void dmactl_desc_free_all(struct dmactl_chan *chan);

#define DMACTL_PREP_WHOLE 1

/*
 * May a descriptor with @entries follow, if the provider holds @have? The first
 * one always may.
 */
static inline bool dmactl_desc_has_credit(const struct dmactl_chan *chan, u32 have,
					  u32 entries)
{
	return !have || !entries ||
	       (u64)have + entries <= chan->limits.bounds.outstanding;
}

/* Returns the entries that the next descriptor of an op counts as. */
static inline u32 dmactl_piece_entries(const struct dmactl_job *job)
{
	return job->ops->entries ? job->ops->entries(job) : 1;
}

int dmactl_prep(struct dmactl_chan *chan, struct dmactl_job *job);
int dmactl_prep_one(struct dmactl_chan *chan, struct dmactl_job *job);
unsigned long dmactl_prep_flags(const struct dmactl_job *job);

#endif /* DMACTL_DESC_H */
