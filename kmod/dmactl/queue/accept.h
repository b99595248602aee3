/* SPDX-License-Identifier: GPL-2.0-only */
/* Accepts checked ops on their channels. */
#ifndef DMACTL_ACCEPT_H
#define DMACTL_ACCEPT_H

#include <linux/list.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_job;
struct work_struct;

int dmactl_sync_for_device(struct dmactl_job *job);
int dmactl_accept(struct dmactl_chan *chan, struct dmactl_job *job, bool hold);
int dmactl_accept_once(struct dmactl_chan *chan, struct dmactl_job *job,
		       bool hold, bool last);

/* Ops to accept, in this order. */
struct dmactl_submission {
	struct list_head jobs;	/* checked and not yet accepted */
	u32 accepted;
	bool hold;
};

/* The first @nr ops were taken off the list and are accepted. */
static inline void dmactl_submission_accept(struct dmactl_submission *sub, u32 nr)
{
	sub->accepted += nr;
}

int dmactl_accept_run(struct dmactl_submission *sub, struct dmactl_chan *chan);
void dmactl_pump_work(struct work_struct *work);

#endif /* DMACTL_ACCEPT_H */
