/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops that repeat until they are stopped. */
#ifndef DMACTL_OP_PERIODS_H
#define DMACTL_OP_PERIODS_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "op/job.h"

/*
 * Referenced by the op while it is in flight, and by the queue while @comp is
 * queued or a reader holds it.
 */
struct dmactl_periods {
	struct dmactl_job comp;		/* queued as the op's completion */
	refcount_t ref;
	u64 period_len;
	u64 nr;				/* periods in the cyclic buffer */
	u64 callbacks;			/* chan->lock: periods, by callbacks */
	u64 polled;			/* chan->lock: periods, by the residue */
	u32 polls;			/* chan->lock: polls without a callback */
	bool vague;			/* chan->lock: the position goes back */
	u64 first_poll_ns;		/* chan->lock */
	u64 last_poll_ns;		/* chan->lock */
	u64 counted;			/* chan->lock: bytes counted in chan->queue */
	/*
	 * chan->lock, for queue/refill.c: where the provider was stopped. The cookie
	 * is 0 if that is unknown.
	 */
	dma_cookie_t stopped_in;
	u32 stopped_at;			/* bytes of this descriptor */
	bool frozen;			/* chan->lock: the channel is being stopped */
	u64 count;			/* cq_lock: periods ended */
	u64 reported;			/* cq_lock: periods reported so far */
	u64 reporting;			/* reap_lock: count in the reader's copy */
	u64 gaps;			/* cq_lock: how often the provider had no descriptor */
	u64 gaps_reported;		/* cq_lock */
	u64 gaps_reporting;		/* reap_lock */
	bool queued;			/* cq_lock */
	bool over;			/* cq_lock: the op has ended */
};

static inline void dmactl_periods_hold(struct dmactl_periods *periods)
{
	refcount_inc(&periods->ref);
}

int dmactl_periods_new(struct dmactl_job *job, u64 period_len);
void dmactl_periods_put(struct dmactl_periods *periods);
void dmactl_periods_end(struct dmactl_job *job);

#endif /* DMACTL_OP_PERIODS_H */
