// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "mock.h"

/* Ops with a peripheral, metadata, and prepared ops. */
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

static void assert_op(const struct dmactl_op *expected)
{
	struct dmactl_op op = *last();

	cr_assert_eq(op.nr_args == 0, op.args_uptr == 0);
	op.args_uptr = 0;
	assert_same(&op, expected);
}

static const struct dmactl_sg *sg_of(const struct dmactl_op *op)
{
	return (const void *)(uintptr_t)op->args_uptr;
}

typedef int sg_fn(struct dmauser_batch *b, struct dmauser_chan *c, uint32_t direction,
		  const struct dmauser_piece *piece, unsigned int nr, uint64_t user_data);

static void check_sg_op(sg_fn *add, uint16_t opcode)
{
	struct dmauser_piece piece[2] = {{buf_a, 1, 2}, {buf_b, 3, 4}};
	struct dmactl_op op = {.opcode = opcode,
			       .chan = 2,
			       .user_data = 7,
			       .len = 6,
			       .nr_args = 2,
			       .arg_size = 32};
	struct dmactl_sg sg[2] = {{.buf = 10, .role = DMACTL_SG_SRC, .off = 1, .len = 2},
				  {.buf = 11, .role = DMACTL_SG_SRC, .off = 3, .len = 4}};

	mock.fail_alloc = 1;
	cr_assert_eq(add(batch, chan, DMACTL_DIR_MEM_TO_DEV, piece, 2, 7), -ENOMEM);
	cr_assert_eq(dmauser_batch_count(batch), 0);
	cr_assert_eq(add(batch, chan, DMACTL_DIR_MEM_TO_DEV, piece, 2, 7), 0);
	assert_op(&op);
	cr_assert_eq(memcmp(sg_of(last()), sg, sizeof(sg)), 0);
	cr_assert_eq(add(batch, chan, DMACTL_DIR_DEV_TO_MEM, piece, 2, 7), 0);
	assert_op(&op);
	sg[0].role = DMACTL_SG_DST;
	sg[1].role = DMACTL_SG_DST;
	cr_assert_eq(memcmp(sg_of(last()), sg, sizeof(sg)), 0);

	cr_assert_eq(add(NULL, chan, DMACTL_DIR_MEM_TO_DEV, piece, 2, 7), -EINVAL);
	cr_assert_eq(add(batch, NULL, DMACTL_DIR_MEM_TO_DEV, piece, 2, 7), -EINVAL);
	cr_assert_eq(add(batch, chan, DMACTL_DIR_MEM_TO_MEM, piece, 2, 7), -EINVAL);
	cr_assert_eq(add(batch, chan, 0, piece, 2, 7), -EINVAL);
	cr_assert_eq(add(batch, chan, DMACTL_DIR_MEM_TO_DEV, NULL, 2, 7), -EINVAL);
	cr_assert_eq(add(batch, chan, DMACTL_DIR_MEM_TO_DEV, piece, 0, 7), -EINVAL);
	piece[1].buf = foreign;
	cr_assert_eq(add(batch, chan, DMACTL_DIR_MEM_TO_DEV, piece, 2, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 2);
}

UNIT_TEST(batch_slave, slave_sg)
{
	check_sg_op(dmauser_batch_slave_sg, DMACTL_OP_SLAVE_SG);
}

UNIT_TEST(batch_slave, peripheral_vec)
{
	check_sg_op(dmauser_batch_peripheral_vec, DMACTL_OP_PERIPHERAL_VEC);
}

UNIT_TEST(batch_slave, rio_sg)
{
	struct dmauser_piece piece = {buf_a, 1, 2};
	struct dmactl_rio rio = {.destid = 65535, .wr_type = 3, .rio_addr = 5, .rio_addr_u = 2};
	struct dmactl_op op = {.opcode = DMACTL_OP_RIO_SG,
			       .chan = 2,
			       .user_data = 7,
			       .len = 2,
			       .nr_args = 2,
			       .arg_size = 32};
	struct dmactl_sg sg = {.buf = 10, .role = DMACTL_SG_DST, .off = 1, .len = 2};

	cr_assert_eq(dmauser_batch_rio_sg(batch, chan, DMACTL_DIR_DEV_TO_MEM, &piece, 1, &rio, 7),
		     0);
	assert_op(&op);
	rio.role = DMACTL_SG_RIO;
	cr_assert_eq(memcmp(&sg_of(last())[0], &rio, sizeof(rio)), 0);
	cr_assert_eq(memcmp(&sg_of(last())[1], &sg, sizeof(sg)), 0);
	cr_assert_eq(dmauser_batch_rio_sg(batch, chan, DMACTL_DIR_DEV_TO_MEM, &piece, 1, NULL, 7),
		     -EINVAL);
}

UNIT_TEST(batch_slave, slave_single)
{
	struct dmactl_op to = {.opcode = DMACTL_OP_SLAVE_SINGLE,
			       .chan = 2,
			       .user_data = 7,
			       .src_buf = 10,
			       .src_off = 5,
			       .len = 6};
	struct dmactl_op from = {.opcode = DMACTL_OP_SLAVE_SINGLE,
				 .chan = 2,
				 .user_data = 7,
				 .dst_buf = 10,
				 .dst_off = 5,
				 .len = 6};

	cr_assert_eq(dmauser_batch_slave_single(batch, chan, DMACTL_DIR_MEM_TO_DEV, buf_a, 5, 6, 7),
		     0);
	assert_op(&to);
	cr_assert_eq(dmauser_batch_slave_single(batch, chan, DMACTL_DIR_DEV_TO_MEM, buf_a, 5, 6, 7),
		     0);
	assert_op(&from);
	cr_assert_eq(dmauser_batch_slave_single(NULL, chan, 2, buf_a, 5, 6, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_slave_single(batch, NULL, 2, buf_a, 5, 6, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_slave_single(batch, chan, 2, NULL, 5, 6, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_slave_single(batch, chan, 2, foreign, 5, 6, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_slave_single(batch, chan, 6, buf_a, 5, 6, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 2);
}

UNIT_TEST(batch_slave, cyclic)
{
	const uint32_t in = DMACTL_DIR_DEV_TO_MEM;
	struct dmactl_op op = {.opcode = DMACTL_OP_CYCLIC,
			       .chan = 2,
			       .user_data = 7,
			       .dst_buf = 10,
			       .dst_off = 64,
			       .len = 4096,
			       .nr_args = 1,
			       .arg_size = 16};
	struct dmactl_cyclic cyclic = {.period_len = 1024};

	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, in, buf_a, 64, 4096, 1024, 7), -ENOMEM);
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, in, buf_a, 64, 4096, 1024, 7), 0);
	assert_op(&op);
	cr_assert_eq(memcmp(sg_of(last()), &cyclic, sizeof(cyclic)), 0);
	cr_assert_eq(dmauser_batch_cyclic(NULL, chan, in, buf_a, 0, 4096, 1024, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, 0, buf_a, 0, 4096, 1024, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, in, NULL, 0, 4096, 1024, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, in, buf_a, 0, 4096, 0, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, in, buf_a, 0, 4096, 1000, 7), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 1);
}

UNIT_TEST(batch_slave, metadata)
{
	struct dmauser_piece piece = {buf_a, 1, 2};
	struct dmactl_sg meta = {.buf = 11, .role = DMACTL_SG_METADATA, .off = 8, .len = 16};
	struct dmactl_chunk chunk = {.size = 1};

	cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, 8, 16), -ENOENT);
	cr_assert_eq(dmauser_batch_add_metadata(NULL, buf_b, 8, 16), -EINVAL);
	/* Metadata for an op without an array, and for one with an array. */
	cr_assert_eq(dmauser_batch_memcpy(batch, chan, buf_a, 0, buf_b, 0, 1, 7), 0);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, 8, 16), -ENOMEM);
	cr_assert_eq(last()->nr_args, 0);
	cr_assert_eq(dmauser_batch_add_metadata(batch, NULL, 8, 16), -EINVAL);
	cr_assert_eq(dmauser_batch_add_metadata(batch, foreign, 8, 16), -EINVAL);
	cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, 8, 16), 0);
	cr_assert_eq(last()->nr_args, 1);
	cr_assert_eq(last()->arg_size, 32);
	assert_same(sg_of(last()), &meta);
	cr_assert_eq(dmauser_batch_slave_sg(batch, chan, DMACTL_DIR_MEM_TO_DEV, &piece, 1, 7), 0);
	cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, 8, 16), 0);
	cr_assert_eq(last()->nr_args, 2);
	cr_assert_eq(sg_of(last())[0].role, DMACTL_SG_SRC);
	assert_same(&sg_of(last())[1], &meta);
	assert_same(sg_of(dmauser_batch_get(batch, 0)), &meta);
	/* Ops whose array has other elements cannot have metadata. */
	cr_assert_eq(dmauser_batch_cyclic(batch, chan, 2, buf_a, 0, 4, 2, 7), 0);
	cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, 8, 16), -EINVAL);
	cr_assert_eq(dmauser_batch_interleaved(batch, chan, buf_a, 0, NULL, 0, &chunk, 1, 1, 0, 0),
		     0);
	cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, 8, 16), -EINVAL);
}

/* Arrays of all kinds move when they grow; every op must still find its own. */
UNIT_TEST(batch_slave, growth)
{
	const unsigned int nr = 300;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct dmauser_piece piece = {buf_a, i, i + 1};
		struct dmactl_chunk chunk = {.size = i + 1};

		cr_assert_eq(dmauser_batch_slave_sg(batch, chan, 2, &piece, 1, i), 0);
		cr_assert_eq(dmauser_batch_add_metadata(batch, buf_b, i, 1), 0);
		cr_assert_eq(dmauser_batch_cyclic(batch, chan, 2, buf_a, 0, i + 1, i + 1, i), 0);
		cr_assert_eq(dmauser_batch_interleaved(batch, chan, buf_a, 0, NULL, 0, &chunk, 1, 1,
						       0, i),
			     0);
	}
	for (i = 0; i < nr; i++) {
		const struct dmactl_op *op = dmauser_batch_get(batch, 3 * i);

		cr_assert_eq(sg_of(op)[0].off, i);
		cr_assert_eq(sg_of(op)[1].role, DMACTL_SG_METADATA);
		cr_assert_eq(sg_of(op)[1].off, i);
		op = dmauser_batch_get(batch, 3 * i + 1);
		cr_assert_eq(((const struct dmactl_cyclic *)sg_of(op))->period_len, i + 1);
		op = dmauser_batch_get(batch, 3 * i + 2);
		cr_assert_eq(((const struct dmactl_chunk *)sg_of(op))->size, i + 1);
	}
}

UNIT_TEST(prepared, prepare)
{
	struct dmauser_prepared *prepared = NULL;
	struct dmactl_op op = {
		.opcode = DMACTL_OP_PREPARED, .chan = 2, .user_data = 9, .src_buf = 33};
	struct dmauser_piece piece = {buf_a, 1, 2};

	cr_assert_eq(dmauser_batch_nop(batch, chan, 1), 0);
	cr_assert_eq(dmauser_batch_slave_sg(batch, chan, 2, &piece, 1, 2), 0);
	mock_reply(DMACTL_IOC_PREPARE, 0)->arg.prepare.out_handle = 33;
	cr_assert_eq(dmauser_prepare(batch, &prepared), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	cr_assert_eq(mock_last()->arg.prepare.size, sizeof(struct dmactl_prepare));
	cr_assert_eq(mock_last()->arg.prepare.flags, 0);
	cr_assert_eq(mock_last()->ops[0].opcode, DMACTL_OP_SLAVE_SG);
	cr_assert_eq(mock_last()->ops[0].nr_args, 1);
	/* The op has left the batch, and its space is used again. */
	cr_assert_eq(dmauser_batch_count(batch), 1);
	cr_assert_eq(dmauser_batch_prepared(batch, prepared, 9), 0);
	assert_op(&op);
	cr_assert_eq(dmauser_batch_slave_sg(batch, chan, 2, &piece, 1, 2), 0);
	cr_assert_eq(sg_of(last())[0].off, 1);

	mock_reply(DMACTL_IOC_DESTROY, -EBUSY);
	cr_assert_eq(dmauser_unprepare(prepared), -EBUSY);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_unprepare(prepared), 0);
	cr_assert_eq(mock_last()->arg.destroy.handle, 33);
	cr_assert_eq(dmauser_unprepare(NULL), 0);
}

/* After the only op was prepared, the batch can serve another session. */
UNIT_TEST(prepared, empties_the_batch)
{
	struct dmauser_chan *theirs = mock_chan(other, 5);
	struct dmauser_prepared *prepared = NULL;

	cr_assert_eq(dmauser_batch_memset(batch, chan, buf_a, 0, 1, 2, 3), 0);
	mock_reply(DMACTL_IOC_PREPARE, 0)->arg.prepare.out_handle = 33;
	cr_assert_eq(dmauser_prepare(batch, &prepared), 0);
	cr_assert_eq(dmauser_batch_count(batch), 0);
	cr_assert_eq(dmauser_batch_nop(batch, theirs, 1), 0);
	cr_assert_eq(dmauser_batch_prepared(batch, prepared, 9), -EINVAL);
	/* Closing the session frees prepared ops. */
}

UNIT_TEST(prepared, errors)
{
	struct dmauser_prepared *prepared = NULL;

	cr_assert_eq(dmauser_prepare(NULL, &prepared), -EINVAL);
	cr_assert_eq(dmauser_prepare(batch, NULL), -EINVAL);
	cr_assert_eq(dmauser_prepare(batch, &prepared), -ENOENT);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 1), 0);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_prepare(batch, &prepared), -ENOMEM);
	mock_reply(DMACTL_IOC_PREPARE, -EOPNOTSUPP);
	cr_assert_eq(dmauser_prepare(batch, &prepared), -EOPNOTSUPP);
	cr_assert_null(prepared);
	cr_assert_eq(dmauser_batch_count(batch), 1);
	cr_assert_eq(dmauser_batch_prepared(batch, NULL, 9), -EINVAL);
	cr_assert_eq(dmauser_batch_prepared(NULL, prepared, 9), -EINVAL);
}
