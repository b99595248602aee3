// SPDX-License-Identifier: MIT
/* CYCLIC: rings and periods that are refused. */
#include "cyclic.h"

static void refused(uint64_t period_len, uint64_t len, const char *what)
{
	struct dmactl_cyclic args = {.period_len = period_len};
	struct dmactl_op op = op_cyclic(false);

	op.len = len;
	op.args_uptr = (uintptr_t)&args;
	op_refused(fd, &op, -EINVAL, what);
}

static void bad_input(void)
{
	struct dmactl_cyclic two[2] = {{.period_len = PERIOD}, {.period_len = PERIOD}};
	struct dmactl_op op;

	setup("counter");
	refused(0, RING, "a period of 0");
	refused(PERIOD - 1, RING, "a period that does not divide");
	refused(RING + 4, RING, "a period longer than the ring");
	refused(~0ull, RING, "a period of 2^64 - 1");
	refused(PERIOD, 0, "no ring");
	refused(1ull << 40, 1ull << 41, "a ring beyond the buffer");
	op = op_cyclic(true);
	op_refused(fd, &op, -EOPNOTSUPP, "the other direction");
	op = op_cyclic(false);
	op.src_buf = ring.buf;
	op_refused(fd, &op, -EINVAL, "both sides");
	op = op_cyclic(false);
	op.args_uptr = (uintptr_t)two;
	op.nr_args = 2;
	op_refused(fd, &op, -EINVAL, "two of them");
	op.nr_args = 1;
	two[0].reserved = 1;
	op_refused(fd, &op, -EINVAL, "a reserved field");
	op = op_cyclic(false);
	op.nr_args = op.arg_size = 0;
	op.args_uptr = 0;
	op_refused(fd, &op, -EINVAL, "none");
	op = op_cyclic(false);
	op.flags = DMACTL_OPF_FENCE;
	op_refused(fd, &op, -EOPNOTSUPP, "a flag");
}

UAPI_TEST(cyclic_refused, bad_input)
{
	with_sim("peripherals=counter", bad_input);
}
