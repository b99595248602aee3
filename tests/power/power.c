// SPDX-License-Identifier: MIT
/*
 * System sleep with transfers in flight. Suspending a guest stops all its devices, including the
 * one with its files, so this runs in a guest with all files in memory: see run.
 */
#include <pthread.h>
#include <signal.h>

#include "cring.h"

#define KIB	    1024u
#define PERIOD	    4096u
#define RING_LEN    (16 * PERIOD)
#define PERIPHERALS "peripherals=loopback,counter,sink "

static int fd;
static uint32_t chan;
static struct mem src, dst;

static void setup(uint64_t caps)
{
	fd = dev_open(0);
	chan = chan_with(fd, caps | DMACTL_CAP_MEMCPY).out_chan;
	src = mem_get(fd, 256 * KIB);
	dst = mem_get(fd, 256 * KIB);
	noise_fill(src.p, src.len, 1);
	memset(dst.p, 0, dst.len);
}

/* pm_test sets how far the suspend goes: freezer, devices, platform. Returns 0 or -errno. */
static int sleep_to(const char *depth)
{
	int ret = file_write("/sys/power/pm_test", depth);

	if (ret)
		fail("/sys/power/pm_test does not take %s: %s", depth, strerror(-ret));
	return file_write("/sys/power/state", "freeze");
}

static long calls_while_asleep(void)
{
	return read_number("/sys/module/dma_sim/parameters/asleep_calls");
}

/* Suspends and resumes all devices; nobody may call the controller meanwhile. */
static void sleep_well(void)
{
	long before = calls_while_asleep();

	check_eq(sleep_to("devices"), 0);
	check_eq(sleep_to("platform"), 0);
	check_eq(calls_while_asleep(), before);
}

static void copied(const struct dmactl_completion *record, uint64_t len)
{
	check_eq(record->status, 0);
	check_eq(record->bytes, len);
	bytes_check(dst.p, src.p, len, "the copy");
}

static void copy_again(void)
{
	struct dmactl_op op = op_memcpy(chan, &dst, 0, &src, 0, 4096);

	memset(dst.p, 0, dst.len);
	run_ok(fd, &op);
	bytes_check(dst.p, src.p, 4096, "a copy afterwards");
}

/* The suspend waits for transfers that end by themselves. */
static void waited_for(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 256 * KIB);
	sim_set("bandwidth", "2000000");
	submit_all(fd, &op, 1);
	sleep_well();
	check_eq(reap(fd, &record, 1, 0, 0), 1);
	copied(&record, 256 * KIB);
	sim_set("bandwidth", "0");
	copy_again();
}

UAPI_TEST(power, a_copy_is_waited_for)
{
	with_sim("no_pause=1 no_terminate=1", waited_for);
}

/* With few descriptors, a work item submits one piece after the other. */
static void in_pieces(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 256 * KIB);
	sim_set("bandwidth", "2000000");
	submit_all(fd, &op, 1);
	sleep_well();
	reap_all(fd, &record, 1);
	copied(&record, 256 * KIB);
}

UAPI_TEST(power, a_copy_in_pieces_is_waited_for)
{
	with_sim("descriptors=2 max_segment=4096", in_pieces);
}

/* The suspend pauses hardware that hangs or takes too long. */
static void paused_hold(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	sleep_well();
	check_eq(chan_status(fd, chan).out_in_flight, 1);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	copied(&record, 100 * KIB);
	copy_again();
}

UAPI_TEST(power, what_hangs_is_paused_and_goes_on)
{
	paused_hold();
}

static void paused_partial(void)
{
	paused_hold();
}

UAPI_TEST(power, what_hangs_in_pieces_is_paused_and_goes_on)
{
	with_sim("descriptors=2 max_segment=4096", paused_partial);
}

static void terminated(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	sleep_well();
	reap_all(fd, &record, 1);
	check_eq(record.status, -ESTRPIPE);
	check_eq(record.bytes, 0);
	sim_set("hold", "0");
	copy_again();
}

UAPI_TEST(power, what_cannot_be_paused_is_terminated)
{
	with_sim("no_pause=1", terminated);
}

static void refused(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;
	long before = calls_while_asleep();

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(sleep_to("devices"), -EBUSY);
	check_eq(calls_while_asleep(), before);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	copied(&record, 100 * KIB);
	sleep_well();
	copy_again();
}

UAPI_TEST(power, what_cannot_be_stopped_keeps_it_awake)
{
	with_sim("no_pause=1 no_terminate=1", refused);
}

UAPI_TEST(power, what_is_held_back_stays_so)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	check_eq(submit_flags(fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	sleep_well();
	check_eq(reap(fd, &record, 1, 0, 0), 0);
	check_eq(chan_status(fd, chan).out_state, DMACTL_STATE_HELD);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), 0);
	reap_all(fd, &record, 1);
	copied(&record, 100 * KIB);
}

UAPI_TEST(power, what_the_program_paused_stays_so)
{
	struct dmactl_completion record;
	struct dmactl_op op;

	setup(DMACTL_CAP_PAUSE);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
	submit_all(fd, &op, 1);
	sleep_well();
	check_eq(reap(fd, &record, 1, 1, 200 * MSEC), -ETIME);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	reap_all(fd, &record, 1);
	copied(&record, 100 * KIB);
}

UAPI_TEST(power, prepared_ones_and_a_ring)
{
	struct dmactl_completion record;
	struct dmactl_prepare arg;
	struct dmactl_op op;
	struct cring ring;
	int i;

	setup(DMACTL_CAP_REUSE);
	ring = cring_new(fd, 16);
	op = op_memcpy(chan, &dst, 0, &src, 0, 4096);
	arg = (struct dmactl_prepare){
		.size = sizeof(arg), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};
	check_eq(dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg), 0);
	op = (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = chan, .src_buf = arg.out_handle};
	for (i = 0; i < 3; i++) {
		memset(dst.p, 0, dst.len);
		sim_set("hold", "1");
		submit_all(fd, &op, 1);
		sleep_well();
		check_eq(cring_ready(&ring), 0);
		sim_set("hold", "0");
		record = cring_next(&ring);
		copied(&record, 4096);
	}
}

/* A work item of dmactl issues again what the provider forgot. */
UAPI_TEST(power, the_watch_sleeps)
{
	struct dmactl_completion records[4];
	struct dmactl_op op;
	int i;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 4096);
	sim_set("misbehave", "issue_ignored");
	sim_set("hold", "1");
	for (i = 0; i < 4; i++)
		submit_all(fd, &op, 1);
	sleep_well();
	sim_set("hold", "0");
	reap_all(fd, records, 4);
	for (i = 0; i < 4; i++)
		check_eq(records[i].status, 0);
}

static struct mem cyclic_start(void)
{
	static struct dmactl_cyclic periods = {.period_len = PERIOD};
	struct mem ring;
	struct dmactl_op op;

	fd = dev_open(0);
	chan = chan_slave(fd, "counter").out_chan;
	ring = mem_coherent(fd, chan, RING_LEN);
	op = op_single(chan, &ring, 0, RING_LEN, false);
	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	sim_set("counter_rate", "400000");
	submit_all(fd, &op, 1);
	return ring;
}

static void cyclic_goes_on(void)
{
	struct dmactl_completion record;
	uint64_t count;

	cyclic_start();
	reap_all(fd, &record, 1);
	sleep_well();
	count = chan_status(fd, chan).out_count;
	sleep_ms(300);
	check(chan_status(fd, chan).out_count >= count + 10);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check(record.flags & DMACTL_COMP_MORE);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
}

UAPI_TEST(power, a_ring_of_periods_goes_on)
{
	with_sim(PERIPHERALS, cyclic_goes_on);
}

static void cyclic_ends(void)
{
	struct dmactl_completion record;

	cyclic_start();
	reap_all(fd, &record, 1);
	sleep_well();
	do
		reap_all(fd, &record, 1);
	while (record.flags & DMACTL_COMP_MORE);
	check_eq(record.status, -ESTRPIPE);
	check(record.bytes > 0);
}

UAPI_TEST(power, a_ring_of_periods_ends)
{
	with_sim(PERIPHERALS "no_pause=1", cyclic_ends);
}

static int stream(const char *name, uint32_t direction)
{
	struct dmactl_stream_open arg = {
		.size = sizeof(arg), .chan = chan_slave(fd, name).out_chan, .direction = direction};

	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	return arg.out_fd;
}

static void through(int tx, int rx, uint32_t seed)
{
	static unsigned char out[65536], in[65536];
	size_t done = 0;

	noise_fill(out, sizeof(out), seed);
	check_eq(write(tx, out, sizeof(out)), sizeof(out));
	while (done < sizeof(in)) {
		ssize_t n = read(rx, in + done, sizeof(in) - done);

		check(n > 0);
		done += n;
	}
	bytes_check(in, out, sizeof(in), "through the peripheral");
}

static void stream_goes_on(void)
{
	int rx, tx;

	fd = dev_open(0);
	rx = stream("loop-rx", DMACTL_DIR_DEV_TO_MEM);
	tx = stream("loop-tx", DMACTL_DIR_MEM_TO_DEV);
	through(tx, rx, 1);
	sleep_well();
	through(tx, rx, 2);
	close(rx);
	close(tx);
}

UAPI_TEST(power, a_stream_goes_on)
{
	with_sim(PERIPHERALS, stream_goes_on);
}

static void stream_says_so(void)
{
	unsigned char byte;
	int rx, tx;

	fd = dev_open(0);
	rx = stream("loop-rx", DMACTL_DIR_DEV_TO_MEM);
	tx = stream("loop-tx", DMACTL_DIR_MEM_TO_DEV);
	through(tx, rx, 1);
	sleep_well();
	/* read() reports it once, then the stream goes on. */
	check_eq(read(rx, &byte, 1), -1);
	check_eq(errno, ESTRPIPE);
	through(tx, rx, 2);
	close(rx);
	close(tx);
}

UAPI_TEST(power, a_stream_that_cannot_be_paused_says_so)
{
	with_sim(PERIPHERALS "no_pause=1", stream_says_so);
}

static void *wait_for_one(void *arg)
{
	struct dmactl_completion *record = arg;
	struct dmactl_submit submit = {
		.size = sizeof(submit),
		.completions_uptr = (uintptr_t)record,
		.nr_completions = 1,
		.min_complete = 1,
		.completion_size = sizeof(*record),
		.timeout_ns = 60 * SEC,
	};

	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &submit), 0);
	check_eq(submit.out_wait, 0);
	check_eq(submit.out_completed, 1);
	return NULL;
}

/* A program that waits in the kernel does not notice the sleep. */
UAPI_TEST(power, who_waits_is_not_disturbed)
{
	struct dmactl_completion record;
	pthread_t thread;
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(pthread_create(&thread, NULL, wait_for_one, &record), 0);
	sleep_ms(100);
	check_eq(sleep_to("freezer"), 0);
	sleep_well();
	sim_set("hold", "0");
	check_eq(pthread_join(thread, NULL), 0);
	copied(&record, 100 * KIB);
}

#define MANY 48

static int ready[2];

static int nr_claimed(void)
{
	int file = open("/sys/class/misc/dmactl/claimed", O_RDONLY | O_CLOEXEC), nr = 0;
	char text[PAGE];
	ssize_t i, n;

	check(file >= 0);
	n = read(file, text, sizeof(text));
	check(n >= 0);
	for (i = 0; i < n; i++)
		nr += text[i] == '\n';
	close(file);
	return nr;
}

static void closes_many(void *unused)
{
	struct dmactl_op op;
	int i;

	(void)unused;
	setup(0);
	for (i = 0; i < MANY; i++) {
		if (i)
			chan = chan_with(fd, DMACTL_CAP_MEMCPY).out_chan;
		op = op_memcpy(chan, &dst, 0, &src, 0, 64);
		run_ok(fd, &op);
	}
	mem_unmap(&src);
	mem_unmap(&dst);
	check_eq(write(ready[1], "", 1), 1);
	close(fd);
	pause();
}

static void killed_in_close(void)
{
	char byte;
	pid_t pid;

	check_eq(pipe(ready), 0);
	pid = child_start(closes_many, NULL);
	check_eq(read(ready[0], &byte, 1), 1);
	/* Each channel takes a while, because its end waits for RCU. */
	while (nr_claimed() == MANY)
		;
	check_eq(kill(pid, SIGKILL), 0);
	child_expect_killed(pid);
	sleep_well();
	while (nr_claimed())
		;
}

/* A work item ends the session of a killed program. Other tasks are frozen meanwhile. */
UAPI_TEST(power, a_session_that_ends_without_its_program)
{
	with_sim("channels=64 no_synchronize=1", killed_in_close);
}
