// SPDX-License-Identifier: MIT
/* CYCLIC: a ring that a peripheral goes round, and the records of it. */
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "cyclic.h"

#define RATE	"400000" /* 100 periods in a second */
#define PER_SEC 100

static void start(bool to_device)
{
	struct dmactl_op op = op_cyclic(to_device);

	submit_all(fd, &op, 1);
}

static void periods_check(const struct dmactl_completion *record, uint64_t *count)
{
	check_eq(record->user_data, 5);
	check_eq(record->chan, chan);
	/* Such a record may report no further period. */
	if (RING_IS_QUEUE && (record->flags & DMACTL_COMP_GAP) && record->count == *count)
		return;
	more_check(record, PERIOD, count);
}

/* The last record, after at most one that was waiting. */
static struct dmactl_completion stopped(int status, uint64_t *count)
{
	struct dmactl_completion record;

	reap_all(fd, &record, 1);
	if (record.flags & DMACTL_COMP_MORE) {
		periods_check(&record, count);
		reap_all(fd, &record, 1);
	}
	check_eq(record.user_data, 5);
	check_eq(flags_of(&record), 0);
	check_eq(record.status, status);
	check(record.count >= *count);
	check_eq(record.count, record.bytes / PERIOD);
	return record;
}

static struct dmactl_completion terminated(uint64_t *count)
{
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	return stopped(-ECANCELED, count);
}

static uint32_t word(uint64_t bytes)
{
	uint32_t n;

	memcpy(&n, ring.p + bytes % RING, sizeof(n));
	return n;
}

/*
 * False if the period had been gone over before it was read: an emulated
 * processor can be late. What was read in time has the right numbers.
 */
static bool period_check(uint64_t nr)
{
	static uint32_t words[PERIOD / 4];
	size_t i;

	memcpy(words, ring.p + nr % PERIODS * PERIOD, PERIOD);
	if (chan_status(fd, chan).out_count >= nr + PERIODS - 1)
		return false;
	for (i = 0; i < PERIOD / 4; i++)
		if (words[i] != nr * PERIOD / 4 + i)
			fail("word %zu of period %llu is %u", i, (unsigned long long)nr, words[i]);
	return true;
}

/*
 * The counter runs in real time, and keeps for 2.6 s what nobody has read:
 * nothing is lost before it gets here, however late an emulated controller is.
 */
static void counter_start(void)
{
	sim_set("counter_fifo", "1048576");
	sim_set("counter_rate", RATE);
}

/* How many periods there can have been since then, from a FIFO that was empty. */
static uint64_t periods_since(uint64_t begin)
{
	return (now_ns() - begin) / (SEC / PER_SEC) + 1;
}

/* 400000 bytes per second for 2 s, read in time. */
static void read_in_time(void)
{
	struct dmactl_completion record;
	uint64_t begin, count = 0, seen = 0, last, good = 0;

	setup("counter");
	begin = now_ns();
	counter_start();
	start(false);
	while (now_ns() - begin < 2 * SEC) {
		reap_all(fd, &record, 1);
		last = count;
		periods_check(&record, &count);
		if (!(record.flags & DMACTL_COMP_GAP))
			check_eq(!!(record.flags & DMACTL_COMP_OVERRUN), count - last >= PERIODS);
		for (; seen < count; seen++)
			good += period_check(seen);
	}
	check(good >= 50);
	/* The rate is real time; an emulated processor may lag behind it. */
	check(count <= periods_since(begin));
	check(count >= 150);
	check_eq(chan_status(fd, chan).out_in_flight, 1);
	check(chan_status(fd, chan).out_bytes >= count * PERIOD);
	record = terminated(&count);
	check_eq(chan_status(fd, chan).out_bytes, record.bytes);
	check_eq(chan_status(fd, chan).out_failed, 1);
	/* What it says was moved was, and not a word more. */
	for (seen = record.bytes - PERIOD; seen + 4 <= record.bytes; seen += 4)
		check_eq(word(seen), seen / 4);
	check_eq(record.bytes % 4, 0);
	check(word(record.bytes) != record.bytes / 4);
}

UAPI_TEST(cyclic, read_in_time)
{
	with_sim("peripherals=counter", read_in_time);
}

static void slow_reader(void)
{
	struct dmactl_completion records[4];
	uint64_t count = 0, last;

	setup("counter");
	counter_start();
	start(false);
	sleep_ms(100);
	check_eq(reap(fd, records, 1, 1, 0), 1);
	periods_check(records, &count);
	check(count < PERIODS);
	check_eq(flags_of(records), DMACTL_COMP_MORE);
	last = count;
	/* Longer than the ring lasts. */
	sleep_ms(1500);
	check_eq(reap(fd, records, 1, 1, 0), 1);
	periods_check(records, &count);
	check(count - last >= PERIODS);
	check_eq(records[0].flags & ~DMACTL_COMP_GAP, DMACTL_COMP_MORE | DMACTL_COMP_OVERRUN);
	/* And again in time: that is over. */
	last = count;
	reap_all(fd, records, 1);
	periods_check(records, &count);
	if (count - last < PERIODS)
		check_eq(flags_of(records), DMACTL_COMP_MORE);
	terminated(&count);
}

UAPI_TEST(cyclic, slow_reader)
{
	with_sim("peripherals=counter", slow_reader);
}

/* However long nobody reads, one record waits. */
static void one_record(void)
{
	struct dmactl_completion records[4];
	uint64_t count = 0;
	int ret;

	setup("counter");
	counter_start();
	start(false);
	sleep_ms(300);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_SYNCHRONIZE), 0);
	sleep_ms(50);
	check_eq(reap(fd, records, 4, 1, 0), 1);
	periods_check(records, &count);
	/* A processor that stood still in the meantime may have ended one more. */
	ret = reap(fd, records, 4, 1, 50 * MSEC);
	if (ret == 1) {
		periods_check(records, &count);
		ret = reap(fd, records, 4, 1, 50 * MSEC);
	}
	check_eq(ret, -ETIME);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	terminated(&count);
}

static void status_of_it(void)
{
	struct dmactl_completion record;
	struct dmactl_chan_status status;
	uint64_t count = 0, at, i;

	setup("counter");
	counter_start();
	start(false);
	for (i = 0; i < 20; i++) {
		reap_all(fd, &record, 1);
		periods_check(&record, &count);
	}
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	sleep_ms(50);
	status = chan_status(fd, chan);
	check_eq(status.out_state, DMACTL_STATE_PAUSED);
	check_eq(status.user_data, 5);
	check(status.out_count >= count);
	check(status.out_residue > 0 && status.out_residue <= RING);
	at = status.out_count * PERIOD;
	/* The position is within the period that has not ended. */
	check_eq((RING - status.out_residue) % RING / PERIOD, status.out_count % PERIODS);
	at += (RING - status.out_residue) % RING % PERIOD;
	check_eq(word(at - 4), at / 4 - 1);
	check(word(at) != at / 4);
	sleep_ms(20);
	check_eq(chan_status(fd, chan).out_residue, status.out_residue);
	check_eq(chan_status(fd, chan).out_count, status.out_count);
	/* The FIFO has kept what came meanwhile: the sequence is unbroken. */
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	i = status.out_count;
	while (count < status.out_count + 8) {
		reap_all(fd, &record, 1);
		periods_check(&record, &count);
		/* All that waited comes at once; a slow machine may be late. */
		if (record.flags & DMACTL_COMP_OVERRUN)
			i = count;
		for (; i < count; i++)
			period_check(i);
	}
	/* Stopped while it stands still, it has moved what the status said. */
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	sleep_ms(50);
	status = chan_status(fd, chan);
	at = status.out_count * PERIOD + (RING - status.out_residue) % RING % PERIOD;
	check_eq(terminated(&count).bytes, at);
}

UAPI_TEST(cyclic, status_and_pause)
{
	with_sim("peripherals=counter", status_of_it);
}

static void with_few_periods(void)
{
	static const uint32_t numbers[] = {1, 2, 3};
	struct dmactl_completion record;
	uint64_t begin, count;
	size_t i, n;

	setup("counter");
	begin = now_ns();
	counter_start();
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct dmactl_op op = op_cyclic(false);

		op.len = numbers[i] * PERIOD;
		submit_all(fd, &op, 1);
		count = 0;
		for (n = 0; n < 20; n++) {
			reap_all(fd, &record, 1);
			periods_check(&record, &count);
		}
		/* As fast as the counter, with what its FIFO had kept. */
		check(count <= periods_since(begin));
		record = terminated(&count);
		check(record.bytes <= periods_since(begin) * PERIOD);
	}
}

UAPI_TEST(cyclic, few_periods)
{
	with_sim("peripherals=counter", with_few_periods);
}

/* To a peripheral: the program fills what has been read. */
static void to_device(void)
{
	struct dmactl_completion record;
	uint64_t count = 0, filled = PERIODS;
	uint32_t i;

	setup("sink");
	sim_set("sink_rate", RATE);
	for (i = 0; i < RING / 4; i++)
		memcpy(ring.p + 4 * i, &i, 4);
	start(true);
	while (count < 100) {
		reap_all(fd, &record, 1);
		periods_check(&record, &count);
		check_eq(flags_of(&record), DMACTL_COMP_MORE);
		for (; filled < count + PERIODS; filled++)
			for (i = filled * PERIOD / 4; i < (filled + 1) * PERIOD / 4; i++)
				memcpy(ring.p + 4ull * i % RING, &i, 4);
	}
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	i = sim_number("sink_bytes");
	check_eq(terminated(&count).bytes, i);
	check_eq(sim_number("sink_errors"), 0);
}

UAPI_TEST(cyclic, to_a_peripheral)
{
	with_sim("peripherals=sink", to_device);
}

UAPI_TEST(cyclic, one_record_waits)
{
	with_sim("peripherals=counter", one_record);
}

static int poll_in(int timeout)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	check(poll(&p, 1, timeout) >= 0);
	return p.revents & POLLIN;
}

static void wakes(void)
{
	struct dmactl_eventfd arg = {.size = sizeof(arg)};
	struct dmactl_completion record;
	uint64_t count = 0, n, i;

	setup("counter");
	arg.fd = eventfd(0, EFD_CLOEXEC);
	check_eq(dev_ioctl(fd, DMACTL_IOC_EVENTFD, &arg), 0);
	sim_set("counter_rate", RATE);
	check_eq(poll_in(0), 0);
	start(false);
	for (i = 0; i < 10; i++) {
		check_eq(read(arg.fd, &n, sizeof(n)), sizeof(n));
		check_eq(poll_in(5000), POLLIN);
		check_eq(read(fd, &record, sizeof(record)), sizeof(record));
		periods_check(&record, &count);
	}
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	check_eq(read(arg.fd, &n, sizeof(n)), sizeof(n));
	check_eq(poll_in(5000), POLLIN);
	stopped(-ECANCELED, &count);
	check_eq(poll_in(0), 0);
	close(arg.fd);
}

UAPI_TEST(cyclic, poll_and_eventfd)
{
	with_sim("peripherals=counter", wakes);
}

static void run_for_ever(void *unused)
{
	(void)unused;
	setup("counter");
	sim_set("counter_rate", RATE);
	start(false);
	for (;;)
		pause();
}

static void endings(void)
{
	struct dmactl_completion record;
	uint64_t count = 0;
	pid_t pid;
	int i;

	/* With a record that waits, and without one. */
	for (i = 0; i < 3; i++) {
		setup("counter");
		sim_set("counter_rate", i == 1 ? "100" : RATE);
		start(false);
		sleep_ms(50 * i);
		mem_unmap(&ring);
		dev_close(fd);
	}
	pid = child_start(run_for_ever, NULL);
	sleep_ms(300);
	kill(pid, SIGKILL);
	child_expect_killed(pid);

	setup("counter");
	sim_set("counter_rate", RATE);
	start(false);
	sleep_ms(100);
	check_eq(destroy(fd, ring.buf), -EBUSY);
	check_eq(destroy(fd, chan), 0);
	record = stopped(-ECANCELED, &count);
	check(record.bytes > 0);
	mem_unmap(&ring);
	check_eq(destroy(fd, ring.buf), 0);

	setup("counter");
	count = 0;
	start(false);
	sleep_ms(100);
	check_eq(sim_bind("dma-sim.2", false), 0);
	record = stopped(-ENODEV, &count);
	check(record.bytes > 0);
}

UAPI_TEST(cyclic, close_and_kill_and_unbind)
{
	with_sim("peripherals=counter", endings);
}

#ifndef CYCLIC_QUEUE
/* It never got anywhere, and says so at once. */
static void failure(void)
{
	struct dmactl_completion record;
	uint64_t count = 0;

	setup("counter");
	sim_set("counter_rate", RATE);
	sim_set("fail_nth", "1");
	start(false);
	record = stopped(-EFAULT, &count);
	check_eq(record.count, 0);
	check_eq(record.bytes, 0);
	check_eq(chan_status(fd, chan).out_in_flight, 0);
	check_eq(chan_status(fd, chan).out_bytes, 0);
	start(false);
	reap_all(fd, &record, 1);
	periods_check(&record, &count);
	terminated(&count);
}

UAPI_TEST(cyclic, a_failure_ends_it)
{
	with_sim("peripherals=counter", failure);
}
#endif

static void cannot_pause(void)
{
	struct dmactl_completion record;
	uint64_t count = 0;

	setup("counter");
	counter_start();
	start(false);
	reap_all(fd, &record, 1);
	periods_check(&record, &count);
	sleep_ms(50);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), -EOPNOTSUPP);
	/* Never more than was moved. */
	count = terminated(&count).bytes;
	check(count >= PERIOD);
	check_eq(word(count - 4), count / 4 - 1);
}

UAPI_TEST(cyclic, what_cannot_be_paused)
{
	with_sim("peripherals=counter no_pause=1", cannot_pause);
	with_sim("peripherals=counter no_synchronize=1", status_of_it);
}
