// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops, checked before anything starts: what is the same for all opcodes, and
 * the table of them.
 */

#include <linux/align.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core.h"

#define DMACTL_MAX_STRIDE 4096

/* Arrays of structs that can grow say how far apart their elements are. */
bool dmactl_stride_ok(u32 nr, u32 stride, size_t least)
{
	if (!nr)
		return !stride;
	return stride >= least && stride <= DMACTL_MAX_STRIDE &&
	       IS_ALIGNED(stride, 8);
}

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

/* The buffer of a handle, in use, and its mapping if there is one. */
static struct dmactl_buf *dmactl_span_lookup(struct dmactl_chan *chan,
					     u32 handle,
					     struct dmactl_map **map)
{
	struct dmactl_obj *obj;

	guard(dmactl_rcu_sched)();
	obj = dmactl_obj_find(chan->session, handle);
	if (!obj || obj->type != DMACTL_OBJ_BUF ||
	    !refcount_inc_not_zero(&obj->users))
		return NULL;
	*map = dmactl_map_lookup(obj_to_buf(obj), chan->dev);
	return obj_to_buf(obj);
}

/* Fills one span; on success the op holds the buffer. */
static int dmactl_span_init(struct dmactl_chan *chan, struct dmactl_span *span,
			    u32 handle, u64 off, u64 len, u32 align)
{
	struct dmactl_map *map;
	struct dmactl_buf *buf;

	buf = dmactl_span_lookup(chan, handle, &map);
	if (!buf)
		return -ENOENT;
	if (!dmactl_buf_range_ok(buf, off, len) ||
	    !IS_ALIGNED(off | len, align)) {
		dmactl_buf_unuse(buf);
		return -EINVAL;
	}
	if (!map)
		map = dmactl_map_get(buf, chan->dev);
	if (IS_ERR(map)) {
		dmactl_buf_unuse(buf);
		return PTR_ERR(map);
	}
	span->buf = buf;
	span->map = map;
	span->off = off;
	span->len = len;
	span->coef = 0;
	return 0;
}

int dmactl_add_dst(struct dmactl_chan *chan, struct dmactl_tx *tx, u32 handle,
		   u64 off, u64 len)
{
	struct dmactl_span *span = &tx->dst[tx->nr_dst];
	int ret = dmactl_span_init(chan, span, handle, off, len, tx->align);

	if (ret)
		return ret;
	tx->nr_dst++;
	tx->fenced |= !!READ_ONCE(span->buf->resv);
	return span->buf->read_only ? -EPERM : 0;
}

int dmactl_add_src(struct dmactl_chan *chan, struct dmactl_tx *tx, u32 handle,
		   u64 off, u64 len)
{
	struct dmactl_span *span = &tx->src[tx->nr_src];
	int ret = dmactl_span_init(chan, span, handle, off, len, tx->align);

	if (ret)
		return ret;
	tx->nr_src++;
	tx->fenced |= !!READ_ONCE(span->buf->resv);
	return 0;
}

/* Both are inside their buffers: the sums do not overflow. */
bool dmactl_spans_overlap(const struct dmactl_span *a,
			  const struct dmactl_span *b)
{
	return a->buf == b->buf && a->off < b->off + b->len &&
	       b->off < a->off + a->len;
}

/* Room for more spans than an op has by itself, destinations first. */
int dmactl_alloc_spans(struct dmactl_tx *tx, u32 nr, u32 nr_dst)
{
	tx->spans = kvmalloc_array(nr, sizeof(*tx->spans), GFP_KERNEL_ACCOUNT);
	if (!tx->spans)
		return -ENOMEM;
	tx->dst = tx->spans;
	tx->src = tx->spans + nr_dst;
	return 0;
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
 * The array of an op, as elements of @size bytes, whatever the size of the
 * program's. To be given to kvfree().
 */
void *dmactl_copy_args(const struct dmactl_op *op, size_t size)
{
	void *args;
	int ret;

	if (!op->nr_args || op->nr_args > DMACTL_MAX_ARGS ||
	    !dmactl_stride_ok(op->nr_args, op->arg_size, size))
		return ERR_PTR(-EINVAL);
	args = kvmalloc_array(op->nr_args, size, GFP_KERNEL_ACCOUNT);
	if (!args)
		return ERR_PTR(-ENOMEM);
	ret = dmactl_copy_args_into(args, op, size);
	if (ret) {
		kvfree(args);
		return ERR_PTR(ret);
	}
	return args;
}

/* For an op that is described by its array of pieces alone. */
int dmactl_with_sgs(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_tx *tx,
		    int (*add)(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       const struct dmactl_sg *sgs, u32 nr))
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .value = true,
	};
	struct dmactl_sg *sgs;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	sgs = dmactl_copy_args(op, sizeof(*sgs));
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	ret = add(chan, tx, sgs, op->nr_args);
	kvfree(sgs);
	return ret;
}

static const struct dmactl_op_type *const dmactl_opcodes[] = {
	[DMACTL_OP_NOP] = &dmactl_op_nop,
	[DMACTL_OP_MEMCPY] = &dmactl_op_memcpy,
	[DMACTL_OP_SG] = &dmactl_op_sg,
	[DMACTL_OP_MEMSET] = &dmactl_op_memset,
	[DMACTL_OP_MEMSET_SG] = &dmactl_op_memset_sg,
	[DMACTL_OP_XOR] = &dmactl_op_xor,
	[DMACTL_OP_XOR_VAL] = &dmactl_op_xor_val,
	[DMACTL_OP_PQ] = &dmactl_op_pq,
	[DMACTL_OP_PQ_VAL] = &dmactl_op_pq_val,
	[DMACTL_OP_SLAVE_SG] = &dmactl_op_slave_sg,
	[DMACTL_OP_SLAVE_SINGLE] = &dmactl_op_slave_single,
	[DMACTL_OP_PERIPHERAL_VEC] = &dmactl_op_peripheral_vec,
	[DMACTL_OP_CYCLIC] = &dmactl_op_cyclic,
	[DMACTL_OP_INTERLEAVED] = &dmactl_op_interleaved,
	[DMACTL_OP_RIO_SG] = &dmactl_op_rio_sg,
	[DMACTL_OP_IMM_DATA] = &dmactl_op_imm_data,
	[DMACTL_OP_INTERRUPT] = &dmactl_op_interrupt,
	[DMACTL_OP_PREPARED] = &dmactl_op_prepared,
};

u64 dmactl_known_opcodes(void)
{
	return GENMASK_ULL(ARRAY_SIZE(dmactl_opcodes) - 1, 0);
}

/* What only some channels can do, whatever the opcode. */
static u64 dmactl_flag_caps(u16 flags)
{
	u64 caps = 0;

	if (flags & DMACTL_OPF_REPEAT)
		caps |= DMACTL_CAP_REPEAT;
	if (flags & DMACTL_OPF_LOAD_EOT)
		caps |= DMACTL_CAP_LOAD_EOT;
	return caps;
}

/* The common case, in which nothing has to be looked through. */
static bool dmactl_tx_is_coherent(const struct dmactl_tx *tx)
{
	if (tx->spans || tx->nr_dst > 1 || tx->nr_src > 1)
		return false;
	return !(tx->nr_dst && dmactl_map_syncs(tx->dst->map)) &&
	       !(tx->nr_src && dmactl_map_syncs(tx->src->map));
}

/*
 * At its end there is nothing to do for such an op but to let go of its
 * buffers, and that needs no context of its own.
 */
static bool dmactl_tx_is_plain(const struct dmactl_tx *tx)
{
	if (tx->spans || tx->priv || tx->metadata || tx->periods || tx->fenced)
		return false;
	if (tx->coherent)
		return true;
	return tx->nr_dst <= 1 && tx->nr_src <= 1 &&
	       (tx->flags & DMACTL_OPF_NO_SYNC_DST);
}

/*
 * Checks an op and fills @tx. On failure @tx may hold buffers already: the
 * caller clears it either way.
 */
int dmactl_validate(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_tx *tx)
{
	const struct dmactl_op_type *ops;
	int ret;

	if (op->opcode >= ARRAY_SIZE(dmactl_opcodes))
		return -EOPNOTSUPP;
	ops = dmactl_opcodes[array_index_nospec(op->opcode,
						ARRAY_SIZE(dmactl_opcodes))];
	if ((op->flags & ~ops->flags) || (ops->caps & ~chan->caps))
		return -EOPNOTSUPP;
	if (op->flags && (dmactl_flag_caps(op->flags & 0xff) & ~chan->caps))
		return -EOPNOTSUPP;
	tx->ops = ops;
	tx->opcode = op->opcode;
	tx->flags = op->flags;
	tx->value = op->value;
	tx->user_data = op->user_data;
	tx->len = op->len;
	tx->align = chan->copy_align;
	ret = ops->validate(chan, op, tx);
	if (ret)
		return ret;
	tx->coherent = dmactl_tx_is_coherent(tx);
	tx->plain = dmactl_tx_is_plain(tx);
	return ret;
}
