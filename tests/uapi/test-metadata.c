// SPDX-License-Identifier: MIT
/* METADATA: bytes of a descriptor in addition to its data. */
#include "uapi.h"

#define MOST 64 /* bytes that dma-sim takes */
#define META 2000

static int fd;
static uint32_t tx, rx;
static struct mem src, dst;

static void setup(void)
{
	fd = dev_open(0);
	tx = chan_slave(fd, "loop-tx").out_chan;
	rx = chan_slave(fd, "loop-rx").out_chan;
	src = mem_get(fd, 2 * PAGE);
	dst = mem_get(fd, 2 * PAGE);
	sim_set("packets", "1");
}

static void fill(uint32_t seed)
{
	noise_fill(src.p, src.len, seed);
	pattern_fill(dst.p, 0, dst.len, DST_MARGIN);
}

static struct dmactl_op attach(struct dmactl_op op, struct dmactl_sg *sg, uint16_t flags)
{
	op.flags = flags;
	op.args_uptr = (uintptr_t)sg;
	op.nr_args = 1;
	op.arg_size = sizeof(*sg);
	return op;
}

/* Sends a packet with @out bytes of metadata, and receives it with room for @in. */
static void packet(uint64_t out, uint64_t in, uint16_t tx_flags, uint16_t rx_flags)
{
	struct dmactl_sg to = sg_piece(DMACTL_SG_METADATA, &src, META, out);
	struct dmactl_sg from = sg_piece(DMACTL_SG_METADATA, &dst, META, in);
	struct dmactl_completion records[2];
	unsigned char want[MOST] = {0};
	struct dmactl_op ops[2];
	size_t i;

	fill(out + in);
	memcpy(want, src.p + META, out);
	ops[0] = attach(op_single(rx, &dst, 10, 500, false), &from, rx_flags);
	ops[1] = attach(op_single(tx, &src, 20, 100, true), &to, tx_flags);
	submit_all(fd, ops, 2);
	/* SUBMIT has copied the outgoing metadata, so it can be overwritten. */
	memset(src.p + META, 0xee, out);
	reap_all(fd, records, 2);
	for (i = 0; i < 2; i++) {
		check_eq(records[i].status, 0);
		check_eq(records[i].bytes, 100);
	}
	bytes_check(dst.p + 10, src.p + 20, 100, "the data");
	bytes_check(dst.p + META, want, in, "the metadata");
	pattern_check(dst.p, 110, META - 110, DST_MARGIN, 110);
	pattern_check(dst.p, META + in, 2 * PAGE - META - in, DST_MARGIN, META + in);
}

static void packets(void)
{
	static const uint16_t modes[] = {0, DMACTL_OPF_METADATA_ENGINE};
	size_t i;

	setup();
	for (i = 0; i < 4; i++) {
		packet(16, 16, modes[i / 2], modes[i % 2]);
		packet(1, 1, modes[i / 2], modes[i % 2]);
		packet(MOST, MOST, modes[i / 2], modes[i % 2]);
		packet(40, 10, modes[i / 2], modes[i % 2]);
		packet(10, 40, modes[i / 2], 0);
	}
}

UAPI_TEST(metadata, goes_with_a_packet)
{
	with_sim("peripherals=loopback", packets);
}

/*
 * Without set_len the provider sends all of the metadata, which must not have bytes of an earlier
 * op.
 */
static void of_fixed_length(void)
{
	static const uint16_t engine = DMACTL_OPF_METADATA_ENGINE;

	setup();
	sim_set("misbehave", "metadata_fixed");
	packet(MOST, MOST, engine, engine);
	packet(10, MOST, engine, engine);
	packet(16, 16, engine, 0);
}

UAPI_TEST(metadata, of_fixed_length)
{
	/* One descriptor, so that it is used again. */
	with_sim("peripherals=loopback descriptors=1", of_fixed_length);
}

static void pieces_with_metadata(void)
{
	struct dmactl_sg to[3], from[3];
	struct dmactl_completion records[2];
	struct dmactl_op ops[2];

	setup();
	fill(9);
	/* The metadata may be anywhere in the list. */
	to[0] = sg_piece(DMACTL_SG_METADATA, &src, META, 20);
	to[1] = sg_piece(DMACTL_SG_SRC, &src, 0, 60);
	to[2] = sg_piece(DMACTL_SG_SRC, &src, 100, 40);
	from[0] = sg_piece(DMACTL_SG_DST, &dst, 0, 30);
	from[1] = sg_piece(DMACTL_SG_METADATA, &dst, META, 20);
	from[2] = sg_piece(DMACTL_SG_DST, &dst, 4090, 70);
	ops[0] = op_list(DMACTL_OP_SLAVE_SG, tx, to, 3, 100);
	ops[1] = op_list(DMACTL_OP_SLAVE_SG, rx, from, 3, 100);
	submit_all(fd, ops, 2);
	reap_all(fd, records, 2);
	check_eq(records[0].status, 0);
	check_eq(records[1].status, 0);
	bytes_check(dst.p + META, src.p + META, 20, "the metadata");
	bytes_check(dst.p, src.p, 30, "the first piece");
	bytes_check(dst.p + 4090, src.p + 30, 30, "the second piece");
	bytes_check(dst.p + 4120, src.p + 100, 40, "the rest");
	ops[0].len = 120;
	op_refused(fd, ops, -EINVAL, "metadata that counts as data");
	to[1].role = DMACTL_SG_METADATA;
	ops[0].len = 40;
	op_refused(fd, ops, -EINVAL, "two of them");
	ops[0].len = 20;
	ops[0].nr_args = 1;
	op_refused(fd, ops, -EINVAL, "nothing else");
}

UAPI_TEST(metadata, in_a_list)
{
	with_sim("peripherals=loopback", pieces_with_metadata);
}

/* In dma-sim a copy returns its own metadata. */
UAPI_TEST(metadata, of_a_copy)
{
	struct dmactl_sg sg;
	struct dmactl_op op;
	uint32_t chan;
	int mode;

	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY | DMACTL_CAP_METADATA_CLIENT |
				     DMACTL_CAP_METADATA_ENGINE)
		       .out_chan;
	src = mem_coherent(fd, chan, 2 * PAGE);
	dst = mem_coherent(fd, chan, 2 * PAGE);
	for (mode = 0; mode < 2; mode++) {
		fill(mode);
		sg = sg_piece(DMACTL_SG_METADATA, &src, META, 33);
		op = attach(op_memcpy(chan, &dst, 5, &src, 6, 1000), &sg,
			    mode ? DMACTL_OPF_METADATA_ENGINE : 0);
		memcpy(dst.p + PAGE, src.p + META, 40);
		run_ok(fd, &op);
		bytes_check(dst.p + 5, src.p + 6, 1000, "the data");
		bytes_check(src.p + META, dst.p + PAGE, 40, "the metadata");
	}
}

static void bad_input(void)
{
	struct dmactl_completion record;
	struct dmactl_sg sg, good;
	struct dmactl_op op;

	setup();
	sg = good = sg_piece(DMACTL_SG_METADATA, &src, META, 16);
	op = attach(op_single(tx, &src, 0, 100, true), &sg, 0);
	sg.len = 0;
	op_refused(fd, &op, -EINVAL, "nothing");
	sg.len = 4097;
	op_refused(fd, &op, -EINVAL, "more than 4096");
	sg = good;
	sg.value = 1;
	op_refused(fd, &op, -EINVAL, "a coefficient");
	sg = good;
	sg.reserved = 1;
	op_refused(fd, &op, -EINVAL, "a reserved field");
	sg = good;
	sg.role = DMACTL_SG_SRC;
	op_refused(fd, &op, -EINVAL, "another role");
	sg = good;
	sg.off = src.len - 15;
	op_refused(fd, &op, -EINVAL, "past the end");
	sg = good;
	sg.buf = 4711;
	op_refused(fd, &op, -ENOENT, "no such buffer");
	sg = good;
	op.nr_args = 2;
	op_refused(fd, &op, -EINVAL, "two of them");
	op = op_single(tx, &src, 0, 100, true);
	op.flags = DMACTL_OPF_METADATA_ENGINE;
	op_refused(fd, &op, -EINVAL, "a mode for nothing");
	/* The provider refuses the length only at prep, after the op was accepted. */
	sg.len = MOST + 1;
	op = attach(op_single(tx, &src, 0, 100, true), &sg, 0);
	record = run(fd, &op);
	check_eq(record.status, -EIO);
	op.flags = DMACTL_OPF_METADATA_ENGINE;
	check_eq(run(fd, &op).status, -EIO);
	check_eq(destroy(fd, src.buf), 0);
}

UAPI_TEST(metadata, bad_input)
{
	with_sim("peripherals=loopback", bad_input);
}

/* An op that is split cannot have metadata, because it has several descriptors. */
static void split(void)
{
	struct dmactl_sg sg;
	struct dmactl_op op;
	uint32_t chan;

	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY | DMACTL_CAP_METADATA_CLIENT).out_chan;
	src = mem_coherent(fd, chan, 2 * PAGE);
	dst = mem_coherent(fd, chan, 2 * PAGE);
	sg = sg_piece(DMACTL_SG_METADATA, &src, META, 16);
	op = attach(op_memcpy(chan, &dst, 0, &src, 0, 1024), &sg, 0);
	run_ok(fd, &op);
	op.len = 1025;
	op_refused(fd, &op, -EINVAL, "two descriptors");
}

UAPI_TEST(metadata, an_op_that_is_split)
{
	with_sim("max_segment=1024", split);
}

static void without(void)
{
	struct dmactl_sg sg;
	struct dmactl_op op;

	fd = dev_open(0);
	tx = chan_slave(fd, "sim0").out_chan;
	src = mem_get(fd, PAGE);
	sg = sg_piece(DMACTL_SG_METADATA, &src, META, 16);
	op = attach(op_single(tx, &src, 0, 100, true), &sg, 0);
	op_refused(fd, &op, -EOPNOTSUPP, "client");
	op.flags = DMACTL_OPF_METADATA_ENGINE;
	op_refused(fd, &op, -EOPNOTSUPP, "engine");
}

UAPI_TEST(metadata, a_channel_without)
{
	with_sim("caps=slave", without);
}
