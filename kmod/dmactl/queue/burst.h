/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bursts: ops of one channel that are put in flight together, and then prepared
 * and submitted one after the other.
 */
#ifndef DMACTL_BURST_H
#define DMACTL_BURST_H

#include <linux/list.h>
#include <linux/types.h>

struct dmactl_chan;

/*
 * Adds a job to the end of a list. list_add_tail() would also check the list,
 * which costs more than adding to it.
 */
static inline void dmactl_burst_push(struct list_head *node,
				     struct list_head *jobs)
{
	node->prev = jobs->prev;
	node->next = jobs;
	jobs->prev->next = node;
	jobs->prev = node;
}

/*
 * The same for list_del(), on the channel's list of ops in flight. The node must
 * be added to a list next.
 */
static inline void dmactl_burst_unlink(struct list_head *node)
{
	__list_del(node->prev, node->next);
}

u32 dmactl_burst_submit(struct dmactl_chan *chan, struct list_head *jobs,
			bool sync);

#endif /* DMACTL_BURST_H */
