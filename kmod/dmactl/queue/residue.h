/* SPDX-License-Identifier: GPL-2.0-only */
/* The residue that a provider reports, and whether it can be true. */
#ifndef DMACTL_RESIDUE_H
#define DMACTL_RESIDUE_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_desc;

/* A descriptor to ask about. dmactl_residue_note() fills it under chan->lock. */
struct dmactl_residue_query {
	dma_cookie_t cookie;	/* 0: the provider is being given the descriptor */
	dma_cookie_t newest;	/* of the channel's newest descriptor; 0: it is this one */
	u32 len;
	bool waits;		/* an older op is still in flight */
};

u64 dmactl_residue_ended_short(struct dmactl_chan *chan,
			       const struct dmactl_desc *desc, u32 residue,
			       int *status);
void dmactl_residue_note(struct dmactl_chan *chan, struct dmactl_desc *desc,
			 struct dmactl_residue_query *query);
enum dma_status dmactl_residue_ask(struct dmactl_chan *chan,
				   const struct dmactl_residue_query *query,
				   u32 *left);

/*
 * Returns the bytes of a descriptor that were not moved. It has ended with
 * *status. That becomes an error if the provider reports a success that cannot be
 * true.
 */
static inline u64 dmactl_residue_ended(struct dmactl_chan *chan,
				       const struct dmactl_desc *desc,
				       const struct dmaengine_result *result,
				       int *status)
{
	u32 residue = result ? result->residue : 0;

	if (likely(!residue && !*status))
		return 0;
	return dmactl_residue_ended_short(chan, desc, residue, status);
}

#endif /* DMACTL_RESIDUE_H */
