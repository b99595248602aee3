// SPDX-License-Identifier: MIT
/*
 * Hardware that cannot be stopped and does not stop. Its channel, its memory and the modules stay
 * forever, so this needs a guest of its own, and the test ignores only these leaks.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "uapi.h"

#define STOP_TIMEOUT	"600"
#define STOP_TIMEOUT_MS 600

static void child_exits(void *arg)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct mem coherent = mem_coherent(fd, chan, PAGE);
	struct dmactl_op ops[2] = {op_memcpy(chan, &dst, 0, &src, 0, PAGE),
				   op_memcpy(chan, &coherent, 0, &src, 0, PAGE)};

	(void)arg;
	memset(src.p, 0xee, PAGE);
	submit_all(fd, ops, 2);
}

#define NR_HUNG 5

static int hung_ready[2];

static void *destroy_hung(void *arg)
{
	uint32_t *chan = arg;

	destroy(chan[0], chan[1]);
	return NULL;
}

/* Two channels in one session, the others in a session each; a thread is in DESTROY. */
static void child_holds_many(void *arg)
{
	int fd = -1, i;
	uint32_t last[2] = {0};
	pthread_t thread;

	(void)arg;
	for (i = 0; i < NR_HUNG; i++) {
		struct dmactl_op op;
		struct mem mem;

		if (i != 1)
			fd = dev_open(0);
		last[0] = fd;
		last[1] = chan_get(fd);
		mem = mem_get(fd, PAGE);
		op = op_memset(last[1], &mem, 0, PAGE, 0xdd);
		submit_all(fd, &op, 1);
	}
	check_eq(pthread_create(&thread, NULL, destroy_hung, last), 0);
	check_eq(write(hung_ready[1], "", 1), 1);
	for (;;)
		pause();
}

/* Killed processes end although their channels hang; the channels are quarantined. */
static void check_killed_are_gone(int fd)
{
	uint64_t start, took;
	pid_t pid;
	char c;
	int i;

	check_eq(pipe(hung_ready), 0);
	pid = child_start(child_holds_many, NULL);
	check_eq(read(hung_ready[0], &c, 1), 1);
	start = now_ns();
	check_eq(kill(pid, SIGKILL), 0);
	child_expect_killed(pid);
	took = (now_ns() - start) / MSEC;
	if (took > 2 * STOP_TIMEOUT_MS)
		fail("gone after %llu ms", (unsigned long long)took);
	for (i = 0; i < 100 && quarantined(fd) < 1 + NR_HUNG; i++)
		sleep_ms(50);
	check_eq(quarantined(fd), 1 + NR_HUNG);
}

static void setup(void)
{
	sim_reload("no_terminate=1");
	dmactl_param_set("stop_timeout_ms", STOP_TIMEOUT);
	sim_set("hold", "1");
}

static void check_exit_is_not_stuck(void)
{
	uint64_t start = now_ns();

	child_run(child_exits, NULL);
	check(now_ns() - start >= STOP_TIMEOUT_MS * MSEC);
	check(now_ns() - start < 60 * SEC);
}

static void check_destroy_gives_up(int fd)
{
	struct dmactl_completion record;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE), other = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, PAGE, 0x99);

	submit_all(fd, &op, 1);
	check_eq(destroy(fd, chan), 0);
	check_eq(reap(fd, &record, 1, 1, 0), 1);
	check_eq(record.status, -EIO);
	/* The hardware may still write there. */
	check_eq(destroy(fd, mem.buf), -EBUSY);
	check_eq(mem.p[0], 0);
	check_eq(destroy(fd, other.buf), 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), -ENOENT);
}

/* Pages of the dead processes are not allocated again. */
static void check_late_writes_hit_nobody(void)
{
	size_t i, len = 64u << 20;
	unsigned char *mine = mmap(NULL, len, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	check(mine != MAP_FAILED);
	sim_set("hold", "0");
	sleep_ms(200);
	for (i = 0; i < len; i += 64)
		check_eq(mine[i], 0);
	munmap(mine, len);
}

Test(quarantine, memory_is_kept, .timeout = UAPI_TIMEOUT)
{
	struct mem src, dst;
	int fd;

	uapi_start();
	setup();
	fd = dev_open(0);
	check_eq(quarantined(fd), 0);
	check_exit_is_not_stuck();
	check_eq(quarantined(fd), 1);
	check_killed_are_gone(fd);
	check_destroy_gives_up(fd);
	check_eq(quarantined(fd), 2 + NR_HUNG);
	check_late_writes_hit_nobody();

	/* Everything else still works. */
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	copy_check(fd, chan_get(fd), &dst, 1, &src, 2, 1000);
	dev_close(fd);
	/* The device can be unbound, too; the quarantine stays. */
	check_eq(sim_bind("dma-sim.0", false), 0);
	check_eq(sim_bind("dma-sim.0", true), 0);
	fd = dev_open(0);
	check_eq(quarantined(fd), 2 + NR_HUNG);
	dst = mem_get(fd, PAGE);
	src = mem_get(fd, PAGE);
	copy_check(fd, chan_get(fd), &dst, 1, &src, 2, 1000);
}
