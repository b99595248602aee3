// SPDX-License-Identifier: MIT
/*
 * A channel is issued only if something was submitted since the last issue. When pl330 is idle, it
 * takes a runtime PM reference at each issue, and warns if there was no reason for it.
 */
#include "cring.h"
#include "ring.h"

#define LEN 4096u

static int fd;
static uint32_t chan;
static struct mem src, dst;
static long before;

static long idle_issues(void)
{
	char text[32];

	sim_get("idle_issues", text, sizeof(text));
	return atol(text);
}

static void setup(void)
{
	need_sim();
	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY | DMACTL_CAP_REUSE).out_chan;
	src = mem_get(fd, LEN);
	dst = mem_get(fd, LEN);
	before = idle_issues();
}

static struct dmactl_op copy(size_t at)
{
	return op_memcpy(chan, &dst, at, &src, at, 64);
}

/* The submitted op has run, so no issue is missing. */
static void moved(size_t at)
{
	bytes_check(dst.p + at, src.p + at, 64, "what was issued");
}

static void issue(void)
{
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), 0);
}

static void no_idle_issue(const char *what)
{
	long now = idle_issues();

	if (now != before)
		fail("%s: the idle channel was issued %ld times", what, now - before);
}

UAPI_TEST(issue, nothing_to_start)
{
	struct dmactl_submit none = submit_arg(NULL, 0);
	struct dmactl_completion records[16];
	struct dmactl_op ops[16];
	uint32_t accepted;
	size_t i;

	setup();
	issue();
	no_idle_issue("ISSUE on a new channel");
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &none), 0);
	no_idle_issue("an empty batch");
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = op_nop(chan, i);
	submit_all(fd, ops, ARRAY_SIZE(ops));
	reap_all(fd, records, ARRAY_SIZE(ops));
	no_idle_issue("NOPs");
	check_eq(submit_flags(fd, ops, ARRAY_SIZE(ops), DMACTL_SUBMIT_HOLD, NULL), 0);
	issue();
	reap_all(fd, records, ARRAY_SIZE(ops));
	no_idle_issue("NOPs that were held");
	ops[0] = copy(0);
	ops[0].len = 0;
	check_eq(submit_flags(fd, ops, 1, 0, &accepted), -EINVAL);
	no_idle_issue("a batch that is refused");
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	issue();
	no_idle_issue("TERMINATE of an idle channel");
}

UAPI_TEST(issue, what_was_started_already)
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[4];
	int round;

	setup();
	for (round = 0; round < 50; round++) {
		noise_fill(src.p, LEN, round);
		ops[0] = copy(0);
		run_ok(fd, &ops[0]);
		moved(0);
		issue();
		no_idle_issue("ISSUE behind a copy");

		ops[0] = op_nop(chan, 0);
		ops[1] = copy(64);
		ops[2] = copy(128);
		ops[3] = op_nop(chan, 3);
		check_eq(submit_flags(fd, ops, 4, DMACTL_SUBMIT_HOLD, NULL), 0);
		issue();
		reap_all(fd, records, 4);
		moved(64);
		moved(128);
		issue();
		submit_all(fd, ops, 1);
		reap_all(fd, records, 1);
		no_idle_issue("ISSUE twice, and a NOP");

		check_eq(submit_flags(fd, ops + 1, 2, DMACTL_SUBMIT_HOLD, NULL), 0);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		reap_all(fd, records, 2);
		check_eq(records[1].status, -ECANCELED);
		issue();
		submit_all(fd, ops, 1);
		reap_all(fd, records, 1);
		no_idle_issue("what was terminated");
	}
}

/*
 * A SUBMIT without credit issues the held ops, and the channel is not issued again without reason.
 */
UAPI_TEST(issue, more_than_there_is_room_for)
{
	struct dmactl_completion records[8];
	struct dmactl_op ops[8];
	uint32_t accepted;
	size_t i, n;

	setup();
	check_eq(destroy(fd, chan), 0);
	chan = chan_get_depth(fd, 8);
	noise_fill(src.p, LEN, 1);
	for (i = 0; i < 8; i++)
		ops[i] = copy(i * 64);
	for (n = 0; n < 20; n++) {
		memset(dst.p, 0, LEN);
		check_eq(submit_flags(fd, ops, 8, DMACTL_SUBMIT_HOLD, NULL), 0);
		check_eq(submit_flags(fd, ops, 8, 0, &accepted), -EAGAIN);
		reap_all(fd, records, 8);
		for (i = 0; i < 8; i++)
			moved(i * 64);
		issue();
		no_idle_issue("a full channel");
	}
}

UAPI_TEST(issue, prepared_ops_and_a_ring)
{
	struct dmactl_op op, again;
	struct dmactl_prepare arg = {
		.size = sizeof(arg), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};
	struct cring ring;
	int i;

	setup();
	ring = cring_new(fd, 8);
	op = copy(256);
	check_eq(dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg), 0);
	again = (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = chan, .src_buf = arg.out_handle};
	no_idle_issue("PREPARE");
	for (i = 0; i < 50; i++) {
		struct dmactl_op nop = op_nop(chan, 0);

		noise_fill(src.p, LEN, i);
		check_eq(cring_run(&ring, &again).status, 0);
		moved(256);
		check_eq(cring_run(&ring, &nop).status, 0);
		issue();
		no_idle_issue("a prepared op, and a NOP");
	}
	check_eq(destroy(fd, arg.out_handle), 0);
}

UAPI_TEST(issue, io_uring)
{
	struct ring ring;
	int i;

	setup();
	ring_new(&ring, 8, RING_PLAIN);
	for (i = 0; i < 20; i++) {
		struct dmactl_op nop = op_nop(chan, 0), op = copy(512);

		noise_fill(src.p, LEN, i);
		check_eq(ring_run(&ring, fd, &nop).res, 0);
		check_eq(ring_run(&ring, fd, &op).res, 64);
		moved(512);
		check_eq(ring_run(&ring, fd, &nop).res, 0);
		no_idle_issue("io_uring");
	}
	ring_free(&ring);
}

/* The rest of a split op is submitted as descriptors become free. */
static void the_rest_follows(void)
{
	struct dmactl_op op;
	int i;

	setup();
	src = mem_get(fd, 16 * LEN);
	dst = mem_get(fd, 16 * LEN);
	op = op_memcpy(chan, &dst, 0, &src, 0, 16 * LEN);
	for (i = 0; i < 20; i++) {
		noise_fill(src.p, 16 * LEN, i);
		run_ok(fd, &op);
		bytes_check(dst.p, src.p, 16 * LEN, "in pieces");
		issue();
		no_idle_issue("an op in pieces");
	}
	check_eq(chan_status(fd, chan).out_descriptors, 20 * 16);
}

UAPI_TEST(issue, an_op_in_pieces)
{
	need_sim();
	with_sim("descriptors=3 max_segment=4096", the_rest_follows);
}
