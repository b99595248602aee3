// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "mock.h"

/* Ops from memory to memory: fills, RAID, images. */
static struct dmauser_session *s, *other;
static struct dmauser_chan *chan;
static struct dmauser_buf *buf_a, *buf_b, *foreign;
static struct dmauser_batch *batch;

static void setup(void)
{
	mock_start();
	s = mock_session();
	other = mock_session();
	chan = mock_chan(s, 2);
	buf_a = mock_buf(s, 10);
	buf_b = mock_buf(s, 11);
	foreign = mock_buf(other, 12);
	cr_assert_eq(dmauser_batch_new(&batch), 0);
}

static void teardown(void)
{
	dmauser_batch_free(batch);
	dmauser_close(other);
	dmauser_close(s);
	mock_end();
}

static const struct dmactl_op *last(void)
{
	return dmauser_batch_get(batch, dmauser_batch_count(batch) - 1);
}

static const void *args_of(const struct dmactl_op *op)
{
	return (const void *)(uintptr_t)op->args_uptr;
}

/* Compares the op except for the address of its array. */
static void assert_op(const struct dmactl_op *expected)
{
	struct dmactl_op op = *last();

	cr_assert_eq(op.nr_args == 0, op.args_uptr == 0);
	op.args_uptr = 0;
	assert_same(&op, expected);
}

static void assert_args(const void *expected, size_t size)
{
	cr_assert_eq(last()->nr_args * (size_t)last()->arg_size, size);
	cr_assert_eq(memcmp(args_of(last()), expected, size), 0);
}

/* If the array of an op cannot be allocated, adding it fails and the batch does not change. */
#define assert_no_memory(call)                                                                     \
	do {                                                                                       \
		unsigned int count = dmauser_batch_count(batch);                                   \
		mock.fail_alloc = 1;                                                               \
		cr_assert_eq(call, -ENOMEM);                                                       \
		cr_assert_eq(mock.fail_alloc, 0);                                                  \
		cr_assert_eq(dmauser_batch_count(batch), count);                                   \
	} while (0)

UNIT_TEST(batch_mem, memset_sg)
{
	struct dmauser_piece dst[2] = {{buf_a, 1, 2}, {buf_b, 3, 4}};
	struct dmactl_op op = {.opcode = DMACTL_OP_MEMSET_SG,
			       .chan = 2,
			       .user_data = 7,
			       .len = 6,
			       .nr_args = 2,
			       .arg_size = 32,
			       .value = 255};
	struct dmactl_sg sg[2] = {{.buf = 10, .role = DMACTL_SG_DST, .off = 1, .len = 2},
				  {.buf = 11, .role = DMACTL_SG_DST, .off = 3, .len = 4}};

	assert_no_memory(dmauser_batch_memset_sg(batch, chan, dst, 2, 255, 7));
	cr_assert_eq(dmauser_batch_memset_sg(batch, chan, dst, 2, 255, 7), 0);
	assert_op(&op);
	assert_args(sg, sizeof(sg));
	cr_assert_eq(dmauser_batch_memset_sg(NULL, chan, dst, 2, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset_sg(batch, NULL, dst, 2, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset_sg(batch, chan, NULL, 2, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset_sg(batch, chan, dst, 0, 0, 0), -EINVAL);
	dst[1].buf = foreign;
	cr_assert_eq(dmauser_batch_memset_sg(batch, chan, dst, 2, 0, 0), -EINVAL);
	dst[1] = (struct dmauser_piece){buf_a, 0, UINT64_MAX};
	cr_assert_eq(dmauser_batch_memset_sg(batch, chan, dst, 2, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 1);
}

UNIT_TEST(batch_mem, xor)
{
	struct dmauser_piece dst = {buf_a, 100, 8};
	struct dmauser_piece src[2] = {{buf_a, 1, 8}, {buf_b, 3, 8}};
	struct dmactl_op op = {.opcode = DMACTL_OP_XOR,
			       .chan = 2,
			       .user_data = 7,
			       .dst_buf = 10,
			       .dst_off = 100,
			       .len = 8,
			       .nr_args = 2,
			       .arg_size = 32};
	struct dmactl_sg sg[2] = {{.buf = 10, .role = DMACTL_SG_SRC, .off = 1, .len = 8},
				  {.buf = 11, .role = DMACTL_SG_SRC, .off = 3, .len = 8}};

	assert_no_memory(dmauser_batch_xor(batch, chan, &dst, src, 2, 7));
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 2, 7), 0);
	assert_op(&op);
	assert_args(sg, sizeof(sg));
	cr_assert_eq(dmauser_batch_xor(NULL, chan, &dst, src, 2, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_xor(batch, chan, NULL, src, 2, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, NULL, 2, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 0, 7), -EINVAL);
	dst.len = 9;
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 2, 7), -EINVAL);
	dst.len = 7;
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 2, 7), -EINVAL);
	dst = (struct dmauser_piece){foreign, 0, 8};
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 2, 7), -EINVAL);
	dst.buf = buf_a;
	src[1].len = 7;
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 2, 7), -EINVAL);
	src[1] = (struct dmauser_piece){foreign, 0, 8};
	cr_assert_eq(dmauser_batch_xor(batch, chan, &dst, src, 2, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 1);
}

UNIT_TEST(batch_mem, xor_val)
{
	struct dmauser_piece scratch = {buf_b, 64, 16};
	struct dmauser_piece src[2] = {{buf_a, 1, 8}, {buf_b, 3, 8}};
	struct dmactl_op op = {.opcode = DMACTL_OP_XOR_VAL,
			       .chan = 2,
			       .user_data = 7,
			       .len = 8,
			       .nr_args = 2,
			       .arg_size = 32};

	assert_no_memory(dmauser_batch_xor_val(batch, chan, src, 2, NULL, 7));
	cr_assert_eq(dmauser_batch_xor_val(batch, chan, src, 2, NULL, 7), 0);
	assert_op(&op);
	cr_assert_eq(dmauser_batch_xor_val(batch, chan, src, 2, &scratch, 7), 0);
	op.dst_buf = 11;
	op.dst_off = 64;
	assert_op(&op);
	cr_assert_eq(dmauser_batch_xor_val(NULL, chan, src, 2, NULL, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_xor_val(batch, chan, NULL, 2, NULL, 7), -EINVAL);
	scratch.len = 7;
	cr_assert_eq(dmauser_batch_xor_val(batch, chan, src, 2, &scratch, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 2);
}

UNIT_TEST(batch_mem, pq)
{
	struct dmauser_piece p = {buf_a, 100, 8}, q = {buf_b, 200, 8};
	struct dmauser_piece src[2] = {{buf_a, 1, 8}, {buf_b, 3, 8}};
	uint8_t scf[2] = {1, 0x8e};
	struct dmactl_op op = {.opcode = DMACTL_OP_PQ,
			       .chan = 2,
			       .user_data = 7,
			       .len = 8,
			       .nr_args = 4,
			       .arg_size = 32};
	struct dmactl_sg sg[4] = {
		{.buf = 10, .role = DMACTL_SG_SRC, .value = 1, .off = 1, .len = 8},
		{.buf = 11, .role = DMACTL_SG_SRC, .value = 0x8e, .off = 3, .len = 8},
		{.buf = 10, .role = DMACTL_SG_P, .off = 100, .len = 8},
		{.buf = 11, .role = DMACTL_SG_Q, .off = 200, .len = 8},
	};

	assert_no_memory(dmauser_batch_pq(batch, chan, &p, &q, src, 2, scf, 7));
	cr_assert_eq(dmauser_batch_pq(batch, chan, &p, &q, src, 2, scf, 7), 0);
	assert_op(&op);
	assert_args(sg, sizeof(sg));
	/* Q only */
	cr_assert_eq(dmauser_batch_pq(batch, chan, NULL, &q, src, 2, scf, 7), 0);
	op.nr_args = 3;
	assert_op(&op);
	cr_assert_eq(memcmp((const struct dmactl_sg *)args_of(last()) + 2, &sg[3], sizeof(sg[3])),
		     0);
	/* P only, which needs no coefficients */
	sg[0].value = 0;
	sg[1].value = 0;
	cr_assert_eq(dmauser_batch_pq(batch, chan, &p, NULL, src, 2, NULL, 7), 0);
	assert_op(&op);
	assert_args(sg, 3 * sizeof(sg[0]));
	cr_assert_eq(dmauser_batch_count(batch), 3);
}

UNIT_TEST(batch_mem, pq_errors)
{
	struct dmauser_piece p = {buf_a, 100, 8}, q = {buf_b, 200, 8};
	struct dmauser_piece src[2] = {{buf_a, 1, 8}, {buf_b, 3, 8}};
	struct dmauser_piece bad[] = {{buf_a, 0, 7}, {buf_a, 0, 9}, {NULL, 0, 8}, {foreign, 0, 8}};
	uint8_t scf[2] = {1, 2};
	unsigned int i;

	cr_assert_eq(dmauser_batch_pq(NULL, chan, &p, &q, src, 2, scf, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_pq(batch, NULL, &p, &q, src, 2, scf, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_pq(batch, chan, NULL, NULL, src, 2, scf, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_pq(batch, chan, &p, &q, NULL, 2, scf, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_pq(batch, chan, &p, &q, src, 0, scf, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_pq(batch, chan, &p, &q, src, 2, NULL, 7), -EINVAL);
	for (i = 0; i < 4; i++) {
		cr_assert_eq(dmauser_batch_pq(batch, chan, &bad[i], &q, src, 2, scf, 7), -EINVAL);
		cr_assert_eq(dmauser_batch_pq(batch, chan, &p, &bad[i], src, 2, scf, 7), -EINVAL);
		cr_assert_eq(dmauser_batch_pq_val(batch, chan, &p, &bad[i], src, 2, scf, NULL, 7),
			     -EINVAL);
	}
	cr_assert_eq(dmauser_batch_count(batch), 0);
}

UNIT_TEST(batch_mem, pq_val)
{
	struct dmauser_piece p = {buf_a, 100, 8}, q = {buf_b, 200, 8}, scratch = {buf_a, 512, 16};
	struct dmauser_piece src[2] = {{buf_a, 1, 8}, {buf_b, 3, 8}};
	uint8_t scf[2] = {1, 2};
	struct dmactl_op op = {.opcode = DMACTL_OP_PQ_VAL,
			       .chan = 2,
			       .user_data = 7,
			       .len = 8,
			       .nr_args = 4,
			       .arg_size = 32};

	assert_no_memory(dmauser_batch_pq_val(batch, chan, &p, &q, src, 2, scf, NULL, 7));
	cr_assert_eq(dmauser_batch_pq_val(batch, chan, &p, &q, src, 2, scf, NULL, 7), 0);
	assert_op(&op);
	cr_assert_eq(dmauser_batch_pq_val(batch, chan, &p, &q, src, 2, scf, &scratch, 7), 0);
	op.dst_buf = 10;
	op.dst_off = 512;
	assert_op(&op);
	cr_assert_eq(dmauser_batch_pq_val(NULL, chan, &p, &q, src, 2, scf, NULL, 7), -EINVAL);
	/* Scratch memory needs twice the length of a source, without overflow. */
	scratch.len = 15;
	cr_assert_eq(dmauser_batch_pq_val(batch, chan, &p, &q, src, 2, scf, &scratch, 7), -EINVAL);
	p.len = UINT64_MAX / 2 + 1;
	src[0].len = p.len;
	cr_assert_eq(dmauser_batch_pq_val(batch, chan, &p, NULL, src, 1, scf, &scratch, 7),
		     -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 2);
}

UNIT_TEST(batch_mem, interleaved)
{
	struct dmactl_chunk chunks[2] = {{.size = 10, .icg = 3}, {.size = 20, .dst_icg = 4}};
	struct dmactl_op op = {.opcode = DMACTL_OP_INTERLEAVED,
			       .flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_SRC_SGL,
			       .chan = 2,
			       .user_data = 7,
			       .dst_buf = 10,
			       .src_buf = 11,
			       .dst_off = 5,
			       .src_off = 6,
			       .len = 90,
			       .nr_args = 2,
			       .arg_size = 32};
	uint16_t flags = op.flags;

	assert_no_memory(
		dmauser_batch_interleaved(batch, chan, buf_a, 5, buf_b, 6, chunks, 2, 3, flags, 7));
	cr_assert_eq(
		dmauser_batch_interleaved(batch, chan, buf_a, 5, buf_b, 6, chunks, 2, 3, flags, 7),
		0);
	assert_op(&op);
	assert_args(chunks, sizeof(chunks));
	/* From the peripheral, and to it. */
	cr_assert_eq(
		dmauser_batch_interleaved(batch, chan, buf_a, 5, NULL, 0, chunks, 2, 3, flags, 7),
		0);
	op.src_buf = 0;
	op.src_off = 0;
	assert_op(&op);
	cr_assert_eq(
		dmauser_batch_interleaved(batch, chan, NULL, 0, buf_b, 6, chunks, 2, 3, flags, 7),
		0);
	cr_assert_eq(last()->dst_buf, 0);
	cr_assert_eq(last()->src_buf, 11);
}

static int interleave(struct dmauser_buf *dst, uint64_t dst_off, struct dmauser_buf *src,
		      const struct dmactl_chunk *chunks, unsigned int nr, uint64_t frames)
{
	return dmauser_batch_interleaved(batch, chan, dst, dst_off, src, 0, chunks, nr, frames, 0,
					 0);
}

UNIT_TEST(batch_mem, interleaved_errors)
{
	struct dmactl_chunk chunks[2] = {{.size = 10}, {.size = 20}};

	cr_assert_eq(dmauser_batch_interleaved(NULL, chan, buf_a, 0, buf_b, 0, chunks, 2, 1, 0, 0),
		     -EINVAL);
	cr_assert_eq(interleave(NULL, 0, NULL, chunks, 2, 1), -EINVAL);
	cr_assert_eq(interleave(NULL, 1, buf_b, chunks, 2, 1), -EINVAL);
	cr_assert_eq(interleave(foreign, 0, buf_b, chunks, 2, 1), -EINVAL);
	cr_assert_eq(interleave(buf_a, 0, foreign, chunks, 2, 1), -EINVAL);
	cr_assert_eq(interleave(buf_a, 0, buf_b, NULL, 2, 1), -EINVAL);
	cr_assert_eq(interleave(buf_a, 0, buf_b, chunks, 0, 1), -EINVAL);
	cr_assert_eq(interleave(buf_a, 0, buf_b, chunks, 2, 0), -EINVAL);
	cr_assert_eq(interleave(buf_a, 0, buf_b, chunks, 2, UINT64_MAX / 29), -EINVAL);
	chunks[1].size = UINT64_MAX;
	cr_assert_eq(interleave(buf_a, 0, buf_b, chunks, 2, 1), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 0);
}

UNIT_TEST(batch_mem, imm_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_IMM_DATA,
			       .chan = 2,
			       .user_data = 7,
			       .dst_buf = 10,
			       .dst_off = 24,
			       .src_off = UINT64_MAX,
			       .len = 8};

	cr_assert_eq(dmauser_batch_imm_data(batch, chan, buf_a, 24, UINT64_MAX, 7), 0);
	assert_op(&op);
	cr_assert_eq(dmauser_batch_imm_data(NULL, chan, buf_a, 24, 0, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_imm_data(batch, chan, NULL, 24, 0, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_imm_data(batch, chan, foreign, 24, 0, 7), -EINVAL);
}

UNIT_TEST(batch_mem, interrupt)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_INTERRUPT, .chan = 2, .user_data = 7};

	cr_assert_eq(dmauser_batch_interrupt(batch, chan, 7), 0);
	assert_op(&op);
	cr_assert_eq(dmauser_batch_interrupt(NULL, chan, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_interrupt(batch, NULL, 7), -EINVAL);
}
