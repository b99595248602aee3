// SPDX-License-Identifier: MIT
/* SUBMIT: accepted ops, their order and number. */
#include "uapi.h"

UAPI_TEST(submit, nothing_is_nothing)
{
	struct dmactl_submit arg = submit_arg(NULL, 0);
	int fd = dev_open(0);

	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 0);
	check_eq(arg.out_completed, 0);
	check_eq(arg.out_wait, 0);
}

UAPI_TEST(submit, nops_complete_in_order)
{
	struct dmactl_completion records[64];
	struct dmactl_op ops[64];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);

	for (i = 0; i < 64; i++)
		ops[i] = op_nop(chan, 1000 - i);
	submit_all(fd, ops, 64);
	reap_all(fd, records, 64);
	for (i = 0; i < 64; i++) {
		check_eq(records[i].user_data, 1000 - i);
		check_eq(records[i].seq, i);
		check_eq(records[i].status, 0);
		check_eq(records[i].bytes, 0);
		check_eq(records[i].count, 1);
		check_eq(records[i].chan, chan);
		check(!i || records[i].timestamp_ns >= records[i - 1].timestamp_ns);
	}
}

UAPI_TEST(submit, a_nop_waits_for_what_is_before_it)
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[4];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);

	ops[0] = op_fill(fd, chan, &mem, 0, 100, 1);
	ops[1] = op_nop(chan, 0);
	ops[2] = op_fill(fd, chan, &mem, 0, 100, 2);
	ops[3] = op_nop(chan, 0);
	for (i = 0; i < 4; i++)
		ops[i].user_data = i;
	sim_set("hold", "1");
	submit_all(fd, ops, 4);
	check_eq(reap(fd, records, 4, 1, 50 * MSEC), -ETIME);
	sim_set("hold", "0");
	reap_all(fd, records, 4);
	for (i = 0; i < 4; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].seq, i);
		check_eq(records[i].status, 0);
	}
	check_eq(mem.p[99], 2);
}

UAPI_TEST(submit, timestamps_are_of_the_monotonic_clock)
{
	struct dmactl_op op;
	int fd = dev_open(0);
	uint64_t before, after;
	uint64_t at;

	op = op_nop(chan_get(fd), 1);
	before = now_ns();
	at = run(fd, &op).timestamp_ns;
	after = now_ns();
	check(before <= at && at <= after);
}

UAPI_TEST(submit, overlap_is_refused)
{
	static const struct {
		uint64_t dst, src, len;
		int ret;
	} cases[] = {
		{0, 0, 1, -EINVAL},	{0, 0, PAGE, -EINVAL}, {100, 50, 51, -EINVAL},
		{50, 100, 51, -EINVAL}, {100, 50, 50, 0},      {50, 100, 50, 0},
		{10, 11, 2, -EINVAL},	{11, 10, 2, -EINVAL},  {10, 11, 1, 0},
	};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_completion record;
	struct dmactl_op op;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		op = op_memcpy(chan, &mem, cases[i].dst, &mem, cases[i].src, cases[i].len);
		check_eq(submit_flags(fd, &op, 1, 0, NULL), cases[i].ret);
		if (!cases[i].ret)
			reap_all(fd, &record, 1);
	}
}

UAPI_TEST(submit, fields_without_a_use_are_zero)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem a = mem_get(fd, PAGE), b = mem_get(fd, PAGE);
	struct dmactl_op copy = op_memcpy(chan, &a, 0, &b, 0, 16);
	struct dmactl_op set = op_memset(chan, &a, 0, 16, 0);
	struct dmactl_op bad[19], nop = op_nop(chan, 0);
	size_t i, n = 0;

	bad[n] = nop, bad[n++].len = 1;
	bad[n] = nop, bad[n++].dst_buf = a.buf;
	bad[n] = nop, bad[n++].src_buf = a.buf;
	bad[n] = nop, bad[n++].dst_off = 1;
	bad[n] = nop, bad[n++].src_off = 1;
	bad[n] = nop, bad[n++].value = 1;
	bad[n] = nop, bad[n++].nr_args = 1;
	bad[n] = nop, bad[n++].args_uptr = 8;
	bad[n] = nop, bad[n++].arg_size = 32;
	bad[n] = copy, bad[n++].value = 1;
	bad[n] = copy, bad[n++].nr_args = 1;
	bad[n] = copy, bad[n++].args_uptr = 8;
	bad[n] = copy, bad[n++].arg_size = 32;
	bad[n] = copy, bad[n++].len = 0;
	if (chan_can(DMACTL_CAP_MEMSET)) {
		bad[n] = set, bad[n++].src_buf = b.buf;
		bad[n] = set, bad[n++].src_off = 1;
		bad[n] = set, bad[n++].value = 256;
		bad[n] = set, bad[n++].args_uptr = 8;
		bad[n] = set, bad[n++].arg_size = 32;
	}
	for (i = 0; i < n; i++) {
		int ret = submit_flags(fd, &bad[i], 1, 0, NULL);

		if (ret != -EINVAL)
			fail("bad op %zu: %d", i, ret);
	}
}

UAPI_TEST(submit, unknown_opcodes_and_flags)
{
	struct dmactl_info info = {.size = sizeof(info)};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem a = mem_get(fd, PAGE), b = mem_get(fd, PAGE);
	struct dmactl_op op = op_memcpy(chan, &a, 0, &b, 0, 16);
	unsigned int i;

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	for (i = 0; i < 70; i++) {
		if (i < 64 && info.out_opcodes >> i & 1)
			continue;
		op.opcode = i;
		check_eq(submit_flags(fd, &op, 1, 0, NULL), -EOPNOTSUPP);
	}
	op.opcode = 0xffff;
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EOPNOTSUPP);
	op.opcode = DMACTL_OP_MEMCPY;
	for (i = 0; i < 16; i++) {
		if ((DMACTL_OPF_NO_SYNC | DMACTL_OPF_FENCE | DMACTL_OPF_METADATA_ENGINE) & 1u << i)
			continue;
		op.flags = 1u << i;
		check_eq(submit_flags(fd, &op, 1, 0, NULL), -EOPNOTSUPP);
	}
	op = op_nop(chan, 0);
	op.flags = DMACTL_OPF_FENCE;
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EOPNOTSUPP);
	op = op_fill(fd, chan, &a, 0, 16, 3);
	op.flags = DMACTL_OPF_FENCE;
	run_ok(fd, &op);
}

/* A batch with a bad op is not started at all, and SUBMIT names the bad op. */
UAPI_TEST(submit, a_bad_op_spoils_its_batch_alone)
{
	struct dmactl_chan_status status;
	struct dmactl_op ops[20];
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd), accepted;
	struct mem mem = mem_get(fd, PAGE);
	unsigned int bad, i;

	for (bad = 0; bad < 20; bad++) {
		for (i = 0; i < 20; i++)
			ops[i] = op_fill(fd, chan, &mem, i * 16, 16, 0xee);
		ops[bad].len = i == bad ? 0 : PAGE + 1;
		check_eq(submit_flags(fd, ops, 20, 0, &accepted), -EINVAL);
		check_eq(accepted, bad);
		status = chan_status(fd, chan);
		check_eq(status.out_submitted, 0);
		check_eq(status.out_in_flight, 0);
		check_eq(status.out_credit, 256);
	}
	sleep_ms(10);
	for (i = 0; i < PAGE; i++)
		check_eq(mem.p[i], 0);
	check_eq(destroy(fd, mem.buf), 0);
}

/* A bad op is detected even without credit, with an error other than EAGAIN. */
UAPI_TEST(submit, a_bad_op_is_found_without_credit)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 1), accepted;
	struct dmactl_op ops[3];
	int i;

	for (i = 0; i < 3; i++)
		ops[i] = op_nop(chan, i);
	ops[2].len = 1;
	check_eq(submit_flags(fd, ops, 3, 0, &accepted), -EINVAL);
	check_eq(accepted, 2);
	check_eq(submit_flags(fd, ops, 1, 0, &accepted), 0);
	check_eq(submit_flags(fd, ops, 3, 0, &accepted), -EINVAL);
	check_eq(accepted, 2);
	check_eq(submit_flags(fd, ops, 2, 0, &accepted), -EAGAIN);
	check_eq(accepted, ~0u);
	reap_all(fd, &record, 1);
	check_eq(record.user_data, 0);
}

UAPI_TEST(submit, accepted_tells_how_far_credit_went)
{
	struct dmactl_completion records[16];
	struct dmactl_op ops[10];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 4), accepted;
	struct dmactl_submit arg;

	for (i = 0; i < 10; i++)
		ops[i] = op_nop(chan, i);
	check_eq(submit_flags(fd, ops, 10, 0, &accepted), 0);
	check_eq(accepted, 4);
	check_eq(submit_flags(fd, ops + 4, 6, 0, &accepted), -EAGAIN);

	/* The same call reaps; afterwards there is credit for as many ops. */
	arg = submit_arg(ops + 4, 6);
	arg.completions_uptr = (uintptr_t)records;
	arg.nr_completions = 16;
	arg.completion_size = sizeof(records[0]);
	arg.min_complete = 16;
	arg.timeout_ns = 10 * SEC;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 0);
	check_eq(arg.out_completed, 4);
	check_eq(submit_flags(fd, ops + 4, 6, 0, &accepted), 0);
	check_eq(accepted, 4);
	reap_all(fd, records, 4);
	check_eq(records[0].user_data, 4);
	check_eq(records[3].user_data, 7);
	check_eq(records[3].seq, 7);
}

UAPI_TEST(submit, strides)
{
	static const uint32_t bad[] = {0, 1, 8, 56, 60, 63, 65, 68, 4100, 4104, 8192, ~0u};
	unsigned char bytes[4096] = {0};
	struct dmactl_op nop;
	struct dmactl_submit arg;
	int fd = dev_open(0);
	size_t i;

	nop = op_nop(chan_get(fd), 5);
	memcpy(bytes, &nop, sizeof(nop));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = submit_arg(&nop, 1);
		arg.op_size = bad[i];
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
		check_eq(arg.out_accepted, ~0u);
	}
	arg = submit_arg(NULL, 0);
	arg.op_size = 64;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINVAL);
	arg = submit_arg((void *)bytes, 1);
	arg.op_size = 4096;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 1);
}

UAPI_TEST(submit, larger_ops_end_in_zeroes)
{
	struct dmactl_completion records[3];
	unsigned char bytes[3][72] = {0};
	struct dmactl_submit arg;
	struct dmactl_op op;
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);

	for (i = 0; i < 3; i++) {
		op = op_nop(chan, i);
		memcpy(bytes[i], &op, sizeof(op));
	}
	for (i = 0; i < 3; i++) {
		bytes[i][71] = 1;
		arg = submit_arg((void *)bytes, 3);
		arg.op_size = 72;
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -E2BIG);
		check_eq(arg.out_accepted, i);
		bytes[i][71] = 0;
	}
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 3);
	reap_all(fd, records, 3);
	for (i = 0; i < 3; i++)
		check_eq(records[i].user_data, i);
}

UAPI_TEST(submit, batches_are_limited)
{
	struct dmactl_info info = {.size = sizeof(info)};
	struct dmactl_completion *records;
	struct dmactl_op *ops;
	int fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 4096), accepted, i;

	check_eq(dev_ioctl(fd, DMACTL_IOC_INFO, &info), 0);
	ops = calloc(info.out_max_batch + 1, sizeof(*ops));
	records = calloc(info.out_max_batch, sizeof(*records));
	for (i = 0; i <= info.out_max_batch; i++)
		ops[i] = op_nop(chan, i);
	check_eq(submit_flags(fd, ops, info.out_max_batch + 1, 0, &accepted), -EINVAL);
	check_eq(accepted, ~0u);
	check_eq(submit_flags(fd, ops, ~0u, 0, &accepted), -EINVAL);
	check_eq(submit_flags(fd, ops, info.out_max_batch, 0, &accepted), 0);
	check_eq(accepted, info.out_max_batch);
	reap_all(fd, records, info.out_max_batch);
	for (i = 0; i < info.out_max_batch; i++)
		check_eq(records[i].user_data, i);
	free(ops);
	free(records);
}

UAPI_TEST(submit, unreadable_ops)
{
	unsigned char *p =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct dmactl_op *ops, nop;
	int fd = dev_open(0);
	uint32_t accepted;
	int i;

	nop = op_nop(chan_get(fd), 0);
	check_eq(munmap(p + PAGE, PAGE), 0);
	ops = (void *)(p + PAGE - 2 * sizeof(nop));
	for (i = 0; i < 2; i++)
		ops[i] = nop;
	check_eq(submit_flags(fd, NULL, 1, 0, NULL), -EFAULT);
	check_eq(submit_flags(fd, ops, 3, 0, &accepted), -EFAULT);
	check_eq(accepted, ~0u);
	check_eq(submit_flags(fd, ops + 1, 40, 0, &accepted), -EFAULT);
	check_eq(chan_status(fd, nop.chan).out_submitted, 0);
	munmap(p, PAGE);
}

UAPI_TEST(submit, several_channels_in_one_batch)
{
	struct dmactl_completion records[30];
	struct dmactl_op ops[30];
	uint32_t chans[3], next[3] = {0};
	int i, j, fd = dev_open(0);
	struct mem mem = mem_get(fd, PAGE);

	for (i = 0; i < 3; i++)
		chans[i] = chan_get(fd);
	for (i = 0; i < 30; i++) {
		ops[i] = op_fill(fd, chans[i % 3], &mem, i * 16, 16, i + 1);
		ops[i].user_data = i;
	}
	submit_all(fd, ops, 30);
	reap_all(fd, records, 30);
	for (i = 0; i < 30; i++) {
		j = records[i].user_data % 3;
		check_eq(records[i].chan, chans[j]);
		check_eq(records[i].seq, next[j]++);
		check_eq(records[i].status, 0);
	}
	for (i = 0; i < 30 * 16; i++)
		check_eq(mem.p[i], i / 16 + 1);
}

UAPI_TEST(submit, elements_say_their_size)
{
	static const uint16_t bad[] = {0, 8, 24, 31, 33, 36, 4104};
	unsigned char bytes[2][40] = {0};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd), accepted;
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct dmactl_sg sg[2] = {sg_piece(DMACTL_SG_SRC, &src, 0, 100),
				  sg_piece(DMACTL_SG_DST, &dst, 0, 100)};
	struct dmactl_op op = op_sg(chan, (void *)bytes, 2, 100);
	size_t i;

	pattern_fill(src.p, 0, PAGE, SRC_BODY);
	for (i = 0; i < 2; i++)
		memcpy(bytes[i], &sg[i], sizeof(sg[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		op.arg_size = bad[i];
		check_eq(submit_flags(fd, &op, 1, 0, &accepted), -EINVAL);
		check_eq(accepted, 0);
	}
	op.arg_size = sizeof(bytes[0]);
	bytes[1][39] = 1;
	check_eq(submit_flags(fd, &op, 1, 0, &accepted), -E2BIG);
	check_eq(accepted, 0);
	bytes[1][39] = 0;
	run_ok(fd, &op);
	pattern_check(dst.p, 0, 100, SRC_BODY, 0);
	check_eq(dst.p[100], 0);
}
