/* SPDX-License-Identifier: GPL-2.0-only */
/* What XOR and PQ share. */
#ifndef DMACTL_RAID_H
#define DMACTL_RAID_H

#include "op/job.h"
#include "op/op.h"

/* Some providers BUG() on PQ of a single source with P. */
#define DMACTL_MIN_SOURCES 2

/*
 * A check that continues from a sum in scratch memory has it among its sources:
 * P with coefficient 0, Q with coefficient 1 and, to cancel Q in P, Q with
 * coefficient 0.
 */
#define DMACTL_PQ_CARRIED 3

/* In a check, job->src holds P and Q behind the sources. */
struct dmactl_raid {
	u32 nr;			/* number of sources */
	u32 lead;		/* sources summed up before a check */
	u32 done;		/* sources in descriptors, for this piece */
	u64 len;		/* bytes of this piece */
	bool val;		/* the op is a check */
	bool want[2];		/* has P, has Q */
	u32 at[2];		/* index of P, Q in job->dst or job->src */
	dma_addr_t dst[2];	/* addresses of P, Q */
	u8 *coef;
	dma_addr_t addr[];	/* sources of one descriptor */
};

u64 dmactl_raid_addr(const struct dmactl_job *job,
		     const struct dmactl_span *span, u64 more,
			    dma_addr_t *addr);
void dmactl_raid_sources(const struct dmactl_job *job,
			 struct dmactl_raid *raid, u32 have, u32 from,
				u32 nr);
void dmactl_raid_begin(const struct dmactl_chan *chan,
		       const struct dmactl_job *job,
			      struct dmactl_raid *raid);
void dmactl_raid_step(const struct dmactl_raid *raid, u32 total,
		      struct dmactl_piece *piece, unsigned long *flags);
void dmactl_raid_advance(struct dmactl_job *job,
			 const struct dmactl_piece *piece);
void dmactl_raid_rewind(struct dmactl_job *job);
int dmactl_raid_check_overlap(struct dmactl_job *job, u32 max);
int dmactl_raid_validate(struct dmactl_chan *chan,
			 const struct dmactl_op *op,
				struct dmactl_job *job, bool val, bool pq);
int dmactl_raid_scratch(struct dmactl_chan *chan,
			const struct dmactl_op *op,
			       struct dmactl_job *job, u32 halves);

#endif /* DMACTL_RAID_H */
