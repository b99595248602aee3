// SPDX-License-Identifier: MIT
/* RIO_SG: memory behind RapidIO. */
#include "uapi.h"

struct rio_list {
	struct dmactl_rio rio;
	struct dmactl_sg sgs[2];
};

static struct dmactl_op op_rio(struct rio_list *list, uint32_t chan, uint64_t len)
{
	struct dmactl_op op = op_list(DMACTL_OP_RIO_SG, chan, list->sgs, 3, len);

	op.args_uptr = (uintptr_t)list;
	return op;
}

/* The window of "mem" stands for memory at the other end of RapidIO. */
static void rio(void)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_SLAVE, "mem");
	struct rio_list list = {.rio = {.role = DMACTL_SG_RIO, .destid = 5, .rio_addr = 1000}};
	struct mem from, to;
	int fd = dev_open(0);
	struct dmactl_op op;

	check_eq(chan_request(fd, &arg), 0);
	from = mem_get(fd, PAGE);
	to = mem_get(fd, PAGE);
	list.sgs[0] = sg_piece(DMACTL_SG_SRC, &from, 100, 300);
	list.sgs[1] = sg_piece(DMACTL_SG_SRC, &from, 1000, 33);
	op = op_rio(&list, arg.out_chan, 333);
	/* Debian's kernels have no RapidIO. */
	if (!(arg.out.caps & DMACTL_CAP_RIO_SG)) {
		op_refused(fd, &op, -EOPNOTSUPP, "RapidIO");
		return;
	}
	pattern_fill(from.p, 0, PAGE, SRC_BODY);
	pattern_fill(to.p, 0, PAGE, DST_MARGIN);
	run_ok(fd, &op);
	/* Read it back from the same address. */
	list.sgs[0] = sg_piece(DMACTL_SG_DST, &to, 50, 30);
	list.sgs[1] = sg_piece(DMACTL_SG_DST, &to, 80, 303);
	run_ok(fd, &op);
	pattern_check(to.p, 0, 50, DST_MARGIN, 0);
	pattern_check(to.p, 50, 300, SRC_BODY, 100);
	pattern_check(to.p, 350, 33, SRC_BODY, 1000);
	pattern_check(to.p, 383, PAGE - 383, DST_MARGIN, 383);

	list.rio.rio_addr = 65536 - 332;
	check_eq(run(fd, &op).status, -EIO);
	list.rio.destid = 65536;
	op_refused(fd, &op, -EINVAL, "a destination ID of 17 bits");
	list.rio.destid = 1;
	list.rio.rio_addr_u = 4;
	op_refused(fd, &op, -EINVAL, "an address of 67 bits");
	list.rio.rio_addr_u = 0;
	list.rio.role = DMACTL_SG_DST;
	op_refused(fd, &op, -EINVAL, "no RapidIO address");
}

UAPI_TEST(rapidio, rapidio)
{
	with_sim("peripherals=mem", rio);
}
