/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops that repeat until they are stopped. */
#ifndef DMACTL_PERIODS_H
#define DMACTL_PERIODS_H

#include <linux/types.h>

struct dmactl_chan;
struct dmactl_completion;
struct dmactl_desc;
struct dmactl_job;
struct dmaengine_result;

void dmactl_periods_called(struct dmactl_desc *desc, u32 times,
			   const struct dmaengine_result *result);
void dmactl_periods_freeze(struct dmactl_chan *chan);
void dmactl_periods_thaw(struct dmactl_chan *chan);
u64 dmactl_periods_uncounted(const struct dmactl_job *job);
void dmactl_periods_fill(struct dmactl_completion *completion,
			 struct dmactl_job *comp);
void dmactl_periods_reaped(struct dmactl_job *comp);
void dmactl_periods_report(struct dmactl_job *job, u64 count, int status);
void dmactl_periods_gap(struct dmactl_job *job);
u64 dmactl_periods_count(const struct dmactl_job *job);
struct dmactl_desc *dmactl_periods_unheard(struct dmactl_chan *chan);
void dmactl_periods_poll(struct dmactl_desc *desc);

/* periods_poll.c */
void dmactl_periods_poll_init(struct dmactl_chan *chan);
void dmactl_periods_poll_begin(struct dmactl_chan *chan);
void dmactl_periods_poll_cancel(struct dmactl_chan *chan);

#endif /* DMACTL_PERIODS_H */
