// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mock.h"

#define ENTRIES	    4u
#define RECORDS_OFF 128u
#define RING_LEN    (2 * MOCK_PAGE)

static struct dmauser_session *s;
static struct dmauser_chan *chan;
static struct dmauser_batch *batch;
static struct dmauser_ring *ring;

/* The module's view of the same memory. */
static struct dmactl_ring_head *head;
static struct dmactl_completion *slots;

static void setup(void)
{
	int file;

	mock_start();
	s = mock_session_limited(1024, &file);
	chan = mock_chan(s, 2);
	cr_assert_eq(dmauser_batch_new(&batch), 0);
	head = mmap(NULL, RING_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	cr_assert_neq(head, MAP_FAILED);
	close(file);
	slots = (struct dmactl_completion *)((char *)head + RECORDS_OFF);
	ring = NULL;
}

static void teardown(void)
{
	munmap(head, RING_LEN);
	dmauser_batch_free(batch);
	dmauser_close(s);
	mock_end();
}

static void make_ring(void)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_RING, 0);

	reply->arg.ring.out_entries = ENTRIES;
	reply->arg.ring.out_records_off = RECORDS_OFF;
	reply->arg.ring.out_len = RING_LEN;
	cr_assert_eq(dmauser_ring_new(s, ENTRIES - 1, &ring), 0);
	cr_assert_not_null(ring);
}

/* Adds completions as the module does, numbered. */
static void put(unsigned int nr)
{
	while (nr--) {
		slots[head->tail % ENTRIES].user_data = head->tail;
		head->tail++;
	}
}

static void take(unsigned int nr, uint32_t first)
{
	const struct dmactl_completion *records = NULL;
	unsigned int i;

	cr_assert_eq(dmauser_ring_peek(ring, &records), nr);
	cr_assert_not_null(records);
	for (i = 0; i < nr; i++)
		cr_assert_eq(records[i].user_data, first + i);
	dmauser_ring_advance(ring, nr);
	cr_assert_eq(head->head, first + nr);
}

UNIT_TEST(ring, asks_for_room)
{
	struct dmactl_ring want = {
		.size = sizeof(want),
		.entries = ENTRIES - 1,
		.record_size = sizeof(struct dmactl_completion),
	};
	struct dmactl_ring sent;

	make_ring();
	sent = mock_last()->arg.ring;
	sent.out_entries = 0;
	sent.out_records_off = 0;
	sent.out_len = 0;
	assert_same(&sent, &want);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
}

UNIT_TEST(ring, hands_out_in_order_without_a_call)
{
	unsigned int i, before;

	make_ring();
	before = mock.nr_calls;
	take(0, 0);
	put(3);
	take(3, 0);
	/* Up to the end of the memory, then from its beginning. */
	put(4);
	take(1, 3);
	take(3, 4);
	for (i = 7; i < 100; i++) {
		put(1);
		take(1, i);
	}
	cr_assert_eq(mock.nr_calls, before);
}

UNIT_TEST(ring, what_was_not_taken_stays)
{
	const struct dmactl_completion *records, *again;

	make_ring();
	put(2);
	cr_assert_eq(dmauser_ring_peek(ring, &records), 2);
	put(1);
	cr_assert_eq(dmauser_ring_peek(ring, &again), 3);
	cr_assert_eq(records, again);
	cr_assert_eq(head->head, 0);
	dmauser_ring_advance(ring, 1);
	cr_assert_eq(dmauser_ring_peek(ring, &again), 2);
	cr_assert_eq(again[0].user_data, 1);
	cr_assert_eq(head->head, 1);
}

UNIT_TEST(ring, its_numbers_start_over)
{
	make_ring();
	dmauser_ring_advance(ring, UINT32_MAX - 1);
	head->tail = UINT32_MAX - 1;
	put(4);
	cr_assert_eq(head->tail, 2);
	take(2, UINT32_MAX - 1);
	take(2, 0);
}

UNIT_TEST(ring, asks_for_what_had_no_room)
{
	const struct dmactl_completion *records;
	struct dmactl_submit want = {.size = WITHOUT_FENCES};
	unsigned int before;

	make_ring();
	before = mock.nr_calls;
	put(ENTRIES);
	head->flags = DMACTL_RING_OVERFLOW;
	/* While the ring has completions, no flush is needed. */
	take(ENTRIES, 0);
	cr_assert_eq(mock.nr_calls, before);
	mock_reply(DMACTL_IOC_SUBMIT, 0);
	cr_assert_eq(dmauser_ring_peek(ring, &records), 0);
	cr_assert_eq(mock.nr_calls, before + 1);
	assert_same(&mock_last()->arg.submit, &want);
	head->flags = 0;
	cr_assert_eq(dmauser_ring_peek(ring, &records), 0);
}

UNIT_TEST(ring, waits_for_records_in_it)
{
	struct dmauser_result result;
	struct dmactl_submit arg;
	struct mock_reply *reply;

	/* Without a ring, one completion is more than there is space for. */
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, 1, 5, &result), -EINVAL);
	make_ring();
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, ENTRIES + 1, 5, &result), -EINVAL);
	cr_assert_eq(dmauser_batch_nop(batch, chan, 1), 0);
	reply = mock_reply(DMACTL_IOC_SUBMIT, 0);
	reply->arg.submit.out_accepted = 1;
	reply->arg.submit.out_completed = 3;
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, ENTRIES, 5, &result), 0);
	cr_assert_eq(result.accepted, 1);
	cr_assert_eq(result.completed, 3);
	arg = mock_last()->arg.submit;
	cr_assert_eq(arg.nr_ops, 1);
	cr_assert_eq(arg.min_complete, ENTRIES);
	cr_assert_eq(arg.timeout_ns, 5);
	cr_assert_eq(arg.nr_completions, 0);
	cr_assert_eq(arg.completion_size, 0);
	/* Waiting without submitting. */
	reply = mock_reply(DMACTL_IOC_SUBMIT, 0);
	reply->arg.submit.out_completed = 2;
	cr_assert_eq(dmauser_wait(s, NULL, 0, 2, 7), 2);
	cr_assert_eq(mock_last()->arg.submit.nr_ops, 0);
	mock_reply(DMACTL_IOC_SUBMIT, -ETIME);
	cr_assert_eq(dmauser_wait(s, NULL, 0, 2, 7), -ETIME);
}

UNIT_TEST(ring, passes_errors_on)
{
	static const int errors[] = {-EBUSY, -ENOMEM, -ENOTTY, -EINVAL};
	struct dmauser_result result;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		mock_reply(DMACTL_IOC_RING, errors[i]);
		cr_assert_eq(dmauser_ring_new(s, ENTRIES, &ring), errors[i]);
	}
	/* mmap(2) with length 0. */
	mock_reply(DMACTL_IOC_RING, 0);
	cr_assert_eq(dmauser_ring_new(s, ENTRIES, &ring), -EINVAL);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_ring_new(s, ENTRIES, &ring), -ENOMEM);
	cr_assert_null(ring);
	cr_assert_eq(dmauser_submit_wait(s, batch, 0, NULL, 0, 1, 5, &result), -EINVAL);
}

UNIT_TEST(ring, refuses)
{
	const struct dmactl_completion *records;

	cr_assert_eq(dmauser_ring_new(NULL, ENTRIES, &ring), -EINVAL);
	cr_assert_eq(dmauser_ring_new(s, ENTRIES, NULL), -EINVAL);
	cr_assert_eq(dmauser_ring_peek(NULL, &records), 0);
	dmauser_ring_advance(NULL, 1);
	make_ring();
	put(1);
	cr_assert_eq(dmauser_ring_peek(ring, NULL), 0);
	take(1, 0);
}

Test(ring, close_takes_it_away)
{
	void *addr;

	setup();
	make_ring();
	addr = ring->head;
	cr_assert(mock_is_mapped(addr));
	munmap(head, RING_LEN);
	dmauser_batch_free(batch);
	dmauser_close(s);
	cr_assert_not(mock_is_mapped(addr));
	mock_end();
}
