// SPDX-License-Identifier: MIT
/* Fences of dma-bufs: others wait for our ops, and our ops wait for others. */
#include <linux/dma-buf.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "uapi.h"

#define LEN (2 * PAGE)

/* A buffer of one session that another has imported. */
struct pair {
	int a, b;
	uint32_t chan_a, chan_b;
	struct mem mem_a, mem_b; /* the shared one */
	struct mem own_a, own_b;
	int dmabuf;
};

static struct pair pair_new(void)
{
	struct pair p = {.a = dev_open(0), .b = dev_open(0)};

	p.chan_a = chan_of_device(p.a, "dma-sim.0");
	p.chan_b = chan_of_device(p.b, "dma-sim.0");
	p.mem_a = mem_get(p.a, LEN);
	p.own_a = mem_get(p.a, LEN);
	p.own_b = mem_get(p.b, LEN);
	p.dmabuf = buf_export(p.a, p.mem_a.buf);
	check(p.dmabuf >= 0);
	check_eq(buf_import(p.b, p.dmabuf, &p.mem_b), 0);
	return p;
}

static int ready(int dmabuf)
{
	struct pollfd p = {.fd = dmabuf, .events = POLLIN | POLLOUT};

	check(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static void expect_ready(int dmabuf, int want, int timeout)
{
	struct pollfd p = {.fd = dmabuf, .events = POLLOUT};

	if (want & POLLOUT)
		check_eq(poll(&p, 1, timeout), 1);
	check_eq(ready(dmabuf), want);
}

/* Another process sees whether an op writes or reads. */
static void check_poll(int fd, uint32_t chan, const struct mem *shared, const struct mem *own,
		       int dmabuf)
{
	struct dmactl_completion record;
	struct dmactl_op op = op_memset(chan, shared, 0, LEN, 1);

	check_eq(ready(dmabuf), POLLIN | POLLOUT);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(ready(dmabuf), 0);
	sim_set("hold", "0");
	expect_ready(dmabuf, POLLIN | POLLOUT, 10000);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(ready(dmabuf), POLLIN | POLLOUT);

	op = op_memcpy(chan, own, 0, shared, 0, LEN);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(ready(dmabuf), POLLIN);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(ready(dmabuf), POLLIN | POLLOUT);
}

UAPI_TEST(fence, others_see_when_an_op_ends)
{
	struct pair p = pair_new();

	check_poll(p.a, p.chan_a, &p.mem_a, &p.own_a, p.dmabuf);
	check_poll(p.b, p.chan_b, &p.mem_b, &p.own_b, p.dmabuf);
	close(p.dmabuf);
}

UAPI_TEST(fence, two_exports_are_one_memory)
{
	struct dmactl_completion record;
	struct pair p = pair_new();
	int second = buf_export(p.a, p.mem_a.buf);
	struct dmactl_op op = op_memset(p.chan_b, &p.mem_b, 0, LEN, 1);

	sim_set("hold", "1");
	submit_all(p.b, &op, 1);
	check_eq(ready(second), 0);
	sim_set("hold", "0");
	reap_all(p.b, &record, 1);
	check_eq(ready(second), POLLIN | POLLOUT);
	close(second);
	close(p.dmabuf);
}

UAPI_TEST(fence, held_ops_have_none)
{
	struct dmactl_completion record;
	struct pair p = pair_new();
	struct dmactl_op op = op_memset(p.chan_a, &p.mem_a, 0, LEN, 3);

	check_eq(submit_flags(p.a, &op, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	check_eq(ready(p.dmabuf), POLLIN | POLLOUT);
	/* A waiter for a held op could wait forever. */
	op = op_memset(p.chan_b, &p.mem_b, 0, LEN, 4);
	run_ok(p.b, &op);
	check_eq(chan_ctrl(p.a, p.chan_a, DMACTL_CTRL_ISSUE), 0);
	reap_all(p.a, &record, 1);
	check_eq(p.mem_a.p[0], 3);
	close(p.dmabuf);
}

/* The op was prepared before the buffer was exported. */
UAPI_TEST(fence, a_prepared_op)
{
	struct dmactl_completion record;
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	int fd = dev_open(0), dmabuf;
	struct mem mem = mem_get(fd, LEN);
	struct dmactl_op op;
	struct dmactl_prepare prepare = {
		.size = sizeof(prepare), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};

	arg.caps = DMACTL_CAP_REUSE | DMACTL_CAP_MEMSET;
	check_eq(chan_request(fd, &arg), 0);
	op = op_memset(arg.out_chan, &mem, 0, LEN, 0x44);
	check_eq(dev_ioctl(fd, DMACTL_IOC_PREPARE, &prepare), 0);
	dmabuf = buf_export(fd, mem.buf);
	check(dmabuf >= 0);
	op = (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = arg.out_chan, .src_buf = prepare.out_handle};
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(ready(dmabuf), 0);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(mem.p[LEN - 1], 0x44);
	check_eq(ready(dmabuf), POLLIN | POLLOUT);
	close(dmabuf);
}

/* All ways in which an op can end. */

static void end_by_terminate(struct pair *p)
{
	check_eq(chan_ctrl(p->a, p->chan_a, DMACTL_CTRL_TERMINATE), 0);
}

static void end_by_destroy(struct pair *p)
{
	check_eq(destroy(p->a, p->chan_a), 0);
}

static void end_by_close(struct pair *p)
{
	mem_unmap(&p->mem_a);
	mem_unmap(&p->own_a);
	dev_close(p->a);
}

static void end_by_unbind(struct pair *p)
{
	(void)p;
	check_eq(sim_bind("dma-sim.0", false), 0);
}

UAPI_TEST(fence, an_op_ends_in_any_way)
{
	static void (*const ends[])(struct pair * p) = {end_by_terminate, end_by_destroy,
							end_by_close, end_by_unbind};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		struct pair p = pair_new();
		struct dmactl_op ops[3];
		size_t j;

		for (j = 0; j < ARRAY_SIZE(ops); j++)
			ops[j] = op_memset(p.chan_a, &p.mem_a, j, 10, 3);
		sim_set("hold", "1");
		submit_all(p.a, ops, ARRAY_SIZE(ops));
		check_eq(ready(p.dmabuf), 0);
		ends[i](&p);
		expect_ready(p.dmabuf, POLLIN | POLLOUT, 10000);
		sim_set("hold", "0");
		close(p.dmabuf);
		mem_forget_all();
		if (ends[i] != end_by_close)
			dev_close(p.a);
		dev_close(p.b);
	}
	check_eq(sim_bind("dma-sim.0", true), 0);
}

UAPI_TEST(fence, an_op_that_fails)
{
	struct dmactl_completion record;
	struct pair p = pair_new();
	struct dmactl_op op = op_memset(p.chan_a, &p.mem_a, 0, 10, 3);

	sim_set("fail_nth", "1");
	record = run(p.a, &op);
	check_eq(record.status, -EFAULT);
	check_eq(ready(p.dmabuf), POLLIN | POLLOUT);
	close(p.dmabuf);
}

static void child_dies(void *arg)
{
	struct pair *p = arg;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem;
	struct dmactl_op op;

	check_eq(buf_import(fd, p->dmabuf, &mem), 0);
	op = op_memset(chan, &mem, 0, LEN, 9);
	submit_all(fd, &op, 1);
	check_eq(ready(p->dmabuf), 0);
	kill(getpid(), SIGKILL);
}

UAPI_TEST(fence, a_program_that_is_killed)
{
	struct pair p = pair_new();

	sim_set("hold", "1");
	child_expect_killed(child_start(child_dies, &p));
	expect_ready(p.dmabuf, POLLIN | POLLOUT, 10000);
	sim_set("hold", "0");
	close(p.dmabuf);
}

struct waiter {
	int fd;
	struct dmactl_op op;
	int ret;
	bool ended;
};

static void *submit_thread(void *arg)
{
	struct waiter *w = arg;

	w->ret = submit_flags(w->fd, &w->op, 1, 0, NULL);
	__atomic_store_n(&w->ended, true, __ATOMIC_SEQ_CST);
	return NULL;
}

/* B's op reads what A's writes, so it waits for A's. */
static void check_waits(int writer, uint32_t wchan, const struct mem *wmem, int reader,
			uint32_t rchan, const struct mem *rmem, const struct mem *rown,
			unsigned char value)
{
	struct dmactl_completion record;
	struct dmactl_op op = op_memset(wchan, wmem, 0, LEN, value);
	struct waiter w = {.fd = reader, .op = op_memcpy(rchan, rown, 0, rmem, 0, LEN)};
	pthread_t thread;

	sim_set("hold", "1");
	submit_all(writer, &op, 1);
	check_eq(pthread_create(&thread, NULL, submit_thread, &w), 0);
	sleep_ms(100);
	check(!__atomic_load_n(&w.ended, __ATOMIC_SEQ_CST));
	check_eq(chan_status(reader, rchan).out_in_flight, 0);
	sim_set("hold", "0");
	check_eq(pthread_join(thread, NULL), 0);
	check_eq(w.ret, 0);
	reap_all(reader, &record, 1);
	check_eq(record.status, 0);
	reap_all(writer, &record, 1);
	/* Fences order the ops, but do not update other devices' bounce buffers. */
	if (devices_bounce())
		return;
	check_eq(rown->p[0], value);
	check_eq(rown->p[LEN - 1], value);
}

UAPI_TEST(fence, an_op_waits_for_another_sessions)
{
	struct pair p = pair_new();

	check_waits(p.a, p.chan_a, &p.mem_a, p.b, p.chan_b, &p.mem_b, &p.own_b, 0x71);
	check_waits(p.b, p.chan_b, &p.mem_b, p.a, p.chan_a, &p.mem_a, &p.own_a, 0x72);
	close(p.dmabuf);
}

/* Readers wait only for writers. */
UAPI_TEST(fence, readers_do_not_wait_for_each_other)
{
	struct dmactl_completion record;
	struct pair p = pair_new();
	struct dmactl_op op = op_memcpy(p.chan_a, &p.own_a, 0, &p.mem_a, 0, LEN);

	sim_set("hold", "1");
	submit_all(p.a, &op, 1);
	op = op_memcpy(p.chan_b, &p.own_b, 0, &p.mem_b, 0, LEN);
	submit_all(p.b, &op, 1);
	sim_set("hold", "0");
	reap_all(p.a, &record, 1);
	reap_all(p.b, &record, 1);
	close(p.dmabuf);
}

/* Ops of one session do not wait for each other: the session orders them itself. */
UAPI_TEST(fence, ops_of_one_session_do_not_wait)
{
	struct dmactl_completion records[64];
	struct dmactl_op ops[64];
	struct pair p = pair_new();
	int i;

	for (i = 0; i < 64; i++)
		ops[i] = op_memset(p.chan_b, &p.mem_b, i, 1, i);
	sim_set("hold", "1");
	for (i = 0; i < 64; i += 32)
		submit_all(p.b, ops + i, 32);
	check_eq(chan_status(p.b, p.chan_b).out_in_flight, 64);
	sim_set("hold", "0");
	reap_all(p.b, records, 64);
	check_eq(ready(p.dmabuf), POLLIN | POLLOUT);
	close(p.dmabuf);
}

UAPI_TEST(fence, the_wait_has_an_end)
{
	struct dmactl_completion record;
	struct pair p = pair_new();
	struct dmactl_op op = op_memset(p.chan_a, &p.mem_a, 0, LEN, 1);
	char old[32];
	int ret;

	sim_set("hold", "1");
	submit_all(p.a, &op, 1);
	dmactl_param_get("stop_timeout_ms", old, sizeof(old));
	dmactl_param_set("stop_timeout_ms", "100");
	op = op_memset(p.chan_b, &p.mem_b, 0, LEN, 1);
	ret = submit_flags(p.b, &op, 1, 0, NULL);
	dmactl_param_set("stop_timeout_ms", old);
	check_eq(ret, -EBUSY);
	check_eq(chan_status(p.b, p.chan_b).out_submitted, 0);
	check_eq(destroy(p.b, p.mem_b.buf), 0);
	sim_set("hold", "0");
	reap_all(p.a, &record, 1);
	close(p.dmabuf);
}

static void on_alarm(int sig)
{
	(void)sig;
}

UAPI_TEST(fence, a_signal_ends_the_wait)
{
	const struct sigaction action = {.sa_handler = on_alarm};
	struct dmactl_completion record;
	struct pair p = pair_new();
	struct dmactl_op op = op_memset(p.chan_a, &p.mem_a, 0, LEN, 1);

	check_eq(sigaction(SIGALRM, &action, NULL), 0);
	sim_set("hold", "1");
	submit_all(p.a, &op, 1);
	op = op_memset(p.chan_b, &p.mem_b, 0, LEN, 1);
	alarm(1);
	check_eq(submit_flags(p.b, &op, 1, 0, NULL), -EINTR);
	check_eq(chan_status(p.b, p.chan_b).out_submitted, 0);
	sim_set("hold", "0");
	reap_all(p.a, &record, 1);
	close(p.dmabuf);
}

/* A fence is kept longer than its op, buffer and session. */
UAPI_TEST(fence, a_fence_outlives_everything)
{
	struct dma_buf_export_sync_file sync = {.flags = DMA_BUF_SYNC_RW};
	struct pollfd poll_fence = {.events = POLLIN};
	struct pair p = pair_new();
	struct dmactl_op op = op_memset(p.chan_b, &p.mem_b, 0, LEN, 1);

	sim_set("hold", "1");
	submit_all(p.b, &op, 1);
	check_eq(ioctl(p.dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &sync), 0);
	poll_fence.fd = sync.fd;
	check_eq(poll(&poll_fence, 1, 0), 0);
	mem_forget_all();
	dev_close(p.a);
	dev_close(p.b);
	close(p.dmabuf);
	sim_set("hold", "0");
	check_eq(poll(&poll_fence, 1, 10000), 1);
	/* Only the fence holds a reference to the module. */
	sleep_ms(100);
	check(read_number("/sys/module/dmactl/refcnt") > 0);
	check_eq(poll(&poll_fence, 1, 0), 1);
	close(sync.fd);
}

#define ROUNDS 150

struct crossing {
	int fd;
	uint32_t chan;
	struct mem dst, src;
};

/* Two runs of ops, each of which writes to one of the two buffers. */
static void *cross(void *arg)
{
	struct crossing *c = arg;
	struct dmactl_completion records[4];
	struct dmactl_op ops[4];
	int i, j;

	for (i = 0; i < ROUNDS; i++) {
		for (j = 0; j < 2; j++) {
			ops[j] = op_memcpy(c->chan, &c->dst, 64 * j, &c->src, 64 * j, 64);
			ops[2 + j] = op_memcpy(c->chan, &c->src, 256, &c->dst, 256, 64);
		}
		submit_all(c->fd, ops, 4);
		reap_all(c->fd, records, 4);
		for (j = 0; j < 4; j++)
			check_eq(records[j].status, 0);
	}
	return NULL;
}

/* X to Y here, Y to X there: there must be no deadlock. */
UAPI_TEST(fence, crosswise)
{
	struct pair p = pair_new();
	int second = buf_export(p.a, p.own_a.buf), i;
	struct crossing c[2] = {
		{.fd = p.a, .chan = p.chan_a, .dst = p.mem_a, .src = p.own_a},
		{.fd = p.b, .chan = p.chan_b, .src = p.mem_b},
	};
	pthread_t threads[2];

	check(second >= 0);
	check_eq(buf_import(p.b, second, &c[1].dst), 0);
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, cross, &c[i]), 0);
	for (i = 0; i < 2; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
	close(second);
	close(p.dmabuf);
}
