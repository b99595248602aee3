// SPDX-License-Identifier: MIT
/*
 * A provider that ignores issue_pending while a transfer runs, as dma-sim with issue_ignored:
 * dmactl issues again when no more descriptors end. Also a provider that is only slow.
 */
#include "cring.h"

#define LEN 64u
#define NR  100u

/* Longer than dmactl waits before it issues again. */
#define LONG_MS 1200

static int fd;
static uint32_t chan;
static struct mem src, dst;

static void setup(const char *misbehave)
{
	need_sim();
	fd = dev_open(0);
	chan = chan_get(fd);
	src = mem_get(fd, NR * LEN);
	dst = mem_get(fd, NR * LEN);
	noise_fill(src.p, NR * LEN, 5);
	memset(dst.p, 0, NR * LEN);
	sim_set("misbehave", misbehave);
}

static struct dmactl_op copy(size_t i)
{
	struct dmactl_op op = op_memcpy(chan, &dst, i * LEN, &src, i * LEN, LEN);

	op.user_data = i;
	return op;
}

/* Submits ops one by one while the first one is in flight. */
static void issue_behind(size_t nr)
{
	size_t i;

	sim_set("hold", "1");
	for (i = 0; i < nr; i++) {
		struct dmactl_op op = copy(i);

		submit_all(fd, &op, 1);
	}
	sim_set("hold", "0");
}

static void expect(size_t nr, int status)
{
	struct dmactl_completion records[NR];
	size_t i;

	reap_all(fd, records, nr);
	for (i = 0; i < nr; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, status);
	}
}

static void expect_copied(size_t nr)
{
	expect(nr, 0);
	bytes_check(dst.p, src.p, nr * LEN, "what was issued");
}

static uint64_t stalls(void)
{
	return chan_status(fd, chan).out_stalls;
}

/* Works on any channel: submits each op without waiting for the previous ones. */
UAPI_TEST(stall, one_behind_the_other)
{
	struct dmactl_completion records[NR];
	size_t i, len = PAGE * NR;
	int ret;

	fd = dev_open(0);
	chan = chan_get(fd);
	src = mem_get(fd, len);
	dst = mem_get(fd, len);
	noise_fill(src.p, len, 6);
	for (i = 0; i < NR; i++) {
		struct dmactl_op op = op_memcpy(chan, &dst, i * PAGE, &src, i * PAGE, PAGE);

		while ((ret = submit_flags(fd, &op, 1, 0, NULL)) == -EAGAIN)
			sleep_ms(1);
		check_eq(ret, 0);
	}
	reap_all(fd, records, NR);
	for (i = 0; i < NR; i++)
		check_eq(records[i].status, 0);
	bytes_check(dst.p, src.p, len, "one behind the other");
	printf("the channel stalled %llu times\n", (unsigned long long)stalls());
}

UAPI_TEST(stall, what_was_forgotten_is_issued_again)
{
	setup("issue_ignored");
	issue_behind(NR);
	expect_copied(NR);
	check_eq(stalls(), 1);
}

/* After the first stall dmactl issues again without waiting, so the counter stays. */
UAPI_TEST(stall, it_wonders_once)
{
	struct dmactl_op op;
	int round;

	setup("issue_ignored");
	for (round = 0; round < 20; round++) {
		memset(dst.p, 0, NR * LEN);
		issue_behind(2 + round);
		expect_copied(2 + round);
	}
	check_eq(stalls(), 1);
	/* TERMINATE resets that. */
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	issue_behind(3);
	expect_copied(3);
	check_eq(stalls(), 2);
	op = copy(NR - 1);
	run_ok(fd, &op);
}

UAPI_TEST(stall, prepared_ops_and_a_ring)
{
	struct dmactl_op ops[8], again;
	struct cring ring;
	size_t i;
	int round;

	setup("issue_ignored");
	ring = cring_new(fd, 16);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct dmactl_op op = copy(i);
		struct dmactl_prepare arg = {
			.size = sizeof(arg), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};

		check_eq(dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg), 0);
		ops[i] = (struct dmactl_op){.opcode = DMACTL_OP_PREPARED,
					    .chan = chan,
					    .src_buf = arg.out_handle,
					    .user_data = i};
	}
	for (round = 0; round < 3; round++) {
		memset(dst.p, 0, NR * LEN);
		sim_set("hold", "1");
		for (i = 0; i < ARRAY_SIZE(ops); i++) {
			again = ops[i];
			submit_all(fd, &again, 1);
		}
		sim_set("hold", "0");
		for (i = 0; i < ARRAY_SIZE(ops); i++) {
			struct dmactl_completion record = cring_next(&ring);

			check_eq(record.user_data, i);
			check_eq(record.status, 0);
		}
		bytes_check(dst.p, src.p, ARRAY_SIZE(ops) * LEN, "prepared");
	}
	check_eq(stalls(), 1);
}

UAPI_TEST(stall, what_is_held_back_does_not_start)
{
	struct dmactl_op op;
	size_t i;

	setup("issue_ignored");
	issue_behind(2);
	op = copy(2);
	check_eq(submit_flags(fd, &op, 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	sleep_ms(LONG_MS);
	for (i = 0; i < LEN; i++)
		check_eq(dst.p[2 * LEN + i], 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), 0);
	expect_copied(3);
}

/* Issuing could make a paused channel run: not pl330's, for example. */
UAPI_TEST(stall, a_channel_that_is_paused)
{
	struct dmactl_completion record;
	uint64_t before;
	int tries;

	setup("issue_ignored");
	for (tries = 0;; tries++) {
		issue_behind(2);
		check_eq(reap(fd, &record, 1, 1, 60 * SEC), 1);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), 0);
		before = stalls();
		if (chan_status(fd, chan).out_in_flight == 1 && before == (uint64_t)tries)
			break;
		/* On a slow machine the op was issued again before the pause. */
		check(tries < 10);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		while (reap(fd, &record, 1, 0, 0))
			;
	}
	sleep_ms(LONG_MS);
	check_eq(stalls(), before);
	check_eq(chan_status(fd, chan).out_in_flight, 1);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_RESUME), 0);
	check_eq(reap(fd, &record, 1, 1, 60 * SEC), 1);
	check_eq(record.status, 0);
	check_eq(stalls(), before + 1);
}

UAPI_TEST(stall, terminated_meanwhile)
{
	struct dmactl_op op;
	int round;

	setup("issue_ignored");
	for (round = 0; round < 5; round++) {
		sim_set("hold", "1");
		op = copy(0);
		submit_all(fd, &op, 1);
		op = copy(1);
		submit_all(fd, &op, 1);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		expect(2, -ECANCELED);
		sim_set("hold", "0");
		op = copy(7);
		run_ok(fd, &op);
	}
	check_eq(stalls(), 0);
}

/* The first op may take any time. */
UAPI_TEST(stall, a_slow_one_is_not_suspected)
{
	char before[32], after[32];
	struct dmactl_op op;

	setup("none");
	sim_get("idle_issues", before, sizeof(before));
	sim_set("hold", "1");
	op = copy(0);
	submit_all(fd, &op, 1);
	op = copy(1);
	submit_all(fd, &op, 1);
	sleep_ms(LONG_MS);
	check_eq(stalls(), 0);
	sim_set("hold", "0");
	expect_copied(2);

	/* An op that is slow behind another is no problem, either. */
	sim_set("latency", "1200000000");
	op = copy(0);
	submit_all(fd, &op, 1);
	op = copy(1);
	submit_all(fd, &op, 1);
	expect_copied(2);
	check(stalls() <= 1);
	sim_get("idle_issues", after, sizeof(after));
	check(!strcmp(before, after));
}

static void child_leaves(void *unused)
{
	(void)unused;
	setup("issue_ignored");
	sim_set("latency", "100000000");
	issue_behind(3);
}

/*
 * A channel that cannot be terminated: closing waits for its ops, and nothing goes into quarantine.
 */
static void closed(void)
{
	struct dmactl_info info = {.size = sizeof(info)};
	uint32_t before;

	fd = dev_open(0);
	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	before = info.out_quarantined;
	child_run(child_leaves, NULL);
	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	check_eq(info.out_quarantined, before);
	chan = chan_get(fd);
}

UAPI_TEST(stall, closed_without_a_way_to_stop)
{
	need_sim();
	with_sim("no_terminate=1 channels=1", closed);
}
