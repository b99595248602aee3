// SPDX-License-Identifier: MIT
/*
 * PREPARE: prepare once, submit many times. Each test runs with descriptors that are reused, and
 * with descriptors that are prepared for each submission.
 */
#include "prepared.h"

#define KIB 1024u

static bool reuse;
static int fd;
static uint32_t chan;
static struct mem src, dst;

static void setup(uint64_t caps)
{
	struct dmactl_chan_request arg;

	fd = dev_open(0);
	arg = chan_with(fd, DMACTL_CAP_MEMCPY | caps);
	chan = arg.out_chan;
	check_eq(!!(arg.out.caps & DMACTL_CAP_REUSE), reuse);
	src = mem_get(fd, 256 * KIB);
	dst = mem_get(fd, 256 * KIB);
}

/* Runs fn on both kinds of providers, with these parameters of dma-sim. */
static void on_both(const char *parameters, void (*fn)(void))
{
	char all[300];

	reuse = true;
	with_sim(parameters, fn);
	reuse = false;
	snprintf(all, sizeof(all), "%s %s", parameters, SIM_NO_REUSE);
	with_sim(all, fn);
}

static int try_prepare(const struct dmactl_op *op, uint32_t *handle)
{
	return prepare_try(fd, op, handle);
}

static uint32_t prepare(const struct dmactl_op *op)
{
	return prepare_op(fd, op, 0).src_buf;
}

static struct dmactl_op op_prepared(uint32_t handle)
{
	return (struct dmactl_op){
		.opcode = DMACTL_OP_PREPARED, .chan = chan, .src_buf = handle, .user_data = 3};
}

static void run_prepared(uint32_t handle, uint64_t len)
{
	struct dmactl_op op = op_prepared(handle);
	struct dmactl_completion record = run(fd, &op);

	check_eq(record.status, 0);
	check_eq(record.bytes, len);
	check_eq(record.count, 1);
	check_eq(record.flags, 0);
}

static void a_thousand_times(void)
{
	struct dmactl_op op;
	uint32_t handle;
	uint64_t before;
	int i;

	setup(0);
	pattern_fill(dst.p, 0, 4096, DST_MARGIN);
	op = op_memcpy(chan, &dst, 100, &src, 77, 1000);
	handle = prepare(&op);
	check_eq(chan_status(fd, chan).out_submitted, 0);
	pattern_check(dst.p, 0, 4096, DST_MARGIN, 0);
	before = chan_status(fd, chan).out_descriptors;
	for (i = 0; i < 1000; i++) {
		noise_fill(src.p + 77, 1000, i);
		run_prepared(handle, 1000);
		bytes_check(dst.p + 100, src.p + 77, 1000, "again");
	}
	pattern_check(dst.p, 0, 100, DST_MARGIN, 0);
	pattern_check(dst.p, 1100, 2000, DST_MARGIN, 1100);
	check_eq(chan_status(fd, chan).out_descriptors - before, 1000);
	check_eq(chan_status(fd, chan).out_bytes, 1000 * 1000);
	check_eq(destroy(fd, handle), 0);
	op = op_prepared(handle);
	op_refused(fd, &op, -ENOENT, "one that is gone");
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

UAPI_TEST(prepared, a_thousand_times)
{
	on_both("", a_thousand_times);
}

static void what_is_in_use(void)
{
	struct dmactl_completion records[2];
	struct dmactl_op op, ops[2];
	uint32_t handle, accepted;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	handle = prepare(&op);
	check_eq(destroy(fd, src.buf), -EBUSY);
	check_eq(destroy(fd, dst.buf), -EBUSY);
	ops[0] = ops[1] = op_prepared(handle);
	check_eq(submit_flags(fd, ops, 2, 0, &accepted), -EBUSY);
	check_eq(accepted, 1);
	check_eq(chan_status(fd, chan).out_submitted, 0);
	sim_set("hold", "1");
	submit_all(fd, ops, 1);
	op_refused(fd, ops, -EBUSY, "in flight");
	check_eq(destroy(fd, handle), -EBUSY);
	check_eq(chan_status(fd, chan).out_residue, 1000);
	sim_set("hold", "0");
	reap_all(fd, records, 1);
	check_eq(records[0].status, 0);
	run_prepared(handle, 1000);
	check_eq(destroy(fd, src.buf), -EBUSY);
	check_eq(destroy(fd, handle), 0);
	check_eq(destroy(fd, handle), -ENOENT);
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

UAPI_TEST(prepared, what_is_in_use)
{
	on_both("", what_is_in_use);
}

/* Another op is prepared meanwhile, and could take the descriptors of this one. */
static void terminate_and_go_on(const struct dmactl_op *op, uint64_t len)
{
	struct dmactl_op other = op_memcpy(chan, &src, 200 * KIB, &src, 220 * KIB, 100), again;
	struct dmactl_completion records[3];
	uint32_t handle = prepare(op);
	unsigned char *want = malloc(dst.len);
	int i;

	check(want);
	noise_fill(src.p, src.len, len);
	memset(dst.p, 0, dst.len);
	run_prepared(handle, len);
	memcpy(want, dst.p, dst.len);
	again = op_prepared(handle);
	for (i = 0; i < 5; i++) {
		sim_set("hold", "1");
		submit_all(fd, &other, 1);
		if (i % 2)
			submit_all(fd, &again, 1);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		reap_all(fd, records, 1 + i % 2);
		check_eq(records[i % 2].status, -ECANCELED);
		submit_all(fd, &other, 1);
		sim_set("hold", "0");
		reap_all(fd, records, 1);
		check_eq(records[0].status, 0);
		memset(dst.p, 0, dst.len);
		run_prepared(handle, len);
		bytes_check(dst.p, want, dst.len, "after TERMINATE");
	}
	free(want);
	check_eq(destroy(fd, handle), 0);
}

static void after_terminate(void)
{
	struct dmactl_chunk chunks[2] = {{.size = 300, .dst_icg = 20}, {.size = 50, .dst_icg = 1}};
	struct dmactl_sg sg[40];
	struct dmactl_op op;
	int i;

	setup(DMACTL_CAP_XOR | DMACTL_CAP_PQ | DMACTL_CAP_INTERLEAVE | DMACTL_CAP_MEMSET_SG);
	op = op_memcpy(chan, &dst, 1, &src, 2, 1000);
	terminate_and_go_on(&op, 1000);
	op = op_memcpy(chan, &dst, 1, &src, 2, 150 * KIB);
	terminate_and_go_on(&op, 150 * KIB);
	for (i = 0; i < 20; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * 700, 500);
		sg[i + 20] = sg_piece(DMACTL_SG_DST, &dst, i * 600, 500);
	}
	op = op_sg(chan, sg, 40, 10000);
	terminate_and_go_on(&op, 10000);
	op = op_list(DMACTL_OP_MEMSET_SG, chan, sg + 20, 20, 10000);
	op.value = 0x5a;
	terminate_and_go_on(&op, 10000);
	op = op_list(DMACTL_OP_XOR, chan, sg, 20, 500);
	op.dst_buf = dst.buf;
	terminate_and_go_on(&op, 500);
	sg[20].role = DMACTL_SG_P;
	sg[21].role = DMACTL_SG_Q;
	op = op_list(DMACTL_OP_PQ, chan, sg, 22, 500);
	terminate_and_go_on(&op, 500);
	op = op_memcpy(chan, &dst, 3, &src, 4, 350 * 100);
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC;
	op.args_uptr = (uintptr_t)chunks;
	op.nr_args = 2;
	op.arg_size = sizeof(chunks[0]);
	terminate_and_go_on(&op, 350 * 100);
}

UAPI_TEST(prepared, after_terminate)
{
	on_both("max_segment=0", after_terminate);
	on_both("max_segment=2000 max_pq=4 max_xor=4", after_terminate);
}

static void the_channel_goes_first(void)
{
	struct dmactl_completion record;
	struct dmactl_op op;
	uint32_t handle, other;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	handle = prepare(&op);
	other = prepare(&op);
	sim_set("hold", "1");
	op = op_prepared(handle);
	submit_all(fd, &op, 1);
	check_eq(destroy(fd, chan), 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, -ECANCELED);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENOENT);
	sim_set("hold", "0");
	/* The handle is invalid with another channel. */
	op.chan = chan = chan_get(fd);
	op_refused(fd, &op, -EINVAL, "another channel");
	check_eq(destroy(fd, src.buf), -EBUSY);
	check_eq(destroy(fd, handle), 0);
	check_eq(destroy(fd, src.buf), -EBUSY);
	check_eq(destroy(fd, other), 0);
	check_eq(destroy(fd, src.buf), 0);
}

UAPI_TEST(prepared, the_channel_goes_first)
{
	on_both("", the_channel_goes_first);
}

static void close_with_all_there(void)
{
	struct dmactl_op op;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	prepare(&op);
	op = op_prepared(prepare(&op));
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
}

UAPI_TEST(prepared, close_with_all_there)
{
	on_both("", close_with_all_there);
}

static void unbind(void)
{
	struct dmactl_completion records[2];
	struct dmactl_op op;
	uint32_t handle;

	fd = dev_open(0);
	{
		struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");

		arg.caps = DMACTL_CAP_MEMCPY;
		check_eq(chan_request(fd, &arg), 0);
		chan = arg.out_chan;
	}
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	handle = prepare(&op);
	sim_set("hold", "1");
	op = op_prepared(handle);
	submit_all(fd, &op, 1);
	check_eq(sim_bind("dma-sim.0", false), 0);
	reap_all(fd, records, 1);
	check_eq(records[0].status, -ENODEV);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	check_eq(try_prepare(&op, NULL), -ENODEV);
	sim_set("hold", "0");
	check_eq(sim_bind("dma-sim.0", true), 0);
	check_eq(destroy(fd, handle), 0);
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, chan), 0);
}

UAPI_TEST(prepared, unbind)
{
	on_both("", unbind);
}

/* Descriptors of prepared ops stay at the provider. */
static void few_descriptors(void)
{
	uint32_t handles[4];
	struct dmactl_op op;
	int i;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	for (i = 0; i < 4; i++)
		handles[i] = prepare(&op);
	check_eq(try_prepare(&op, NULL), -EAGAIN);
	run_prepared(handles[2], 1000);
	check_eq(destroy(fd, handles[1]), 0);
	run_ok(fd, &op);
	handles[1] = prepare(&op);
	run_prepared(handles[1], 1000);
	op.len = 256 * KIB;
	check_eq(destroy(fd, handles[0]), 0);
	check_eq(try_prepare(&op, NULL), -EAGAIN);
	/* The descriptors of the failed attempt are free again. */
	op.len = 1000;
	run_prepared(prepare(&op), 1000);
}

UAPI_TEST(prepared, few_descriptors)
{
	reuse = true;
	with_sim("descriptors=4 max_segment=65536", few_descriptors);
}

/* Two of three descriptors are always in use, so a single lost one is noticed. */
static void none_is_lost(void)
{
	struct dmactl_completion record;
	struct dmactl_op op, again;
	uint32_t handle, other;
	int i;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	other = prepare(&op);
	for (i = 0; i < 12; i++) {
		handle = prepare(&op);
		again = op_prepared(handle);
		/*
		 * The op is terminated in flight, after its end, or unused; sometimes it is
		 * submitted afterwards.
		 */
		if (i % 3 == 0)
			sim_set("hold", "1");
		if (i % 3 < 2)
			submit_all(fd, &again, 1);
		if (i % 3 == 1)
			reap_all(fd, &record, 1);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		if (i % 3 == 0)
			reap_all(fd, &record, 1);
		sim_set("hold", "0");
		if (i % 2)
			run_prepared(handle, 1000);
		check_eq(destroy(fd, handle), 0);
		run_prepared(other, 1000);
		run_ok(fd, &op);
	}
	handle = prepare(&op);
	prepare(&op);
	check_eq(try_prepare(&op, NULL), -EAGAIN);
	check_eq(destroy(fd, handle), 0);
	run_ok(fd, &op);
}

UAPI_TEST(prepared, none_is_lost)
{
	reuse = true;
	with_sim("descriptors=3", none_is_lost);
}

static void bad_input(void)
{
	struct dmactl_sg sg[3];
	struct dmactl_op op, good;
	uint32_t handle;

	setup(DMACTL_CAP_XOR_VAL | DMACTL_CAP_METADATA_CLIENT);
	good = op_memcpy(chan, &dst, 0, &src, 0, 1000);
	handle = prepare(&good);
	op = op_nop(chan, 0);
	check_eq(try_prepare(&op, NULL), -EOPNOTSUPP);
	op = op_prepared(handle);
	check_eq(try_prepare(&op, NULL), -EOPNOTSUPP);
	op = good;
	op.opcode = DMACTL_OP_CYCLIC;
	check_eq(try_prepare(&op, NULL), -EOPNOTSUPP);
	op = good;
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_REPEAT;
	check_eq(try_prepare(&op, NULL), -EOPNOTSUPP);
	sg[0] = sg_piece(DMACTL_SG_METADATA, &src, 2000, 16);
	op = good;
	op.args_uptr = (uintptr_t)sg;
	op.nr_args = 1;
	op.arg_size = sizeof(sg[0]);
	check_eq(try_prepare(&op, NULL), -EOPNOTSUPP);
	op = good;
	op.len = src.len + 1;
	check_eq(try_prepare(&op, NULL), -EINVAL);
	op = good;
	op.opcode = 99;
	check_eq(try_prepare(&op, NULL), -EOPNOTSUPP);
	op = good;
	op.src_buf = 4711;
	check_eq(try_prepare(&op, NULL), -ENOENT);
	op = good;
	op.chan = src.buf;
	check_eq(try_prepare(&op, NULL), -ENOENT);
	check_eq(try_prepare((void *)8, NULL), -EFAULT);

	op = op_prepared(handle);
	op.len = 1000;
	op_refused(fd, &op, -EINVAL, "a length");
	op = op_prepared(handle);
	op.src_off = 1;
	op_refused(fd, &op, -EINVAL, "an offset");
	op = op_prepared(handle);
	op.dst_buf = dst.buf;
	op_refused(fd, &op, -EINVAL, "a destination");
	op = op_prepared(handle);
	op.flags = DMACTL_OPF_FENCE;
	op_refused(fd, &op, -EOPNOTSUPP, "a flag");
	op = op_prepared(src.buf);
	op_refused(fd, &op, -ENOENT, "a buffer");
	op = good;
	op.src_buf = handle;
	op_refused(fd, &op, -ENOENT, "a prepared op as a buffer");
	run_prepared(handle, 1000);
}

UAPI_TEST(prepared, bad_input)
{
	on_both("", bad_input);
}
