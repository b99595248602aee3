/* SPDX-License-Identifier: GPL-2.0-only */
/* Batches that wait for fences before they start. */
#ifndef DMACTL_DEFER_H
#define DMACTL_DEFER_H

#include <linux/list.h>
#include <linux/types.h>

#include "core/chan.h"
#include "op/job.h"

struct dmactl_fences;

/* Is a batch of the channel waiting? While it is, no other op may start. */
static inline bool dmactl_defer_blocks(const struct dmactl_chan *chan)
{
	return READ_ONCE(chan->defer.nr);
}

int dmactl_defer(struct dmactl_chan *chan, struct list_head *jobs,
		 struct dmactl_fences *fences);
void dmactl_defer_run(struct dmactl_chan *chan);
bool dmactl_defer_is_next(struct dmactl_chan *chan);
struct dmactl_job *dmactl_defer_first(struct dmactl_chan *chan);
struct dmactl_job *dmactl_defer_find(struct dmactl_chan *chan, bool any,
				     u64 user_data);
void dmactl_defer_abort(struct dmactl_chan *chan, int status,
			struct list_head *batches);
void dmactl_defer_free(struct dmactl_chan *chan, struct list_head *batches);
void dmactl_defer_init(struct dmactl_chan *chan);

#endif /* DMACTL_DEFER_H */
