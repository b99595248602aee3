// SPDX-License-Identifier: MIT
/* A ring with prepared ops, with repeating ops, and with busy polling. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "cring.h"
#include "prepared.h"

#define PERIOD	4000u
#define PERIODS 64

static int fd;
static uint32_t chan;
static struct mem src, dst;

static void setup(void)
{
	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY | DMACTL_CAP_MEMSET).out_chan;
	src = mem_get(fd, 64 * 1024);
	dst = mem_get(fd, 64 * 1024);
}

static struct dmactl_op prepare(const struct dmactl_op *op, uint64_t user_data)
{
	return prepare_op(fd, op, user_data);
}

/* Runs this thread on the nth processor that the test may use. */
static void run_on(unsigned int nth, const cpu_set_t *all)
{
	unsigned int nr = CPU_COUNT(all), cpu;
	cpu_set_t one;

	nth %= nr;
	for (cpu = 0; !CPU_ISSET(cpu, all) || nth--; cpu++)
		;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	check_eq(sched_setaffinity(0, sizeof(one), &one), 0);
}

#define NR_AGAIN 1500

/*
 * Submits an op again as soon as its completion is visible, sometimes on the processor of the
 * callback, sometimes on another one while the callback may still run.
 */
static void again_at_once(void)
{
	struct dmactl_completion record;
	struct dmactl_op op, ops[3];
	struct cring ring;
	unsigned int i, n, of;
	cpu_set_t all;

	check_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	setup();
	ring = cring_new(fd, 4);
	noise_fill(src.p, src.len, 3);
	for (i = 0; i < 3; i++) {
		op = op_memcpy(chan, &dst, i * 8192, &src, i * 8192, 100 + i * 3000);
		ops[i] = prepare(&op, i);
	}
	submit_all(fd, ops, 3);
	for (n = 0; n < NR_AGAIN; n++) {
		if (n % 3 == 0)
			run_on(n / 3, &all);
		record = cring_spin(&ring);
		of = record.user_data;
		check_eq(record.status, 0);
		check(of < 3);
		check_eq(record.bytes, 100 + of * 3000);
		if (n % 64 == 0) {
			bytes_check(dst.p + of * 8192, src.p + of * 8192, record.bytes, "again");
			noise_fill(src.p + of * 8192, record.bytes, n);
		}
		submit_all(fd, &ops[of], 1);
	}
	for (i = 0; i < 3; i++) {
		of = cring_spin(&ring).user_data;
		check_eq(destroy(fd, ops[of].src_buf), 0);
	}
	check_eq(chan_status(fd, chan).out_completed, NR_AGAIN + 3);
	check_eq(chan_status(fd, chan).out_failed, 0);
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

UAPI_TEST(ring_ops, prepared_again_at_once)
{
	with_sim("max_segment=0", again_at_once);
	/* Several descriptors for each op. */
	with_sim("max_segment=2000", again_at_once);
	with_sim("max_segment=0 " SIM_NO_REUSE, again_at_once);
	with_sim("max_segment=2000 " SIM_NO_REUSE, again_at_once);
}

/* With few descriptors: none is lost, and none is freed during its callback. */
static void gone_at_once(void)
{
	struct dmactl_op op, other;
	struct cring ring;
	cpu_set_t all;
	unsigned int i;

	check_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	setup();
	ring = cring_new(fd, 4);
	noise_fill(src.p, src.len, 3);
	for (i = 0; i < 600; i++) {
		run_on(i / 2, &all);
		op = op_memcpy(chan, &dst, i, &src, 2 * i, 500);
		op = prepare(&op, i);
		submit_all(fd, &op, 1);
		check_eq(cring_spin(&ring).user_data, i);
		check_eq(destroy(fd, op.src_buf), 0);
		if (i % 32)
			continue;
		bytes_check(dst.p + i, src.p + 2 * i, 500, "prepared");
		other = op_memset(chan, &dst, i, 500, i);
		check_eq(cring_run(&ring, &other).status, 0);
	}
	check_eq(destroy(fd, src.buf), 0);
}

UAPI_TEST(ring_ops, prepared_gone_at_once)
{
	with_sim("descriptors=2", gone_at_once);
	with_sim("descriptors=2 " SIM_NO_REUSE, gone_at_once);
}

#define NR_PREPARED 300
#define NR_LEAST    4 /* minimum number of submits of each */

static atomic_uint prepared; /* handle, 0: stop */
static atomic_uint accepted, refused;

/* Submits the current prepared op repeatedly. */
static void *submitter(void *ring)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_PREPARED, .chan = chan};
	int ret;

	while ((op.src_buf = atomic_load(&prepared))) {
		op.user_data = op.src_buf;
		ret = submit_flags(fd, &op, 1, 0, NULL);
		if (ret) {
			/* The op is being destroyed, or was. */
			check(ret == -ENOENT || ret == -EBUSY);
			atomic_fetch_add(&refused, 1);
			continue;
		}
		check_eq(cring_spin(ring).user_data, op.user_data);
		atomic_fetch_add(&accepted, 1);
	}
	return NULL;
}

/* Destroys the op while another thread submits it: destroying succeeds or fails with -EBUSY. */
static void destroyed_under_way(void)
{
	struct dmactl_op op;
	struct cring ring;
	unsigned int i, seen, busy = 0;
	uint32_t handle;
	pthread_t thread;
	int ret;

	setup();
	ring = cring_new(fd, 4);
	op = op_memcpy(chan, &dst, 0, &src, 0, 500);
	noise_fill(src.p, src.len, 7);
	for (i = 0; i < NR_PREPARED; i++) {
		handle = prepare(&op, 0).src_buf;
		seen = atomic_load(&accepted);
		atomic_store(&prepared, handle);
		if (!i)
			check_eq(pthread_create(&thread, NULL, submitter, &ring), 0);
		while (atomic_load(&accepted) - seen < NR_LEAST)
			sched_yield();
		while ((ret = destroy(fd, handle)) == -EBUSY) {
			busy++;
			sched_yield();
		}
		check_eq(ret, 0);
	}
	atomic_store(&prepared, 0);
	check_eq(pthread_join(thread, NULL), 0);
	bytes_check(dst.p, src.p, 500, "the last");
	check_eq(chan_status(fd, chan).out_completed, atomic_load(&accepted));
	check_eq(chan_status(fd, chan).out_in_flight, 0);
	printf("%u accepted, %u refused, %u times too early\n", atomic_load(&accepted),
	       atomic_load(&refused), busy);
	/* No op holds the buffers. */
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

UAPI_TEST(ring_ops, prepared_destroyed_under_way)
{
	with_sim("descriptors=2", destroyed_under_way);
	with_sim("descriptors=2 " SIM_NO_REUSE, destroyed_under_way);
}

/* Prepared ops and others in turn: completions arrive in the order of the ops. */
static void among_others(void)
{
	struct dmactl_op op, ops[12];
	struct cring ring;
	unsigned int i, n;

	setup();
	ring = cring_new(fd, 4);
	for (i = 0; i < 12; i++) {
		op = op_memset(chan, &dst, i * 64, 64, i);
		op.user_data = i;
		ops[i] = i % 3 == 0 ? prepare(&op, i) : i % 3 == 1 ? op_nop(chan, i) : op;
	}
	for (n = 0; n < 100; n++) {
		submit_all(fd, ops, 12);
		for (i = 0; i < 12; i++)
			check_eq(cring_next(&ring).user_data, i);
	}
	for (i = 0; i < 12; i += 3)
		check_eq(destroy(fd, ops[i].src_buf), 0);
}

UAPI_TEST(ring_ops, prepared_among_others)
{
	with_sim("", among_others);
	with_sim(SIM_NO_REUSE, among_others);
}

static uint64_t count; /* of periods */

static struct dmactl_completion period_next(struct cring *ring)
{
	struct dmactl_completion record = cring_next(ring);

	check_eq(record.user_data, 5);
	check(record.flags & DMACTL_COMP_MORE);
	check_eq(record.status, 0);
	check(record.count > count);
	check_eq(record.bytes, record.count * PERIOD);
	return record;
}

static void periods(void)
{
	struct dmactl_cyclic cyclic = {.period_len = PERIOD};
	struct dmactl_completion record;
	struct dmactl_op op;
	struct mem loop;
	struct cring ring;
	unsigned int i;

	fd = dev_open(0);
	chan = chan_slave(fd, "counter").out_chan;
	loop = mem_coherent(fd, chan, PERIOD * PERIODS);
	ring = cring_new(fd, 4);
	sim_set("counter_rate", "400000");
	op = op_single(chan, &loop, 0, PERIOD * PERIODS, false);
	op.opcode = DMACTL_OP_CYCLIC;
	op.user_data = 5;
	op.args_uptr = (uintptr_t)&cyclic;
	op.nr_args = 1;
	op.arg_size = sizeof(cyclic);
	submit_all(fd, &op, 1);
	count = 0;
	for (i = 0; i < 30; i++)
		count = period_next(&ring).count;
	/* After more periods than the buffer has, one completion reports the overrun. */
	sleep_ms(1500);
	record = period_next(&ring);
	check(record.flags & DMACTL_COMP_OVERRUN);
	check(record.count - count >= PERIODS);
	count = record.count;
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	record = cring_next(&ring);
	if (record.flags & DMACTL_COMP_MORE)
		record = cring_next(&ring);
	check_eq(record.flags, 0);
	check_eq(record.status, -ECANCELED);
	check(record.count >= count);
	check_eq(record.count, record.bytes / PERIOD);
	check_eq(cring_wait(&ring, 1, 0), -ETIME);
	/* The op can be submitted again. */
	submit_all(fd, &op, 1);
	count = 0;
	count = period_next(&ring).count;
}

UAPI_TEST(ring_ops, cyclic)
{
	with_sim("peripherals=counter", periods);
}

/* Returns the number of voluntary context switches, which are sleeps. */
static long sleeps(void)
{
	struct rusage usage;

	check_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_nvcsw;
}

static uint64_t cpu_ms(void)
{
	struct rusage usage;

	check_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000ull +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void fills(struct cring *ring, unsigned int nr)
{
	struct dmactl_completion record;
	struct dmactl_op op;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		dst.p[0] = 0;
		dst.p[63] = 0;
		op = op_memset(chan, &dst, 0, 64, i + 1);
		op.user_data = i;
		record = ring ? cring_run(ring, &op) : run(fd, &op);
		check_eq(record.status, 0);
		check_eq(record.user_data, i);
		check_eq(dst.p[0], (i + 1) & 0xff);
		check_eq(dst.p[63], (i + 1) & 0xff);
	}
}

/* Returns the processor time in ms for ops that take longer than any polling window. */
static uint64_t cost_of_slow(struct cring *ring)
{
	uint64_t cpu;
	long before;

	sim_set("latency", "50000000");
	cpu = cpu_ms();
	before = sleeps();
	fills(ring, 40);
	/* A processor that is taken away for so long finds some of them ended. */
	check(sleeps() - before >= 20);
	cpu = cpu_ms() - cpu;
	sim_set("latency", "0");
	return cpu;
}

/*
 * With a polling window of 10 ms. For fast ops polling must help at times: if both sides have a
 * processor, some waits end without a sleep. For slow ops it never helps, so dmactl must stop
 * polling: otherwise it would take 400 ms.
 */
static void looks_before_it_sleeps(struct cring *ring)
{
	uint64_t without;
	cpu_set_t all;
	long before;
	int i;

	check_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	dmactl_param_set("busy_poll_us", "0");
	without = cost_of_slow(ring);
	dmactl_param_set("busy_poll_us", "10000");
	sim_set("latency", "20000");
	for (i = 0; i < 50; i++) {
		before = sleeps();
		fills(ring, 50);
		if (sleeps() - before < 40 || CPU_COUNT(&all) == 1)
			break;
	}
	check(i < 50);
	check(cost_of_slow(ring) < 2 * without + 200);
	fills(ring, 10);
}

UAPI_TEST(ring_ops, busy_poll)
{
	struct dmactl_submit arg = submit_arg(NULL, 0);
	struct cring ring;

	setup();
	looks_before_it_sleeps(NULL);
	ring = cring_new(fd, 4);
	looks_before_it_sleeps(&ring);
	/* The timeout also limits the polling. */
	check_eq(cring_wait(&ring, 1, MSEC), -ETIME);
	arg.flags = DMACTL_SUBMIT_ABS_TIMEOUT;
	arg.min_complete = 1;
	arg.timeout_ns = now_ns() + MSEC;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -ETIME);
	check(now_ns() >= arg.timeout_ns);
	dmactl_param_set("busy_poll_us", "0");
}
