// SPDX-License-Identifier: MIT
#include <errno.h>

#include "mock.h"

static struct dmauser_session *s;
static struct dmauser_chan *a, *b;
static struct dmactl_completion got[40];

static void setup(void)
{
	mock_start();
	s = mock_session();
	a = mock_chan(s, 2);
	b = mock_chan(s, 3);
}

static void teardown(void)
{
	dmauser_close(s);
	mock_end();
}

/* Makes the next system call return a completion for each of these channels, numbered from @seq. */
static void comes(unsigned int nr, const uint32_t *chans, uint32_t seq)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_SUBMIT, 0);
	unsigned int i;

	reply->arg.submit.out_completed = nr;
	for (i = 0; i < nr; i++) {
		reply->records[i].chan = chans[i];
		reply->records[i].seq = seq + i;
	}
}

#define COMES(seq, ...)                                                                            \
	comes(sizeof((uint32_t[]){__VA_ARGS__}) / 4, (const uint32_t[]){__VA_ARGS__}, seq)

static const struct dmactl_submit *asked(void)
{
	return &mock_last()->arg.submit;
}

UNIT_TEST(chan_wait, what_is_for_others_is_set_aside)
{
	unsigned int calls;

	COMES(10, 3, 2, 3, 3, 2);
	COMES(15, 3);
	cr_assert_eq(dmauser_chan_wait(a, got, 40, 1, 5000), 2);
	cr_assert_eq(got[0].seq, 11);
	cr_assert_eq(got[1].seq, 14);
	/* The call waits for a single completion of any channel, with the caller's timeout. */
	cr_assert_eq(mock_call(mock.nr_calls - 1)->arg.submit.min_complete, 1);
	cr_assert_leq(mock_call(mock.nr_calls - 1)->arg.submit.timeout_ns, 5000);
	calls = mock.nr_calls;
	cr_assert_eq(dmauser_chan_wait(b, got, 2, 2, 0), 2);
	cr_assert_eq(mock.nr_calls, calls, "a system call for what is there");
	cr_assert_eq(got[0].seq, 10);
	cr_assert_eq(got[1].seq, 12);
	/* The third one that was kept, and one from the queue. */
	cr_assert_eq(dmauser_chan_wait(b, got, 40, 1, 0), 2);
	cr_assert_eq(got[0].seq, 13);
	cr_assert_eq(got[1].seq, 15);
	cr_assert_eq(asked()->min_complete, 0);
}

UNIT_TEST(chan_wait, goes_on_until_there_are_enough)
{
	COMES(0, 3);
	COMES(1, 2, 3);
	COMES(3, 2);
	COMES(4, 2);
	cr_assert_eq(dmauser_chan_wait(a, got, 3, 3, DMACTL_TIMEOUT_INFINITE), 3);
	cr_assert_eq(got[2].seq, 4);
	cr_assert_eq(asked()->timeout_ns, DMACTL_TIMEOUT_INFINITE);
}

UNIT_TEST(chan_wait, the_time_is_up)
{
	mock_reply(DMACTL_IOC_SUBMIT, -ETIME);
	cr_assert_eq(dmauser_chan_wait(a, got, 2, 1, 0), -ETIME);
	/* Completions of other channels do not count, and none is lost. */
	COMES(0, 2, 3);
	mock_reply(DMACTL_IOC_SUBMIT, -ETIME);
	cr_assert_eq(dmauser_chan_wait(a, got, 2, 2, 1000), 1);
	cr_assert_eq(got[0].seq, 0);
	mock_reply(DMACTL_IOC_SUBMIT, -EINTR);
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 1, 1000), -EINTR);
	mock_reply(DMACTL_IOC_SUBMIT, 0);
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 0, 1000), 0);
	cr_assert_eq(asked()->min_complete, 0);
}

UNIT_TEST(chan_wait, bad_arguments_and_no_memory)
{
	unsigned int calls = mock.nr_calls;

	cr_assert_eq(dmauser_chan_wait(NULL, got, 1, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_chan_wait(a, NULL, 1, 1, 0), -EINVAL);
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 2, 0), -EINVAL);
	cr_assert_eq(dmauser_chan_wait(a, NULL, 0, 0, 0), 0);
	mock.fail_alloc = 5;
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 1, 0), -ENOMEM);
	cr_assert_eq(mock.nr_calls, calls, "a record was taken and lost");
	mock.fail_alloc = 0;
	mock_reply(DMACTL_IOC_SUBMIT, -EBUSY);
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 1, 0), -EBUSY, "a ring has the records");
}

/*
 * Completions kept for a channel are freed with it; completions of a destroyed channel are dropped.
 */
UNIT_TEST(chan_wait, a_channel_that_goes)
{
	COMES(0, 3, 2);
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 1, 0), 1);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_chan_destroy(b), 0);
	COMES(2, 3, 2);
	cr_assert_eq(dmauser_chan_wait(a, got, 1, 1, 0), 1);
	cr_assert_eq(got[0].seq, 3);
}
