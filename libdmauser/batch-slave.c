// SPDX-License-Identifier: MIT
/* Ops between memory and a peripheral, and their metadata. */
#include <errno.h>
#include <limits.h>

#include "private.h"

/* Returns the role of the memory, 0 for an invalid direction. */
static enum dmactl_sg_role role_of(uint32_t direction)
{
	switch (direction) {
	case DMACTL_DIR_MEM_TO_DEV:
		return DMACTL_SG_SRC;
	case DMACTL_DIR_DEV_TO_MEM:
		return DMACTL_SG_DST;
	default:
		return 0;
	}
}

static int set_memory(const struct dmauser_chan *chan, struct dmactl_op *op, uint32_t direction,
		      const struct dmauser_buf *buf, uint64_t off)
{
	if (dmauser_batch_check_buf(chan, buf) < 0)
		return -EINVAL;
	switch (role_of(direction)) {
	case DMACTL_SG_SRC:
		op->src_buf = buf->handle;
		op->src_off = off;
		return 0;
	case DMACTL_SG_DST:
		op->dst_buf = buf->handle;
		op->dst_off = off;
		return 0;
	default:
		return -EINVAL;
	}
}

/* @rio: first element of the array, or NULL. */
static int add_pieces(struct dmauser_batch *b, const struct dmauser_chan *chan, uint32_t direction,
		      const struct dmauser_piece *piece, unsigned int nr,
		      const struct dmactl_rio *rio, struct dmactl_op *op)
{
	enum dmactl_sg_role role = role_of(direction);
	uint64_t len;
	int rc;

	if (dmauser_batch_check(b, chan) < 0 || !role ||
	    dmauser_batch_sum(chan, piece, nr, &len) < 0 || nr == UINT_MAX)
		return -EINVAL;
	op->len = len;
	op->nr_args = nr + (rio ? 1 : 0);
	op->arg_size = sizeof(struct dmactl_sg);
	rc = dmauser_batch_append(b, chan->session, chan->handle, op);
	if (rc < 0)
		return rc;
	if (rio) {
		union dmauser_arg *arg = dmauser_batch_arg(b);

		arg->rio = *rio;
		arg->rio.role = DMACTL_SG_RIO;
	}
	dmauser_batch_put(b, role, piece, nr);
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_slave_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
					  uint32_t direction, const struct dmauser_piece *piece,
					  unsigned int nr, uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_SLAVE_SG, .user_data = user_data};

	return add_pieces(batch, chan, direction, piece, nr, NULL, &op);
}

DMAUSER_EXPORT int dmauser_batch_peripheral_vec(struct dmauser_batch *batch,
						struct dmauser_chan *chan, uint32_t direction,
						const struct dmauser_piece *piece, unsigned int nr,
						uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_PERIPHERAL_VEC, .user_data = user_data};

	return add_pieces(batch, chan, direction, piece, nr, NULL, &op);
}

DMAUSER_EXPORT int dmauser_batch_rio_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
					uint32_t direction, const struct dmauser_piece *piece,
					unsigned int nr, const struct dmactl_rio *rio,
					uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_RIO_SG, .user_data = user_data};

	if (!rio)
		return -EINVAL;
	return add_pieces(batch, chan, direction, piece, nr, rio, &op);
}

DMAUSER_EXPORT int dmauser_batch_slave_single(struct dmauser_batch *batch,
					      struct dmauser_chan *chan, uint32_t direction,
					      struct dmauser_buf *buf, uint64_t off, uint64_t len,
					      uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_SLAVE_SINGLE,
		.user_data = user_data,
		.len = len,
	};

	if (dmauser_batch_check(batch, chan) < 0 || set_memory(chan, &op, direction, buf, off) < 0)
		return -EINVAL;
	return dmauser_batch_append(batch, chan->session, chan->handle, &op);
}

DMAUSER_EXPORT int dmauser_batch_cyclic(struct dmauser_batch *batch, struct dmauser_chan *chan,
					uint32_t direction, struct dmauser_buf *buf, uint64_t off,
					uint64_t len, uint64_t period_len, uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_CYCLIC,
		.user_data = user_data,
		.len = len,
		.nr_args = 1,
		.arg_size = sizeof(struct dmactl_cyclic),
	};
	int rc;

	if (dmauser_batch_check(batch, chan) < 0 || set_memory(chan, &op, direction, buf, off) < 0)
		return -EINVAL;
	if (!period_len || len % period_len)
		return -EINVAL;
	rc = dmauser_batch_append(batch, chan->session, chan->handle, &op);
	if (rc == 0)
		dmauser_batch_arg(batch)->cyclic = (struct dmactl_cyclic){.period_len = period_len};
	return rc;
}

DMAUSER_EXPORT int dmauser_batch_add_metadata(struct dmauser_batch *batch, struct dmauser_buf *buf,
					      uint64_t off, uint64_t len)
{
	const struct dmactl_op *op = dmauser_batch_last(batch);
	struct dmauser_piece piece = {buf, off, len};
	int rc;

	if (!batch || !buf)
		return -EINVAL;
	if (!op)
		return -ENOENT;
	/* These ops have arrays with elements of another type. */
	if (op->opcode == DMACTL_OP_CYCLIC || op->opcode == DMACTL_OP_INTERLEAVED ||
	    op->nr_args == UINT_MAX || buf->session != batch->session)
		return -EINVAL;
	rc = dmauser_batch_extend(batch);
	if (rc == 0)
		dmauser_batch_put(batch, DMACTL_SG_METADATA, &piece, 1);
	return rc;
}
