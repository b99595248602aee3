// SPDX-License-Identifier: MIT
/* Nobody sleeps forever while there is credit, and no op or completion is lost. */
#include <poll.h>
#include <pthread.h>

#include "uapi.h"

#define MIB (1u << 20)

struct submitter {
	int fd;
	struct dmactl_op op;
	struct dmactl_submit arg;
	int ret;
	bool ended;
};

static void *submit_and_wait(void *p)
{
	struct submitter *s = p;

	s->ret = dev_ioctl(s->fd, DMACTL_IOC_SUBMIT, &s->arg);
	__atomic_store_n(&s->ended, true, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Another reader takes the completions that a submitter waits for. */
UAPI_TEST(liveness, wait_ends_when_another_reader_makes_room)
{
	static struct dmactl_completion mine[2];
	struct dmactl_completion theirs;
	struct submitter s = {.fd = dev_open(0)};
	uint32_t chan = chan_get_depth(s.fd, 1);
	struct mem mem = mem_get(s.fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 1, 1);
	pthread_t thread;
	int i;

	sim_set("hold", "1");
	submit_all(s.fd, &op, 1);
	s.op = op_memset(chan, &mem, 1, 1, 2);
	s.arg = submit_arg(&s.op, 1);
	s.arg.completions_uptr = (uintptr_t)mine;
	s.arg.completion_size = sizeof(*mine);
	s.arg.nr_completions = 2;
	s.arg.min_complete = 2;
	s.arg.timeout_ns = DMACTL_TIMEOUT_INFINITE;
	check_eq(pthread_create(&thread, NULL, submit_and_wait, &s), 0);
	sleep_ms(50);
	check(!__atomic_load_n(&s.ended, __ATOMIC_SEQ_CST));
	/* Either of the two gets the completion; the other must not hang. */
	sim_set("hold", "0");
	i = reap(s.fd, &theirs, 1, 1, 200 * MSEC);
	check_eq(pthread_join(thread, NULL), 0);
	if (i == 1) {
		check(s.ret == -EAGAIN || (s.ret == 0 && s.arg.out_completed == 0));
	} else {
		check_eq(i, -ETIME);
		check_eq(s.ret, 0);
		check_eq(s.arg.out_completed, 1);
	}
	check_eq(mem.p[0], 1);
	check_eq(mem.p[1], 0);
}

/* Held ops use all the credit: a SUBMIT that finds none issues them. */
UAPI_TEST(liveness, held_ops_are_started_for_want_of_room)
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[4];
	struct dmactl_submit arg;
	int i, fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 4), accepted;
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 4; i++)
		ops[i] = op_memset(chan, &mem, i, 1, i + 1);
	check_eq(submit_flags(fd, ops, 4, DMACTL_SUBMIT_HOLD, &accepted), 0);
	check_eq(accepted, 4);
	check_eq(submit_flags(fd, ops, 1, DMACTL_SUBMIT_HOLD, &accepted), -EAGAIN);
	check_eq(reap(fd, records, 1, 1, 20 * MSEC), -ETIME);
	arg = submit_arg(ops, 1);
	arg.completions_uptr = (uintptr_t)records;
	arg.completion_size = sizeof(*records);
	arg.nr_completions = 4;
	arg.min_complete = 1;
	arg.timeout_ns = DMACTL_TIMEOUT_INFINITE;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 0);
	check(arg.out_completed >= 1);
	reap_all(fd, records, 4 - arg.out_completed);
	for (i = 0; i < 4; i++)
		check_eq(mem.p[i], i + 1);
}

/* A SUBMIT to another channel does not issue the held ops. */
UAPI_TEST(liveness, held_ops_of_another_channel_stay_held)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t held = chan_get(fd), other = chan_get(fd), accepted;
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(held, &mem, 0, 1, 1);

	check_eq(submit_flags(fd, &op, 1, DMACTL_SUBMIT_HOLD, &accepted), 0);
	op = op_memset(other, &mem, 1, 1, 2);
	run_ok(fd, &op);
	check_eq(mem.p[0], 0);
	check_eq(chan_status(fd, held).out_state, DMACTL_STATE_HELD);
	check_eq(chan_ctrl(fd, held, DMACTL_CTRL_ISSUE), 0);
	reap_all(fd, &record, 1);
	check_eq(mem.p[0], 1);
}

/* An op with more pieces than the provider has descriptors. */
static struct dmactl_op many_pieces(int fd, uint32_t chan, struct dmactl_sg *sg, uint32_t nr)
{
	struct mem src = mem_get(fd, MIB), dst = mem_get(fd, MIB);
	uint32_t i;

	sg[0] = sg_piece(DMACTL_SG_SRC, &src, 0, (nr - 1) * 10);
	for (i = 1; i < nr; i++)
		sg[i] = sg_piece(DMACTL_SG_DST, &dst, i * 20, 10);
	return op_sg(chan, sg, nr, (nr - 1) * 10);
}

/* A provider without terminate: closing waits for submitted descriptors only. */
static void close_mid_op(void)
{
	static struct dmactl_sg sg[1024];
	int fd = dev_open(0), other = dev_open(0);
	struct dmactl_op op = many_pieces(fd, chan_get_depth(fd, 1), sg, 1024);

	submit_all(fd, &op, 1);
	mem_forget_all();
	dev_close(fd);
	check_eq(quarantined(other), 0);
}

/* TERMINATE fails on such a channel, and the op continues. */
static void terminate_mid_op(void)
{
	static struct dmactl_sg sg[1024];
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 1);
	struct dmactl_op op = many_pieces(fd, chan, sg, 1024);

	submit_all(fd, &op, 1);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -EOPNOTSUPP);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(record.bytes, op.len);
}

static void in_child(void (*fn)(void))
{
	int status;
	pid_t pid = child_start((void (*)(void *))(void *)fn, NULL);

	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

UAPI_TEST(liveness, op_in_pieces_without_terminate)
{
	sim_reload("no_terminate=1 latency=100000");
	in_child(close_mid_op);
	in_child(terminate_mid_op);
	sim_restore();
}

/* Memory that a failed op did not write keeps the CPU's data, bounced or not. */
UAPI_TEST(liveness, failed_op_keeps_what_the_cpu_wrote)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, 4 * PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, mem.len, 7);
	size_t i;

	run_ok(fd, &op);
	memset(mem.p, 9, mem.len);
	sim_set("fail_nth", "1");
	record = run(fd, &op);
	check_eq(record.status, -EFAULT);
	for (i = 0; i < mem.len; i++)
		if (mem.p[i] != 9)
			fail("byte %zu is %u", i, mem.p[i]);

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, -ECANCELED);
	for (i = 0; i < mem.len; i++)
		if (mem.p[i] != 9)
			fail("byte %zu is %u", i, mem.p[i]);
}

/* A to B and B to C in one batch: the second op reads the first one's result. */
UAPI_TEST(liveness, chain_with_a_fence)
{
	struct dmactl_completion records[2];
	struct dmactl_op ops[2];
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem a = mem_get(fd, PAGE), b = mem_get(fd, PAGE), c = mem_get(fd, PAGE);

	pattern_fill(a.p, 0, PAGE, SRC_BODY);
	ops[0] = op_memcpy(chan, &b, 0, &a, 0, PAGE);
	ops[0].flags = DMACTL_OPF_FENCE;
	ops[1] = op_memcpy(chan, &c, 0, &b, 0, PAGE);
	ops[1].flags = DMACTL_OPF_NO_SYNC_SRC;
	submit_all(fd, ops, 2);
	reap_all(fd, records, 2);
	check_eq(records[0].status, 0);
	check_eq(records[1].status, 0);
	pattern_check(b.p, 0, PAGE, SRC_BODY, 0);
	pattern_check(c.p, 0, PAGE, SRC_BODY, 0);
}

struct mapper {
	int fd;
	uint64_t off;
	bool stop;
	bool mapped;
};

static void *map_all_the_time(void *p)
{
	struct mapper *m = p;
	void *at;

	while (!__atomic_load_n(&m->stop, __ATOMIC_SEQ_CST)) {
		at = map_at(NULL, PAGE, PROT_READ, MAP_SHARED, m->fd, m->off);
		if (at != MAP_FAILED)
			m->mapped = true;
	}
	return NULL;
}

/* A buffer whose handle did not reach the program cannot be mapped. */
UAPI_TEST(liveness, failed_alloc_is_never_mapped)
{
	struct dmactl_buf_alloc *arg;
	struct mapper m = {.fd = dev_open(0)};
	struct mem mem = mem_get(m.fd, PAGE);
	pthread_t thread;
	int i;

	arg = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(arg != MAP_FAILED);
	*arg = (struct dmactl_buf_alloc){
		.size = sizeof(*arg), .kind = DMACTL_BUF_STREAMING, .len = PAGE};
	check_eq(mprotect(arg, PAGE, PROT_READ), 0);
	/* The offsets that the next buffers will get. */
	for (i = 0; i < 50; i++) {
		m.off = mem.off + (uint64_t)(i + 1) * PAGE;
		m.stop = false;
		check_eq(pthread_create(&thread, NULL, map_all_the_time, &m), 0);
		check_eq(dev_ioctl(m.fd, DMACTL_IOC_BUF_ALLOC, arg), -EFAULT);
		__atomic_store_n(&m.stop, true, __ATOMIC_SEQ_CST);
		check_eq(pthread_join(thread, NULL), 0);
		check(!m.mapped);
	}
	check_eq(fdinfo(m.fd, "buffers"), 1);
}
