// SPDX-License-Identifier: MIT
/*
 * Callbacks in every context in which drivers make them: with the lock held that prep, submit and
 * issue take, with interrupts off, from interrupt handlers, threads and work items.
 * test-context-programs runs other programs in them.
 */
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

static void run_here(void (*fn)(void))
{
	child_run((void (*)(void *))(void *)fn, NULL);
}

static void in_context(const char *context)
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
}

#define CONTEXT_TEST(name, flags)                                                                  \
	Test(context, name, .init = uapi_begin, .fini = uapi_end, .timeout = 2 * UAPI_TIMEOUT)     \
	{                                                                                          \
		in_context(flags);                                                                 \
	}

CONTEXT_TEST(tasklets, "callback_keeps")
CONTEXT_TEST(with_the_lock_held, "callback_locked,callback_keeps")
CONTEXT_TEST(with_the_lock_held_and_interrupts_off, "callback_locked,callback_masked")
CONTEXT_TEST(interrupts, "callback_irq,callback_keeps")
CONTEXT_TEST(interrupts_with_the_lock_held, "callback_irq,callback_locked")
CONTEXT_TEST(threads, "callback_thread,callback_keeps")
CONTEXT_TEST(threads_with_the_lock_held, "callback_thread,callback_locked")
CONTEXT_TEST(work_items, "callback_work,callback_keeps")
