/* SPDX-License-Identifier: MIT */
/* A session with a batch, for the programs that test SUBMIT: each has its own. */
#ifndef TESTS_UNIT_SUBMIT_H
#define TESTS_UNIT_SUBMIT_H

#include "mock.h"

static struct dmauser_session *s;
static struct dmauser_chan *chan;
static struct dmauser_buf *buf;
static struct dmauser_batch *batch;
static unsigned int calls; /* made before the test proper */

static inline void open_limited(uint32_t max_batch)
{
	s = mock_session_limited(max_batch, NULL);
	chan = mock_chan(s, 2);
	buf = mock_buf(s, 10);
	calls = mock.nr_calls;
}

static inline void setup(void)
{
	mock_start();
	open_limited(1024);
	cr_assert_eq(dmauser_batch_new(&batch), 0);
}

static inline void teardown(void)
{
	dmauser_batch_free(batch);
	dmauser_close(s);
	mock_end();
}

static inline void add(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		cr_assert_eq(dmauser_batch_nop(batch, chan, i), 0);
}

static inline void check_rest(unsigned int first, unsigned int nr)
{
	unsigned int i;

	cr_assert_eq(dmauser_batch_count(batch), nr);
	for (i = 0; i < nr; i++)
		cr_assert_eq(dmauser_batch_get(batch, i)->user_data, first + i);
}

/* The out fields are the module's business; zero them before comparing. */
static inline struct dmactl_submit sent(void)
{
	struct dmactl_submit arg = mock_last()->arg.submit;

	arg.out_accepted = 0;
	return arg;
}

#endif /* TESTS_UNIT_SUBMIT_H */
