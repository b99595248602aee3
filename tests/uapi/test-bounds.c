// SPDX-License-Identifier: MIT
/*
 * The limits of what dmactl asks of providers that declare none: dma-sim has hardware with lower
 * limits, and counts requests beyond them.
 */
#include "uapi.h"

#define KIB 1024u
#define MIB (1u << 20)

static int fd;
static struct dmactl_chan_request arg;
static struct mem src, dst;

static void setup(uint64_t caps)
{
	fd = dev_open(0);
	arg = chan_with(fd, caps);
	src = mem_get(fd, 2 * MIB);
	dst = mem_get(fd, 2 * MIB);
	noise_fill(src.p, src.len, 1);
}

static long beyond(void)
{
	char text[32];

	sim_get("beyond", text, sizeof(text));
	return atol(text);
}

static void moved(const char *what)
{
	bytes_check(dst.p, src.p, MIB, what);
	memset(dst.p, 0, dst.len);
}

static void undeclared_segment(void)
{
	struct dmactl_chunk rows = {.size = 512 * KIB};
	struct dmactl_sg sg[2];
	struct dmactl_op op;
	long before;
	size_t i;

	setup(DMACTL_CAP_MEMCPY | DMACTL_CAP_MEMSET | DMACTL_CAP_XOR | DMACTL_CAP_INTERLEAVE);
	check_eq(arg.out.max_segment, 0);
	check_eq(arg.out.bound_segment, 64 * KIB);
	check_eq(arg.out.bound_flags, 0);
	before = beyond();
	op = op_memcpy(arg.out_chan, &dst, 0, &src, 0, MIB);
	run_ok(fd, &op);
	moved("memcpy");
	op = op_memcpy(arg.out_chan, &dst, 0, &src, 0, MIB);
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC;
	op.args_uptr = (uintptr_t)&rows;
	op.nr_args = 1;
	op.arg_size = sizeof(rows);
	run_ok(fd, &op);
	moved("interleaved");
	sg[0] = sg_piece(DMACTL_SG_SRC, &src, 0, MIB);
	sg[1] = sg_piece(DMACTL_SG_SRC, &src, MIB, MIB);
	op = op_list(DMACTL_OP_XOR, arg.out_chan, sg, 2, MIB);
	op.dst_buf = dst.buf;
	run_ok(fd, &op);
	for (i = 0; i < MIB; i++)
		if (dst.p[i] != (src.p[i] ^ src.p[MIB + i]))
			fail("xor: byte %zu", i);
	op = op_memset(arg.out_chan, &dst, 0, MIB, 7);
	run_ok(fd, &op);
	for (i = 0; i < MIB; i++)
		if (dst.p[i] != 7)
			fail("memset: byte %zu", i);
	check_eq(beyond() - before, 0);
}

UAPI_TEST(bounds, undeclared_segment)
{
	with_sim("max_segment=0 hard_segment=65536", undeclared_segment);
}

static void declared_segment(void)
{
	struct dmactl_op op;
	uint64_t before;

	setup(DMACTL_CAP_MEMCPY);
	check_eq(arg.out.bound_segment, 256 * KIB);
	check_eq(arg.out.bound_flags, DMACTL_BOUND_SEGMENT_DECLARED);
	before = chan_status(fd, arg.out_chan).out_descriptors;
	op = op_memcpy(arg.out_chan, &dst, 0, &src, 0, MIB);
	run_ok(fd, &op);
	moved("memcpy");
	check(chan_status(fd, arg.out_chan).out_descriptors - before >= 4);
}

UAPI_TEST(bounds, declared_segment)
{
	with_sim("max_segment=262144", declared_segment);
}

static struct dmactl_cyclic cyclic;

static struct dmactl_op op_ring(uint32_t chan, uint64_t period_len, uint64_t nr)
{
	struct dmactl_op op = op_single(chan, &dst, 0, period_len * nr, false);

	cyclic = (struct dmactl_cyclic){.period_len = period_len};
	op.opcode = DMACTL_OP_CYCLIC;
	op.args_uptr = (uintptr_t)&cyclic;
	op.nr_args = 1;
	op.arg_size = sizeof(cyclic);
	return op;
}

static void counter_setup(void)
{
	fd = dev_open(0);
	arg = chan_slave(fd, "counter");
	/* Contiguous for the device. */
	dst = mem_coherent(fd, arg.out_chan, 256 * KIB);
}

/* Returns the number of descriptors that it took. */
static uint64_t ring_runs(uint64_t period_len, uint64_t nr)
{
	uint64_t before = chan_status(fd, arg.out_chan).out_descriptors;
	struct dmactl_op op = op_ring(arg.out_chan, period_len, nr);
	struct dmactl_completion record;

	submit_all(fd, &op, 1);
	/* A queue begins with half of what it will have. */
	sleep_ms(50);
	check_eq(chan_ctrl(fd, arg.out_chan, DMACTL_CTRL_TERMINATE), 0);
	do
		reap_all(fd, &record, 1);
	while (record.flags & DMACTL_COMP_MORE);
	check_eq(record.status, -ECANCELED);
	return chan_status(fd, arg.out_chan).out_descriptors - before;
}

static void periods(void)
{
	long before;

	counter_setup();
	before = beyond();
	check_eq(arg.out.bound_periods, 1024);
	check_eq(ring_runs(4, 1024), 1);
	check_eq(ring_runs(64 * KIB, 4), 1);
	/* More periods, or longer ones, are a queue of descriptors that are within the bounds. */
	check(ring_runs(4, 1025) > 1);
	check(ring_runs(1, 256 * KIB) > 1);
	check(ring_runs(64 * KIB + 4, 2) > 1);
	check_eq(beyond() - before, 0);
}

UAPI_TEST(bounds, periods)
{
	with_sim("peripherals=counter hard_segment=65536 hard_entries=1024", periods);
}

static void raised(void)
{
	dmactl_param_set("bounds",
			 "nobody/periods=7,dma-sim.*/periods=2K/segment=128K,*.7/frames=1");
	counter_setup();
	check_eq(arg.out.bound_periods, 2048);
	check_eq(arg.out.bound_segment, 128 * KIB);
	check_eq(arg.out.bound_entries, 1024);
	check_eq(arg.out.bound_frames, 4096);
	check_eq(arg.out.bound_flags, DMACTL_BOUND_PERIODS_SET | DMACTL_BOUND_SEGMENT_SET);
	check_eq(ring_runs(4, 2048), 1);
	check_eq(ring_runs(128 * KIB, 2), 1);
	check(ring_runs(4, 2049) > 1);
	/* An existing channel keeps the bounds from its request. */
	dmactl_param_set("bounds", "\n");
	check_eq(ring_runs(4, 2048), 1);
	check_eq(destroy(fd, arg.out_chan), 0);
	check_eq(chan_slave(fd, "counter").out.bound_periods, 1024);
}

UAPI_TEST(bounds, raised_by_root)
{
	with_sim("peripherals=counter", raised);
}

UAPI_TEST(bounds, what_is_no_list_of_bounds)
{
	static const char *const bad[] = {
		"dma-sim.0",
		"dma-sim.0/",
		"/segment=4K",
		"dma-sim.0/segment",
		"dma-sim.0/segment=",
		"dma-sim.0/segment=0",
		"dma-sim.0/segment=4G",
		"dma-sim.0/length=4K",
		"dma-sim.0/segment=4Kx",
		"dma-sim.0/segment=-1",
		"a/periods=1,",
		",a/periods=1",
		"a/periods=1,b/periods=two",
		"a/segment=4K/",
		"a/frames=5000000000",
		"a/outstanding=17M",
	};
	char value[128];
	size_t i;

	dmactl_param_set("bounds", "0000:00:04.0/segment=16M/entries=64,b/frames=2");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (file_write("/sys/module/dmactl/parameters/bounds", bad[i]) != -EINVAL)
			fail("'%s' is taken", bad[i]);
	dmactl_param_get("bounds", value, sizeof(value));
	check(!strcmp(value, "0000:00:04.0/segment=16M/entries=64,b/frames=2"));
	dmactl_param_set("bounds", "\n");
	dmactl_param_get("bounds", value, sizeof(value));
	check(!value[0]);
}

/* A list that is split continues at the right element. */
static void lists(void)
{
	struct dmactl_sg sg[10];
	struct dmactl_op op;
	uint64_t before;
	unsigned int i;
	long over;

	dmactl_param_set("bounds", "*/entries=4");
	setup(DMACTL_CAP_MEMSET_SG);
	dmactl_param_set("bounds", "\n");
	over = beyond();
	for (i = 0; i < 10; i++)
		sg[i] = sg_piece(DMACTL_SG_DST, &dst, i * 5000, 1000);
	op = op_list(DMACTL_OP_MEMSET_SG, arg.out_chan, sg, 10, 10000);
	op.value = 9;
	memset(dst.p, 0, 50000);
	before = chan_status(fd, arg.out_chan).out_descriptors;
	run_ok(fd, &op);
	check_eq(chan_status(fd, arg.out_chan).out_descriptors - before, 3);
	for (i = 0; i < 50000; i++)
		if (dst.p[i] != (i % 5000 < 1000 ? 9 : 0))
			fail("byte %u is %u", i, dst.p[i]);
	check_eq(beyond() - over, 0);
}

UAPI_TEST(bounds, entries)
{
	with_sim("max_segment=0 hard_entries=4", lists);
}

static void frames(void)
{
	struct dmactl_chunk chunk = {.size = 100, .dst_icg = 28};
	struct dmactl_op op;
	uint64_t before;
	unsigned int i;

	dmactl_param_set("bounds", "dma-sim.?/frames=16");
	setup(DMACTL_CAP_INTERLEAVE);
	dmactl_param_set("bounds", "\n");
	op = op_memcpy(arg.out_chan, &dst, 0, &src, 0, 100 * 40);
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC;
	op.args_uptr = (uintptr_t)&chunk;
	op.nr_args = 1;
	op.arg_size = sizeof(chunk);
	memset(dst.p, 0, dst.len);
	before = chan_status(fd, arg.out_chan).out_descriptors;
	run_ok(fd, &op);
	check(chan_status(fd, arg.out_chan).out_descriptors - before >= 3);
	for (i = 0; i < 128 * 40; i++)
		if (dst.p[i] != (i % 128 < 100 ? src.p[i / 128 * 100 + i % 128] : 0))
			fail("byte %u", i);
}

UAPI_TEST(bounds, frames)
{
	with_sim("max_segment=0", frames);
}

/* Lists of ten pieces of 100 bytes, each with memory of its own. */

#define PIECES 10

static struct dmactl_sg pieces[8][4 * PIECES];

static struct dmactl_op fill_list(unsigned int which, unsigned int nr, uint8_t value)
{
	struct dmactl_op op;
	unsigned int i;

	for (i = 0; i < nr; i++)
		pieces[which][i] = sg_piece(DMACTL_SG_DST, &dst, which * 64 * KIB + i * 1000, 100);
	op = op_list(DMACTL_OP_MEMSET_SG, arg.out_chan, pieces[which], nr, nr * 100);
	op.value = value;
	op.user_data = which;
	return op;
}

static void list_filled(unsigned int which, unsigned int nr, uint8_t value)
{
	const unsigned char *p = dst.p + which * 64 * KIB;
	unsigned int i;

	for (i = 0; i < nr * 1000; i++)
		if (p[i] != (i % 1000 < 100 ? value : 0))
			fail("list %u: byte %u is %u", which, i, p[i]);
}

static void bounded_setup(const char *bounds, uint64_t caps)
{
	dmactl_param_set("bounds", bounds);
	setup(caps);
	dmactl_param_set("bounds", "\n");
	memset(dst.p, 0, dst.len);
}

static uint64_t descriptors(void)
{
	return chan_status(fd, arg.out_chan).out_descriptors;
}

/* The bound is for all descriptors at the provider: the next op waits until one has ended. */
static void outstanding_lists(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;
	unsigned int i;

	bounded_setup("*/outstanding=25", DMACTL_CAP_MEMSET_SG);
	check_eq(arg.out.bound_outstanding, 25);
	check(arg.out.bound_flags & DMACTL_BOUND_OUTSTANDING_SET);
	sim_set("hold", "1");
	for (i = 0; i < 2; i++) {
		op = fill_list(i, PIECES, i + 1);
		submit_all(fd, &op, 1);
	}
	op = fill_list(2, PIECES, 3);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EAGAIN);
	check_eq(descriptors(), 2);
	/* A short op still fits. */
	op = fill_list(3, 5, 4);
	submit_all(fd, &op, 1);
	check_eq(descriptors(), 3);
	sim_set("hold", "0");
	for (i = 0; i < 3; i++) {
		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
	}
	list_filled(0, PIECES, 1);
	list_filled(1, PIECES, 2);
	list_filled(3, 5, 4);
	/* An op alone is not split even above the bound, because that would make two packets. */
	op = fill_list(4, 4 * PIECES, 5);
	run_ok(fd, &op);
	list_filled(4, 4 * PIECES, 5);
	check_eq(descriptors(), 4);
	op = fill_list(2, PIECES, 3);
	run_ok(fd, &op);
	list_filled(2, PIECES, 3);
}

UAPI_TEST(bounds, outstanding)
{
	with_sim("max_segment=0", outstanding_lists);
}

/* An op that is split continues as its own descriptors end; no other op overtakes it. */
static void outstanding_cut(void)
{
	struct dmactl_completion records[2];
	struct dmactl_op ops[2];

	bounded_setup("*/entries=4/outstanding=10", DMACTL_CAP_MEMSET_SG);
	sim_set("hold", "1");
	ops[0] = fill_list(0, 4 * PIECES, 1);
	submit_all(fd, ops, 1);
	/* Two descriptors of 4 pieces each, of 40 pieces: more would have been prepared by now. */
	sleep_ms(50);
	check_eq(descriptors(), 2);
	ops[1] = fill_list(1, 1, 2);
	check_eq(submit_flags(fd, &ops[1], 1, 0, NULL), -EAGAIN);
	sim_set("hold", "0");
	reap_all(fd, records, 1);
	check_eq(records[0].status, 0);
	check_eq(records[0].bytes, 4 * PIECES * 100);
	list_filled(0, 4 * PIECES, 1);
	check_eq(descriptors(), 10);
	run_ok(fd, &ops[1]);
}

UAPI_TEST(bounds, outstanding_of_one_op)
{
	with_sim("max_segment=0", outstanding_cut);
}

static int prepare(const struct dmactl_op *op, uint32_t *handle)
{
	struct dmactl_prepare prep = {
		.size = sizeof(prep), .op_uptr = (uintptr_t)op, .op_size = sizeof(*op)};
	int ret = dev_ioctl(fd, DMACTL_IOC_PREPARE, &prep);

	*handle = prep.out_handle;
	return ret;
}

/* A prepared op counts as outstanding while its descriptors are prepared, submitted or not. */
static void outstanding_prepared(void)
{
	struct dmactl_op op;
	uint32_t handles[3];
	unsigned int i;

	bounded_setup("*/outstanding=25", DMACTL_CAP_MEMSET_SG | DMACTL_CAP_REUSE);
	for (i = 0; i < 3; i++) {
		op = fill_list(i, PIECES, i + 1);
		check_eq(prepare(&op, &handles[i]), i < 2 ? 0 : -EDQUOT);
	}
	/* Submitting them counts no more. */
	sim_set("hold", "1");
	for (i = 0; i < 2; i++) {
		op = (struct dmactl_op){
			.opcode = DMACTL_OP_PREPARED, .chan = arg.out_chan, .src_buf = handles[i]};
		submit_all(fd, &op, 1);
	}
	op = fill_list(3, 2 * PIECES, 4);
	submit_all(fd, &op, 1);
	op = fill_list(4, PIECES, 5);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EAGAIN);
	sim_set("hold", "0");
	for (i = 0; i < 3; i++) {
		struct dmactl_completion record;

		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
	}
	list_filled(0, PIECES, 1);
	list_filled(1, PIECES, 2);
	list_filled(3, 2 * PIECES, 4);
	check_eq(destroy(fd, handles[0]), 0);
	op = fill_list(2, PIECES, 3);
	check_eq(prepare(&op, &handles[2]), 0);
	/* Descriptors that are freed and prepared again count once. */
	check_eq(chan_ctrl(fd, arg.out_chan, DMACTL_CTRL_TERMINATE), 0);
	for (i = 1; i < 3; i++) {
		op = (struct dmactl_op){
			.opcode = DMACTL_OP_PREPARED, .chan = arg.out_chan, .src_buf = handles[i]};
		check_eq(run(fd, &op).status, 0);
	}
	op = fill_list(0, PIECES, 1);
	check_eq(prepare(&op, &handles[0]), -EDQUOT);
	check_eq(destroy(fd, handles[1]), 0);
	check_eq(prepare(&op, &handles[0]), 0);
}

UAPI_TEST(bounds, outstanding_prepared)
{
	with_sim("max_segment=0", outstanding_prepared);
}

/* The default allows as many descriptors as a channel can have ops of one piece. */
static void outstanding_by_default(void)
{
	static struct dmactl_sg many[1024];
	struct dmactl_op op;
	unsigned int i;

	setup(DMACTL_CAP_MEMSET_SG);
	check_eq(arg.out.bound_outstanding, 4096);
	check_eq(arg.out.bound_flags & DMACTL_BOUND_OUTSTANDING_SET, 0);
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = sg_piece(DMACTL_SG_DST, &dst, i * 64, 8);
	op = op_list(DMACTL_OP_MEMSET_SG, arg.out_chan, many, ARRAY_SIZE(many),
		     8 * ARRAY_SIZE(many));
	sim_set("hold", "1");
	for (i = 0; i < 4; i++)
		submit_all(fd, &op, 1);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -EAGAIN);
	check_eq(chan_ctrl(fd, arg.out_chan, DMACTL_CTRL_TERMINATE), 0);
	submit_all(fd, &op, 1);
	check_eq(chan_ctrl(fd, arg.out_chan, DMACTL_CTRL_TERMINATE), 0);
	sim_set("hold", "0");
}

UAPI_TEST(bounds, outstanding_by_default)
{
	with_sim("max_segment=0", outstanding_by_default);
}
