// SPDX-License-Identifier: MIT
/* Fences with which a program or hardware could delay others. */
#include <linux/dma-buf.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "dmabuf.h"

#define LEN (2 * PAGE)

/* Returns whether others need not wait for the dma-buf. */
static bool is_free(const struct shared *s, int timeout)
{
	struct pollfd p = {.fd = s->dmabuf, .events = POLLOUT};

	return poll(&p, 1, timeout) == 1;
}

static void fill(const struct shared *s, unsigned char value)
{
	struct dmactl_op op = op_memset(s->chan, &s->mem, 0, LEN, value);

	submit_all(s->fd, &op, 1);
}

static void reap_one(const struct shared *s)
{
	struct dmactl_completion record;

	reap_all(s->fd, &record, 1);
	check_eq(record.status, 0);
}

static void timeout_set(const char *ms)
{
	dmactl_param_set("fence_timeout_ms", ms);
}

UAPI_TEST(fence_stall, pause)
{
	int fd = dev_open(0);
	struct shared s = shared_on(
		fd,
		chan_with(fd, DMACTL_CAP_MEMSET | DMACTL_CAP_PAUSE | DMACTL_CAP_RESUME).out_chan,
		LEN);

	sim_set("hold", "1");
	fill(&s, 1);
	check(!is_free(&s, 0));
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_PAUSE), -EBUSY);
	sim_set("hold", "0");
	reap_one(&s);
	check(is_free(&s, 0));
	/* Ops on a paused channel get no fence, so nobody waits for it. */
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_PAUSE), 0);
	fill(&s, 2);
	check(is_free(&s, 0));
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_RESUME), 0);
	reap_one(&s);
	check_eq(s.mem.p[LEN - 1], 2);
	sim_set("hold", "1");
	fill(&s, 3);
	check(!is_free(&s, 0));
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_TERMINATE), 0);
	check(is_free(&s, 10000));
	/* Without a shared buffer in flight the channel can be paused. */
	sim_set("hold", "0");
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_PAUSE), 0);
	check_eq(chan_ctrl(fd, s.chan, DMACTL_CTRL_RESUME), 0);
	close(s.dmabuf);
}

static void behind(struct shared *s, const struct dmactl_op *endless, const char *what)
{
	struct dmactl_completion record;

	submit_all(s->fd, endless, 1);
	fill(s, 1);
	if (!is_free(s, 0))
		fail("%s: others wait for what is behind it", what);
	check_eq(chan_ctrl(s->fd, s->chan, DMACTL_CTRL_TERMINATE), 0);
	while (reap(s->fd, &record, 1, 1, 100 * MSEC) == 1)
		;
	sim_set("hold", "1");
	fill(s, 2);
	if (is_free(s, 0))
		fail("%s: others do not wait after it has ended", what);
	sim_set("hold", "0");
	reap_one(s);
}

UAPI_TEST(fence_stall, behind_what_may_not_end)
{
	struct dmactl_cyclic periods = {.period_len = PAGE};
	struct dmactl_chunk chunk = {.size = PAGE};
	int fd = dev_open(0);
	struct dmactl_chan_request arg = chan_slave(fd, "sim0.0");
	struct shared s = shared_on(fd, arg.out_chan, LEN);
	struct mem own = mem_get(fd, LEN);
	struct dmactl_op op = op_single(s.chan, &own, 0, PAGE, false);

	check(arg.out.caps & DMACTL_CAP_MEMSET);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	fill(&s, 1);
	check(is_free(&s, 0));
	sim_set("hold", "0");
	reap_one(&s);
	reap_one(&s);
	op.opcode = DMACTL_OP_CYCLIC;
	op.len = LEN;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	behind(&s, &op, "cyclic");
	op = (struct dmactl_op){.opcode = DMACTL_OP_INTERLEAVED,
				.flags = DMACTL_OPF_REPEAT | DMACTL_OPF_DST_INC,
				.chan = s.chan,
				.dst_buf = own.buf,
				.len = PAGE,
				.args_uptr = (uintptr_t)&chunk,
				.nr_args = 1,
				.arg_size = sizeof(chunk)};
	behind(&s, &op, "a repetition");
	close(s.dmabuf);
}

static void sync_cpu(void *arg)
{
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW};

	check_eq(ioctl(*(int *)arg, DMA_BUF_IOCTL_SYNC, &sync), 0);
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	check_eq(ioctl(*(int *)arg, DMA_BUF_IOCTL_SYNC, &sync), 0);
}

UAPI_TEST(fence_stall, hardware_that_hangs)
{
	int fd = dev_open(0);
	struct shared s = shared_on(fd, chan_get(fd), LEN);
	uint64_t start;

	need_sim();
	timeout_set("400");
	sim_set("hold", "1");
	start = now_ns();
	fill(&s, 1);
	check(!is_free(&s, 0));
	child_run(sync_cpu, &s.dmabuf);
	check(now_ns() - start >= 300 * MSEC);
	check(now_ns() - start < 60 * SEC);
	check(is_free(&s, 0));
	/* The op itself continues, and ends as usual. */
	check_eq(chan_status(fd, s.chan).out_in_flight, 1);
	sim_set("hold", "0");
	reap_one(&s);
	check_eq(s.mem.p[0], 1);
	/* If the op ends before the timeout, nothing is left, either. */
	fill(&s, 2);
	reap_one(&s);
	timeout_set("10000");
	close(s.dmabuf);
}

static volatile bool stop;

static void *pause_and_go(void *arg)
{
	const struct shared *s = arg;

	while (!stop) {
		chan_ctrl(s->fd, s->chan, DMACTL_CTRL_PAUSE);
		sleep_ms(3);
		chan_ctrl(s->fd, s->chan, DMACTL_CTRL_RESUME);
	}
	return NULL;
}

static void *cycle(void *arg)
{
	const struct shared *s = arg;
	struct dmactl_cyclic periods = {.period_len = PAGE};
	struct dmactl_op op = op_single(s->chan, &s->mem, 0, LEN, false);

	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	while (!stop) {
		submit_flags(s->fd, &op, 1, 0, NULL);
		sleep_ms(5);
		chan_ctrl(s->fd, s->chan, DMACTL_CTRL_TERMINATE);
		sleep_ms(2);
	}
	return NULL;
}

static void *submit_and_reap(void *arg)
{
	const struct shared *s = arg;
	struct dmactl_completion records[16];
	struct dmactl_op op = op_memset(s->chan, &s->mem, 0, LEN, 5);

	while (!stop) {
		submit_flags(s->fd, &op, 1, 0, NULL);
		reap(s->fd, records, 16, 0, 0);
	}
	return NULL;
}

/* In every order of these calls, waiters go on. */
UAPI_TEST(fence_stall, all_at_once)
{
	static void *(*const all[])(void *) = {pause_and_go, cycle, submit_and_reap};
	int fd = dev_open(0);
	struct shared s = shared_on(fd, chan_slave(fd, "sim0.0").out_chan, LEN);
	pthread_t threads[ARRAY_SIZE(all)];
	uint64_t start = now_ns(), before;
	size_t i;

	timeout_set("1000");
	stop = false;
	for (i = 0; i < ARRAY_SIZE(all); i++)
		check_eq(pthread_create(&threads[i], NULL, all[i], &s), 0);
	do {
		before = now_ns();
		child_run(sync_cpu, &s.dmabuf);
		if (now_ns() - before > 30 * SEC)
			fail("waited for %llu ms",
			     (unsigned long long)(now_ns() - before) / 1000000);
	} while (now_ns() - start < 3 * SEC);
	stop = true;
	for (i = 0; i < ARRAY_SIZE(all); i++)
		pthread_join(threads[i], NULL);
	timeout_set("10000");
	close(s.dmabuf);
}
