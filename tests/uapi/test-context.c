// SPDX-License-Identifier: MIT
/*
 * Callbacks in every context in which drivers make them: with the lock held that prep, submit and
 * issue take, with interrupts off, from interrupt handlers, threads and work items. Each test runs
 * other programs of this directory, and the functions below.
 */
#include <libgen.h>
#include <limits.h>
#include <pthread.h>

#include "cring.h"
#include "prepared.h"

#define COPY 1000u
#define OPS  24u

static int fd;
static uint32_t chan;
static struct mem src, dst;

static void setup(void)
{
	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY).out_chan;
	src = mem_get(fd, OPS * 4096);
	dst = mem_get(fd, OPS * 4096);
}

static uint32_t prepare(uint32_t i)
{
	struct dmactl_op op = op_memcpy(chan, &dst, i * 4096, &src, i * 4096, COPY);

	return prepare_op(fd, &op, 0).src_buf;
}

/* Prepared ops, copies and NOPs in turn, with their index as user_data. */
static void mix(struct dmactl_op *ops, const uint32_t *handles)
{
	uint32_t i;

	for (i = 0; i < OPS; i++) {
		if (i % 4 == 0)
			ops[i] = (struct dmactl_op){
				.opcode = DMACTL_OP_PREPARED, .chan = chan, .src_buf = handles[i]};
		else if (i % 4 == 2)
			ops[i] = op_memcpy(chan, &dst, i * 4096, &src, i * 4096, COPY);
		else
			ops[i] = op_nop(chan, 0);
		ops[i].user_data = i;
	}
}

static void prepare_all(uint32_t *handles)
{
	uint32_t i;

	for (i = 0; i < OPS; i += 4)
		handles[i] = prepare(i);
}

/* After its completion, the data of each op must be there. */
static void copies_check(uint32_t round)
{
	uint32_t i;

	for (i = 0; i < OPS; i += 2)
		bytes_check(dst.p + i * 4096, src.p + i * 4096, COPY, "a copy");
	noise_fill(src.p, src.len, round);
}

static void records_keep_their_order(void)
{
	struct dmactl_completion records[OPS];
	uint32_t handles[OPS], i, round;
	struct dmactl_op ops[OPS];

	setup();
	prepare_all(handles);
	mix(ops, handles);
	for (round = 0; round < 50; round++) {
		/* All in one batch, or each alone. */
		if (round % 2)
			submit_all(fd, ops, OPS);
		else
			for (i = 0; i < OPS; i++)
				submit_all(fd, &ops[i], 1);
		reap_all(fd, records, OPS);
		for (i = 0; i < OPS; i++) {
			check_eq(records[i].status, 0);
			check_eq(records[i].user_data, i);
		}
		copies_check(round);
	}
}

static void a_ring_keeps_their_order(void)
{
	uint32_t handles[OPS], i, round;
	struct dmactl_op ops[OPS];
	struct cring ring;

	setup();
	ring = cring_new(fd, 2 * OPS);
	prepare_all(handles);
	mix(ops, handles);
	for (round = 0; round < 50; round++) {
		submit_all(fd, ops, OPS);
		check(cring_wait(&ring, OPS, 30 * SEC) >= 0);
		for (i = 0; i < OPS; i++) {
			struct dmactl_completion record = cring_take(&ring);

			check_eq(record.status, 0);
			check_eq(record.user_data, i);
		}
		copies_check(round);
	}
}

/* Each op is submitted again as soon as it completes. */
static void prepared_ones_go_round(void)
{
	uint32_t handles[OPS], i, round;
	struct dmactl_op ops[OPS];
	struct cring ring;

	setup();
	sim_set("callback_keeps", "Y");
	ring = cring_new(fd, 2 * OPS);
	for (i = 0; i < OPS; i++) {
		handles[i] = prepare(i);
		ops[i] = (struct dmactl_op){.opcode = DMACTL_OP_PREPARED,
					    .chan = chan,
					    .src_buf = handles[i],
					    .user_data = i};
	}
	for (round = 0; round < 100; round++) {
		uint32_t nr = round % 3 ? OPS : 1;

		submit_all(fd, ops, nr);
		check(cring_wait(&ring, nr, 30 * SEC) >= 0);
		for (i = 0; i < nr; i++) {
			struct dmactl_completion record = cring_take(&ring);

			check_eq(record.status, 0);
			check_eq(record.bytes, COPY);
			check_eq(record.user_data, i);
		}
	}
}

static void *copy_away(void *arg)
{
	struct dmactl_op ops[8];
	uint64_t end = now_ns() + SEC;
	uint32_t i, mine = chan_get(fd);

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		ops[i] = op_memcpy(mine, &dst, i * 4096, &src, i * 4096, COPY);
		ops[i].user_data = 1000;
	}
	while (now_ns() < end)
		submit_flags(fd, ops, ARRAY_SIZE(ops), 0, NULL);
	return NULL;
}

/* Submitting, asking for the status and calling back on several processors. */
static void all_at_the_same_time(void)
{
	struct dmactl_completion records[64];
	uint64_t end = now_ns() + SEC;
	uint32_t handles[OPS];
	struct dmactl_op ops[OPS];
	pthread_t thread;
	int ret, i;

	setup();
	prepare_all(handles);
	mix(ops, handles);
	check_eq(pthread_create(&thread, NULL, copy_away, NULL), 0);
	while (now_ns() < end) {
		submit_flags(fd, ops, OPS, 0, NULL);
		check(chan_status(fd, chan).out_in_flight <= 256);
		check(fdinfo(fd, "channels") != -1);
		ret = reap(fd, records, ARRAY_SIZE(records), 0, 0);
		check(ret >= 0);
		for (i = 0; i < ret; i++)
			check_eq(records[i].status, 0);
	}
	check_eq(pthread_join(thread, NULL), 0);
}

/*
 * Runs another program with callbacks in this context: the one built with UAPI_RUNNER=lite, if
 * there is one.
 */
static void run_program(const char *name)
{
	char path[PATH_MAX + 64], self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status;
	pid_t pid;

	check(n > 0);
	self[n] = '\0';
	dirname(self);
	snprintf(path, sizeof(path), "%s/../uapi-quick/test-%s", self, name);
	if (access(path, X_OK))
		snprintf(path, sizeof(path), "%s/test-%s", self, name);
	pid = fork();
	check(pid >= 0);
	if (!pid) {
		/* Criterion uses this to run one test for its parent. */
		unsetenv("BXFI_MAP");
		execl(path, path, "--tap=/dev/null", "-j1", NULL);
		_exit(127);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	if (status)
		fail("test-%s: status %#x", name, status);
}

static void run_here(void (*fn)(void))
{
	child_run((void (*)(void *))(void *)fn, NULL);
}

/* Programs with the most kinds of callbacks. */
static const char *const few[] = {"submit", "prepared", "ring", "ring-wait", NULL};
static const char *const most[] = {"submit",   "prepared", "ring",  "ring-wait", "repeat",
				   "metadata", "unbind",   "uring", NULL};

/*
 * Runs the tests in a context; `cyclic' adds periods, whose callbacks ask the provider for the
 * residue.
 */
static void in_context(const char *context, const char *const *programs, bool cyclic)
{
	need_sim();
	check_eq(setenv(SIM_CONTEXT, context, 1), 0);
	sim_reset();
	run_here(records_keep_their_order);
	run_here(a_ring_keeps_their_order);
	run_here(all_at_the_same_time);
	run_here(prepared_ones_go_round);
	/* With descriptors that are prepared for each submission. */
	with_sim(SIM_NO_REUSE, records_keep_their_order);
	with_sim(SIM_NO_REUSE, a_ring_keeps_their_order);
	with_sim(SIM_NO_REUSE, all_at_the_same_time);
	with_sim(SIM_NO_REUSE, prepared_ones_go_round);
	sim_reset();
	/* 32-bit programs run the others themselves. */
	if (sizeof(long) == 4)
		return;
	for (; *programs; programs++)
		run_program(*programs);
	if (cyclic)
		run_program("cyclic");
}

#define CONTEXT_TEST(suite, name, ...)                                                             \
	Test(suite, name, .init = uapi_begin, .fini = uapi_end, .timeout = 2 * UAPI_TIMEOUT)       \
	{                                                                                          \
		in_context(__VA_ARGS__);                                                           \
	}

CONTEXT_TEST(context, tasklets, "callback_keeps", few, false)
CONTEXT_TEST(context, with_the_lock_held, "callback_locked,callback_keeps", most, true)
CONTEXT_TEST(context, with_the_lock_held_and_interrupts_off, "callback_locked,callback_masked", few,
	     false)
CONTEXT_TEST(context, interrupts, "callback_irq,callback_keeps", most, true)
CONTEXT_TEST(context, interrupts_with_the_lock_held, "callback_irq,callback_locked", few, false)
CONTEXT_TEST(context, threads, "callback_thread,callback_keeps", most, false)
CONTEXT_TEST(context, threads_with_the_lock_held, "callback_thread,callback_locked", few, false)
CONTEXT_TEST(context, work_items, "callback_work,callback_keeps", few, false)
