// SPDX-License-Identifier: GPL-2.0-only
/*
 * The residue that a provider reports. Some report one that cannot be true.
 * For what MCDMA sends, xilinx_dma reads the wrong word and reports the whole
 * length. Asked about any descriptor, it reports the residue of the newest one.
 * So a residue counts only if nothing contradicts it.
 */

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/minmax.h>

#include "core/chan.h"
#include "op/job.h"
#include "queue/desc.h"
#include "queue/residue.h"

/*
 * A descriptor ended without an error, and its residue is its whole length.
 * Returns true if the residue is the one to believe: the provider declares that
 * it counts within a descriptor, or it has reported other residues before. Then
 * the transfer failed and the driver did not notice.
 */
static bool dmactl_residue_counts(const struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->lock);
	if (chan->limits.residue_granularity !=
	    DMA_RESIDUE_GRANULARITY_DESCRIPTOR)
		return true;
	return chan->queue.bytes && !chan->descs.vague;
}

/* See dmactl_residue_ended(): there is a residue, or an error. */
u64 dmactl_residue_ended_short(struct dmactl_chan *chan,
			       const struct dmactl_desc *desc, u32 residue,
			       int *status)
{
	u64 left = min(residue, desc->len);

	lockdep_assert_held(&chan->lock);
	/* After an error without a residue, assume that nothing was moved. */
	if (*status)
		return left ?: desc->len;
	if (!left || left < desc->len)
		return left;
	if (dmactl_residue_counts(chan)) {
		*status = -EIO;
		return left;
	}
	dmactl_desc_set_vague(chan);
	return 0;
}

static dma_cookie_t dmactl_residue_newest(struct dmactl_chan *chan)
{
	struct dmactl_desc *desc;
	struct dmactl_job *job;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry_reverse(job, &chan->queue.inflight, node) {
		if (!list_empty(&job->descs))
			desc = list_last_entry(&job->descs, struct dmactl_desc,
					       node);
		else if (job->own.job)
			desc = &job->own;
		else
			continue;
		return READ_ONCE(desc->cookie);
	}
	return 0;
}

/* Fills the query for the oldest descriptor of an op. */
void dmactl_residue_note(struct dmactl_chan *chan, struct dmactl_desc *desc,
			 struct dmactl_residue_query *query)
{
	dma_cookie_t newest = dmactl_residue_newest(chan);

	lockdep_assert_held(&chan->lock);
	query->cookie = READ_ONCE(desc->cookie);
	query->newest = newest != query->cookie ? newest : 0;
	query->len = desc->len;
	/* The ops before it are in flight, so it has not started. */
	query->waits = !(chan->limits.caps & DMACTL_CAP_NO_ORDER) &&
		       !list_is_first(&desc->job->node, &chan->queue.inflight);
}

/*
 * Asks the provider about a descriptor and sets *left to the bytes that may not
 * have been moved. Called without chan->lock: ioatdma and others end descriptors
 * here and call back.
 */
enum dma_status dmactl_residue_ask(struct dmactl_chan *chan,
				   const struct dmactl_residue_query *query,
				   u32 *left)
{
	struct dma_tx_state state = { }, other = { };
	enum dma_status status;

	lockdep_assert_held(&chan->rwsem);
	status = dmaengine_tx_status(chan->lease.dma, query->cookie, &state);
	*left = status == DMA_COMPLETE ? 0 : query->len;
	/* Providers that do not know the residue return 0. */
	if (!*left || query->waits || !state.residue || state.residue >= *left)
		return status;
	if (query->newest)
		dmaengine_tx_status(chan->lease.dma, query->newest, &other);
	if (!query->newest || other.residue != state.residue)
		*left = state.residue;
	return status;
}
