// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops, checked before anything starts. What an opcode needs of its channel
 * and of its fields stands here, in one table; how it becomes a descriptor is
 * in prep.c.
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

struct dmactl_opcode_info {
	int (*validate)(struct dmactl_chan *chan, const struct dmactl_op *op,
			struct dmactl_tx *tx);
	u64 caps;	/* that the channel must have */
	u16 flags;	/* that make sense */
};

/* Any field that the opcode has no use for. */
struct dmactl_unused {
	bool dst, src, args, value, len;
};

static bool dmactl_op_is_clean(const struct dmactl_op *op,
			       struct dmactl_unused unused)
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

/* Fills one span; on success the op holds the buffer. */
static int dmactl_span_init(struct dmactl_chan *chan, struct dmactl_span *span,
			    u32 handle, u64 off, u64 len, u32 align)
{
	struct dmactl_map *map;
	struct dmactl_buf *buf;

	buf = dmactl_buf_use(chan->session, handle);
	if (!buf)
		return -ENOENT;
	if (!dmactl_buf_range_ok(buf, off, len) ||
	    !IS_ALIGNED(off | len, align)) {
		dmactl_buf_unuse(buf);
		return -EINVAL;
	}
	map = dmactl_map_get(buf, chan->dev);
	if (IS_ERR(map)) {
		dmactl_buf_unuse(buf);
		return PTR_ERR(map);
	}
	*span = (struct dmactl_span) {
		.buf = buf, .map = map, .off = off, .len = len,
	};
	return 0;
}

static int dmactl_add_dst(struct dmactl_chan *chan, struct dmactl_tx *tx,
			  u32 handle, u64 off, u64 len)
{
	int ret = dmactl_span_init(chan, &tx->dst[tx->nr_dst], handle, off,
				   len, tx->align);

	tx->nr_dst += !ret;
	return ret;
}

static int dmactl_add_src(struct dmactl_chan *chan, struct dmactl_tx *tx,
			  u32 handle, u64 off, u64 len)
{
	int ret = dmactl_span_init(chan, &tx->src[tx->nr_src], handle, off,
				   len, tx->align);

	tx->nr_src += !ret;
	return ret;
}

static int dmactl_validate_nop(struct dmactl_chan *chan,
			       const struct dmactl_op *op,
			       struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .args = true, .value = true,
		.len = true,
	};

	return dmactl_op_is_clean(op, unused) ? 0 : -EINVAL;
}

static int dmactl_validate_memcpy(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .args = true, .value = true };
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	ret = dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, op->len);
	if (ret)
		return ret;
	ret = dmactl_add_src(chan, tx, op->src_buf, op->src_off, op->len);
	if (ret)
		return ret;
	/* The ranges are inside their buffers: the sums do not overflow. */
	if (op->dst_buf == op->src_buf && op->dst_off < op->src_off + op->len &&
	    op->src_off < op->dst_off + op->len)
		return -EINVAL;
	return 0;
}

static int dmactl_validate_memset(struct dmactl_chan *chan,
				  const struct dmactl_op *op,
				  struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = { .src = true, .args = true };

	if (!dmactl_op_is_clean(op, unused) || op->value > U8_MAX)
		return -EINVAL;
	tx->align = chan->fill_align;
	return dmactl_add_dst(chan, tx, op->dst_buf, op->dst_off, op->len);
}

static int dmactl_add_sg(struct dmactl_chan *chan, struct dmactl_tx *tx,
			 const struct dmactl_sg *sg, u64 *dst_len, u64 *src_len)
{
	u64 *sum;

	if (sg->reserved || sg->value)
		return -EINVAL;
	if (sg->role == DMACTL_SG_DST)
		sum = dst_len;
	else if (sg->role == DMACTL_SG_SRC)
		sum = src_len;
	else
		return -EINVAL;
	if (check_add_overflow(*sum, sg->len, sum))
		return -EINVAL;
	if (sg->role == DMACTL_SG_DST)
		return dmactl_add_dst(chan, tx, sg->buf, sg->off, sg->len);
	return dmactl_add_src(chan, tx, sg->buf, sg->off, sg->len);
}

static int dmactl_add_sgs(struct dmactl_chan *chan, struct dmactl_tx *tx,
			  const struct dmactl_sg *sgs, u32 nr, u64 len)
{
	u64 dst_len = 0, src_len = 0;
	u32 nr_dst = 0;
	int ret;
	u32 i;

	for (i = 0; i < nr; i++)
		nr_dst += sgs[i].role == DMACTL_SG_DST;
	tx->spans = kmalloc_array(nr, sizeof(*tx->spans), GFP_KERNEL_ACCOUNT);
	if (!tx->spans)
		return -ENOMEM;
	tx->dst = tx->spans;
	tx->src = tx->spans + nr_dst;
	for (i = 0; i < nr; i++) {
		ret = dmactl_add_sg(chan, tx, &sgs[i], &dst_len, &src_len);
		if (ret)
			return ret;
	}
	return dst_len == len && src_len == len ? 0 : -EINVAL;
}

/* Copies the array in, whatever the size of the program's elements. */
static struct dmactl_sg *dmactl_copy_sgs(const struct dmactl_op *op)
{
	const void __user *from = u64_to_user_ptr(op->args_uptr);
	struct dmactl_sg *sgs;
	int ret = 0;
	u32 i;

	sgs = kvmalloc_array(op->nr_args, sizeof(*sgs), GFP_KERNEL_ACCOUNT);
	if (!sgs)
		return ERR_PTR(-ENOMEM);
	if (op->arg_size == sizeof(*sgs)) {
		if (copy_from_user(sgs, from, op->nr_args * sizeof(*sgs)))
			ret = -EFAULT;
	} else {
		for (i = 0; i < op->nr_args && !ret; i++)
			ret = copy_struct_from_user(&sgs[i], sizeof(*sgs),
						    from + i * op->arg_size,
						    op->arg_size);
	}
	if (ret) {
		kvfree(sgs);
		return ERR_PTR(ret);
	}
	return sgs;
}

static int dmactl_validate_sg(struct dmactl_chan *chan,
			      const struct dmactl_op *op, struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = true, .src = true, .value = true,
	};
	struct dmactl_sg *sgs;
	int ret;

	if (!dmactl_op_is_clean(op, unused))
		return -EINVAL;
	if (op->nr_args < 2 || op->nr_args > DMACTL_MAX_ARGS)
		return -EINVAL;
	if (!dmactl_stride_ok(op->nr_args, op->arg_size, sizeof(*sgs)))
		return -EINVAL;
	sgs = dmactl_copy_sgs(op);
	if (IS_ERR(sgs))
		return PTR_ERR(sgs);
	ret = dmactl_add_sgs(chan, tx, sgs, op->nr_args, op->len);
	kvfree(sgs);
	return ret;
}

static const struct dmactl_opcode_info dmactl_opcodes[] = {
	[DMACTL_OP_NOP] = {
		.validate = dmactl_validate_nop,
	},
	[DMACTL_OP_MEMCPY] = {
		.validate = dmactl_validate_memcpy,
		.caps = DMACTL_CAP_MEMCPY,
		.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
	},
	[DMACTL_OP_SG] = {
		.validate = dmactl_validate_sg,
		.caps = DMACTL_CAP_MEMCPY,
		.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
	},
	[DMACTL_OP_MEMSET] = {
		.validate = dmactl_validate_memset,
		.caps = DMACTL_CAP_MEMSET,
		.flags = DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE,
	},
};

u64 dmactl_known_opcodes(void)
{
	u64 known = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(dmactl_opcodes); i++)
		if (dmactl_opcodes[i].validate)
			known |= BIT_ULL(i);
	return known;
}

/*
 * Checks an op and fills @tx. On failure @tx may hold buffers already: the
 * caller clears it either way.
 */
int dmactl_validate(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_tx *tx)
{
	const struct dmactl_opcode_info *info;
	u32 opcode;

	if (op->opcode >= ARRAY_SIZE(dmactl_opcodes) ||
	    !dmactl_opcodes[op->opcode].validate)
		return -EOPNOTSUPP;
	opcode = array_index_nospec(op->opcode, ARRAY_SIZE(dmactl_opcodes));
	info = &dmactl_opcodes[opcode];
	if ((op->flags & ~info->flags) || (info->caps & ~chan->caps))
		return -EOPNOTSUPP;
	tx->opcode = op->opcode;
	tx->flags = op->flags;
	tx->value = op->value;
	tx->user_data = op->user_data;
	tx->len = op->len;
	tx->align = chan->copy_align;
	return info->validate(chan, op, tx);
}
