// SPDX-License-Identifier: GPL-2.0-only
/* Linear ops go through their spans from start to end, piece by piece. */

#include <linux/minmax.h>

#include "mem/map.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/op.h"

/* Stores the address at a cursor. Returns the contiguous bytes that follow. */
static u64 dmactl_cursor_left(const struct dmactl_span *spans,
			      const struct dmactl_cursor *at, dma_addr_t *addr)
{
	const struct dmactl_span *span = &spans[at->index];
	u64 left = dmactl_map_addr(span->map, span->off + at->pos, addr);

	return min(left, span->len - at->pos);
}

static void dmactl_cursor_advance(const struct dmactl_span *spans,
				  struct dmactl_cursor *at, u64 len)
{
	at->pos += len;
	if (at->pos == spans[at->index].len) {
		at->index++;
		at->pos = 0;
	}
}

/* Cuts @len to one descriptor. An aligned op stays aligned. */
u64 dmactl_piece_cut(const struct dmactl_job *job, u64 len)
{
	if (len <= job->max_len)
		return len;
	return max_t(u64, round_down(job->max_len, job->align), job->align);
}

/* Returns the most bytes that the next descriptor can have. */
u64 dmactl_piece_max(const struct dmactl_job *job)
{
	return dmactl_piece_cut(job, job->len - job->prepared);
}

/* Returns the length of the next piece and stores its addresses. */
u64 dmactl_linear_next(const struct dmactl_job *job, dma_addr_t *dst,
		       dma_addr_t *src)
{
	u64 len = dmactl_piece_max(job);

	if (dst)
		len = min(len, dmactl_cursor_left(job->dst, &job->at_dst, dst));
	if (src)
		len = min(len, dmactl_cursor_left(job->src, &job->at_src, src));
	return len;
}

bool dmactl_linear_is_whole(const struct dmactl_job *job)
{
	dma_addr_t dst, src;

	return dmactl_linear_next(job, job->nr_dst ? &dst : NULL,
				  job->nr_src ? &src : NULL) == job->len;
}

void dmactl_linear_advance(struct dmactl_job *job,
			   const struct dmactl_piece *piece)
{
	if (job->nr_dst)
		dmactl_cursor_advance(job->dst, &job->at_dst, piece->len);
	if (job->nr_src)
		dmactl_cursor_advance(job->src, &job->at_src, piece->len);
}
