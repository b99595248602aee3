// SPDX-License-Identifier: MIT
/* Held ops (submitted, not issued), and how the hold ends. */
#include "uapi.h"

static const int ends_of_hold[] = {DMACTL_CTRL_ISSUE, DMACTL_CTRL_TERMINATE};

UAPI_TEST(hold, hold_waits_for_issue_or_terminate)
{
	struct dmactl_completion records[8];
	struct dmactl_op ops[8];
	int fd = dev_open(0), status;
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	size_t i, j;

	need_terminate();
	for (j = 0; j < 2; j++) {
		memset(mem.p, 0, PAGE);
		for (i = 0; i < 8; i++) {
			ops[i] = op_fill(fd, chan, &mem, i, 1, 5);
			ops[i].user_data = i;
		}
		check_eq(submit_flags(fd, ops, 8, DMACTL_SUBMIT_HOLD, NULL), 0);
		check_eq(chan_status(fd, chan).out_state, DMACTL_STATE_HELD);
		check_eq(reap(fd, records, 8, 1, 30 * MSEC), -ETIME);
		check_eq(mem.p[0], 0);
		check_eq(chan_ctrl(fd, chan, ends_of_hold[j]), 0);
		reap_all(fd, records, 8);
		status = j ? -ECANCELED : 0;
		for (i = 0; i < 8; i++) {
			check_eq(records[i].user_data, i);
			check_eq(records[i].status, status);
			check_eq(records[i].bytes, j ? 0 : 1);
			check_eq(mem.p[i], j ? 0 : 5);
		}
		check_eq(chan_status(fd, chan).out_credit, 256);
	}
	check_eq(chan_status(fd, chan).out_failed, 8);
}

UAPI_TEST(hold, a_later_submit_starts_what_is_held)
{
	struct dmactl_completion records[2];
	struct dmactl_op ops[2];
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	need_terminate();
	ops[0] = op_fill(fd, chan, &mem, 0, 10, 1);
	ops[1] = op_fill(fd, chan, &mem, 0, 10, 2);
	check_eq(submit_flags(fd, &ops[0], 1, DMACTL_SUBMIT_HOLD, NULL), 0);
	submit_all(fd, &ops[1], 1);
	reap_all(fd, records, 2);
	check_eq(records[0].status, 0);
	check_eq(records[1].seq, 1);
	check_eq(mem.p[0], 2);
}

/* Held ops do not block a program that submits others. */
UAPI_TEST(hold, a_full_channel_starts_what_is_held)
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[5];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 4), accepted;
	struct mem mem = mem_get(fd, PAGE);

	need_terminate();
	for (i = 0; i < 5; i++)
		ops[i] = op_fill(fd, chan, &mem, i, 1, i + 1);
	check_eq(submit_flags(fd, ops, 5, DMACTL_SUBMIT_HOLD, &accepted), 0);
	check_eq(accepted, 4);
	check_eq(submit_flags(fd, ops + 4, 1, DMACTL_SUBMIT_HOLD, &accepted), -EAGAIN);
	check_eq(reap(fd, records, 4, 1, 30 * MSEC), -ETIME);
	check_eq(submit_flags(fd, ops + 4, 1, 0, &accepted), -EAGAIN);
	reap_all(fd, records, 4);
	check_eq(mem.p[3], 4);
}

UAPI_TEST(hold, terminate_ends_each_op_once)
{
	struct dmactl_completion records[200];
	struct dmactl_op ops[200];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 200; i++) {
		ops[i] = i % 3 ? op_fill(fd, chan, &mem, i, 1, 5) : op_nop(chan, 0);
		ops[i].user_data = i;
	}
	sim_set("hold", "1");
	submit_all(fd, ops, 200);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	/* The first NOP had nothing in front of it, so it completed. */
	check_eq(reap(fd, records, 200, 200, 0), 200);
	for (i = 0; i < 200; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, i ? -ECANCELED : 0);
	}
	sim_set("hold", "0");
	sleep_ms(10);
	check_eq(reap(fd, records, 1, 0, 0), 0);
	check_eq(mem.p[1], 0);
	/* The channel works again. */
	run_ok(fd, &ops[1]);
	check_eq(mem.p[1], 5);
}

/* The elements of an op's array may be larger than the module knows. */
