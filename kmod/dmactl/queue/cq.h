/* SPDX-License-Identifier: GPL-2.0-only */
/* The completion queue of a session. */
#ifndef DMACTL_CQ_H
#define DMACTL_CQ_H

#include <linux/dmactl.h>
#include <linux/list.h>
#include <linux/types.h>

#include "core/session.h"
#include "op/job.h"
#include "queue/periods.h"

/* For a cyclic op the caller holds cq_lock, because the count may change. */
static __always_inline void
dmactl_completion_fill(struct dmactl_completion *completion, struct dmactl_job *job)
{
	if (job->periods) {
		dmactl_periods_fill(completion, job);
		return;
	}
	*completion = (struct dmactl_completion) {
		.user_data = job->user_data,
		.bytes = job->bytes,
		.timestamp_ns = job->timestamp_ns,
		.chan = job->chan->obj.handle,
		.status = job->status,
		.flags = job->check,
		.seq = job->seq,
		.count = job->count,
	};
}

/* Sets how many completions waiters want. U32_MAX: there are no waiters. */
static inline void dmactl_cq_set_want(struct dmactl_session *s, u32 nr)
{
	WRITE_ONCE(s->want, nr);
}

/* @nr ops were taken off the queue; negative: put back. */
static inline void dmactl_cq_count_off(struct dmactl_session *s, int nr)
{
	WRITE_ONCE(s->nr_cq, s->nr_cq - nr);
}

void dmactl_cq_init(struct dmactl_session *s);
void dmactl_cq_wake(struct dmactl_session *s);
bool dmactl_cq_add(struct dmactl_session *s, struct dmactl_job *job);
void dmactl_cq_publish(struct dmactl_session *s, struct list_head *ended,
		       u32 nr);
int dmactl_reap(struct dmactl_session *s, void __user *to, u32 nr, u32 stride);
void dmactl_cq_drop(struct dmactl_session *s);

#endif /* DMACTL_CQ_H */
