/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops in flight on a channel. */
#ifndef DMACTL_QUEUE_H
#define DMACTL_QUEUE_H

#include <linux/list.h>

#include "core/chan.h"
#include "op/job.h"

/*
 * @nr more ops are in flight, with the sequence numbers that they were given.
 */
static inline void dmactl_queue_count(struct dmactl_chan *chan, int nr)
{
	lockdep_assert_held(&chan->lock);
	chan->queue.submitted += nr;
}

/*
 * Returns the number of ops in flight. Without chan->lock it can be too high,
 * as ops end meanwhile.
 */
static inline u32 dmactl_queue_nr(const struct dmactl_chan *chan)
{
	u32 completed = READ_ONCE(chan->queue.completed);

	/* An op is counted as submitted first, so the result is not negative. */
	smp_rmb();
	return (u32)READ_ONCE(chan->queue.submitted) - completed;
}

/* Gives the op the sequence number behind @ahead others. */
static inline void dmactl_queue_number(struct dmactl_chan *chan,
				       struct dmactl_job *job, u32 ahead)
{
	job->seq = (u32)chan->queue.submitted + ahead;
}

/* Puts the op in flight. */
static inline void dmactl_queue_add(struct dmactl_job *job)
{
	struct dmactl_chan *chan = job->chan;

	list_move_tail(&job->node, &chan->queue.inflight);
	dmactl_queue_count(chan, 1);
}

/* Takes the op out again. */
static inline void dmactl_queue_del(struct dmactl_job *job)
{
	list_del_init(&job->node);
	dmactl_queue_count(job->chan, -1);
}

/* Puts ops of another list in flight. The caller counts them. */
static inline void dmactl_queue_move(struct dmactl_chan *chan,
				     struct list_head *first,
				     struct list_head *last)
{
	lockdep_assert_held(&chan->lock);
	list_bulk_move_tail(&chan->queue.inflight, first, last);
}

/*
 * Takes the op @first and all behind it out of flight, to the head of a list.
 * The caller counts them.
 */
static inline void dmactl_queue_cut(struct dmactl_chan *chan,
				    struct list_head *first,
				    struct list_head *jobs)
{
	struct list_head *inflight = &chan->queue.inflight;
	LIST_HEAD(before);

	lockdep_assert_held(&chan->lock);
	list_cut_before(&before, inflight, first);
	list_splice_init(inflight, jobs);
	list_splice(&before, inflight);
}

static inline void dmactl_queue_add_bytes(struct dmactl_chan *chan, u64 bytes)
{
	chan->queue.bytes += bytes;
}

/* Counts an op that has ended. The caller takes it off the list. */
static inline void dmactl_queue_end(struct dmactl_chan *chan, u64 bytes,
				    bool failed)
{
	lockdep_assert_held(&chan->lock);
	chan->queue.completed++;
	chan->queue.bytes += bytes;
	if (failed)
		chan->queue.failed++;
}

/* A descriptor is free again, so the provider may take another. */
static inline void dmactl_queue_unstarve(struct dmactl_chan *chan)
{
	chan->queue.starved = false;
	chan->queue.refusals = 0;
}

static inline void dmactl_queue_starve(struct dmactl_chan *chan)
{
	chan->queue.starved = true;
}

/* Returns how often in a row prep failed with nothing in flight. */
static inline u32 dmactl_queue_refuse(struct dmactl_chan *chan)
{
	return ++chan->queue.refusals;
}

static inline void dmactl_queue_set_partial(struct dmactl_chan *chan,
					    struct dmactl_job *job)
{
	WRITE_ONCE(chan->queue.partial, job);
}

static inline void dmactl_queue_set_held(struct dmactl_chan *chan, bool held)
{
	WRITE_ONCE(chan->queue.held, held);
}

static inline void dmactl_queue_set_paused(struct dmactl_chan *chan, bool paused)
{
	chan->queue.paused = paused;
}

void dmactl_queue_init(struct dmactl_chan *chan);
void dmactl_job_clear(struct dmactl_job *job);
void dmactl_job_clear_and_free(struct dmactl_job *job);
void dmactl_chan_abort(struct dmactl_chan *chan, int status, bool released);
void dmactl_queue_set_stopping(struct dmactl_chan *chan, bool stopping);
void dmactl_job_end(struct dmactl_job *job);

#endif /* DMACTL_QUEUE_H */
