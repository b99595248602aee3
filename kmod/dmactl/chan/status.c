// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_STATUS: the state of a channel. */

#include <linux/dmaengine.h>
#include <linux/list.h>

#include "../../compat.h"
#include "chan/status.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "op/job.h"
#include "queue/defer.h"
#include "queue/periods.h"
#include "queue/queue.h"
#include "queue/refill.h"
#include "queue/residue.h"

static struct dmactl_job *dmactl_status_pick(struct dmactl_chan *chan,
					     const struct dmactl_chan_status *arg)
{
	struct dmactl_job *job;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry(job, &chan->queue.inflight, node)
		if (!(arg->flags & DMACTL_STATUS_BY_USER_DATA) ||
		    job->user_data == arg->user_data)
			return job;
	return NULL;
}

static u32 dmactl_state_of(enum dma_status status)
{
	switch (status) {
	case DMA_COMPLETE:
		return DMACTL_STATE_COMPLETE;
	case DMA_IN_PROGRESS:
		return DMACTL_STATE_IN_PROGRESS;
	case DMA_PAUSED:
		return DMACTL_STATE_PAUSED;
	default:
		return DMACTL_STATE_ERROR;
	}
}

/* The question to the provider. */
struct dmactl_status_query {
	struct dmactl_residue_query of;
	bool held;
};

/*
 * Ended descriptors are off the list. So the residue is the bytes without a
 * descriptor, plus all descriptors, minus what the oldest one has moved.
 */
static u64 dmactl_status_left(struct dmactl_job *job)
{
	u64 left = job->len - job->prepared;
	struct dmactl_desc *desc;

	if (job->refilled)
		return dmactl_refill_left(job);
	if (job->own.job)
		left += job->own.len;
	list_for_each_entry(desc, &job->descs, node)
		left += desc->len;
	return left;
}

static void dmactl_status_job(struct dmactl_chan *chan, struct dmactl_job *job,
			      struct dmactl_chan_status *arg,
			      struct dmactl_status_query *query)
{
	struct dmactl_desc *desc;

	lockdep_assert_held(&chan->lock);
	arg->user_data = job->user_data;
	arg->out_count = dmactl_periods_count(job);
	arg->out_residue = dmactl_status_left(job);
	arg->out_state = DMACTL_STATE_IN_PROGRESS;
	desc = dmactl_job_oldest(job);
	if (!desc)
		return;
	query->held = chan->queue.held;
	dmactl_residue_note(chan, desc, &query->of);
}

static int dmactl_status_fill(struct dmactl_chan *chan,
			      struct dmactl_chan_status *arg,
			      struct dmactl_status_query *query)
{
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	arg->out_residue = 0;
	arg->out_count = 0;
	arg->out_submitted = chan->queue.submitted;
	arg->out_completed = chan->queue.completed;
	arg->out_failed = chan->queue.failed;
	arg->out_bytes = chan->queue.bytes;
	arg->out_descriptors = chan->descs.total;
	arg->out_in_flight = dmactl_queue_nr(chan) + chan->defer.nr;
	arg->out_credit = chan->pool.nr_free;
	arg->out_stalls = chan->stall.count;
	if (chan->life.dead) {
		arg->out_state = DMACTL_STATE_GONE;
		arg->out_credit = 0;
		return 0;
	}

	job = dmactl_status_pick(chan, arg);
	if (job) {
		dmactl_status_job(chan, job, arg, query);
		return 0;
	}
	job = dmactl_defer_find(chan, !(arg->flags & DMACTL_STATUS_BY_USER_DATA),
				arg->user_data);
	if (job) {
		arg->user_data = job->user_data;
		arg->out_residue = job->len;
		arg->out_state = DMACTL_STATE_HELD;
		return 0;
	}
	if (arg->flags & DMACTL_STATUS_BY_USER_DATA)
		return -ENOENT;
	arg->out_state = DMACTL_STATE_IDLE;
	arg->user_data = 0;
	return 0;
}

/* The descriptor may have ended by now; then the status is COMPLETE. */
static void dmactl_status_ask(struct dmactl_chan *chan,
			      struct dmactl_chan_status *arg,
			      const struct dmactl_status_query *query)
{
	enum dma_status status;
	u32 left;

	lockdep_assert_held(&chan->rwsem);
	status = dmactl_residue_ask(chan, &query->of, &left);
	arg->out_state = dmactl_state_of(status);
	arg->out_residue -= query->of.len - left;
	if (query->held && status == DMA_IN_PROGRESS)
		arg->out_state = DMACTL_STATE_HELD;
}

/* The caller holds rwsem, at least for reading. */
int dmactl_chan_status(struct dmactl_chan *chan,
		       struct dmactl_chan_status *arg)
{
	struct dmactl_status_query query = { };
	int ret;

	ret = dmactl_status_fill(chan, arg, &query);
	/* Without a cookie, the provider is being given the descriptor. */
	if (!ret && query.of.cookie)
		dmactl_status_ask(chan, arg, &query);
	return ret;
}

static int dmactl_status_read(struct dmactl_chan *chan,
			      struct dmactl_chan_status *arg)
{
	int ret;

	ret = dmactl_chan_lock_read(chan);
	if (ret)
		return ret;
	ret = dmactl_chan_status(chan, arg);
	up_read(&chan->rwsem);
	return ret;
}

int dmactl_ioctl_chan_status(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_status *arg = cmd->arg;
	struct dmactl_chan *chan;
	int ret;

	chan = dmactl_chan_get(cmd->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_status_read(chan, arg);
	dmactl_chan_put(chan);
	return ret ? ret : dmactl_cmd_respond(cmd);
}
