// SPDX-License-Identifier: MIT
/* Providers that cannot stop, or not reliably. */
#include "uapi.h"

#include <stdlib.h>
#include <time.h>

/* Without device_synchronize, as pl330: callbacks may come late. */
static void stop_again_and_again(void)
{
	struct dmactl_completion records[32];
	struct dmactl_op ops[32];
	int i, j, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, 16 * PAGE);

	for (i = 0; i < 32; i++)
		ops[i] = op_memset(chan, &mem, 0, PAGE, i);
	for (j = 0; j < 30; j++) {
		submit_all(fd, ops, 32);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		check_eq(reap(fd, records, 32, 32, 0), 32);
		check_eq(reap(fd, records, 1, 0, 0), 0);
	}
}

UAPI_TEST(stop, a_channel_that_cannot_synchronize)
{
	with_sim("no_synchronize=1", stop_again_and_again);
}

/* As ioatdma: closing has to wait for ops in flight. */
static void cannot_terminate(void)
{
	struct dmactl_completion records[3];
	int i, fd = dev_open(0), other = dev_open(0);
	uint32_t chan = chan_get(fd), there;
	struct mem mem = mem_get(fd, PAGE), theirs = mem_get(other, PAGE);
	struct dmactl_op ops[3];
	uint64_t start;

	for (i = 0; i < 3; i++)
		ops[i] = op_memset(chan, &mem, i, 1, 1);
	sim_set("hold", "1");
	submit_all(fd, ops, 3);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -EOPNOTSUPP);
	check_eq(chan_status(fd, chan).out_in_flight, 3);
	sim_set("hold", "0");
	reap_all(fd, records, 3);
	check_eq(records[2].status, 0);
	check_eq(mem.p[2], 1);

	/* DESTROY waits, and the op ends successfully. */
	sim_set("latency", "200000000");
	there = chan_get(other);
	ops[0] = op_memset(there, &theirs, 0, 1, 2);
	submit_all(other, ops, 1);
	start = now_ns();
	check_eq(destroy(other, there), 0);
	check(now_ns() - start >= 100 * MSEC);
	check_eq(reap(other, records, 1, 1, 0), 1);
	check_eq(records[0].status, 0);
	check_eq(theirs.p[0], 2);
	/* close(2) does, too. */
	submit_all(fd, ops + 1, 1);
	start = now_ns();
	dev_close(fd);
	mem_unmap(&mem);
	check(now_ns() - start >= 100 * MSEC);
}

UAPI_TEST(stop, a_channel_that_cannot_be_terminated)
{
	with_sim("no_terminate=1", cannot_terminate);
}

/* An op that needs more descriptors than there are does not hang the drain. */
static void drain_half_way(void)
{
	struct dmactl_info info = {.size = sizeof(info)};
	struct dmactl_completion records[2];
	struct dmactl_sg sg[51];
	struct dmactl_op op;
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	uint64_t start;

	sg[0] = sg_piece(DMACTL_SG_SRC, &src, 0, 50);
	for (i = 0; i < 50; i++)
		sg[i + 1] = sg_piece(DMACTL_SG_DST, &dst, 2 * i, 1);
	op = op_sg(chan, sg, 51, 50);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	/* The op continues after a failed TERMINATE. */
	for (i = 0; i < 20; i++)
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -EOPNOTSUPP);
	sim_set("hold", "0");
	for (i = 0; i < 20; i++)
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -EOPNOTSUPP);
	reap_all(fd, records, 1);
	check_eq(records[0].status, 0);
	check_eq(records[0].bytes, 50);

	sim_set("latency", "20000000");
	submit_all(fd, &op, 1);
	start = now_ns();
	check_eq(destroy(fd, chan), 0);
	check(now_ns() - start < 4 * SEC);
	check_eq(reap(fd, records, 2, 1, 0), 1);
	check(records[0].status == -ECANCELED || !records[0].status);
	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	check_eq(info.out_quarantined, 0);
}

UAPI_TEST(stop, half_an_op_that_cannot_be_terminated)
{
	with_sim("no_terminate=1 descriptors=4", drain_half_way);
}

/* The provider restarts an op that it was asked to terminate; dmactl must still stop it. */
UAPI_TEST(stop, a_termination_that_is_overtaken)
{
	struct timespec while_it_runs = {.tv_nsec = 30000000}, long_enough = {.tv_nsec = 150000000};
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 256 * PAGE), dst = mem_get(fd, 256 * PAGE);
	struct dmactl_op op = op_memcpy(chan, &dst, 0, &src, 0, src.len);
	unsigned char *then = malloc(dst.len);

	check(then);
	memset(src.p, 0xee, src.len);
	memset(dst.p, 0, dst.len);
	sim_set("misbehave", "terminate_races");
	sim_set("bandwidth", "3000000");
	submit_all(fd, &op, 1);
	nanosleep(&while_it_runs, NULL);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	memcpy(then, dst.p, dst.len);
	nanosleep(&long_enough, NULL);
	bytes_check(dst.p, then, dst.len, "what was terminated");
	check_eq(then[dst.len - 1], 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, -ECANCELED);
	free(then);
}
