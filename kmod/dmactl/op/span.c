// SPDX-License-Identifier: GPL-2.0-only
/* Spans, the ranges of buffers in an op, and the arrays that programs pass. */

#include <linux/align.h>
#include <linux/dmaengine.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/param.h"
#include "core/rights.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "mem/buffer.h"
#include "mem/map.h"
#include "op/job.h"
#include "op/span.h"

bool dmactl_op_is_clean(const struct dmactl_op *op, struct dmactl_unused unused)
{
	if (unused.dst && (op->dst_buf || op->dst_off))
		return false;
	if (unused.src && (op->src_buf || op->src_off))
		return false;
	if (unused.args && (op->args_uptr || op->nr_args || op->arg_size))
		return false;
	if (unused.value && op->value)
		return false;
	return !unused.len == !!op->len;
}

/* Returns the buffer of a handle as its user, and the mapping if it exists. */
static struct dmactl_buf *dmactl_span_lookup(struct dmactl_chan *chan,
					     u32 handle,
					     struct dmactl_map **map)
{
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(chan->session, handle);
	if (!obj || obj->type != DMACTL_OBJ_BUF ||
	    !dmactl_obj_try_use(obj))
		return NULL;
	*map = dmactl_map_lookup(obj_to_buf(obj), chan->client.dev);
	return obj_to_buf(obj);
}

/*
 * The memory of a mapping stays as long as the memory of the channels that the
 * device had at the time. If this channel is dead, the device may have newer
 * channels, and the mapping may belong to them. Returns 0, or why the channel
 * is dead.
 */
static int dmactl_span_lost(struct dmactl_chan *chan)
{
	/*
	 * The mapping was looked up before this. Pairs with the locks of
	 * channel and device, taken between the end of the channel and a later
	 * mapping.
	 */
	smp_rmb();
	return READ_ONCE(chan->life.dead);
}

/*
 * Finds a buffer that is mapped for the device, as its user. The mapping stays
 * with the memory of the channel, which the caller holds.
 */
bool dmactl_span_hint_find(struct dmactl_chan *chan,
			   struct dmactl_span_hint *hint, u32 handle)
{
	hint->handle = 0;
	hint->buf = dmactl_span_lookup(chan, handle, &hint->map);
	if (!hint->buf)
		return false;
	if (!hint->map || dmactl_span_lost(chan)) {
		dmactl_buf_unuse(hint->buf);
		return false;
	}
	hint->handle = handle;
	return true;
}

/* Fills a span. On success the op is a user of the buffer. */
static int dmactl_span_init(struct dmactl_chan *chan, struct dmactl_span *span,
			    u32 handle, u64 off, u64 len, u32 align)
{
	struct dmactl_map *map;
	struct dmactl_buf *buf;
	int ret;

	buf = dmactl_span_lookup(chan, handle, &map);
	if (!buf)
		return -ENOENT;
	if (!dmactl_buf_range_ok(buf, off, len) ||
	    !IS_ALIGNED(off | len, align)) {
		dmactl_buf_unuse(buf);
		return -EINVAL;
	}
	if (!map)
		map = dmactl_map_get(buf, chan->client.dev);
	if (IS_ERR(map)) {
		dmactl_buf_unuse(buf);
		return PTR_ERR(map);
	}
	ret = dmactl_span_lost(chan);
	if (unlikely(ret)) {
		dmactl_buf_unuse(buf);
		return ret;
	}
	if (align > 1 && !dmactl_map_is_aligned(map, off, len, align)) {
		dmactl_buf_unuse(buf);
		return -EINVAL;
	}
	span->buf = buf;
	span->map = map;
	span->off = off;
	span->len = len;
	span->coef = 0;
	return 0;
}

int dmactl_add_dst(struct dmactl_chan *chan, struct dmactl_job *job, u32 handle,
		   u64 off, u64 len)
{
	struct dmactl_span *span = &job->dst[job->nr_dst];
	int ret = dmactl_span_init(chan, span, handle, off, len, job->align);

	if (ret)
		return ret;
	job->nr_dst++;
	job->has_resv |= !!READ_ONCE(span->buf->resv);
	return span->buf->read_only ? -EPERM : 0;
}

int dmactl_add_src(struct dmactl_chan *chan, struct dmactl_job *job, u32 handle,
		   u64 off, u64 len)
{
	struct dmactl_span *span = &job->src[job->nr_src];
	int ret = dmactl_span_init(chan, span, handle, off, len, job->align);

	if (ret)
		return ret;
	job->nr_src++;
	job->has_resv |= !!READ_ONCE(span->buf->resv);
	if (unlikely(span->buf->read_only) && job->dir == DMA_MEM_TO_DEV)
		return dmactl_read_only_allowed(chan);
	return 0;
}

/* Allocates spans for an op with a list; destinations come first. */
int dmactl_alloc_spans(struct dmactl_job *job, u32 nr, u32 nr_dst)
{
	struct dmactl_span *spans;

	spans = dmactl_job_alloc_mem(job, array_size(nr, sizeof(*spans)));
	if (IS_ERR(spans))
		return PTR_ERR(spans);
	job->spans = spans;
	job->dst = job->spans;
	job->src = job->spans + nr_dst;
	return 0;
}

/* Drops the use of the buffers. */
void dmactl_spans_unuse(struct dmactl_job *job)
{
	u32 i;

	for (i = 0; i < job->nr_dst; i++)
		dmactl_buf_unuse(job->dst[i].buf);
	for (i = 0; i < job->nr_src; i++)
		dmactl_buf_unuse(job->src[i].buf);
	dmactl_spans_disown(job);
}

void dmactl_spans_free(struct dmactl_job *job)
{
	if (job->spans)
		kvfree(job->spans);
	job->spans = NULL;
}

/*
 * The provider may still access buffers and spans, so they stay in use for
 * good.
 */
void dmactl_spans_quarantine(struct dmactl_job *job)
{
	dmactl_spans_disown(job);
	job->spans = NULL;
}

void dmactl_spans_borrow(struct dmactl_job *job, const struct dmactl_job *from)
{
	job->dst = from->dst;
	job->src = from->src;
	job->nr_dst = from->nr_dst;
	job->nr_src = from->nr_src;
}

void dmactl_spans_set_has_resv(struct dmactl_job *job, bool has_resv)
{
	job->has_resv = has_resv;
}

/* Adds memory of the module itself. The caller is a user of the buffer. */
void dmactl_span_own(struct dmactl_job *job, struct dmactl_buf *buf,
		     struct dmactl_map *map, u64 off, u64 len)
{
	struct dmactl_span span = {
		.buf = buf, .map = map, .off = off, .len = len,
	};

	dmactl_obj_use_more(&buf->obj);
	if (job->dir == DMA_DEV_TO_MEM) {
		job->dst[0] = span;
		job->nr_dst = 1;
	} else {
		job->src[0] = span;
		job->nr_src = 1;
	}
}

static int dmactl_copy_args_into(void *args, const struct dmactl_op *op,
				 size_t size)
{
	const void __user *from = u64_to_user_ptr(op->args_uptr);
	int ret = 0;
	u32 i;

	if (op->arg_size == size)
		return copy_from_user(args, from, op->nr_args * size) ? -EFAULT
								      : 0;
	for (i = 0; i < op->nr_args && !ret; i++)
		ret = copy_struct_from_user(args + i * size, size,
					    from + (size_t)i * op->arg_size,
					    op->arg_size);
	return ret;
}

/*
 * Copies the array of an op to elements of @size bytes, from the size that the
 * program uses. The memory is charged, because the program can delay the copy
 * for arbitrarily long.
 */
void *dmactl_copy_args(struct dmactl_job *job, const struct dmactl_op *op,
		       size_t size)
{
	void *args;
	int ret;

	if (!op->nr_args || op->nr_args > DMACTL_MAX_ARGS ||
	    !dmactl_stride_ok(op->nr_args, op->arg_size, size))
		return ERR_PTR(-EINVAL);
	args = dmactl_job_alloc_mem(job, array_size(op->nr_args, size));
	if (IS_ERR(args))
		return args;
	ret = dmactl_copy_args_into(args, op, size);
	if (ret) {
		dmactl_free_args(job, op, args, size);
		return ERR_PTR(ret);
	}
	return args;
}

void dmactl_free_args(struct dmactl_job *job, const struct dmactl_op *op,
		      void *args, size_t size)
{
	dmactl_job_free_mem(job, args, array_size(op->nr_args, size));
}

/* For an op that only its array describes. */
int dmactl_with_sgs(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_job *job,
		    int (*add)(struct dmactl_chan *chan, struct dmactl_job *job,
			       const struct dmactl_sg *sgs, u32 nr))
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .value = true,
	};
	struct dmactl_sg *sgs;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	sgs = dmactl_copy_args(job, op, sizeof(*sgs));
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	ret = add(chan, job, sgs, op->nr_args);
	dmactl_free_args(job, op, sgs, sizeof(*sgs));
	return ret;
}
