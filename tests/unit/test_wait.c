// SPDX-License-Identifier: MIT
/* dmauser_reap(), dmauser_wait() and dmauser_submit_wait(). */
#include <errno.h>
#include <string.h>

#include "submit.h"

UNIT_TEST(wait, reap)
{
	struct dmactl_completion records[4] = {0};
	struct dmactl_submit expected = {
		.size = WITHOUT_FENCES,
		.completions_uptr = (uintptr_t)records,
		.nr_completions = 4,
		.completion_size = 48,
	};
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, 0);
	struct dmactl_submit arg;

	reply->arg.submit.out_completed = 2;
	reply->records[0].user_data = 7;
	reply->records[1].user_data = 8;
	reply->records[1].status = -ECANCELED;
	cr_assert_eq(dmauser_reap(s, records, 4), 2);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	arg = sent();
	assert_same(&arg, &expected);
	cr_assert_eq(records[0].user_data, 7);
	cr_assert_eq(records[1].user_data, 8);
	cr_assert_eq(records[1].status, -ECANCELED);
	cr_assert_eq(records[2].user_data, 0);
}

UNIT_TEST(wait, reap_of_nothing)
{
	struct dmactl_completion record;

	mock_reply(DMACTL_IOC_SUBMIT, 0);
	cr_assert_eq(dmauser_reap(s, &record, 1), 0);
	mock_reply(DMACTL_IOC_SUBMIT, -ENODEV);
	cr_assert_eq(dmauser_reap(s, &record, 1), -ENODEV);
	calls = mock.nr_calls;
	cr_assert_eq(dmauser_reap(s, NULL, 0), 0);
	cr_assert_eq(mock.nr_calls, calls);
}

UNIT_TEST(wait, wait)
{
	struct dmactl_completion records[4];
	struct dmactl_submit expected = {
		.size = WITHOUT_FENCES,
		.completions_uptr = (uintptr_t)records,
		.nr_completions = 4,
		.min_complete = 3,
		.completion_size = 48,
		.timeout_ns = DMACTL_TIMEOUT_INFINITE,
	};
	struct dmactl_submit arg;

	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_completed = 3;
	cr_assert_eq(dmauser_wait(s, records, 4, 3, DMACTL_TIMEOUT_INFINITE), 3);
	arg = sent();
	assert_same(&arg, &expected);
}

UNIT_TEST(wait, wait_cut_short)
{
	struct dmactl_completion records[4];
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, 0);

	reply->arg.submit.out_completed = 1;
	reply->arg.submit.out_wait = -EINTR;
	cr_assert_eq(dmauser_wait(s, records, 4, 3, 1000), 1);
	mock_reply(DMACTL_IOC_SUBMIT, -EINTR);
	cr_assert_eq(dmauser_wait(s, records, 4, 3, 1000), -EINTR);
	mock_reply(DMACTL_IOC_SUBMIT, -ETIME);
	cr_assert_eq(dmauser_wait(s, records, 4, 3, 1000), -ETIME);
	mock_reply(DMACTL_IOC_SUBMIT, 0);
	cr_assert_eq(dmauser_wait(s, records, 4, 0, 1000), 0);
}

UNIT_TEST(wait, submit_wait)
{
	struct dmactl_completion records[2];
	struct dmauser_result result;
	struct dmactl_submit expected = {
		.size = WITHOUT_FENCES,
		.flags = DMACTL_SUBMIT_ABS_TIMEOUT,
		.nr_ops = 3,
		.op_size = 64,
		.completions_uptr = (uintptr_t)records,
		.nr_completions = 2,
		.min_complete = 2,
		.completion_size = 48,
		.timeout_ns = 123456789,
	};
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, 0);
	struct dmactl_submit arg;

	add(3);
	expected.ops_uptr = (uintptr_t)dmauser_batch_get(batch, 0);
	reply->arg.submit.out_accepted = 2;
	reply->arg.submit.out_completed = 1;
	reply->arg.submit.out_wait = -ETIME;
	reply->records[0].user_data = 99;
	memset(&result, 0xa5, sizeof(result));
	cr_assert_eq(dmauser_submit_wait(s, batch, DMACTL_SUBMIT_ABS_TIMEOUT, records, 2, 2,
					 123456789, &result),
		     0);
	arg = sent();
	assert_same(&arg, &expected);
	cr_assert_eq(result.accepted, 2);
	cr_assert_eq(result.completed, 1);
	cr_assert_eq(result.wait, -ETIME);
	cr_assert_eq(records[0].user_data, 99);
	check_rest(2, 1);
}

UNIT_TEST(wait, submit_wait_without_ops)
{
	struct dmactl_completion record;
	struct dmauser_result result;

	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_completed = 1;
	cr_assert_eq(dmauser_submit_wait(s, NULL, 0, &record, 1, 1, 5, &result), 0);
	cr_assert_eq(mock_last()->arg.submit.ops_uptr, 0);
	cr_assert_eq(mock_last()->arg.submit.op_size, 0);
	cr_assert_eq(result.completed, 1);
	cr_assert_eq(result.accepted, 0);
	calls = mock.nr_calls;
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, 0, 0, &result), 0);
	cr_assert_eq(mock.nr_calls, calls);
}

UNIT_TEST(wait, submit_wait_without_records)
{
	struct dmauser_result result;

	add(1);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 1;
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, 0, 0, &result), 0);
	cr_assert_eq(mock_last()->arg.submit.completions_uptr, 0);
	cr_assert_eq(mock_last()->arg.submit.completion_size, 0);
	cr_assert_eq(result.accepted, 1);
	check_rest(0, 0);
}

UNIT_TEST(wait, submit_wait_errors)
{
	static const struct {
		int rc, wait;
	} cases[] = {
		{-ETIME, -ETIME},
		{-EINTR, -EINTR},
		{-EAGAIN, 0},
		{-EINVAL, 0},
	};
	struct dmactl_completion record;
	struct dmauser_result result;
	unsigned int i;

	add(2);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, cases[i].rc);

		reply->copy_back = 1;
		reply->arg.submit.out_accepted = 1;
		memset(&result, 0xa5, sizeof(result));
		cr_assert_eq(dmauser_submit_wait(s, batch, 0, &record, 1, 1, 5, &result),
			     cases[i].rc);
		cr_assert_eq(result.accepted, 0);
		cr_assert_eq(result.completed, 0);
		cr_assert_eq(result.wait, cases[i].wait);
		check_rest(0, 2);
	}
	cr_assert_eq(dmauser_batch_bad_index(batch), 1);
}

/* Ops that are left out never complete: to wait for them would be for ever. */
UNIT_TEST(wait, no_wait_for_what_is_left_out)
{
	struct dmactl_completion records[8];
	struct dmauser_result result;

	dmauser_close(s);
	open_limited(4);
	add(8);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 4;
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, records, 8, 8, 1, &result), 0);
	cr_assert_eq(mock_last()->arg.submit.min_complete, 1);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 3;
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, records, 8, 8, 1, &result), 0);
	cr_assert_eq(mock_last()->arg.submit.min_complete, 8);
	add(4);
	mock_reply(DMACTL_IOC_SUBMIT, 0)->arg.submit.out_accepted = 4;
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, records, 8, 0, 1, &result), 0);
	cr_assert_eq(mock_last()->arg.submit.min_complete, 0);
}
