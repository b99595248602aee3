// SPDX-License-Identifier: GPL-2.0-only
/* Scatterlists of mapped addresses. Each entry is contiguous for the device. */

#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/param.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/linear.h"
#include "op/list.h"
#include "op/op.h"

/* kvmalloc() prints a warning if more than INT_MAX bytes are asked for. */
#define DMACTL_MAX_LIST							\
	((INT_MAX - 1024) /						\
	 (sizeof(struct scatterlist) + sizeof(struct dmactl_vec)))

/* Returns the most entries of an op. A longer list could not be charged. */
static u64 dmactl_list_limit(void)
{
	return min_t(u64, DMACTL_MAX_LIST, READ_ONCE(dmactl_max_kernel_bytes) /
					   sizeof(struct scatterlist));
}

/* Entries counted between checks for a fatal signal. */
#define DMACTL_LIST_CHUNK 4096

/*
 * Counting the entries of a list can take long. Returns true if the task was
 * killed.
 */
static bool dmactl_list_is_killed(u64 nr)
{
	if (nr % DMACTL_LIST_CHUNK)
		return false;
	cond_resched();
	return fatal_signal_pending(current);
}

/*
 * Returns the entries that a span needs, at most @limit + 1. With @sg, also
 * fills the entries and advances it.
 */
static u64 dmactl_list_span(const struct dmactl_span *span, u64 max, u64 limit,
			    struct scatterlist **sg)
{
	u64 off = 0, len;
	dma_addr_t addr;
	u64 nr = 0;

	for (; off < span->len && nr <= limit; off += len, nr++) {
		/* The task was killed: report a list that is too long. */
		if (!sg && dmactl_list_is_killed(nr))
			return limit + 1;
		len = dmactl_map_addr(span->map, span->off + off, &addr);
		len = min3(len, span->len - off, max);
		if (!sg)
			continue;
		sg_dma_address(*sg) = addr;
		sg_dma_len(*sg) = len;
		(*sg)->length = len;
		*sg = sg_next(*sg);
	}
	return nr;
}

static void dmactl_list_fill_vecs(struct dmactl_list *list)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		list->vecs[i] = (struct dmactl_vec) {
			.addr = sg_dma_address(&list->sgl[i]),
			.len = sg_dma_len(&list->sgl[i]),
		};
}

/* Makes the list of all spans of one side. */
int dmactl_list_make(struct dmactl_job *job,
		     const struct dmactl_span *spans, u32 nr_spans)
{
	u64 max = dmactl_piece_cut(job, U64_MAX);
	bool vecs = job->opcode == DMACTL_OP_PERIPHERAL_VEC;
	u64 limit = dmactl_list_limit();
	struct dmactl_list *list;
	struct scatterlist *sg;
	size_t size;
	u64 nr = 0;
	u32 i;

	for (i = 0; i < nr_spans && nr <= limit; i++)
		nr += dmactl_list_span(&spans[i], max, limit, NULL);
	/* An array can name the same buffer many times. */
	if (nr > limit)
		return -EDQUOT;
	size = struct_size(list, sgl, nr);
	if (vecs)
		size = size_add(size, array_size(nr, sizeof(struct dmactl_vec)));
	list = dmactl_job_alloc_mem(job, size);
	if (IS_ERR(list))
		return PTR_ERR(list);
	list->nr = nr;
	list->max = min_t(u32, nr, job->chan->limits.bounds.entries);
	sg_init_table(list->sgl, nr);
	sg = list->sgl;
	for (i = 0; i < nr_spans; i++)
		dmactl_list_span(&spans[i], max, limit, &sg);
	if (vecs) {
		list->vecs = (struct dmactl_vec *)&list->sgl[nr];
		dmactl_list_fill_vecs(list);
	}
	dmactl_job_set_priv(job, list);
	return 0;
}

u32 dmactl_list_entries(const struct dmactl_job *job)
{
	const struct dmactl_list *list = job->priv;

	return list ? min(list->max, list->nr - list->at) : 1;
}

/* Cuts off the next entries as a list of their own. */
struct scatterlist *dmactl_list_next(struct dmactl_list *list,
				     struct dmactl_piece *piece)
{
	u32 left = min(list->max, list->nr - list->at);
	u32 i;

	for (i = 0; i < left; i++) {
		u64 len = sg_dma_len(&list->sgl[list->at + i]);

		if (i && piece->len + len > DMACTL_DESC_BYTES)
			break;
		piece->len += len;
		/* An earlier attempt may have ended its list here. */
		sg_unmark_end(&list->sgl[list->at + i]);
	}
	piece->nr = i;
	sg_mark_end(&list->sgl[list->at + piece->nr - 1]);
	return &list->sgl[list->at];
}

void dmactl_list_advance(struct dmactl_job *job,
			 const struct dmactl_piece *piece)
{
	struct dmactl_list *list = job->priv;

	if (list)
		list->at += piece->nr;
	else
		dmactl_linear_advance(job, piece);
}

bool dmactl_list_is_whole(const struct dmactl_job *job)
{
	const struct dmactl_list *list = job->priv;

	if (!list)
		return dmactl_linear_is_whole(job);
	return list->nr <= list->max && job->len <= DMACTL_DESC_BYTES;
}

void dmactl_list_rewind(struct dmactl_job *job)
{
	struct dmactl_list *list = job->priv;

	if (list)
		list->at = 0;
}

void dmactl_list_shrink(struct dmactl_chan *chan, struct dmactl_job *job)
{
	struct dmactl_list *list = job->priv;

	if (list)
		list->max = max(list->max / 2, 1u);
}
