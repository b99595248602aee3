// SPDX-License-Identifier: MIT
/*
 * CYCLIC over memory in pieces, and on channels without cyclic descriptors: the kernel refills a
 * queue. All tests of a ring in one piece, and what only a queue has.
 */
#define CYCLIC_QUEUE
#include "test-cyclic.c"

/* Reads numbers that nothing has overwritten. */
static void numbers_check(uint64_t from, uint64_t to)
{
	for (; from < to; from += 4)
		if (word(from) != from / 4)
			fail("word %llu is %u", (unsigned long long)from / 4, word(from));
}

static void first_records(struct dmactl_completion *records, uint32_t nr)
{
	uint64_t count = 0;
	uint32_t i;

	counter_start();
	start(false);
	for (i = 0; i < nr; i++) {
		reap_all(fd, &records[i], 1);
		periods_check(&records[i], &count);
	}
	numbers_check(0, count * PERIOD);
	records[nr] = terminated(&count);
	check(records[nr].bytes >= nr * PERIOD);
	sim_set("counter_rate", "0");
}

/* Slowly enough for a record of each period; those of an emulated processor may be late. */
static void the_same(void)
{
	struct dmactl_completion one[13], many[13];
	uint32_t i, gaps = 1, tries;

	/* Until the machine is quick enough. */
	for (tries = 0; gaps && tries < 5; tries++) {
		setup("counter");
		first_records(many, 12);
		check(chan_status(fd, chan).out_descriptors > 1);
		dev_close(fd);
		for (i = 0, gaps = 0; i <= 12; i++)
			gaps += many[i].flags & DMACTL_COMP_GAP;
	}
	fd = dev_open(0);
	chan = chan_slave(fd, "counter").out_chan;
	ring = mem_coherent(fd, chan, RING);
	first_records(one, 12);
	check_eq(chan_status(fd, chan).out_descriptors, 1);
	for (i = 0; i < 12; i++) {
		check_eq(one[i].flags, DMACTL_COMP_MORE);
		check_eq(many[i].flags, one[i].flags);
		check_eq(many[i].status, one[i].status);
		check_eq(many[i].seq, one[i].seq);
		check_eq(many[i].user_data, one[i].user_data);
		check_eq(many[i].bytes, many[i].count * PERIOD);
		check_eq(one[i].bytes, one[i].count * PERIOD);
	}
	check_eq(many[12].status, one[12].status);
	check_eq(many[12].flags, one[12].flags);
}

UAPI_TEST(cyclic_queue, the_records_are_the_same)
{
	with_sim("peripherals=counter", the_same);
}

/* Goes round the ring, without a gap. Returns the descriptors that it took. */
static uint64_t goes_round(uint64_t until)
{
	uint64_t before = chan_status(fd, chan).out_descriptors, count = 0, seen = 0;
	struct dmactl_completion record;

	counter_start();
	start(false);
	while (count < until) {
		reap_all(fd, &record, 1);
		periods_check(&record, &count);
		for (; seen < count; seen++)
			period_check(seen);
	}
	terminated(&count);
	return chan_status(fd, chan).out_descriptors - before;
}

static void few_descriptors(void)
{
	setup("counter");
	check(goes_round(PERIODS + 10) >= PERIODS + 10);
}

/* The provider has few descriptors, or may have few: it is given more as they come back. */
UAPI_TEST(cyclic_queue, out_of_descriptors)
{
	with_sim("peripherals=counter descriptors=6", few_descriptors);
	dmactl_param_set("bounds", "dma-sim.*/descriptors=5");
	with_sim("peripherals=counter", few_descriptors);
	dmactl_param_set("bounds", "dma-sim.*/outstanding=6");
	with_sim("peripherals=counter", few_descriptors);
	dmactl_param_set("bounds", "\n");
}

static void many_descriptors(void)
{
	setup("counter");
	/* Most periods lie in two pages. */
	check(goes_round(PERIODS + 10) >= 3 * PERIODS / 2);
}

UAPI_TEST(cyclic_queue, a_period_of_several_descriptors)
{
	dmactl_param_set("bounds", "dma-sim.*/entries=1");
	with_sim("peripherals=counter", many_descriptors);
	dmactl_param_set("bounds", "\n");
}

/* The peripheral of these channels sends zeros. */
static void not_cyclic(void)
{
	struct dmactl_chan_request arg;
	struct dmactl_completion record;
	uint64_t count = 0;

	fd = dev_open(0);
	arg = chan_slave(fd, "sim0");
	check(!(arg.out.caps & DMACTL_CAP_CYCLIC));
	check(arg.out.caps & DMACTL_CAP_CYCLIC_QUEUE);
	chan = arg.out_chan;
	ring = mem_coherent(fd, chan, RING);
	memset(ring.p, 0xff, RING);
	sim_set("bandwidth", RATE);
	start(false);
	while (count < PERIODS / 2) {
		reap_all(fd, &record, 1);
		periods_check(&record, &count);
	}
	check(terminated(&count).bytes < RING);
	check(chan_status(fd, chan).out_descriptors >= PERIODS / 2);
	bytes_all(ring.p, PERIODS / 2 * PERIOD, 0);
	check_eq(ring.p[RING - 1], 0xff);
}

UAPI_TEST(cyclic_queue, a_channel_without_cyclic)
{
	with_sim("caps=slave", not_cyclic);
}

/* With one descriptor, the provider runs dry at the end of each period. */
static void gaps(void)
{
	struct dmactl_completion record;
	uint64_t count = 0, last = 0, with = 0;

	setup("counter");
	counter_start();
	start(false);
	while (count < 20) {
		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
		check(record.count >= last);
		check_eq(record.bytes, record.count * PERIOD);
		if (record.flags & DMACTL_COMP_GAP) {
			check(record.flags & DMACTL_COMP_OVERRUN);
			with++;
		}
		count = last = record.count;
	}
	check(with > 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	do
		reap_all(fd, &record, 1);
	while (record.flags & DMACTL_COMP_MORE);
	check_eq(record.status, -ECANCELED);
	/* The FIFO kept what came meanwhile. */
	numbers_check(0, record.bytes < RING ? record.bytes / 4 * 4 : 0);
}

UAPI_TEST(cyclic_queue, a_queue_that_runs_dry_is_reported)
{
	dmactl_param_set("bounds", "dma-sim.*/descriptors=1");
	with_sim("peripherals=counter", gaps);
	dmactl_param_set("bounds", "\n");
}

/* The error comes at once; the op ends when the provider has ended what it had. */
static void error_ends_it(void)
{
	struct dmactl_completion record;
	uint64_t count = 0;

	setup("counter");
	sim_set("counter_rate", RATE);
	sim_set("fail_nth", "3");
	start(false);
	do {
		reap_all(fd, &record, 1);
		check(record.flags & DMACTL_COMP_MORE);
	} while (!record.status);
	check_eq(record.status, -EFAULT);
	check_eq(record.count, 2);
	reap_all(fd, &record, 1);
	check_eq(flags_of(&record), 0);
	check_eq(record.status, -EFAULT);
	check_eq(record.count, 2);
	check_eq(record.bytes, 2 * PERIOD);
	check_eq(chan_status(fd, chan).out_in_flight, 0);
	check_eq(chan_status(fd, chan).out_bytes, 2 * PERIOD);
	start(false);
	reap_all(fd, &record, 1);
	periods_check(&record, &count);
	terminated(&count);
}

UAPI_TEST(cyclic_queue, an_error_ends_it)
{
	with_sim("peripherals=counter", error_ends_it);
}

/* As at the end of a packet: then periods and slots no longer agree. */
static void short_period(void)
{
	struct dmactl_completion record;

	setup("counter");
	sim_set("counter_rate", RATE);
	sim_set("short_nth", "2");
	start(false);
	do
		reap_all(fd, &record, 1);
	while (record.flags & DMACTL_COMP_MORE);
	check_eq(record.status, -EPROTO);
	check_eq(record.count, 1);
	check(record.bytes > PERIOD && record.bytes < 2 * PERIOD);
}

UAPI_TEST(cyclic_queue, a_short_period_ends_it)
{
	with_sim("peripherals=counter", short_period);
}

/* Nothing is accepted behind it, and held ops wait. */
static void others(void)
{
	struct dmactl_op op = {0}, other;
	struct dmactl_completion record;
	uint64_t count = 0;
	struct mem mem;

	setup("counter");
	mem = mem_get(fd, PAGE);
	other = op_single(chan, &mem, 0, PAGE, false);
	op = op_cyclic(false);
	check_eq(submit_flags(fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	sleep_ms(50);
	check_eq(chan_status(fd, chan).out_state, DMACTL_STATE_HELD);
	check_eq(reap(fd, &record, 1, 1, 50 * MSEC), -ETIME);
	check_eq(submit_flags(fd, &other, 1, DMACTL_SUBMIT_HOLD, NULL), -EAGAIN);
	counter_start();
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), 0);
	while (count < 40) {
		reap_all(fd, &record, 1);
		periods_check(&record, &count);
	}
	check_eq(submit_flags(fd, &other, 1, 0, NULL), -EAGAIN);
	terminated(&count);
	run_ok(fd, &other);
}

UAPI_TEST(cyclic_queue, nothing_behind_it)
{
	with_sim("peripherals=counter", others);
}

#define BIG	   (64ull << 20)
#define BIG_PERIOD (1ull << 20)

/* Long periods, in memory that no kernel has in one piece. */
static void large(void)
{
	struct dmactl_cyclic args = {.period_len = BIG_PERIOD};
	struct dmactl_completion record;
	struct dmactl_op op;
	uint64_t count = 0;
	uint32_t n, i;
	struct mem big;

	setup("counter");
	big = mem_get(fd, BIG);
	op = op_single(chan, &big, 0, BIG, false);
	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&args;
	op.nr_args = 1;
	op.arg_size = sizeof(args);
	submit_all(fd, &op, 1);
	while (count < 70) {
		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
		check_eq(record.bytes, record.count * BIG_PERIOD);
		count = record.count;
	}
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	do
		reap_all(fd, &record, 1);
	while (record.flags & DMACTL_COMP_MORE);
	/* The sequence is whole, up to where the channel was stopped. */
	for (i = 0; i < BIG; i += 4) {
		uint64_t round = record.bytes / BIG - (i >= record.bytes % BIG);

		memcpy(&n, big.p + i, sizeof(n));
		if (n != (uint32_t)((round * BIG + i) / 4) &&
		    n != (uint32_t)(((round + 1) * BIG + i) / 4))
			fail("byte %u: %u", i, n);
	}
}

UAPI_TEST(cyclic_queue, sixty_four_mib)
{
	with_sim("peripherals=counter", large);
}
