/* SPDX-License-Identifier: GPL-2.0-only */
/* Spans, the ranges of buffers in an op, and the arrays that programs pass. */
#ifndef DMACTL_SPAN_H
#define DMACTL_SPAN_H

#include <linux/dmactl.h>
#include <linux/types.h>

#include "mem/buffer.h"
#include "op/job.h"

/* The fields that an opcode does not use. */
struct dmactl_unused {
	bool dst, src, args, value, len;
};

/* A new op can have one destination and one source, and has none. */
static inline void dmactl_spans_init(struct dmactl_job *job)
{
	job->dst = &job->inl[0];
	job->src = &job->inl[1];
}

/* The op must not, or no longer, drop these buffers. */
static inline void dmactl_spans_disown(struct dmactl_job *job)
{
	job->nr_dst = 0;
	job->nr_src = 0;
}

/* The end of an op with at most one destination and one source. */
static inline void dmactl_spans_unuse_plain(struct dmactl_job *job)
{
	if (job->nr_dst)
		dmactl_buf_unuse(job->dst->buf);
	if (job->nr_src)
		dmactl_buf_unuse(job->src->buf);
	dmactl_spans_disown(job);
}

void dmactl_spans_unuse(struct dmactl_job *job);
void dmactl_spans_free(struct dmactl_job *job);
void dmactl_spans_quarantine(struct dmactl_job *job);
void dmactl_spans_borrow(struct dmactl_job *job, const struct dmactl_job *from);
void dmactl_spans_set_has_resv(struct dmactl_job *job, bool has_resv);
void dmactl_span_own(struct dmactl_job *job, struct dmactl_buf *buf,
		     struct dmactl_map *map, u64 off, u64 len);

bool dmactl_op_is_clean(const struct dmactl_op *op,
			struct dmactl_unused unused);
int dmactl_add_dst(struct dmactl_chan *chan, struct dmactl_job *job, u32 handle,
		   u64 off, u64 len);
int dmactl_add_src(struct dmactl_chan *chan, struct dmactl_job *job, u32 handle,
		   u64 off, u64 len);
bool dmactl_spans_overlap(const struct dmactl_span *a,
			  const struct dmactl_span *b);
void *dmactl_copy_args(struct dmactl_job *job, const struct dmactl_op *op,
		       size_t size);
void dmactl_free_args(struct dmactl_job *job, const struct dmactl_op *op,
		      void *args, size_t size);
int dmactl_with_sgs(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_job *job,
		    int (*add)(struct dmactl_chan *chan, struct dmactl_job *job,
			       const struct dmactl_sg *sgs, u32 nr));
int dmactl_alloc_spans(struct dmactl_job *job, u32 nr, u32 nr_dst);

#endif /* DMACTL_SPAN_H */
