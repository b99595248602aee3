// SPDX-License-Identifier: MIT
/* MEMSET_SG, INTERRUPT and IMM_DATA. */
#include "uapi.h"

#define NR 100

static int fd;
static uint32_t chan;
static uint64_t caps;
static struct mem mem;

static void setup(uint64_t with)
{
	struct dmactl_chan_request arg;

	fd = dev_open(0);
	arg = chan_with(fd, with);
	chan = arg.out_chan;
	caps = arg.out.caps;
	mem = mem_get(fd, 256 * 1024);
}

static void fill_pieces(size_t piece, size_t gap, uint8_t value)
{
	size_t i, at, len = 0;
	struct dmactl_sg sg[NR];
	struct dmactl_op op;

	pattern_fill(mem.p, 0, mem.len, DST_MARGIN);
	for (i = at = 0; i < NR; i++, at += piece + gap) {
		sg[i] = sg_piece(DMACTL_SG_DST, &mem, at, piece);
		len += piece;
	}
	op = op_list(DMACTL_OP_MEMSET_SG, chan, sg, NR, len);
	op.value = value;
	run_ok(fd, &op);
	for (i = at = 0; i < NR; i++) {
		for (len = 0; len < piece; len++)
			check_eq(mem.p[at + len], value);
		at += piece;
		len = i + 1 < NR ? gap : mem.len - at;
		pattern_check(mem.p, at, len, DST_MARGIN, at);
		at += gap;
	}
}

static void memset_native(void)
{
	uint64_t descriptors;

	setup(DMACTL_CAP_MEMSET_SG);
	fill_pieces(7, 13, 0xaa);
	descriptors = chan_status(fd, chan).out_descriptors;
	fill_pieces(300, 1, 0);
	check_eq(chan_status(fd, chan).out_descriptors, descriptors + 1);
	fill_pieces(2500, 100, 0xff);
}

static void memset_split(void)
{
	uint64_t descriptors;

	setup(DMACTL_CAP_MEMSET);
	check(!(caps & DMACTL_CAP_MEMSET_SG));
	fill_pieces(7, 13, 0xaa);
	descriptors = chan_status(fd, chan).out_descriptors;
	fill_pieces(16, 1, 0);
	check(chan_status(fd, chan).out_descriptors >= descriptors + NR);
	fill_pieces(2500, 100, 0xff);
}

static void memset_not_at_all(void)
{
	struct dmactl_sg sg;
	struct dmactl_op op;

	setup(DMACTL_CAP_MEMCPY);
	sg = sg_piece(DMACTL_SG_DST, &mem, 0, 10);
	op = op_list(DMACTL_OP_MEMSET_SG, chan, &sg, 1, 10);
	op_refused(fd, &op, -EOPNOTSUPP, "neither");
}

UAPI_TEST(small, memset_of_many_pieces)
{
	with_sim("caps=memset_sg", memset_native);
	with_sim("caps=memset", memset_split);
	with_sim("caps=memcpy", memset_not_at_all);
}

UAPI_TEST(small, bad_input_of_memset)
{
	static const uint16_t roles[] = {
		0, DMACTL_SG_SRC, DMACTL_SG_P, DMACTL_SG_Q, DMACTL_SG_METADATA, DMACTL_SG_RIO, 99};
	struct dmactl_sg sg[2];
	struct dmactl_op op;
	size_t i;

	setup(DMACTL_CAP_MEMSET_SG | DMACTL_CAP_METADATA_CLIENT);
	sg[0] = sg_piece(DMACTL_SG_DST, &mem, 0, 10);
	sg[1] = sg_piece(DMACTL_SG_DST, &mem, 20, 10);
	op = op_list(DMACTL_OP_MEMSET_SG, chan, sg, 2, 20);
	op.value = 256;
	op_refused(fd, &op, -EINVAL, "a value above 255");
	op.value = 0;
	op.len = 21;
	op_refused(fd, &op, -EINVAL, "pieces that do not add up");
	op.len = 20;
	op.dst_buf = mem.buf;
	op_refused(fd, &op, -EINVAL, "a destination beside the list");
	op.dst_buf = 0;
	op.nr_args = 0;
	op_refused(fd, &op, -EINVAL, "no pieces");
	op.nr_args = 2;
	for (i = 0; i < ARRAY_SIZE(roles); i++) {
		sg[1].role = roles[i];
		op_refused(fd, &op, -EINVAL, "a foreign role");
		op.len = 10;
		op_refused(fd, &op, -EINVAL, "a foreign role that does not count");
		op.len = 20;
	}
	sg[1].role = DMACTL_SG_DST;
	op.flags = DMACTL_OPF_METADATA_ENGINE;
	op_refused(fd, &op, -EOPNOTSUPP, "a flag");
	op.flags = 0;
	run_ok(fd, &op);
}

/* INTERRUPT moves nothing, and ends after all ops before it. */
UAPI_TEST(small, interrupt)
{
	struct dmactl_completion records[3];
	struct dmactl_op ops[3];
	uint64_t descriptors;
	int i;

	setup(DMACTL_CAP_INTERRUPT | DMACTL_CAP_MEMSET);
	ops[0] = op_memset(chan, &mem, 0, 100, 7);
	ops[1] = (struct dmactl_op){.opcode = DMACTL_OP_INTERRUPT, .chan = chan, .user_data = 1};
	ops[2] = op_memset(chan, &mem, 100, 100, 8);
	ops[2].user_data = 2;
	descriptors = chan_status(fd, chan).out_descriptors;
	submit_all(fd, ops, 3);
	reap_all(fd, records, 3);
	for (i = 0; i < 3; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, 0);
		check_eq(records[i].bytes, i == 1 ? 0 : 100);
		check_eq(records[i].count, 1);
	}
	check_eq(chan_status(fd, chan).out_descriptors, descriptors + 3);
	sim_set("fail_how", "abort");
	sim_set("fail_nth", "1");
	check_eq(run(fd, &ops[1]).status, -ECONNABORTED);
	sim_set("hold", "1");
	submit_all(fd, &ops[1], 1);
	check_eq(chan_status(fd, chan).out_residue, 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	reap_all(fd, records, 1);
	check_eq(records[0].status, -ECANCELED);
	ops[1].len = 1;
	op_refused(fd, &ops[1], -EINVAL, "a length");
	ops[1].len = 0;
	ops[1].dst_buf = mem.buf;
	op_refused(fd, &ops[1], -EINVAL, "a destination");
}

static struct dmactl_op op_imm(uint64_t off, uint64_t data)
{
	return (struct dmactl_op){
		.opcode = DMACTL_OP_IMM_DATA,
		.chan = chan,
		.dst_buf = mem.buf,
		.dst_off = off,
		.src_off = data,
		.len = 8,
	};
}

UAPI_TEST(small, immediate_data)
{
	const uint64_t data = 0x8877665544332211;
	struct dmactl_op op;
	uint64_t got;
	size_t off;

	setup(DMACTL_CAP_MEMCPY);
	/* Later kernels do not have the operation. */
	check_eq(!!(caps & DMACTL_CAP_IMM_DATA), !kernel_is_at_least(6, 15));
	op = op_imm(64, data);
	if (!(caps & DMACTL_CAP_IMM_DATA)) {
		op_refused(fd, &op, -EOPNOTSUPP, "no such operation");
		return;
	}
	for (off = 0; off < 3 * PAGE; off += 1000) {
		pattern_fill(mem.p, 0, mem.len, DST_MARGIN);
		op = op_imm(off, data + off);
		run_ok(fd, &op);
		memcpy(&got, mem.p + off, 8);
		check_eq(got, data + off);
		pattern_check(mem.p, 0, off, DST_MARGIN, 0);
		pattern_check(mem.p, off + 8, 1000, DST_MARGIN, off + 8);
	}
	op = op_imm(12, data);
	op_refused(fd, &op, -EINVAL, "an offset that is not aligned");
	op = op_imm(mem.len, data);
	op_refused(fd, &op, -EINVAL, "past the end");
	op = op_imm(0, data);
	op.len = 4;
	op_refused(fd, &op, -EINVAL, "half of it");
	op.len = 16;
	op_refused(fd, &op, -EINVAL, "twice of it");
	op = op_imm(0, data);
	op.src_buf = mem.buf;
	op_refused(fd, &op, -EINVAL, "a source");
	op = op_imm(0, data);
	op.value = 1;
	op_refused(fd, &op, -EINVAL, "a value");
	op = op_imm(0, data);
	op.dst_buf = 4711;
	op_refused(fd, &op, -ENOENT, "no such buffer");
}

static void without_imm(void)
{
	struct dmactl_op op;

	setup(DMACTL_CAP_MEMCPY);
	op = op_imm(0, 1);
	op_refused(fd, &op, -EOPNOTSUPP, "immediate data");
	op = (struct dmactl_op){.opcode = DMACTL_OP_INTERRUPT, .chan = chan};
	op_refused(fd, &op, -EOPNOTSUPP, "interrupt");
}

UAPI_TEST(small, a_channel_without)
{
	with_sim("caps=memcpy", without_imm);
}
