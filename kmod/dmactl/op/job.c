// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs: an op is initialized, checked and described; its memory is allocated
 * and freed.
 */

#include <linux/dmaengine.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/account.h"
#include "core/chan.h"
#include "core/rights.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/metadata.h"
#include "op/op.h"
#include "op/periods.h"
#include "op/span.h"

void dmactl_job_init(struct dmactl_job *job, struct dmactl_chan *chan)
{
	memset(job, 0, sizeof(*job));
	job->chan = chan;
	INIT_LIST_HEAD(&job->node);
	INIT_LIST_HEAD(&job->descs);
	dmactl_desc_init(&job->own, chan);
	job->count = 1;
	dmactl_spans_init(job);
}

/* Resets a job from the pool. Its list of descriptors is empty. */
void dmactl_job_reset(struct dmactl_job *job)
{
	memset_startat(job, 0, status);
	job->count = 1;
	dmactl_spans_init(job);
}

/* Charges memory that the op keeps until dmactl_job_clear(). */
int dmactl_job_charge(struct dmactl_job *job, size_t bytes)
{
	int ret = dmactl_account_charge(job->chan->account, bytes);

	if (!ret)
		job->charged += bytes;
	return ret;
}

static void dmactl_job_uncharge(struct dmactl_job *job, size_t bytes)
{
	job->charged -= bytes;
	dmactl_account_uncharge(job->chan->account, bytes);
}

/*
 * Allocates zeroed memory for an op. dmactl_job_clear() takes back the charge.
 */
void *dmactl_job_alloc_mem(struct dmactl_job *job, size_t bytes)
{
	int ret = dmactl_job_charge(job, bytes);
	void *p;

	if (ret)
		return ERR_PTR(ret);
	p = kvzalloc(bytes, DMACTL_GFP_LARGE);
	if (p)
		return p;
	dmactl_job_uncharge(job, bytes);
	return ERR_PTR(-ENOMEM);
}

/* Frees such memory before the op has ended. */
void dmactl_job_free_mem(struct dmactl_job *job, void *p, size_t bytes)
{
	kvfree(p);
	dmactl_job_uncharge(job, bytes);
}

/* The capabilities that a flag requires, for all opcodes. */
static u64 dmactl_flag_caps(u16 flags)
{
	u64 caps = 0;

	if (flags & DMACTL_OPF_REPEAT)
		caps |= DMACTL_CAP_REPEAT;
	if (flags & DMACTL_OPF_LOAD_EOT)
		caps |= DMACTL_CAP_LOAD_EOT;
	return caps;
}

/* Covers the common case, for which no list must be searched. */
static bool dmactl_job_needs_no_sync(const struct dmactl_job *job)
{
	if (job->spans || job->nr_dst > 1 || job->nr_src > 1)
		return false;
	return !(job->nr_dst && dmactl_map_syncs(job->dst->map)) &&
	       !(job->nr_src && dmactl_map_syncs(job->src->map));
}

/*
 * At its end, a plain op only drops its buffers, after a sync that is short
 * enough for a callback. That is possible in any context.
 */
static bool dmactl_job_is_plain(const struct dmactl_job *job)
{
	if (job->spans || job->priv || job->metadata || job->periods)
		return false;
	/* The device may go on with its frame: see queue/complete.c. */
	if (job->prepared_by && job->chan->limits.parks)
		return false;
	return dmactl_job_sync_is_short(job);
}

/* Is the sync at the end of the op short enough for a callback? */
bool dmactl_job_sync_is_short(const struct dmactl_job *job)
{
	if (job->no_sync)
		return true;
	if (job->spans || job->nr_dst > 1 || job->nr_src > 1)
		return false;
	return (job->flags & DMACTL_OPF_NO_SYNC_DST) || !job->nr_dst ||
	       job->dst->len <= DMACTL_SHORT_SYNC;
}

/*
 * Checks an op of a known type and fills @job. On failure @job may already hold
 * buffers. The caller clears it in both cases.
 */
int dmactl_job_fill(struct dmactl_chan *chan, const struct dmactl_op_type *ops,
		    const struct dmactl_op *op, struct dmactl_job *job)
{
	int ret;

	if ((op->flags & ~ops->flags) || (ops->caps & ~chan->limits.caps))
		return -EOPNOTSUPP;
	if (op->flags && (dmactl_flag_caps(op->flags & 0xff) & ~chan->limits.caps))
		return -EOPNOTSUPP;
	if (unlikely(op->flags & DMACTL_OPF_CMD)) {
		ret = dmactl_command_allowed(chan);
		if (ret)
			return ret;
	}
	job->ops = ops;
	job->opcode = op->opcode;
	job->flags = op->flags;
	job->value = op->value;
	job->user_data = op->user_data;
	job->len = op->len;
	job->align = chan->limits.copy_align;
	job->max_len = READ_ONCE(chan->limits.max_len);
	ret = ops->validate(chan, op, job);
	if (ret)
		return ret;
	if (unlikely(chan->limits.mixed) &&
	    (job->dir != DMA_MEM_TO_MEM || job->periods)) {
		job->endless = true;
		atomic_inc(&chan->nr_endless);
	}
	job->no_sync = dmactl_job_needs_no_sync(job);
	job->plain = dmactl_job_is_plain(job);
	return ret;
}

/*
 * @run is the job that a prepared op owns. Another job describes it, and it
 * ends in a completion.
 */
void dmactl_job_init_run(struct dmactl_job *run, struct dmactl_chan *chan,
			 const struct dmactl_op_type *ops, u16 opcode)
{
	dmactl_job_init(run, chan);
	run->ops = ops;
	run->opcode = opcode;
	run->run = true;
	run->plain = true;
}

void dmactl_job_set_run(struct dmactl_job *run, const struct dmactl_job *job)
{
	run->len = job->len;
	run->dir = job->dir;
	run->no_sync = job->no_sync;
	run->reusable = job->reusable;
	run->flags = job->flags;
	dmactl_job_set_prepared(run, job->len);
}

/* Makes @job do what @from does, with the spans of @from. */
void dmactl_job_borrow(struct dmactl_job *job, const struct dmactl_job *from)
{
	dmactl_spans_borrow(job, from);
	job->flags = from->flags;
	job->dir = from->dir;
	job->len = from->len;
}

/* Fills an op of the module itself, between module memory and a peripheral. */
void dmactl_job_fill_own(struct dmactl_job *job, const struct dmactl_op_type *ops,
			 u16 opcode, u8 dir, u64 len)
{
	job->ops = ops;
	job->opcode = opcode;
	job->align = 1;
	job->max_len = READ_ONCE(job->chan->limits.max_len);
	job->dir = dir;
	job->len = len;
}

/*
 * Frees the memory that describes the op. The use of buffers is dropped
 * separately.
 */
void dmactl_job_release_mem(struct dmactl_job *job)
{
	dmactl_spans_free(job);
	if (job->priv)
		kvfree(job->priv);
	job->priv = NULL;
	if (job->metadata)
		dmactl_metadata_free(job);
	if (job->periods)
		dmactl_periods_end(job);
	if (job->charged)
		dmactl_account_uncharge(job->chan->account, job->charged);
	job->charged = 0;
}

/* The provider may still access the memory of the op, so it is never freed. */
void dmactl_job_quarantine_mem(struct dmactl_job *job)
{
	dmactl_spans_quarantine(job);
	dmactl_metadata_quarantine(job);
	job->priv = NULL;
	job->charged = 0;
}
