// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "submit.h"

UNIT_TEST(submit, wire_format)
{
	struct dmactl_submit expected = {
		.size = WITHOUT_FENCES,
		.flags = DMACTL_SUBMIT_HOLD,
		.nr_ops = 2,
		.op_size = 64,
	};
	struct dmactl_op ops[2] = {
		{.opcode = DMACTL_OP_NOP, .chan = 2, .user_data = 5},
		{.opcode = DMACTL_OP_MEMSET, .chan = 2, .dst_buf = 10, .len = 8, .value = 1},
	};
	struct dmactl_submit arg;

	cr_assert_eq(dmauser_batch_nop(batch, chan, 5), 0);
	cr_assert_eq(dmauser_batch_memset(batch, chan, buf, 0, 1, 8, 0), 0);
	expected.ops_uptr = (uintptr_t)dmauser_batch_get(batch, 0);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 2;
	cr_assert_eq(dmauser_submit(s, batch, DMACTL_SUBMIT_HOLD), 2);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	arg = sent();
	assert_same(&arg, &expected);
	cr_assert_arr_eq(mock_last()->ops, ops, sizeof(ops));
	cr_assert_eq(dmauser_batch_count(batch), 0);
}

UNIT_TEST(submit, sg_lists_reach_the_module)
{
	struct dmauser_piece dst[2] = {{buf, 0, 3}, {buf, 8, 5}};
	struct dmauser_piece src = {buf, 64, 8};
	struct dmactl_sg sg[6] = {
		{.buf = 10, .role = DMACTL_SG_DST, .off = 0, .len = 3},
		{.buf = 10, .role = DMACTL_SG_DST, .off = 8, .len = 5},
		{.buf = 10, .role = DMACTL_SG_SRC, .off = 64, .len = 8},
	};

	memcpy(&sg[3], &sg[0], 3 * sizeof(sg[0]));
	cr_assert_eq(dmauser_batch_sg(batch, chan, dst, 2, &src, 1, 1), 0);
	cr_assert_eq(dmauser_batch_sg(batch, chan, dst, 2, &src, 1, 2), 0);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 1;
	cr_assert_eq(dmauser_submit(s, batch, 0), 1);
	cr_assert_eq(mock_last()->nr_sg, 6);
	cr_assert_arr_eq(mock_last()->sg, sg, sizeof(sg));
	/* The list of the op that stays is still there for the next try. */
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 1;
	cr_assert_eq(dmauser_submit(s, batch, 0), 1);
	cr_assert_eq(mock_last()->ops[0].user_data, 2);
	cr_assert_eq(mock_last()->nr_sg, 3);
	cr_assert_arr_eq(mock_last()->sg, sg, 3 * sizeof(sg[0]));
}

UNIT_TEST(submit, batch_that_is_kept)
{
	unsigned int round;

	cr_assert_eq(dmauser_batch_set_keep(NULL, 1), -EINVAL);
	cr_assert_eq(dmauser_batch_set_keep(batch, 1), 0);
	add(10);
	for (round = 0; round < 3; round++) {
		mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 3;
		cr_assert_eq(dmauser_submit(s, batch, 0), 3);
		check_rest(3, 7);
		cr_assert_eq(dmauser_batch_nop(batch, chan, 10), -EBUSY);
		cr_assert_eq(dmauser_batch_set_keep(batch, 0), -EBUSY);
		mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 7;
		cr_assert_eq(dmauser_submit(s, batch, 0), 7);
		check_rest(0, 10);
	}
	cr_assert_eq(dmauser_batch_set_keep(batch, 0), 0);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 10;
	cr_assert_eq(dmauser_submit(s, batch, 0), 10);
	check_rest(0, 0);
}

UNIT_TEST(submit, lists_of_a_batch_that_is_kept)
{
	struct dmauser_piece dst[2] = {{buf, 0, 3}, {buf, 8, 5}};
	struct dmauser_piece src = {buf, 64, 8};
	struct dmactl_sg sg[6];
	unsigned int round;

	cr_assert_eq(dmauser_batch_set_keep(batch, 1), 0);
	cr_assert_eq(dmauser_batch_sg(batch, chan, dst, 2, &src, 1, 1), 0);
	cr_assert_eq(dmauser_batch_sg(batch, chan, &src, 1, dst, 2, 2), 0);
	for (round = 0; round < 3; round++) {
		mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 1;
		cr_assert_eq(dmauser_submit(s, batch, 0), 1);
		cr_assert_eq(mock_last()->nr_sg, 6);
		if (round == 0)
			memcpy(sg, mock_last()->sg, sizeof(sg));
		cr_assert_arr_eq(mock_last()->sg, sg, sizeof(sg));
		mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 1;
		cr_assert_eq(dmauser_submit(s, batch, 0), 1);
		cr_assert_eq(mock_last()->nr_sg, 3);
		cr_assert_arr_eq(mock_last()->sg, &sg[3], 3 * sizeof(sg[0]));
	}
	/* More of them: the lists move, and the ops find them. */
	for (round = 0; round < 20; round++)
		cr_assert_eq(dmauser_batch_sg(batch, chan, dst, 2, &src, 1, 3), 0);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 22;
	cr_assert_eq(dmauser_submit(s, batch, 0), 22);
	cr_assert_eq(mock_last()->nr_sg, 66);
	cr_assert_arr_eq(mock_last()->sg, sg, sizeof(sg));
}

UNIT_TEST(submit, partial_acceptance_keeps_the_rest)
{
	add(10);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 3;
	cr_assert_eq(dmauser_submit(s, batch, 0), 3);
	check_rest(3, 7);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
	/* New ops go behind the rest. */
	cr_assert_eq(dmauser_batch_nop(batch, chan, 10), 0);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 7;
	cr_assert_eq(dmauser_submit(s, batch, 0), 7);
	cr_assert_eq(mock_last()->arg.submit.nr_ops, 8);
	cr_assert_eq(mock_last()->ops[0].user_data, 3);
	check_rest(10, 1);
}

UNIT_TEST(submit, empty_batch_makes_no_call)
{
	cr_assert_eq(dmauser_submit(s, batch, 0), 0);
	cr_assert_eq(mock.nr_calls, calls);
}

UNIT_TEST(submit, bad_arguments)
{
	struct dmactl_completion record;
	struct dmauser_result result;

	add(1);
	cr_assert_eq(dmauser_submit(NULL, batch, 0), -EINVAL);
	cr_assert_eq(dmauser_submit(s, NULL, 0), -EINVAL);
	cr_assert_eq(dmauser_reap(NULL, &record, 1), -EINVAL);
	cr_assert_eq(dmauser_reap(s, NULL, 1), -EINVAL);
	cr_assert_eq(dmauser_wait(NULL, &record, 1, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_wait(s, NULL, 1, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_wait(s, &record, 1, 2, 0), -EINVAL);
	cr_assert_eq(dmauser_submit_wait(NULL, batch, 0, NULL, 0, 0, 0, &result), -EINVAL);
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 1, 0, 0, &result), -EINVAL);
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, &record, 1, 2, 0, &result), -EINVAL);
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, 0, 0, NULL), -EINVAL);
	cr_assert_eq(mock.nr_calls, calls);
	check_rest(0, 1);
}

UNIT_TEST(submit, batch_of_another_session)
{
	struct dmauser_session *other = mock_session();

	add(1);
	cr_assert_eq(dmauser_submit(other, batch, 0), -EINVAL);
	cr_assert_eq(mock.nr_calls, calls + 1, "the other module was asked");
	check_rest(0, 1);
	dmauser_close(other);
}

UNIT_TEST(submit, bad_op)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, -EINVAL);

	add(5);
	reply->copy_back = 1;
	reply->arg.submit.out_accepted = 3;
	cr_assert_eq(dmauser_submit(s, batch, 0), -EINVAL);
	cr_assert_eq(dmauser_batch_bad_index(batch), 3);
	check_rest(0, 5);
	/* The next submit forgets it. */
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 5;
	cr_assert_eq(dmauser_submit(s, batch, 0), 5);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
}

/* Only the module knows whose fault an error is; ~0 says nobody's. */
UNIT_TEST(submit, error_without_a_bad_op)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, -ENODEV);

	add(2);
	reply->copy_back = 1;
	reply->arg.submit.out_accepted = ~0u;
	cr_assert_eq(dmauser_submit(s, batch, 0), -ENODEV);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
	check_rest(0, 2);
	/* No credit: 0 ops were accepted, and op 0 is as good as any. */
	reply = mock_reply(DMACTL_IOC_SUBMIT, -EAGAIN);
	reply->copy_back = 1;
	reply->arg.submit.out_accepted = 0;
	cr_assert_eq(dmauser_submit(s, batch, 0), -EAGAIN);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
	check_rest(0, 2);
}

UNIT_TEST(submit, errors_pass)
{
	static const int errors[] = {-EAGAIN, -EINTR,  -ENODEV, -EXDEV, -EFAULT,
				     -ENOMEM, -EDQUOT, -ENOTTY, -E2BIG, -EPERM};
	unsigned int i;

	add(2);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		mock_reply(DMACTL_IOC_SUBMIT, errors[i]);
		cr_assert_eq(dmauser_submit(s, batch, 0), errors[i]);
		check_rest(0, 2);
	}
}

/* The call failed before the module wrote anything back. */
UNIT_TEST(submit, error_without_an_index)
{
	add(2);
	mock_reply(DMACTL_IOC_SUBMIT, -EOPNOTSUPP);
	cr_assert_eq(dmauser_submit(s, batch, 1u << 31), -EOPNOTSUPP);
	cr_assert_eq(mock_last()->arg.submit.flags, 1u << 31);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
}

UNIT_TEST(submit, clear_forgets_the_bad_op)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, -EXDEV);

	add(1);
	reply->copy_back = 1;
	cr_assert_eq(dmauser_submit(s, batch, 0), -EXDEV);
	cr_assert_eq(dmauser_batch_bad_index(batch), 0);
	dmauser_batch_clear(batch);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
}

UNIT_TEST(submit, no_more_than_the_module_takes)
{
	dmauser_close(s);
	open_limited(4);
	add(10);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 4;
	cr_assert_eq(dmauser_submit(s, batch, 0), 4);
	cr_assert_eq(mock_last()->arg.submit.nr_ops, 4);
	check_rest(4, 6);
}

UNIT_TEST(submit, module_without_a_limit)
{
	dmauser_close(s);
	open_limited(0);
	add(10);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 10;
	cr_assert_eq(dmauser_submit(s, batch, 0), 10);
	cr_assert_eq(mock_last()->arg.submit.nr_ops, 10);
}

/* Under steady load the same memory serves every round. */
UNIT_TEST(submit, steady_state_allocates_nothing)
{
	struct dmauser_piece piece = {buf, 0, 8};
	unsigned int allocs = 0, round, i;

	for (round = 0; round < 20; round++) {
		for (i = 0; i < 40; i++)
			cr_assert_eq(dmauser_batch_sg(batch, chan, &piece, 1, &piece, 1, i), 0);
		mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 25;
		cr_assert_eq(dmauser_submit(s, batch, 0), 25);
		mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 15;
		cr_assert_eq(dmauser_submit(s, batch, 0), 15);
		if (round == 0)
			allocs = mock.allocs;
	}
	cr_assert_eq(mock.allocs, allocs);
}

static struct dmactl_submit fences(uint32_t flags, int in)
{
	return (struct dmactl_submit){
		.size = sizeof(struct dmactl_submit),
		.flags = flags | DMACTL_SUBMIT_DEFER,
		.ops_uptr = sent().ops_uptr,
		.nr_ops = 1,
		.op_size = 64,
		.in_fence = in,
		.out_fence = sent().out_fence,
	};
}

static void fence_call(int in, int *out, uint32_t flags)
{
	struct dmactl_submit arg, want;

	add(1);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit =
		(struct dmactl_submit){.out_accepted = 1, .out_fence = 33};
	cr_assert_eq(dmauser_submit_fence(s, batch, 0, in, out), 1);
	cr_assert_eq(dmauser_batch_count(batch), 0);
	arg = sent();
	want = fences(flags, in < 0 ? 0 : in);
	assert_same(&arg, &want);
}

UNIT_TEST(submit, fences)
{
	int out = 5;

	fence_call(7, &out, DMACTL_SUBMIT_IN_FENCE | DMACTL_SUBMIT_OUT_FENCE);
	cr_assert_eq(out, 33);
	fence_call(0, NULL, DMACTL_SUBMIT_IN_FENCE);
	out = 5;
	fence_call(-1, &out, DMACTL_SUBMIT_OUT_FENCE);
	cr_assert_eq(out, 33);
	fence_call(-1, NULL, 0);
}

UNIT_TEST(submit, fences_that_fail)
{
	int out = 5;

	cr_assert_eq(dmauser_submit_fence(s, NULL, 0, -1, &out), -EINVAL);
	cr_assert_eq(dmauser_submit_fence(NULL, batch, 0, -1, &out), -EINVAL);
	cr_assert_eq(dmauser_submit_fence(s, batch, 0, -2, &out), -EINVAL);
	/* Nothing to do. */
	cr_assert_eq(dmauser_submit_fence(s, batch, 0, 3, &out), 0);
	cr_assert_eq(out, -1);
	add(2);
	out = 5;
	mock_reply(DMACTL_IOC_SUBMIT, -EBADF);
	cr_assert_eq(dmauser_submit_fence(s, batch, 0, 3, &out), -EBADF);
	cr_assert_eq(out, -1);
	cr_assert_eq(dmauser_batch_bad_index(batch), -ENOENT);
	check_rest(0, 2);
	mock_reply(DMACTL_IOC_SUBMIT, -E2BIG);
	cr_assert_eq(dmauser_submit_fence(s, batch, 0, 3, &out), -EOPNOTSUPP);
	check_rest(0, 2);
}
