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

/* How a list is cut into entries. */
struct dmactl_list_cut {
	u64 max;			/* most bytes in an entry */
	u64 every;			/* an entry ends here; U64_MAX: anywhere */
	u64 limit;			/* most entries */
};

/*
 * Returns the entries that a span needs, at most one more than the limit. With
 * @sg, also fills the entries and advances it.
 */
static u64 dmactl_list_span(const struct dmactl_span *span,
			    const struct dmactl_list_cut *cut,
			    struct scatterlist **sg)
{
	u64 off = 0, edge = cut->every, len;
	dma_addr_t addr;
	u64 nr = 0;

	for (; off < span->len && nr <= cut->limit; off += len, nr++) {
		/* The task was killed: report a list that is too long. */
		if (!sg && dmactl_list_is_killed(nr))
			return cut->limit + 1;
		if (off == edge)
			edge += cut->every;
		len = dmactl_map_addr(span->map, span->off + off, &addr);
		len = min(min3(len, span->len - off, cut->max), edge - off);
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

static int dmactl_list_make_cut(struct dmactl_job *job,
				const struct dmactl_span *spans, u32 nr_spans,
				u64 period_len)
{
	const struct dmactl_list_cut cut = {
		.max = dmactl_piece_cut(job, U64_MAX),
		.every = period_len ?: U64_MAX,
		.limit = dmactl_list_limit(),
	};
	bool vecs = job->opcode == DMACTL_OP_PERIPHERAL_VEC;
	struct dmactl_list *list;
	struct scatterlist *sg;
	size_t size;
	u64 nr = 0;
	u32 i;

	for (i = 0; i < nr_spans && nr <= cut.limit; i++)
		nr += dmactl_list_span(&spans[i], &cut, NULL);
	/* An array can name the same buffer many times. */
	if (nr > cut.limit)
		return -EDQUOT;
	size = struct_size(list, sgl, nr);
	if (vecs)
		size = size_add(size, array_size(nr, sizeof(struct dmactl_vec)));
	list = dmactl_job_alloc_mem(job, size);
	if (IS_ERR(list))
		return PTR_ERR(list);
	list->nr = nr;
	list->max = min_t(u32, nr, job->chan->limits.bounds.entries);
	list->period_len = period_len;
	list->left = period_len;
	sg_init_table(list->sgl, nr);
	sg = list->sgl;
	for (i = 0; i < nr_spans; i++)
		dmactl_list_span(&spans[i], &cut, &sg);
	if (vecs) {
		list->vecs = (struct dmactl_vec *)&list->sgl[nr];
		dmactl_list_fill_vecs(list);
	}
	dmactl_job_set_priv(job, list);
	return 0;
}

/* Makes the list of all spans of one side. */
int dmactl_list_make(struct dmactl_job *job,
		     const struct dmactl_span *spans, u32 nr_spans)
{
	return dmactl_list_make_cut(job, spans, nr_spans, 0);
}

/* Makes a list that descriptors go round, period by period. */
int dmactl_list_make_round(struct dmactl_job *job, const struct dmactl_span *span,
			   u64 period_len)
{
	return dmactl_list_make_cut(job, span, 1, period_len);
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

/* Returns the entries of the next descriptor, and their bytes in *@bytes. */
static u32 dmactl_list_round_count(const struct dmactl_list *list, u64 *bytes)
{
	u32 i;

	*bytes = 0;
	for (i = 0; i < list->max && *bytes < list->left; i++) {
		u64 len = sg_dma_len(&list->sgl[list->at + i]);

		if (i && *bytes + len > DMACTL_DESC_BYTES)
			break;
		*bytes += len;
	}
	return i;
}

u32 dmactl_list_round_entries(const struct dmactl_job *job)
{
	u64 bytes;

	return dmactl_list_round_count(job->priv, &bytes);
}

/*
 * Cuts off the next entries, up to the end of the period. Drivers may keep the
 * list until the descriptor has ended (imx-dma), and here it does.
 */
struct scatterlist *dmactl_list_round_next(struct dmactl_list *list,
					   struct dmactl_piece *piece)
{
	u32 i;

	piece->nr = dmactl_list_round_count(list, &piece->len);
	for (i = 0; i < piece->nr; i++)
		sg_unmark_end(&list->sgl[list->at + i]);
	sg_mark_end(&list->sgl[list->at + piece->nr - 1]);
	return &list->sgl[list->at];
}

void dmactl_list_round_advance(struct dmactl_job *job,
			       const struct dmactl_piece *piece)
{
	struct dmactl_list *list = job->priv;

	list->at += piece->nr;
	if (list->at == list->nr)
		list->at = 0;
	list->left -= piece->len;
	if (!list->left)
		list->left = list->period_len;
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
