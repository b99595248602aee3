// SPDX-License-Identifier: MIT
/* Sessions that are passed to other processes, and programs that end at any time. */
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "uapi.h"

UAPI_TEST(lifetime, a_duplicate_is_the_same_session)
{
	int fd = dev_open(0), copy = dup(fd);
	struct mem mem = mem_get(fd, PAGE);
	uint32_t chan = chan_get(copy);
	struct dmactl_op op = op_fill(fd, chan, &mem, 0, PAGE, 0x5a);
	struct dmactl_op again = op_fill(fd, chan, &mem, 0, PAGE, 0x5b);

	check_eq(close(copy), 0);
	run_ok(fd, &op);
	copy = dup(fd);
	dev_close(fd);
	run_ok(copy, &again);
	check_eq(mem.p[9], 0x5b);
	check_eq(destroy(copy, chan), 0);
	close(copy);
}

struct shared {
	int fd;
	uint32_t chan;
	struct mem src;
	struct mem dst;
};

static struct shared shared_new(size_t len)
{
	struct shared s = {.fd = dev_open(0)};

	s.chan = chan_get(s.fd);
	s.src = mem_get(s.fd, len);
	s.dst = mem_get(s.fd, len);
	return s;
}

static void child_copies(void *arg)
{
	struct shared *s = arg;

	copy_check(s->fd, s->chan, &s->dst, 10, &s->src, 20, 1000);
}

UAPI_TEST(lifetime, a_forked_child_uses_it)
{
	struct shared s = shared_new(PAGE);
	int i;

	for (i = 0; i < 3; i++) {
		child_run(child_copies, &s);
		pattern_check(s.dst.p, 10, 1000, SRC_BODY, 20);
		copy_check(s.fd, s.chan, &s.dst, 10, &s.src, 20, 500);
	}
}

static void child_leaves_held(void *arg)
{
	struct shared *s = arg;
	struct dmactl_op op = op_fill(s->fd, s->chan, &s->dst, 0, 100, 0x61);

	op.user_data = 61;
	check_eq(submit_flags(s->fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	kill(getpid(), SIGKILL);
}

/* Ops of a child complete after it was killed. */
UAPI_TEST(lifetime, ops_outlive_who_submitted_them)
{
	struct dmactl_completion record;
	struct shared s = shared_new(PAGE);

	need_terminate();
	child_expect_killed(child_start(child_leaves_held, &s));
	check_eq(chan_ctrl(s.fd, s.chan, DMACTL_CTRL_ISSUE), 0);
	reap_all(s.fd, &record, 1);
	check_eq(record.user_data, 61);
	check_eq(record.status, 0);
	check_eq(s.dst.p[99], 0x61);
}

static void child_opens_and_sends(void *arg)
{
	struct shared s = shared_new(PAGE);
	struct dmactl_op op = op_memcpy(s.chan, &s.dst, 0, &s.src, 0, PAGE);

	pattern_fill(s.src.p, 0, PAGE, SRC_BODY);
	op.user_data = 77;
	check_eq(submit_flags(s.fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	fd_send(*(int *)arg, s.fd, &s, sizeof(s));
	kill(getpid(), SIGKILL);
}

UAPI_TEST(lifetime, a_session_sent_to_another_process)
{
	struct dmactl_completion record;
	int fd, socks[2];
	struct shared s;
	void *p;

	check_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	child_expect_killed(child_start(child_opens_and_sends, &socks[1]));
	fd = fd_recv(socks[0], &s, sizeof(s));
	check_eq(fdinfo(fd, "buffers"), 2);
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_ISSUE), 0);
	reap_all(fd, &record, 1);
	check_eq(record.user_data, 77);
	check_eq(record.status, 0);
	p = map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, s.dst.off);
	check(p != MAP_FAILED);
	pattern_check(p, 0, PAGE, SRC_BODY, 0);
	munmap(p, PAGE);
	close(fd);
	close(socks[0]);
	close(socks[1]);
}

static void child_sends_and_dies(void *arg)
{
	struct shared s = shared_new(16 * PAGE);

	fd_send(*(int *)arg, s.fd, &s, sizeof(s));
}

/* Nobody receives the session, so closing the socket closes it. */
UAPI_TEST(lifetime, a_session_lost_on_its_way)
{
	int socks[2];

	check_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	child_run(child_sends_and_dies, &socks[1]);
	close(socks[0]);
	close(socks[1]);
}

static void child_execs(void *arg)
{
	char path[64], *argv[] = {"sh", "-c", NULL, NULL};

	snprintf(path, sizeof(path), "! [ -e /proc/self/fd/%d ]", *(int *)arg);
	argv[2] = path;
	execv("/bin/sh", argv);
	fail("exec: %s", strerror(errno));
}

UAPI_TEST(lifetime, exec_closes_it)
{
	int fd = dev_open(0);

	child_run(child_execs, &fd);
}

/* States in which a program may be killed. */

static int ready[2];

static void tell_ready(void)
{
	check_eq(write(ready[1], "", 1), 1);
}

static void victim_idle(void *arg)
{
	struct shared s = shared_new(64 * PAGE);

	(void)arg;
	(void)s;
	tell_ready();
	for (;;)
		pause();
}

static void victim_waiting(void *arg)
{
	struct dmactl_completion record;
	struct shared s = shared_new(PAGE);

	(void)arg;
	tell_ready();
	reap(s.fd, &record, 1, 1, DMACTL_TIMEOUT_INFINITE);
	fail("the wait has ended");
}

static void victim_reading(void *arg)
{
	struct dmactl_completion record;
	struct shared s = shared_new(PAGE);

	(void)arg;
	tell_ready();
	check_eq(read(s.fd, &record, sizeof(record)), sizeof(record));
	fail("the read has ended");
}

static void submit_many(struct shared *s, uint32_t flags)
{
	struct dmactl_op ops[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = op_memcpy(s->chan, &s->dst, 0, &s->src, 0, s->src.len);
	check_eq(submit_flags(s->fd, ops, ARRAY_SIZE(ops), flags, NULL), 0);
}

static void victim_held(void *arg)
{
	struct shared s = shared_new(64 * PAGE);

	(void)arg;
	submit_many(&s, DMACTL_SUBMIT_HOLD);
	tell_ready();
	for (;;)
		pause();
}

static void victim_in_flight(void *arg)
{
	struct dmactl_completion record;
	struct shared s = shared_new(64 * PAGE);

	(void)arg;
	submit_many(&s, 0);
	tell_ready();
	for (;;)
		reap(s.fd, &record, 1, 1, DMACTL_TIMEOUT_INFINITE);
}

static void kill_each(void (*victim)(void *), int times)
{
	char byte;
	pid_t pid;

	check_eq(pipe(ready), 0);
	while (times--) {
		pid = child_start(victim, NULL);
		check_eq(read(ready[0], &byte, 1), 1);
		check_eq(kill(pid, SIGKILL), 0);
		child_expect_killed(pid);
	}
	close(ready[0]);
	close(ready[1]);
}

UAPI_TEST(lifetime, killed_while_idle)
{
	kill_each(victim_idle, 4);
}

UAPI_TEST(lifetime, killed_in_a_wait)
{
	kill_each(victim_waiting, 4);
	kill_each(victim_reading, 4);
}

UAPI_TEST(lifetime, killed_with_held_ops)
{
	kill_each(victim_held, 4);
}

UAPI_TEST(lifetime, killed_with_a_hung_channel)
{
	sim_set("hold", "1");
	kill_each(victim_in_flight, 4);
	sim_set("hold", "0");
}

UAPI_TEST(lifetime, killed_in_a_slow_transfer)
{
	/* 8 MiB take 16 seconds. */
	sim_set("latency", "1000000");
	sim_set("bandwidth", "500000");
	kill_each(victim_in_flight, 6);
}

static void victim_busy(void *arg)
{
	(void)arg;
	for (;;) {
		struct shared s = shared_new(8 * PAGE);
		struct dmactl_completion records[32];

		copy_check(s.fd, s.chan, &s.dst, 0, &s.src, 0, 1000);
		submit_many(&s, 0);
		check(reap(s.fd, records, 32, 5, DMACTL_TIMEOUT_INFINITE) >= 5);
		if (s.chan % 2)
			check_eq(destroy(s.fd, s.chan), 0);
		mem_unmap(&s.src);
		dev_close(s.fd);
		mem_unmap(&s.dst);
	}
}

/* A program that opens and closes sessions is killed at random times. */
UAPI_TEST(lifetime, killed_at_random_instants)
{
	unsigned int seed = 1;
	int i;

	for (i = 0; i < 40; i++) {
		pid_t pid = child_start(victim_busy, NULL);
		struct timespec ts = {.tv_nsec = rand_r(&seed) % 40000000};

		nanosleep(&ts, NULL);
		check_eq(kill(pid, SIGKILL), 0);
		child_expect_killed(pid);
	}
}

/* After a program was killed, its memory is not written. */
static void victim_delayed(void *arg)
{
	struct shared *s = arg;
	int fd = dev_open(0);
	struct mem src = mem_get(fd, 256 * PAGE), dst = mem_get(fd, 256 * PAGE);
	struct dmactl_op op = op_memcpy(chan_get(fd), &dst, 0, &src, 0, src.len);

	(void)s;
	memset(src.p, 0xee, src.len);
	submit_all(fd, &op, 1);
	tell_ready();
	for (;;)
		pause();
}

UAPI_TEST(lifetime, nothing_is_written_late)
{
	unsigned char *mine;
	size_t i, len = 64u << 20;

	/* A quarter of a second of the transfer is left when the program is killed. */
	sim_set("bandwidth", "4000000");
	kill_each(victim_delayed, 3);
	mine = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
	check(mine != MAP_FAILED);
	sleep_ms(300);
	for (i = 0; i < len; i += 64)
		check_eq(mine[i], 0);
	munmap(mine, len);
}

/* Returns how many ops completed successfully; each takes `latency' ns. */
static int ends_after_destroy(const char *latency, int nr)
{
	struct dmactl_completion records[256];
	int i, ended = 0, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, (uint64_t)nr * PAGE);

	sim_set("latency", latency);
	for (i = 0; i < nr; i++) {
		struct dmactl_op op = op_memset(chan, &mem, (uint64_t)i * PAGE, PAGE, 0x61);

		op.user_data = i;
		submit_all(fd, &op, 1);
	}
	check_eq(destroy(fd, chan), 0);
	reap_all(fd, records, nr);
	for (i = 0; i < nr; i++) {
		const unsigned char *p = mem.p + records[i].user_data * PAGE;

		check(!records[i].status || records[i].status == -ECANCELED);
		if (!records[i].status) {
			check_eq(p[0], 0x61);
			check_eq(p[PAGE - 1], 0x61);
			ended++;
		}
	}
	check_eq(destroy(fd, mem.buf), 0);
	dev_close(fd);
	return ended;
}

/* Some providers misbehave if they are terminated while they work, so DESTROY lets ops end. */
UAPI_TEST(lifetime, what_moves_on_may_end)
{
	int tries = 0;

	need_sim();
	/* On a loaded machine, the channel may seem to make no progress. */
	while (ends_after_destroy("5000000", 4) < 4)
		check(++tries < 20);
}

UAPI_TEST(lifetime, but_not_for_ever)
{
	need_sim();
	check(ends_after_destroy("100000000", 250) < 250);
}

UAPI_TEST(lifetime, close_in_every_order)
{
	static const char orders[][4] = {"fsd", "fds", "sfd", "sdf", "dfs", "dsf"};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		struct shared s = shared_new(16 * PAGE);

		sim_set("hold", i % 2 ? "1" : "0");
		submit_many(&s, i % 3 ? 0 : DMACTL_SUBMIT_HOLD);
		for (j = 0; j < 3; j++) {
			if (orders[i][j] == 'f')
				dev_close(s.fd);
			else if (orders[i][j] == 's')
				mem_unmap(&s.src);
			else
				mem_unmap(&s.dst);
		}
	}
}
