/* SPDX-License-Identifier: GPL-2.0-only */
/* Linear ops go through their spans from start to end. */
#ifndef DMACTL_LINEAR_H
#define DMACTL_LINEAR_H

#include <linux/types.h>

#include "op/job.h"

struct dmactl_piece;

/* For an op whose cursor counts descriptors. */
static inline void dmactl_linear_step(struct dmactl_job *job)
{
	job->at_dst.index++;
}

static inline void dmactl_linear_rewind(struct dmactl_job *job)
{
	job->at_dst = (struct dmactl_cursor) { };
	job->at_src = (struct dmactl_cursor) { };
}

u64 dmactl_piece_cut(const struct dmactl_job *job, u64 len);
u64 dmactl_piece_max(const struct dmactl_job *job);
u64 dmactl_linear_next(const struct dmactl_job *job, dma_addr_t *dst,
		       dma_addr_t *src);
bool dmactl_linear_is_whole(const struct dmactl_job *job);
void dmactl_linear_advance(struct dmactl_job *job,
			   const struct dmactl_piece *piece);

#endif /* DMACTL_LINEAR_H */
