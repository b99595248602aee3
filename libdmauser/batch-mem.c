// SPDX-License-Identifier: MIT
/* Ops in memory: fills, RAID, interleaved copies. */
#include <errno.h>
#include <limits.h>

#include "private.h"

/* Adds an op with one list of pieces. */
static int add_list(struct dmauser_batch *batch, const struct dmauser_chan *chan,
		    struct dmactl_op *op, enum dmactl_sg_role role,
		    const struct dmauser_piece *piece, unsigned int nr)
{
	int rc;

	op->nr_args = nr;
	op->arg_size = sizeof(struct dmactl_sg);
	rc = dmauser_batch_append(batch, chan->session, chan->handle, op);
	if (rc == 0)
		dmauser_batch_put(batch, role, piece, nr);
	return rc;
}

DMAUSER_EXPORT int dmauser_batch_memset_sg(struct dmauser_batch *batch, struct dmauser_chan *chan,
					   const struct dmauser_piece *dst, unsigned int nr_dst,
					   uint8_t value, uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_MEMSET_SG,
		.user_data = user_data,
		.value = value,
	};
	uint64_t len;

	if (dmauser_batch_check(batch, chan) < 0 || dmauser_batch_sum(chan, dst, nr_dst, &len) < 0)
		return -EINVAL;
	op.len = len;
	return add_list(batch, chan, &op, DMACTL_SG_DST, dst, nr_dst);
}

/* Checks a list of pieces that must have the same length. */
static int check_equal(const struct dmauser_chan *chan, const struct dmauser_piece *piece,
		       unsigned int nr, uint64_t *len)
{
	unsigned int i;

	if (!piece || !nr)
		return -EINVAL;
	*len = piece[0].len;
	for (i = 0; i < nr; i++) {
		if (dmauser_batch_check_buf(chan, piece[i].buf) < 0 || piece[i].len != *len)
			return -EINVAL;
	}
	return 0;
}

/* Sets the destination of an op, which must have at least len bytes. */
static int set_dst(const struct dmauser_chan *chan, struct dmactl_op *op,
		   const struct dmauser_piece *dst, uint64_t len)
{
	if (!dst || dmauser_batch_check_buf(chan, dst->buf) < 0 || dst->len < len)
		return -EINVAL;
	op->dst_buf = dst->buf->handle;
	op->dst_off = dst->off;
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_xor(struct dmauser_batch *batch, struct dmauser_chan *chan,
				     const struct dmauser_piece *dst,
				     const struct dmauser_piece *src, unsigned int nr_src,
				     uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_XOR, .user_data = user_data};
	uint64_t len;

	if (dmauser_batch_check(batch, chan) < 0 || check_equal(chan, src, nr_src, &len) < 0 ||
	    set_dst(chan, &op, dst, len) < 0 || dst->len != len)
		return -EINVAL;
	op.len = len;
	return add_list(batch, chan, &op, DMACTL_SG_SRC, src, nr_src);
}

DMAUSER_EXPORT int dmauser_batch_xor_val(struct dmauser_batch *batch, struct dmauser_chan *chan,
					 const struct dmauser_piece *src, unsigned int nr_src,
					 const struct dmauser_piece *scratch, uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_XOR_VAL, .user_data = user_data};
	uint64_t len;

	if (dmauser_batch_check(batch, chan) < 0 || check_equal(chan, src, nr_src, &len) < 0 ||
	    (scratch && set_dst(chan, &op, scratch, len) < 0))
		return -EINVAL;
	op.len = len;
	return add_list(batch, chan, &op, DMACTL_SG_SRC, src, nr_src);
}

/* The arguments of PQ and PQ_VAL, which differ only in the opcode and the use of dst. */
struct pq {
	const struct dmauser_piece *p, *q, *src;
	unsigned int nr_src;
	const uint8_t *scf;
};

static int check_pq(const struct dmauser_chan *chan, const struct pq *pq, uint64_t *len)
{
	uint64_t side;

	if (check_equal(chan, pq->src, pq->nr_src, len) < 0 || (!pq->p && !pq->q))
		return -EINVAL;
	if (pq->p && (check_equal(chan, pq->p, 1, &side) < 0 || side != *len))
		return -EINVAL;
	if (pq->q && (check_equal(chan, pq->q, 1, &side) < 0 || side != *len))
		return -EINVAL;
	/* Only Q needs the coefficients. */
	if (pq->q && !pq->scf)
		return -EINVAL;
	return pq->nr_src > UINT_MAX - 2 ? -EINVAL : 0;
}

static int add_pq(struct dmauser_batch *b, const struct dmauser_chan *chan, struct dmactl_op *op,
		  const struct pq *pq)
{
	union dmauser_arg *first;
	unsigned int i;
	int rc;

	op->nr_args = pq->nr_src + (pq->p ? 1 : 0) + (pq->q ? 1 : 0);
	op->arg_size = sizeof(struct dmactl_sg);
	rc = dmauser_batch_append(b, chan->session, chan->handle, op);
	if (rc < 0)
		return rc;
	first = &b->args[b->args_tail];
	dmauser_batch_put(b, DMACTL_SG_SRC, pq->src, pq->nr_src);
	for (i = 0; pq->scf && i < pq->nr_src; i++)
		first[i].sg.value = pq->scf[i];
	if (pq->p)
		dmauser_batch_put(b, DMACTL_SG_P, pq->p, 1);
	if (pq->q)
		dmauser_batch_put(b, DMACTL_SG_Q, pq->q, 1);
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_pq(struct dmauser_batch *batch, struct dmauser_chan *chan,
				    const struct dmauser_piece *p, const struct dmauser_piece *q,
				    const struct dmauser_piece *src, unsigned int nr_src,
				    const uint8_t *scf, uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_PQ, .user_data = user_data};
	struct pq pq = {p, q, src, nr_src, scf};
	uint64_t len;

	if (dmauser_batch_check(batch, chan) < 0 || check_pq(chan, &pq, &len) < 0)
		return -EINVAL;
	op.len = len;
	return add_pq(batch, chan, &op, &pq);
}

DMAUSER_EXPORT int dmauser_batch_pq_val(struct dmauser_batch *batch, struct dmauser_chan *chan,
					const struct dmauser_piece *p,
					const struct dmauser_piece *q,
					const struct dmauser_piece *src, unsigned int nr_src,
					const uint8_t *scf, const struct dmauser_piece *scratch,
					uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_PQ_VAL, .user_data = user_data};
	struct pq pq = {p, q, src, nr_src, scf};
	uint64_t len;

	if (dmauser_batch_check(batch, chan) < 0 || check_pq(chan, &pq, &len) < 0 ||
	    len > UINT64_MAX / 2)
		return -EINVAL;
	if (scratch && set_dst(chan, &op, scratch, 2 * len) < 0)
		return -EINVAL;
	op.len = len;
	return add_pq(batch, chan, &op, &pq);
}

/* Checks the source or destination. Without a buffer it is a peripheral. */
static int check_side(const struct dmauser_chan *chan, const struct dmauser_buf *buf, uint64_t off)
{
	if (!buf)
		return off ? -EINVAL : 0;
	return dmauser_batch_check_buf(chan, buf);
}

static int sum_chunks(const struct dmactl_chunk *chunk, unsigned int nr, uint64_t frames,
		      uint64_t *len)
{
	uint64_t frame = 0;
	unsigned int i;

	if (!chunk || !nr || !frames)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		if (chunk[i].size > UINT64_MAX - frame)
			return -EINVAL;
		frame += chunk[i].size;
	}
	if (frame > UINT64_MAX / frames)
		return -EINVAL;
	*len = frame * frames;
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_interleaved(struct dmauser_batch *batch, struct dmauser_chan *chan,
					     struct dmauser_buf *dst, uint64_t dst_off,
					     struct dmauser_buf *src, uint64_t src_off,
					     const struct dmactl_chunk *chunks,
					     unsigned int nr_chunks, uint64_t frames,
					     uint16_t flags, uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_INTERLEAVED,
		.flags = flags,
		.user_data = user_data,
		.dst_buf = dmauser_buf_handle(dst),
		.src_buf = dmauser_buf_handle(src),
		.dst_off = dst_off,
		.src_off = src_off,
		.nr_args = nr_chunks,
		.arg_size = sizeof(struct dmactl_chunk),
	};
	uint64_t len;
	unsigned int i;
	int rc;

	if (dmauser_batch_check(batch, chan) < 0 || (!dst && !src) ||
	    check_side(chan, dst, dst_off) < 0 || check_side(chan, src, src_off) < 0 ||
	    sum_chunks(chunks, nr_chunks, frames, &len) < 0)
		return -EINVAL;
	op.len = len;
	rc = dmauser_batch_append(batch, chan->session, chan->handle, &op);
	if (rc < 0)
		return rc;
	for (i = 0; i < nr_chunks; i++)
		dmauser_batch_arg(batch)->chunk = chunks[i];
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_imm_data(struct dmauser_batch *batch, struct dmauser_chan *chan,
					  struct dmauser_buf *dst, uint64_t dst_off, uint64_t data,
					  uint64_t user_data)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_IMM_DATA,
		.user_data = user_data,
		.dst_off = dst_off,
		.src_off = data,
		.len = sizeof(data),
	};

	if (dmauser_batch_check(batch, chan) < 0 || dmauser_batch_check_buf(chan, dst) < 0)
		return -EINVAL;
	op.dst_buf = dst->handle;
	return dmauser_batch_append(batch, chan->session, chan->handle, &op);
}

DMAUSER_EXPORT int dmauser_batch_interrupt(struct dmauser_batch *batch, struct dmauser_chan *chan,
					   uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_INTERRUPT, .user_data = user_data};

	if (dmauser_batch_check(batch, chan) < 0)
		return -EINVAL;
	return dmauser_batch_append(batch, chan->session, chan->handle, &op);
}
