/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops as scatterlists. */
#ifndef DMACTL_LIST_H
#define DMACTL_LIST_H

#include <linux/rio.h>
#include <linux/scatterlist.h>

#include "op/job.h"
#include "op/op.h"

struct dmactl_list {
	u32 nr;			/* entries */
	u32 at;			/* entries that have descriptors */
	u32 max;		/* most entries in one descriptor */
	u64 period_len;		/* no entry crosses the end of a period; 0: no periods */
	u64 left;		/* bytes to the end of the period, without descriptor */
	struct dmactl_vec *vecs;	/* the list for PERIPHERAL_VEC */
#ifdef CONFIG_RAPIDIO_DMA_ENGINE
	struct rio_dma_ext rio;	/* for the next descriptor */
	u64 rio_start;		/* rio.rio_addr of the first descriptor */
#endif
	struct scatterlist sgl[];
};

int dmactl_list_make(struct dmactl_job *job,
		     const struct dmactl_span *spans, u32 nr_spans);
int dmactl_list_make_round(struct dmactl_job *job, const struct dmactl_span *span,
			   u64 period_len);
u32 dmactl_list_round_entries(const struct dmactl_job *job);
struct scatterlist *dmactl_list_round_next(struct dmactl_list *list,
					   struct dmactl_piece *piece);
void dmactl_list_round_advance(struct dmactl_job *job,
			       const struct dmactl_piece *piece);
u32 dmactl_list_entries(const struct dmactl_job *job);
struct scatterlist *dmactl_list_next(struct dmactl_list *list,
				     struct dmactl_piece *piece);
void dmactl_list_advance(struct dmactl_job *job,
			 const struct dmactl_piece *piece);
bool dmactl_list_is_whole(const struct dmactl_job *job);
void dmactl_list_rewind(struct dmactl_job *job);
void dmactl_list_shrink(struct dmactl_chan *chan, struct dmactl_job *job);

#endif /* DMACTL_LIST_H */
