// SPDX-License-Identifier: MIT
/* SLAVE_SINGLE, SLAVE_SG, PERIPHERAL_VEC: transfers to and from a peripheral. */
#include "uapi.h"

#define KIB 1024u

static int fd;
static uint32_t tx, rx;
static uint64_t caps;
static struct mem src, dst;

static void setup(size_t len)
{
	struct dmactl_chan_request arg;

	fd = dev_open(0);
	tx = chan_slave(fd, "loop-tx").out_chan;
	arg = chan_slave(fd, "loop-rx");
	rx = arg.out_chan;
	caps = arg.out.caps;
	check_eq(arg.out.directions, DMACTL_DIR_DEV_TO_MEM);
	src = mem_get(fd, len);
	dst = mem_get(fd, len);
}

static void fill(uint32_t seed)
{
	noise_fill(src.p, src.len, seed);
	pattern_fill(dst.p, 0, dst.len, DST_MARGIN);
}

/* Runs one op on each channel; the completions are in the order rx, tx. */
static void run_pair(struct dmactl_op *to, struct dmactl_op *from,
		     struct dmactl_completion records[2])
{
	struct dmactl_completion first[2];
	struct dmactl_op ops[2];

	to->user_data = 1;
	from->user_data = 0;
	ops[0] = *from;
	ops[1] = *to;
	submit_all(fd, ops, 2);
	reap_all(fd, first, 2);
	check_eq(first[0].user_data + first[1].user_data, 1);
	records[first[0].user_data] = first[0];
	records[first[1].user_data] = first[1];
	check_eq(records[0].chan, rx);
	check_eq(records[1].chan, tx);
}

static void run_pair_ok(struct dmactl_op *to, struct dmactl_op *from)
{
	struct dmactl_completion records[2];
	int i;

	run_pair(to, from, records);
	for (i = 0; i < 2; i++) {
		check_eq(records[i].status, 0);
		check_eq(records[i].bytes, to->len);
		check_eq(records[i].count, 1);
		check_eq(records[i].flags, 0);
	}
}

static void single_check(size_t doff, size_t soff, size_t len)
{
	struct dmactl_op to = op_single(tx, &src, soff, len, true);
	struct dmactl_op from = op_single(rx, &dst, doff, len, false);

	fill(len);
	run_pair_ok(&to, &from);
	pattern_check(dst.p, 0, doff, DST_MARGIN, 0);
	bytes_check(dst.p + doff, src.p + soff, len, "loopback");
	pattern_check(dst.p, doff + len, dst.len - doff - len, DST_MARGIN, doff + len);
}

static void single(void)
{
	static const size_t lens[] = {1, 2, 3, 63, 300, PAGE, PAGE + 1, 65535, 65537, 200 * KIB};
	size_t i;

	setup(256 * KIB);
	for (i = 0; i < ARRAY_SIZE(lens); i++)
		single_check(i * 31, 4095 - i, lens[i]);
	single_check(0, 0, 256 * KIB);
}

UAPI_TEST(slave, single)
{
	with_sim("peripherals=loopback", single);
	with_sim("peripherals=loopback max_segment=4096", single);
	with_sim("peripherals=loopback descriptors=2", single);
	with_sim("peripherals=loopback dma_mask=32", single);
}

/* Pieces of @piece bytes, with gaps of the same size. */
static unsigned int pieces(struct dmactl_sg *sg, uint16_t role, const struct mem *mem, size_t piece,
			   size_t len)
{
	unsigned int nr = 0;
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		sg[nr++] = sg_piece(role, mem, 2 * at, n);
	}
	return nr;
}

static void list_check(uint16_t opcode, size_t dst_piece, size_t src_piece, size_t len)
{
	struct dmactl_sg to_sg[1024], from_sg[1024];
	struct dmactl_op to, from;
	size_t at;

	fill(len);
	to = op_list(opcode, tx, to_sg, pieces(to_sg, DMACTL_SG_SRC, &src, src_piece, len), len);
	from = op_list(opcode, rx, from_sg, pieces(from_sg, DMACTL_SG_DST, &dst, dst_piece, len),
		       len);
	run_pair_ok(&to, &from);
	for (at = 0; at < len; at++) {
		size_t s = at / src_piece * 2 * src_piece + at % src_piece;
		size_t d = at / dst_piece * 2 * dst_piece + at % dst_piece;

		if (dst.p[d] != src.p[s])
			fail("byte %zu at %zu is %#x, not %#x", at, d, dst.p[d], src.p[s]);
		dst.p[d] = pattern_byte(DST_MARGIN, d);
	}
	pattern_check(dst.p, 0, dst.len, DST_MARGIN, 0);
}

static void lists(uint16_t opcode)
{
	list_check(opcode, 1000, 1000, 1000);
	list_check(opcode, 1, 3, 1000);
	list_check(opcode, 7, 1000, 7000);
	list_check(opcode, 5000, 33, 30000);
	list_check(opcode, 100001, 4097, 120000);
}

static void sg(void)
{
	setup(256 * KIB);
	lists(DMACTL_OP_SLAVE_SG);
}

UAPI_TEST(slave, sg)
{
	with_sim("peripherals=loopback", sg);
	with_sim("peripherals=loopback max_segment=512", sg);
	with_sim("peripherals=loopback dma_mask=32", sg);
}

static void vec(void)
{
	struct dmactl_sg one;
	struct dmactl_op op;

	setup(256 * KIB);
	check_eq(!!(caps & DMACTL_CAP_PERIPHERAL_VEC), kernel_is_at_least(6, 12));
	if (caps & DMACTL_CAP_PERIPHERAL_VEC) {
		lists(DMACTL_OP_PERIPHERAL_VEC);
		return;
	}
	one = sg_piece(DMACTL_SG_SRC, &src, 0, 100);
	op = op_list(DMACTL_OP_PERIPHERAL_VEC, tx, &one, 1, 100);
	op_refused(fd, &op, -EOPNOTSUPP, "no such operation");
}

UAPI_TEST(slave, peripheral_vec)
{
	with_sim("peripherals=loopback", vec);
}

/* A completion reports how much has moved, and the rest of the memory is unchanged. */
static void short_transfers(void)
{
	struct dmactl_completion records[2], record;
	struct dmactl_op to, from;
	struct dmactl_sg sgs[2];

	setup(8 * PAGE);
	fill(1);
	sim_set("packets", "1");
	to = op_single(tx, &src, 3, 700, true);
	from = op_single(rx, &dst, 5, 5000, false);
	run_pair(&to, &from, records);
	check_eq(records[0].status, 0);
	check_eq(records[0].bytes, 700);
	check_eq(records[1].bytes, 700);
	bytes_check(dst.p + 5, src.p + 3, 700, "a packet");
	pattern_check(dst.p, 705, 4400, DST_MARGIN, 705);
	check_eq(chan_status(fd, rx).out_bytes, 700);

	sgs[0] = sg_piece(DMACTL_SG_DST, &dst, 5 * PAGE, 400);
	sgs[1] = sg_piece(DMACTL_SG_DST, &dst, 6 * PAGE, 400);
	from = op_list(DMACTL_OP_SLAVE_SG, rx, sgs, 2, 800);
	run_pair(&to, &from, records);
	check_eq(records[0].bytes, 700);
	bytes_check(dst.p + 5 * PAGE, src.p + 3, 400, "the first piece");
	bytes_check(dst.p + 6 * PAGE, src.p + 403, 300, "the second piece");
	pattern_check(dst.p, 6 * PAGE + 300, 100, DST_MARGIN, 6 * PAGE + 300);

	sim_set("packets", "0");
	sim_set("short_nth", "1");
	to = op_single(tx, &src, 3, 800, true);
	record = run(fd, &to);
	check_eq(record.status, 0);
	check_eq(record.bytes, 400);
	/* The data of the failed op is still in the FIFO. */
	from = op_single(rx, &dst, 100, 400, false);
	run_ok(fd, &from);
	bytes_check(dst.p + 100, src.p + 3, 400, "half");
}

UAPI_TEST(slave, short_transfers)
{
	with_sim("peripherals=loopback", short_transfers);
}

static void statuses(void)
{
	static const struct {
		const char *how;
		int status;
	} cases[] = {{"read", -EFAULT}, {"write", -EREMOTEIO}, {"abort", -ECONNABORTED}};
	struct dmactl_completion record;
	struct dmactl_op op;
	size_t i;

	setup(PAGE);
	op = op_single(tx, &src, 0, 100, true);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		sim_set("fail_how", cases[i].how);
		sim_set("fail_nth", "1");
		record = run(fd, &op);
		check_eq(record.status, cases[i].status);
		check_eq(record.bytes, 0);
	}
	run_ok(fd, &op);
	check_eq(chan_status(fd, tx).out_failed, 3);
	check_eq(chan_status(fd, tx).out_bytes, 100);
}

UAPI_TEST(slave, each_failure_has_its_own_status)
{
	with_sim("peripherals=loopback", statuses);
}

static void pause_and_resume(void)
{
	struct dmactl_completion record;
	struct dmactl_chan_status status;
	struct dmactl_op op;
	uint64_t residue;
	uint32_t i;

	fd = dev_open(0);
	tx = chan_slave(fd, "sink").out_chan;
	src = mem_get(fd, 64 * PAGE);
	for (i = 0; i < 64 * PAGE / 4; i++)
		memcpy(src.p + 4 * i, &i, 4);
	sim_set("sink_rate", "200000");
	op = op_single(tx, &src, 0, src.len, true);
	op.user_data = 77;
	submit_all(fd, &op, 1);
	do
		sleep_ms(50);
	while (!sim_number("sink_bytes"));
	check_eq(chan_ctrl(fd, tx, DMACTL_CTRL_PAUSE), 0);
	status = chan_status(fd, tx);
	residue = status.out_residue;
	check_eq(status.out_state, DMACTL_STATE_PAUSED);
	check_eq(status.user_data, 77);
	check(residue > 0 && residue < src.len);
	check_eq(src.len - residue, sim_number("sink_bytes"));
	sleep_ms(200);
	check_eq(chan_status(fd, tx).out_residue, residue);
	check_eq(src.len - residue, sim_number("sink_bytes"));
	check_eq(reap(fd, &record, 1, 1, 0), -ETIME);
	sim_set("sink_rate", "0");
	check_eq(chan_ctrl(fd, tx, DMACTL_CTRL_RESUME), 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(record.bytes, src.len);
	check_eq(sim_number("sink_bytes"), src.len);
	check_eq(sim_number("sink_errors"), 0);
	check_eq(chan_status(fd, tx).out_state, DMACTL_STATE_IDLE);
}

UAPI_TEST(slave, pause_and_resume)
{
	with_sim("peripherals=sink", pause_and_resume);
}

/* TERMINATE cancels ops that wait for a peripheral. */
static void terminate(void)
{
	struct dmactl_completion records[3];
	struct dmactl_op ops[3];
	int i;

	setup(4 * PAGE);
	fill(1);
	for (i = 0; i < 3; i++) {
		ops[i] = op_single(rx, &dst, i * PAGE, 100, false);
		ops[i].user_data = i;
	}
	submit_all(fd, ops, 3);
	check_eq(chan_status(fd, rx).out_state, DMACTL_STATE_IN_PROGRESS);
	check_eq(chan_status(fd, rx).out_residue, 100);
	check_eq(chan_ctrl(fd, rx, DMACTL_CTRL_TERMINATE), 0);
	reap_all(fd, records, 3);
	for (i = 0; i < 3; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, -ECANCELED);
		check_eq(records[i].bytes, 0);
	}
	pattern_check(dst.p, 0, dst.len, DST_MARGIN, 0);
	single_check(17, 18, 5000);
}

UAPI_TEST(slave, terminate)
{
	with_sim("peripherals=loopback", terminate);
}

static void bad_input(void)
{
	struct dmactl_sg sgs[3];
	struct dmactl_op op;

	setup(4 * PAGE);
	op = op_single(tx, &src, 0, 100, true);
	op.dst_buf = dst.buf;
	op_refused(fd, &op, -EINVAL, "both sides");
	op.dst_buf = op.src_buf = 0;
	op_refused(fd, &op, -EINVAL, "neither side");
	op = op_single(tx, &src, 0, 100, true);
	op.dst_off = 1;
	op_refused(fd, &op, -EINVAL, "an offset on the other side");
	op = op_single(tx, &src, src.len - 99, 100, true);
	op_refused(fd, &op, -EINVAL, "past the end");
	op = op_single(tx, &src, 0, 0, true);
	op_refused(fd, &op, -EINVAL, "no length");
	op = op_single(tx, &src, 0, 100, false);
	op_refused(fd, &op, -EOPNOTSUPP, "from what can only be written");
	op = op_single(rx, &src, 0, 100, true);
	op_refused(fd, &op, -EOPNOTSUPP, "to what can only be read");
	op = op_single(tx, &src, 0, 100, true);
	op.flags = DMACTL_OPF_REPEAT;
	op_refused(fd, &op, -EOPNOTSUPP, "a flag");
	op.flags = 0;
	op.value = 1;
	op_refused(fd, &op, -EINVAL, "a value");

	sgs[0] = sg_piece(DMACTL_SG_SRC, &src, 0, 60);
	sgs[1] = sg_piece(DMACTL_SG_SRC, &src, 100, 40);
	op = op_list(DMACTL_OP_SLAVE_SG, tx, sgs, 2, 99);
	op_refused(fd, &op, -EINVAL, "a shorter op");
	op.len = 101;
	op_refused(fd, &op, -EINVAL, "a longer op");
	op.len = 100;
	sgs[1].role = DMACTL_SG_DST;
	op_refused(fd, &op, -EINVAL, "pieces of both sides");
	sgs[1].role = DMACTL_SG_Q;
	op_refused(fd, &op, -EINVAL, "a foreign role");
	sgs[1] = sg_piece(DMACTL_SG_SRC, &src, 100, 40);
	sgs[1].value = 1;
	op_refused(fd, &op, -EINVAL, "a coefficient");
	sgs[1].value = 0;
	sgs[1].reserved = 1ull << 63;
	op_refused(fd, &op, -EINVAL, "a reserved field");
	sgs[1].reserved = 0;
	sgs[1].len = 0;
	op.len = 60;
	op_refused(fd, &op, -EINVAL, "an empty piece");
	sgs[1].len = ~0ull - 59;
	op_refused(fd, &op, -EINVAL, "pieces that wrap");
	op.nr_args = 1;
	op.src_buf = src.buf;
	op_refused(fd, &op, -EINVAL, "a source beside the list");
	op.src_buf = 0;
	op.opcode = DMACTL_OP_MEMCPY;
	op_refused(fd, &op, -EOPNOTSUPP, "a copy");
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

UAPI_TEST(slave, bad_input)
{
	with_sim("peripherals=loopback", bad_input);
}

/* Commands of 8 bytes each: an offset in the window, and a value. */
static void commands(void)
{
	struct dmactl_chan_config config;
	struct dmactl_op op;
	uint32_t words[8];

	fd = dev_open(0);
	tx = chan_slave(fd, "mem").out_chan;
	src = mem_get(fd, PAGE);
	memcpy(src.p, (const uint32_t[]){400, 0x11223344, 408, 0x55667788}, 16);
	op = op_single(tx, &src, 0, 16, true);
	op.flags = DMACTL_OPF_CMD;
	run_ok(fd, &op);
	config = config_of(tx);
	config.src_addr = 396;
	check_eq(chan_config(fd, &config), 0);
	op = op_single(tx, &src, 1000, 20, false);
	run_ok(fd, &op);
	memcpy(words, src.p + 1000, 20);
	check_eq(words[0], 0);
	check_eq(words[1], 0x11223344);
	check_eq(words[2], 0);
	check_eq(words[3], 0x55667788);
	check_eq(words[4], 0);
}

UAPI_TEST(slave, commands)
{
	with_sim("peripherals=mem", commands);
}

/* The list of an op has a limit. */
static void huge_list(void)
{
	struct dmactl_sg sgs[1024];
	struct dmactl_op op;
	unsigned int i;
	int ret;

	setup(16 * 1024 * KIB);
	for (i = 0; i < 1024; i++)
		sgs[i] = sg_piece(DMACTL_SG_SRC, &src, 0, src.len);
	op = op_list(DMACTL_OP_SLAVE_SG, tx, sgs, 1024, 1024 * src.len);
	ret = submit_flags(fd, &op, 1, 0, NULL);
	check_eq(ret, -EDQUOT);
	single_check(1, 2, 3000);
}

UAPI_TEST(slave, a_list_that_is_too_long)
{
	with_sim("peripherals=loopback max_segment=256", huge_list);
}
