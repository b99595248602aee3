// SPDX-License-Identifier: MIT
/* Consecutive ops with the same buffers share a fence, and a channel's fences end in order. */
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "cring.h"
#include "dmabuf.h"
#include "uapi.h"

#define LEN	  (2 * PAGE)
#define RUN	  8
#define NR_SINGLE 40
/* Long enough that another process can look between the ends of two ops. */
#define SLOW "30000000"

static struct shared shared_new(void)
{
	int fd = dev_open(0);

	need_sim();
	return shared_on(fd, chan_of_device(fd, "dma-sim.0"), LEN);
}

static bool is_ready(int file, short events, int timeout)
{
	struct pollfd p = {.fd = file, .events = events};

	return poll(&p, 1, timeout) == 1 && p.revents == events;
}

/* Whether others need not wait for the dma-buf. */
static bool is_free(const struct shared *s)
{
	return is_ready(s->dmabuf, POLLIN | POLLOUT, 0);
}

/* A file of all fences that a writer would wait for now. */
static int fences_now(int dmabuf)
{
	struct dma_buf_export_sync_file arg = {.flags = DMA_BUF_SYNC_RW};

	check_eq(ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &arg), 0);
	return arg.fd;
}

static struct sync_file_info fences_info(int file, struct sync_fence_info *info, uint32_t nr)
{
	struct sync_file_info arg = {.num_fences = nr, .sync_fence_info = (uintptr_t)info};

	check_eq(ioctl(file, SYNC_IOC_FILE_INFO, &arg), 0);
	return arg;
}

static uint32_t fences_count(int dmabuf)
{
	int file = fences_now(dmabuf);
	struct sync_file_info info = fences_info(file, NULL, 0);

	close(file);
	return info.num_fences;
}

/* The only fence of the file. */
static struct sync_fence_info fence_only(int file)
{
	struct sync_fence_info info = {0};

	check_eq(fences_info(file, &info, 1).num_fences, 1);
	return info;
}

static void wait_for(int file)
{
	check(is_ready(file, POLLIN, 20000));
}

/* The fence ended after each of these ops, whose completions have the time of their ends. */
static void ended_after(const struct sync_fence_info *info, const struct dmactl_completion *records,
			unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (info->timestamp_ns < records[i].timestamp_ns)
			fail("the fence ended %llu ns before op %u",
			     (unsigned long long)(records[i].timestamp_ns - info->timestamp_ns), i);
}

static void run_fill(struct dmactl_op *ops, unsigned int nr, uint32_t chan, const struct mem *mem)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		ops[i] = op_memset(chan, mem, 64 * i, 64, 0x40 + i);
}

/* While ops are in flight, the buffer is not free; returns how many have ended. */
static unsigned int look(const struct shared *s)
{
	bool before = is_free(s);
	struct dmactl_chan_status status = chan_status(s->fd, s->chan);

	if (before && status.out_in_flight)
		fail("the buffer is free, and %u ops are in flight", status.out_in_flight);
	return status.out_completed;
}

/* Looks until so many have ended. */
static void reach(const struct shared *s, unsigned int nr)
{
	while (look(s) < nr)
		;
}

/* Submits ops that take a while each. Returns the file of the fences. */
static int submit_slow(const struct shared *s, const struct dmactl_op *ops, unsigned int nr)
{
	int file;

	sim_set("hold", "1");
	submit_all(s->fd, ops, nr);
	file = fences_now(s->dmabuf);
	sim_set("latency", SLOW);
	sim_set("hold", "0");
	return file;
}

UAPI_TEST(fence_run, a_run_has_one_fence)
{
	struct dmactl_completion records[2 * RUN];
	struct shared s = shared_new();
	struct dmactl_op ops[RUN];
	struct sync_fence_info info;
	int file, i;

	run_fill(ops, RUN, s.chan, &s.mem);
	sim_set("hold", "1");
	submit_all(s.fd, ops, RUN);
	check_eq(fences_count(s.dmabuf), 1);
	/* The fence of another batch stands for both. */
	submit_all(s.fd, ops, RUN);
	check_eq(fences_count(s.dmabuf), 1);
	file = fences_now(s.dmabuf);
	check(!is_free(&s));
	sim_set("latency", SLOW);
	sim_set("hold", "0");
	reach(&s, 2 * RUN);
	reap_all(s.fd, records, 2 * RUN);
	check(is_free(&s));
	for (i = 0; i < 2 * RUN; i++)
		check_eq(records[i].status, 0);
	info = fence_only(file);
	check_eq(info.status, 1);
	ended_after(&info, records, 2 * RUN);
	for (i = 0; i < RUN; i++)
		check_eq(s.mem.p[64 * i + 63], 0x40 + i);
	close(file);
	close(s.dmabuf);
}

/* Otherwise each submission walks over the fences of all that are in flight. */
UAPI_TEST(fence_run, many_submissions_leave_few_fences)
{
	struct dmactl_completion records[3 * NR_SINGLE];
	struct shared s = shared_new();
	struct mem own = mem_get(s.fd, LEN);
	struct dmactl_op op;
	int i;

	sim_set("hold", "1");
	for (i = 0; i < NR_SINGLE; i++) {
		op = op_memcpy(s.chan, &own, 64 * i, &s.mem, 64 * i, 64);
		submit_all(s.fd, &op, 1);
	}
	check_eq(fences_count(s.dmabuf), 1);
	for (i = 0; i < NR_SINGLE; i++) {
		op = op_memset(s.chan, &s.mem, 64 * i, 64, i);
		submit_all(s.fd, &op, 1);
		op = op_memcpy(s.chan, &own, 64 * i, &s.mem, 64 * i, 64);
		submit_all(s.fd, &op, 1);
	}
	check(fences_count(s.dmabuf) <= 2);
	sim_set("hold", "0");
	reap_all(s.fd, records, 3 * NR_SINGLE);
	check(is_free(&s));
	for (i = 0; i < NR_SINGLE; i++)
		check_eq(own.p[64 * i], i);
	close(s.dmabuf);
}

UAPI_TEST(fence_run, a_failure_within)
{
	struct dmactl_completion records[RUN];
	struct shared s = shared_new();
	struct dmactl_op ops[RUN];
	struct sync_fence_info info;
	int file, i;

	run_fill(ops, RUN, s.chan, &s.mem);
	sim_set("fail_nth", "3");
	file = submit_slow(&s, ops, RUN);
	reach(&s, RUN);
	reap_all(s.fd, records, RUN);
	for (i = 0; i < RUN; i++)
		check_eq(records[i].status, i == 2 ? -EFAULT : 0);
	check(is_free(&s));
	info = fence_only(file);
	check_eq(info.status, -EFAULT);
	ended_after(&info, records, RUN);
	/* The next run knows nothing of it. */
	sim_set("latency", "0");
	submit_all(s.fd, ops, RUN);
	reap_all(s.fd, records, RUN);
	close(file);
	file = fences_now(s.dmabuf);
	check_eq(fences_info(file, NULL, 0).status, 1);
	close(file);
	close(s.dmabuf);
}

UAPI_TEST(fence_run, terminate_within)
{
	struct dmactl_completion records[RUN];
	struct shared s = shared_new();
	struct sync_fence_info info, again;
	struct dmactl_op ops[RUN];
	int file, i, done = 0;

	run_fill(ops, RUN, s.chan, &s.mem);
	file = submit_slow(&s, ops, RUN);
	reach(&s, 2);
	sim_set("hold", "1");
	check_eq(chan_ctrl(s.fd, s.chan, DMACTL_CTRL_TERMINATE), 0);
	wait_for(file);
	check(is_free(&s));
	reap_all(s.fd, records, RUN);
	for (i = 0; i < RUN; i++) {
		done += !records[i].status;
		check_eq(records[i].status, i < done ? 0 : -ECANCELED);
	}
	check(done >= 2 && done < RUN);
	info = fence_only(file);
	check_eq(info.status, -ECANCELED);
	ended_after(&info, records, RUN);
	/* It ends once. */
	sim_set("hold", "0");
	run_ok(s.fd, &ops[0]);
	again = fence_only(file);
	check_eq(again.timestamp_ns, info.timestamp_ns);
	check_eq(again.status, -ECANCELED);
	close(file);
	close(s.dmabuf);
}

/* The ops of one channel are no run if one of another channel is between them. */
UAPI_TEST(fence_run, another_channel_between)
{
	struct dmactl_completion records[3];
	struct shared s = shared_new();
	uint32_t other = chan_of_device(s.fd, "dma-sim.0");
	struct dmactl_op ops[3];
	int file;

	run_fill(ops, 3, s.chan, &s.mem);
	ops[1].chan = other;
	sim_set("hold", "1");
	submit_all(s.fd, ops, 3);
	/* One for each channel. */
	check_eq(fences_count(s.dmabuf), 2);
	file = fences_now(s.dmabuf);
	check_eq(chan_ctrl(s.fd, s.chan, DMACTL_CTRL_TERMINATE), 0);
	reap_all(s.fd, records, 2);
	check(!is_free(&s));
	check(!is_ready(file, POLLIN, 0));
	sim_set("hold", "0");
	reap_all(s.fd, records, 1);
	check_eq(records[0].status, 0);
	check(is_free(&s));
	check(is_ready(file, POLLIN, 0));
	close(file);
	close(s.dmabuf);
}

/* A fence does not wait for later ops with other buffers. */
UAPI_TEST(fence_run, other_buffers_between)
{
	struct dmactl_completion records[3];
	struct shared s = shared_new(), other = shared_on(s.fd, s.chan, LEN);
	struct sync_fence_info info, info_other;
	struct dmactl_op ops[3];
	int file, file_other;

	run_fill(ops, 3, s.chan, &s.mem);
	ops[1] = op_memset(s.chan, &other.mem, 0, LEN, 9);
	sim_set("hold", "1");
	submit_all(s.fd, ops, 3);
	file = fences_now(s.dmabuf);
	file_other = fences_now(other.dmabuf);
	sim_set("latency", SLOW);
	sim_set("hold", "0");
	wait_for(file_other);
	check(is_free(&other));
	wait_for(file);
	reap_all(s.fd, records, 3);
	info = fence_only(file);
	info_other = fence_only(file_other);
	ended_after(&info_other, records, 2);
	ended_after(&info, records, 3);
	check(info_other.timestamp_ns < records[2].timestamp_ns);
	close(file);
	close(file_other);
	close(other.dmabuf);
	close(s.dmabuf);
}

/* Returns whether the second of two ops ended before the first. */
static bool end_two(struct shared *s)
{
	struct sync_fence_info first, second;
	struct dmactl_completion records[2];
	int file_first, file_second;
	struct dmactl_op ops[2];

	run_fill(ops, 2, s->chan, &s->mem);
	ops[1].user_data = 1;
	sim_set("hold", "1");
	submit_all(s->fd, &ops[0], 1);
	file_first = fences_now(s->dmabuf);
	submit_all(s->fd, &ops[1], 1);
	/* This fence has replaced the first. */
	file_second = fences_now(s->dmabuf);
	sim_set("hold", "0");
	reap_all(s->fd, records, 2);
	wait_for(file_first);
	wait_for(file_second);
	first = fence_only(file_first);
	second = fence_only(file_second);
	ended_after(&second, records, 2);
	check(second.timestamp_ns >= first.timestamp_ns);
	close(file_first);
	close(file_second);
	return records[0].user_data == 1;
}

/*
 * The provider reports the end of the second op first. A fence of the second that was signalled
 * then would let others in too early.
 */
UAPI_TEST(fence_run, ops_that_end_in_another_order)
{
	struct shared s = shared_new();
	int rounds = 0;

	sim_set("misbehave", "out_of_order");
	while (!end_two(&s))
		check(++rounds < 50);
	close(s.dmabuf);
}

UAPI_TEST(fence_run, runs_that_take_too_long)
{
	struct dmactl_completion records[2 * RUN];
	struct shared s = shared_new();
	struct dmactl_op ops[RUN];
	int first, second, i;

	run_fill(ops, RUN, s.chan, &s.mem);
	/* The timer of an earlier fence is not in the way. */
	submit_all(s.fd, ops, 1);
	reap_all(s.fd, records, 1);
	dmactl_param_set("fence_timeout_ms", "300");
	sim_set("hold", "1");
	submit_all(s.fd, ops, RUN);
	first = fences_now(s.dmabuf);
	submit_all(s.fd, ops, RUN);
	second = fences_now(s.dmabuf);
	check(!is_free(&s));
	wait_for(second);
	check_eq(fence_only(first).status, -ETIMEDOUT);
	check_eq(fence_only(second).status, -ETIMEDOUT);
	check(is_free(&s));
	check_eq(chan_status(s.fd, s.chan).out_in_flight, 2 * RUN);
	dmactl_param_set("fence_timeout_ms", "10000");
	/* A fence behind them is not late. */
	submit_all(s.fd, ops, 1);
	check(!is_free(&s));
	sleep_ms(400);
	check(!is_free(&s));
	sim_set("hold", "0");
	reap_all(s.fd, records, 2 * RUN);
	for (i = 0; i < 2 * RUN; i++)
		check_eq(records[i].status, 0);
	reap_all(s.fd, records, 1);
	check(is_free(&s));
	check_eq(fence_only(first).status, -ETIMEDOUT);
	close(first);
	close(second);
	close(s.dmabuf);
}

static void child_dies(void *arg)
{
	struct shared *theirs = arg, s = {.fd = dev_open(0), .dmabuf = theirs->dmabuf};
	struct dmactl_op ops[RUN];

	s.chan = chan_get(s.fd);
	check_eq(buf_import(s.fd, s.dmabuf, &s.mem), 0);
	run_fill(ops, RUN, s.chan, &s.mem);
	submit_slow(&s, ops, RUN);
	reach(&s, 2);
	kill(getpid(), SIGKILL);
}

UAPI_TEST(fence_run, a_program_killed_within)
{
	struct shared s = shared_new();

	child_expect_killed(child_start(child_dies, &s));
	check(is_ready(s.dmabuf, POLLOUT, 20000));
	check(is_free(&s));
	close(s.dmabuf);
}

UAPI_TEST(fence_run, a_controller_gone_within)
{
	struct dmactl_completion records[RUN];
	struct shared s = shared_new();
	struct sync_fence_info info;
	struct dmactl_op ops[RUN];
	int file;

	run_fill(ops, RUN, s.chan, &s.mem);
	file = submit_slow(&s, ops, RUN);
	reach(&s, 2);
	sim_set("hold", "1");
	check_eq(sim_bind("dma-sim.0", false), 0);
	wait_for(file);
	check(is_free(&s));
	reap_all(s.fd, records, RUN);
	check_eq(records[0].status, 0);
	check_eq(records[RUN - 1].status, -ENODEV);
	info = fence_only(file);
	check_eq(info.status, -ENODEV);
	ended_after(&info, records, RUN);
	close(file);
	close(s.dmabuf);
	dev_close(s.fd);
	check_eq(sim_bind("dma-sim.0", true), 0);
}

/* With a ring, prepared ops take a way of their own, which knows no fences. */
UAPI_TEST(fence_run, a_prepared_op_of_imported_memory)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct shared theirs = shared_new();
	struct dmactl_op op;
	struct dmactl_prepare prepare = {
		.size = sizeof(prepare), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};
	int fd = dev_open(0);
	struct cring ring = cring_new(fd, 8);
	struct mem mem;

	arg.caps = DMACTL_CAP_REUSE | DMACTL_CAP_MEMSET;
	check_eq(chan_request(fd, &arg), 0);
	check_eq(buf_import(fd, theirs.dmabuf, &mem), 0);
	op = op_memset(arg.out_chan, &mem, 0, LEN, 0x44);
	check_eq(dev_ioctl(fd, DMACTL_IOC_PREPARE, &prepare), 0);
	op = (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = arg.out_chan, .src_buf = prepare.out_handle};
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check(!is_free(&theirs));
	sim_set("hold", "0");
	check_eq(cring_next(&ring).status, 0);
	check(is_free(&theirs));
	check_eq(theirs.mem.p[LEN - 1], 0x44);
	close(theirs.dmabuf);
}
