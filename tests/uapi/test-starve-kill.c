// SPDX-License-Identifier: MIT
/* No user starves others: killed processes end quickly. */
#include <pthread.h>
#include <signal.h>

#include "cring.h"

#define SMALL	   (64u << 10)
#define TIMEOUT_MS 1500
#define LATE_MS	   300

static uint64_t kill_and_wait(pid_t pid)
{
	uint64_t start = now_ns();

	check_eq(kill(pid, SIGKILL), 0);
	child_expect_killed(pid);
	return (now_ns() - start) / MSEC;
}

static int pipe_fds[2];

static void child_is_ready(void)
{
	char c = 0;

	check_eq(write(pipe_fds[1], &c, 1), 1);
}

static void wait_for_child(void)
{
	char c;

	check_eq(read(pipe_fds[0], &c, 1), 1);
}

/* SUBMIT checks all ops although only one has credit, which takes minutes. */
static void submit_for_long(void *arg)
{
	static struct dmactl_op ops[4096];
	uint32_t chan, i;
	struct mem mem;
	int fd;

	(void)arg;
	fd = dev_open(0);
	chan = chan_long(fd, 1);
	mem = mem_get(fd, SMALL);
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = op_long(chan, &mem);
	check_eq(submit_flags(fd, ops, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	child_is_ready();
	submit_flags(fd, ops, ARRAY_SIZE(ops), DMACTL_SUBMIT_HOLD, NULL);
	fail("it ended by itself");
}

static void killed_in_submit(void)
{
	uint64_t took;
	pid_t pid;

	check_eq(pipe(pipe_fds), 0);
	pid = child_start(submit_for_long, NULL);
	wait_for_child();
	sleep_ms(500);
	took = kill_and_wait(pid);
	/* A loaded machine may notice the end late. */
	if (took > 2 * TIMEOUT_MS + LATE_MS)
		fail("gone after %llu ms", (unsigned long long)took);
}

UAPI_TEST(starve_kill, killed_in_a_long_submit)
{
	with_sim("max_segment=256", killed_in_submit);
}

/* Streams that write to hardware that hangs, opened before or after the session. */

#define NR_STREAMS 8

static int stream_on(int fd, const char *slave)
{
	struct dmactl_chan_request req = chan_named(DMACTL_CHAN_BY_SLAVE, slave);
	struct dmactl_stream_open arg = {
		.size = sizeof(arg), .direction = DMACTL_DIR_MEM_TO_DEV, .block_len = PAGE};

	check_eq(chan_request(fd, &req), 0);
	arg.chan = req.out_chan;
	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	return arg.out_fd;
}

enum order { SESSION_FIRST, SESSION_LAST, SESSIONS_OF_THEIR_OWN };

static void hold_streams(void *arg)
{
	enum order order = *(enum order *)arg;
	int fd = dev_open(0), i, own = fd, high;
	char name[16];

	for (i = 0; i < NR_STREAMS; i++) {
		int stream;

		if (order == SESSIONS_OF_THEIR_OWN)
			own = dev_open(0);
		snprintf(name, sizeof(name), "sim%d.%d", i / 4, i % 4);
		stream = stream_on(own, name);
		check_eq(write(stream, name, sizeof(name)), sizeof(name));
	}
	if (order == SESSION_LAST) {
		high = fcntl(fd, F_DUPFD_CLOEXEC, 200);
		check(high >= 200);
		check_eq(close(fd), 0);
	}
	child_is_ready();
	for (;;)
		pause();
}

static void check_killed(void (*fn)(void *arg), void *arg)
{
	uint64_t took;
	pid_t pid;

	check_eq(pipe(pipe_fds), 0);
	pid = child_start(fn, arg);
	wait_for_child();
	took = kill_and_wait(pid);
	/* A loaded machine may notice the end late. */
	if (took > 2 * TIMEOUT_MS + LATE_MS)
		fail("order %d: gone after %llu ms", *(int *)arg, (unsigned long long)took);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	/* Hung channels are given back in the background. */
	sleep_ms(2 * TIMEOUT_MS);
}

static void set_timeout(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", TIMEOUT_MS);
	dmactl_param_set("stop_timeout_ms", text);
	sim_set("hold", "1");
}

UAPI_TEST(starve_kill, killed_with_streams_that_hang)
{
	enum order order;

	set_timeout();
	for (order = SESSION_FIRST; order <= SESSIONS_OF_THEIR_OWN; order++)
		check_killed(hold_streams, &order);
	sim_set("hold", "0");
	dmactl_param_set("stop_timeout_ms", "5000");
}

/* The process is killed while it closes the streams itself. */
static void close_streams(void *arg)
{
	int fd = dev_open(0), i, streams[NR_STREAMS];
	char name[16];

	(void)arg;
	for (i = 0; i < NR_STREAMS; i++) {
		snprintf(name, sizeof(name), "sim%d.%d", i / 4, i % 4);
		streams[i] = stream_on(fd, name);
		check_eq(write(streams[i], name, sizeof(name)), sizeof(name));
	}
	child_is_ready();
	for (i = 0; i < NR_STREAMS; i++)
		close(streams[i]);
	fail("all are closed already");
}

UAPI_TEST(starve_kill, killed_in_close)
{
	enum order order = SESSION_FIRST;

	set_timeout();
	check_killed(close_streams, &order);
	sim_set("hold", "0");
	dmactl_param_set("stop_timeout_ms", "5000");
}

/* close(2) returns as soon as the written data was sent. */
UAPI_TEST(starve_kill, closing_a_stream_takes_no_longer_than_its_bytes)
{
	uint64_t best = UINT64_MAX, start, took;
	int i, fd = dev_open(0), stream;
	char name[PAGE] = {0};

	sim_set("latency", "20000000");
	for (i = 0; i < NR_STREAMS; i++) {
		char slave[16];

		snprintf(slave, sizeof(slave), "sim%d.%d", i / 4, i % 4);
		stream = stream_on(fd, slave);
		check_eq(write(stream, name, sizeof(name)), sizeof(name));
		start = now_ns();
		check_eq(close(stream), 0);
		took = (now_ns() - start) / MSEC;
		if (took < best)
			best = took;
	}
	if (best >= 90)
		fail("closing takes %llu ms", (unsigned long long)best);
}

/* A session that two processes have, on hardware that cannot be stopped. */
static int shared_fd;
static uint32_t shared_chan;
static struct dmactl_op shared_op;

static void *destroys(void *unused)
{
	check_eq(destroy(shared_fd, shared_chan), 0);
	return unused;
}

/* Without completions, as the session has a ring. */
static void submits_prepared(void *unused)
{
	struct dmactl_submit arg = {.size = sizeof(arg),
				    .nr_ops = 1,
				    .op_size = sizeof(shared_op),
				    .ops_uptr = (uintptr_t)&shared_op};
	int ret;

	(void)unused;
	wait_for_child();
	ret = dev_ioctl(shared_fd, DMACTL_IOC_SUBMIT, &arg);
	fail("it did not wait for the channel: %d", ret);
}

/* Prepares a copy behind an op that hangs. */
static void hang_one(void)
{
	struct dmactl_prepare arg = {.size = sizeof(arg), .op_size = sizeof(struct dmactl_op)};
	struct dmactl_op op;
	struct mem mem;

	shared_fd = dev_open(0);
	shared_chan = chan_with(shared_fd, DMACTL_CAP_MEMCPY | DMACTL_CAP_REUSE).out_chan;
	mem = mem_get(shared_fd, PAGE);
	cring_new(shared_fd, 16);
	op = op_memcpy(shared_chan, &mem, 0, &mem, 64, 64);
	arg.op_uptr = (uintptr_t)&op;
	check_eq(dev_ioctl(shared_fd, DMACTL_IOC_PREPARE, &arg), 0);
	sim_set("hold", "1");
	submit_all(shared_fd, &op, 1);
	shared_op = (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = shared_chan, .src_buf = arg.out_handle};
}

/* The child is killed while the parent stops the channel. */
static void killed_behind_destroy(void)
{
	pthread_t thread;
	uint64_t took;
	pid_t pid;

	check_eq(pipe(pipe_fds), 0);
	hang_one();
	pid = child_start(submits_prepared, NULL);
	check_eq(pthread_create(&thread, NULL, destroys, NULL), 0);
	sleep_ms(100);
	child_is_ready();
	sleep_ms(200);
	took = kill_and_wait(pid);
	sim_set("hold", "0");
	check_eq(pthread_join(thread, NULL), 0);
	/* The wait for the hardware takes 5 s. */
	if (took > 2000)
		fail("gone after %llu ms", (unsigned long long)took);
}

UAPI_TEST(starve_kill, killed_while_a_channel_that_hangs_is_destroyed)
{
	with_sim("no_terminate=1", killed_behind_destroy);
}
