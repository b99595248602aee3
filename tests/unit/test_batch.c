// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "mock.h"

/* Shared by all tests here; dmauser_submit() is in test_submit.c. */
static struct dmauser_session *s;
static struct dmauser_chan *chan;
static struct dmauser_buf *buf_a, *buf_b;
static struct dmauser_batch *batch;

static void setup(void)
{
	mock_start();
	s = mock_session();
	chan = mock_chan(s, 2);
	buf_a = mock_buf(s, 10);
	buf_b = mock_buf(s, 11);
	cr_assert_eq(dmauser_batch_new(&batch), 0);
}

static void teardown(void)
{
	dmauser_batch_free(batch);
	dmauser_close(s);
	mock_end();
}

static const struct dmactl_sg *sg_of(const struct dmactl_op *op)
{
	return (const void *)(uintptr_t)op->args_uptr;
}

UNIT_TEST(batch, new_is_empty)
{
	cr_assert_eq(dmauser_batch_count(batch), 0);
	cr_assert_null(dmauser_batch_get(batch, 0));
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
}

UNIT_TEST(batch, new_errors)
{
	struct dmauser_batch *other = NULL;

	cr_assert_eq(dmauser_batch_new(NULL), -EINVAL);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_batch_new(&other), -ENOMEM);
	cr_assert_null(other);
}

UNIT_TEST(batch, null)
{
	struct dmauser_piece piece = {.buf = buf_a, .len = 1};

	dmauser_batch_free(NULL);
	dmauser_batch_clear(NULL);
	cr_assert_eq(dmauser_batch_count(NULL), 0);
	cr_assert_null(dmauser_batch_get(NULL, 0));
	cr_assert_eq(dmauser_batch_bad_index(NULL), -EINVAL);
	cr_assert_eq(dmauser_batch_set_flags(NULL, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_nop(NULL, chan, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_nop(batch, NULL, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memcpy(NULL, chan, buf_a, 0, buf_b, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memcpy(batch, NULL, buf_a, 0, buf_b, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memcpy(batch, chan, NULL, 0, buf_b, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memcpy(batch, chan, buf_a, 0, NULL, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset(NULL, chan, buf_a, 0, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset(batch, NULL, buf_a, 0, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset(batch, chan, NULL, 0, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(NULL, chan, &piece, 1, &piece, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, NULL, &piece, 1, &piece, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, NULL, 1, &piece, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, &piece, 1, NULL, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 0);
}

UNIT_TEST(batch, nop)
{
	struct dmactl_op expected = {.opcode = DMACTL_OP_NOP, .chan = 2, .user_data = 42};

	cr_assert_eq(dmauser_batch_nop(batch, chan, 42), 0);
	cr_assert_eq(dmauser_batch_count(batch), 1);
	assert_same(dmauser_batch_get(batch, 0), &expected);
	cr_assert_null(dmauser_batch_get(batch, 1));
	cr_assert_null(dmauser_batch_get(batch, UINT_MAX));
}

UNIT_TEST(batch, memcpy)
{
	struct dmactl_op expected = {
		.opcode = DMACTL_OP_MEMCPY,
		.chan = 2,
		.user_data = UINT64_MAX,
		.dst_buf = 10,
		.src_buf = 11,
		.dst_off = 1ull << 33,
		.src_off = 1ull << 34,
		.len = 1ull << 35,
	};

	cr_assert_eq(dmauser_batch_memcpy(batch, chan, buf_a, 1ull << 33, buf_b, 1ull << 34,
					  1ull << 35, UINT64_MAX),
		     0);
	assert_same(dmauser_batch_get(batch, 0), &expected);
}

UNIT_TEST(batch, memset)
{
	struct dmactl_op expected = {
		.opcode = DMACTL_OP_MEMSET,
		.chan = 2,
		.user_data = 3,
		.dst_buf = 11,
		.dst_off = 16,
		.len = 32,
		.value = 0xee,
	};

	cr_assert_eq(dmauser_batch_memset(batch, chan, buf_b, 16, 0xee, 32, 3), 0);
	assert_same(dmauser_batch_get(batch, 0), &expected);
}

UNIT_TEST(batch, sg)
{
	struct dmauser_piece dst[2] = {{buf_a, 8, 100}, {buf_b, 0, 28}};
	struct dmauser_piece src[1] = {{buf_b, 512, 128}};
	struct dmactl_sg sg[3] = {
		{.buf = 10, .role = DMACTL_SG_DST, .off = 8, .len = 100},
		{.buf = 11, .role = DMACTL_SG_DST, .off = 0, .len = 28},
		{.buf = 11, .role = DMACTL_SG_SRC, .off = 512, .len = 128},
	};
	struct dmactl_op expected = {
		.opcode = DMACTL_OP_SG,
		.chan = 2,
		.user_data = 6,
		.len = 128,
		.nr_args = 3,
		.arg_size = 32,
	};
	const struct dmactl_op *op;

	cr_assert_eq(dmauser_batch_sg(batch, chan, dst, 2, src, 1, 6), 0);
	/* The batch must have copied the lists. */
	memset(dst, 0xff, sizeof(dst));
	memset(src, 0xff, sizeof(src));
	op = dmauser_batch_get(batch, 0);
	cr_assert_arr_eq(sg_of(op), sg, sizeof(sg));
	expected.args_uptr = op->args_uptr;
	assert_same(op, &expected);
}

UNIT_TEST(batch, sg_lists_must_match)
{
	struct dmauser_piece a[2] = {{buf_a, 0, 100}, {buf_a, 0, 1}};
	struct dmauser_piece b[2] = {{buf_b, 0, 100}, {buf_b, 0, 2}};
	struct dmauser_piece huge[2] = {{buf_a, 0, UINT64_MAX}, {buf_a, 0, 1}};
	struct dmauser_piece hole[1] = {{NULL, 0, 100}};

	cr_assert_eq(dmauser_batch_sg(batch, chan, a, 2, b, 2, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, a, 0, b, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, a, 1, b, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, a, 0, b, 1, 0), -EINVAL);
	/* A sum that wraps to 0 is not equal to 0. */
	cr_assert_eq(dmauser_batch_sg(batch, chan, huge, 2, huge, 2, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, hole, 1, b, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, a, 1, hole, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 0);
	cr_assert_eq(dmauser_batch_sg(batch, chan, a, 1, b, 1, 0), 0);
}

UNIT_TEST(batch, one_session)
{
	struct dmauser_session *other = mock_session();
	struct dmauser_chan *other_chan = mock_chan(other, 2);
	struct dmauser_buf *other_buf = mock_buf(other, 10);
	struct dmauser_piece mine = {buf_a, 0, 1}, theirs = {other_buf, 0, 1};

	cr_assert_eq(dmauser_batch_memcpy(batch, chan, buf_a, 0, other_buf, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memcpy(batch, chan, other_buf, 0, buf_a, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset(batch, chan, other_buf, 0, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, &mine, 1, &theirs, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_sg(batch, chan, &theirs, 1, &mine, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 0), 0);
	cr_assert_eq(dmauser_batch_nop(batch, other_chan, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_memset(batch, other_chan, other_buf, 0, 0, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_count(batch), 1);
	/* An empty batch can serve another session. */
	dmauser_batch_clear(batch);
	cr_assert_eq(dmauser_batch_nop(batch, other_chan, 0), 0);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 0), -EINVAL);
	dmauser_close(other);
}

UNIT_TEST(batch, set_flags)
{
	cr_assert_eq(dmauser_batch_set_flags(batch, DMACTL_OPF_FENCE), -ENOENT);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 0), 0);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 1), 0);
	cr_assert_eq(dmauser_batch_set_flags(batch, DMACTL_OPF_FENCE), 0);
	cr_assert_eq(dmauser_batch_get(batch, 0)->flags, 0);
	cr_assert_eq(dmauser_batch_get(batch, 1)->flags, DMACTL_OPF_FENCE);
	cr_assert_eq(dmauser_batch_set_flags(batch, DMACTL_OPF_NO_SYNC), 0);
	cr_assert_eq(dmauser_batch_get(batch, 1)->flags, DMACTL_OPF_NO_SYNC);
}

UNIT_TEST(batch, clear)
{
	cr_assert_eq(dmauser_batch_nop(batch, chan, 1), 0);
	dmauser_batch_clear(batch);
	cr_assert_eq(dmauser_batch_count(batch), 0);
	cr_assert_eq(dmauser_batch_set_flags(batch, 0), -ENOENT);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 2), 0);
	cr_assert_eq(dmauser_batch_count(batch), 1);
	cr_assert_eq(dmauser_batch_get(batch, 0)->user_data, 2);
}

static void add_sg(uint64_t i)
{
	struct dmauser_piece dst[3] = {{buf_a, i, 1}, {buf_a, i + 1, 2}, {buf_b, i, 3}};
	struct dmauser_piece src[1] = {{buf_b, i * 7, 6}};

	cr_assert_eq(dmauser_batch_sg(batch, chan, dst, 3, src, 1, i), 0);
}

static void check_sg(const struct dmactl_op *op, uint64_t i)
{
	cr_assert_eq(op->user_data, i);
	cr_assert_eq(op->nr_args, 4);
	cr_assert_eq(sg_of(op)[0].off, i);
	cr_assert_eq(sg_of(op)[1].off, i + 1);
	cr_assert_eq(sg_of(op)[2].buf, 11);
	cr_assert_eq(sg_of(op)[3].off, i * 7);
	cr_assert_eq(sg_of(op)[3].role, DMACTL_SG_SRC);
}

/* The argument arrays move when they grow; every op must still find its own. */
UNIT_TEST(batch, growth)
{
	const unsigned int nr = 1000;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		add_sg(i);
		cr_assert_eq(dmauser_batch_nop(batch, chan, nr + i), 0);
	}
	cr_assert_eq(dmauser_batch_count(batch), 2 * nr);
	for (i = 0; i < nr; i++) {
		check_sg(dmauser_batch_get(batch, 2 * i), i);
		cr_assert_eq(dmauser_batch_get(batch, 2 * i + 1)->user_data, nr + i);
		cr_assert_eq(dmauser_batch_get(batch, 2 * i + 1)->args_uptr, 0);
	}
	/* Sizes double: about 7 steps for the ops and 8 for their arguments. */
	cr_assert_leq(mock.allocs, 25);
}

UNIT_TEST(batch, steady_state_allocates_nothing)
{
	unsigned int allocs = 0, round, i;

	for (round = 0; round < 50; round++) {
		for (i = 0; i < 100; i++)
			add_sg(i);
		check_sg(dmauser_batch_get(batch, 99), 99);
		dmauser_batch_clear(batch);
		if (round == 0)
			allocs = mock.allocs;
	}
	cr_assert_eq(mock.allocs, allocs);
}

/* A queue that is never empty, as under load, must not grow forever. */
UNIT_TEST(batch, moving_queue_stays_small)
{
	const unsigned int live = 20;
	unsigned int i, allocs = 0;

	for (i = 0; i < live; i++)
		add_sg(i);
	for (; i < 5000; i++) {
		if (i == 200)
			allocs = mock.allocs;
		dmauser_batch_accept(batch, 1);
		add_sg(i);
		cr_assert_eq(dmauser_batch_count(batch), live);
		check_sg(dmauser_batch_get(batch, 0), i - live + 1);
		check_sg(dmauser_batch_get(batch, live - 1), i);
	}
	cr_assert_eq(mock.allocs, allocs);
}

UNIT_TEST(batch, one_large_sg)
{
	static struct dmauser_piece pieces[5000];
	struct dmauser_piece all = {buf_a, 0, 5000};
	const struct dmactl_op *op;
	unsigned int i;

	for (i = 0; i < 5000; i++)
		pieces[i] = (struct dmauser_piece){buf_b, i, 1};
	cr_assert_eq(dmauser_batch_sg(batch, chan, &all, 1, pieces, 5000, 1), 0);
	op = dmauser_batch_get(batch, 0);
	cr_assert_eq(op->nr_args, 5001);
	cr_assert_eq(sg_of(op)[5000].off, 4999);
}

/* Without memory an op is not added, and the previous ones do not change. */
UNIT_TEST(batch, no_memory)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		add_sg(i);
	/* 16 of 16 arguments are used, and 4 of 16 ops: the arguments grow first. */
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_batch_sg(batch, chan, &(struct dmauser_piece){buf_a, 0, 1}, 1,
				      &(struct dmauser_piece){buf_b, 0, 1}, 1, 9),
		     -ENOMEM);
	cr_assert_eq(mock.fail_alloc, 0);
	cr_assert_eq(dmauser_batch_count(batch), 4);
	for (i = 0; i < 4; i++)
		check_sg(dmauser_batch_get(batch, i), i);
	for (i = 4; i < 16; i++)
		add_sg(i);
	/* 16 of 16 ops are used. */
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_batch_nop(batch, chan, 9), -ENOMEM);
	cr_assert_eq(mock.fail_alloc, 0);
	/* Both have to grow (64 of 64 arguments), and the second allocation fails. */
	mock.fail_alloc = 2;
	cr_assert_eq(dmauser_batch_sg(batch, chan, &(struct dmauser_piece){buf_a, 0, 1}, 1,
				      &(struct dmauser_piece){buf_b, 0, 1}, 1, 9),
		     -ENOMEM);
	cr_assert_eq(mock.fail_alloc, 0);
	cr_assert_eq(dmauser_batch_count(batch), 16);
	for (i = 0; i < 16; i++)
		check_sg(dmauser_batch_get(batch, i), i);
	add_sg(16);
	check_sg(dmauser_batch_get(batch, 16), 16);
}

/* Too many ops are refused before any size is computed. */
UNIT_TEST(batch, no_overflow)
{
	struct dmauser_batch full = {.tail = UINT_MAX, .capacity = UINT_MAX};
	struct dmauser_batch large = {.tail = UINT_MAX / 2 + 1, .capacity = UINT_MAX / 2 + 1};

	cr_assert_eq(dmauser_batch_nop(&full, chan, 0), -ENOMEM);
	cr_assert_eq(dmauser_batch_nop(&large, chan, 0), -ENOMEM);
	cr_assert_eq(dmauser_batch_count(&full), UINT_MAX);
}
