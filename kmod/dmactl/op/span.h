/* SPDX-License-Identifier: GPL-2.0-only */
/* Spans, the ranges of buffers in an op, and the arrays that programs pass. */
#ifndef DMACTL_SPAN_H
#define DMACTL_SPAN_H

#include <linux/align.h>
#include <linux/dmactl.h>
#include <linux/types.h>

#include "core/chan.h"
#include "core/object.h"
#include "mem/buffer.h"
#include "mem/map.h"
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
		dmactl_obj_unuse(&job->dst->buf->obj);
	if (job->nr_src)
		dmactl_obj_unuse(&job->src->buf->obj);
	dmactl_spans_disown(job);
}

/* The buffer of an earlier op of the same batch, which is its user. */
struct dmactl_span_hint {
	u32 handle;			/* 0: none */
	struct dmactl_buf *buf;
	struct dmactl_map *map;
};

struct dmactl_span_hints {
	struct dmactl_span_hint dst;
	struct dmactl_span_hint src;
};

bool dmactl_span_hint_find(struct dmactl_chan *chan,
			   struct dmactl_span_hint *hint, u32 handle);

/*
 * Fills a span and makes the op a user of its buffer, for an op that one
 * descriptor does. Stores the address. Returns false if the op needs more, or is
 * wrong.
 */
static __always_inline bool
dmactl_span_try(struct dmactl_chan *chan, struct dmactl_job *job,
		struct dmactl_span *span, u32 handle, u64 off,
		struct dmactl_span_hint *hint, dma_addr_t *addr)
{
	struct dmactl_buf *buf;

	if (hint->handle && hint->handle == handle)
		dmactl_buf_use_more(hint->buf);
	else if (!dmactl_span_hint_find(chan, hint, handle))
		return false;
	buf = hint->buf;
	span->buf = buf;
	span->map = hint->map;
	span->off = off;
	span->len = job->len;
	span->coef = 0;
	if (off > buf->size || job->len > buf->size - off || READ_ONCE(buf->resv) ||
	    dmactl_map_addr(hint->map, off, addr) < job->len ||
	    !IS_ALIGNED(off | job->len | *addr, job->align)) {
		dmactl_obj_unuse(&buf->obj);
		hint->handle = 0;
		return false;
	}
	if (dmactl_map_syncs(hint->map))
		dmactl_job_set_syncs(job);
	return true;
}

static __always_inline bool
dmactl_try_dst(struct dmactl_chan *chan, struct dmactl_job *job,
	       const struct dmactl_op *op, struct dmactl_span_hints *hints)
{
	if (!dmactl_span_try(chan, job, job->dst, op->dst_buf, op->dst_off,
			     &hints->dst, &job->whole.dst))
		return false;
	job->nr_dst = 1;
	return !job->dst->buf->read_only;
}

static __always_inline bool
dmactl_try_src(struct dmactl_chan *chan, struct dmactl_job *job,
	       const struct dmactl_op *op, struct dmactl_span_hints *hints)
{
	if (!dmactl_span_try(chan, job, job->src, op->src_buf, op->src_off,
			     &hints->src, &job->whole.src))
		return false;
	job->nr_src = 1;
	return true;
}

/* Both lie inside their buffers, so the sums do not overflow. */
static inline bool dmactl_spans_overlap(const struct dmactl_span *a,
					const struct dmactl_span *b)
{
	return a->buf == b->buf && a->off < b->off + b->len &&
	       b->off < a->off + a->len;
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
