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
	unsigned char *p;
	struct mem torn;
	int file;

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

	/* The same page twice is never in one piece. */
	file = memfd_create("page", 0);
	check_eq(ftruncate(file, PAGE), 0);
	p = map_at(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(p != MAP_FAILED);
	check(map_at(p, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == p);
	check(map_at(p + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) ==
	      p + PAGE);
	check_eq(buf_map_user(fd, p, 2 * PAGE, 0, &torn), 0);
	op = op_cyclic(false);
	op.dst_buf = torn.buf;
	op.len = 2 * PERIOD;
	op_refused(fd, &op, -EXDEV, "memory in pieces");
	op.len = PERIOD;
	submit_all(fd, &op, 1);
	close(file);
}

UAPI_TEST(cyclic_refused, bad_input)
{
	with_sim("peripherals=counter", bad_input);
}
