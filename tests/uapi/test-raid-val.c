// SPDX-License-Identifier: MIT
/* XOR_VAL and PQ_VAL: their results, and memory that they must not change. */
#include "uapi.h"

#define LEN	    (2 * PAGE + 808)
#define STRIDE	    (LEN + 72)
#define MAX_SOURCES 40
#define AT	    100 /* offset of scratch memory in its buffer */

static int fd;
static uint32_t chan;
static struct mem src, scratch;
static unsigned char before[(MAX_SOURCES + 2) * STRIDE];

static void setup(uint64_t caps)
{
	fd = dev_open(0);
	chan = chan_with(fd, caps).out_chan;
	src = mem_get(fd, (MAX_SOURCES + 2) * STRIDE);
	scratch = mem_get(fd, 2 * LEN + 2 * AT);
}

static void fill(unsigned int nr)
{
	noise_fill(src.p, nr * STRIDE, nr);
	pattern_fill(scratch.p, 0, scratch.len, DST_MARGIN);
}

static unsigned char *source(unsigned int i)
{
	return src.p + i * STRIDE;
}

/* Sources 0 to nr - 1; nr is P, and nr + 1 is Q. */
static unsigned int sources(struct dmactl_sg *sg, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * STRIDE, LEN);
	return nr;
}

static void with_scratch(struct dmactl_op *op, bool yes)
{
	op->dst_buf = yes ? scratch.buf : 0;
	op->dst_off = yes ? AT : 0;
}

/* A wrong sum is no error. @room is the maximum use of scratch memory. */
static void expect_flags(const struct dmactl_op *op, uint32_t flags, size_t nr, size_t room)
{
	struct dmactl_completion record;

	memcpy(before, src.p, nr * STRIDE);
	record = run(fd, op);
	check_eq(record.status, 0);
	check_eq(record.flags, flags);
	check_eq(record.bytes, LEN);
	check_eq(record.count, 1);
	bytes_check(src.p, before, nr * STRIDE, "what was checked");
	pattern_check(scratch.p, 0, AT, DST_MARGIN, 0);
	pattern_check(scratch.p, AT + room, AT, DST_MARGIN, AT + room);
}

/* Sets the last source so that the sum of all is zero. */
static void xor_zero(unsigned int nr)
{
	unsigned int i;
	size_t at;

	fill(nr);
	memset(source(nr - 1), 0, LEN);
	for (i = 0; i + 1 < nr; i++)
		for (at = 0; at < LEN; at++)
			source(nr - 1)[at] ^= source(i)[at];
}

static void xor_val_check(unsigned int nr, bool room)
{
	static const size_t places[] = {0, 1, 63, PAGE - 1, PAGE, PAGE + 3000, LEN - 1};
	struct dmactl_sg sg[MAX_SOURCES];
	struct dmactl_op op;
	unsigned int i;

	xor_zero(nr);
	op = op_list(DMACTL_OP_XOR_VAL, chan, sg, sources(sg, nr), LEN);
	with_scratch(&op, room);
	expect_flags(&op, 0, nr, LEN);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		unsigned char *p = source(i * 11 % nr) + places[i];

		*p ^= 1 << i;
		expect_flags(&op, DMACTL_COMP_P_BAD, nr, LEN);
		*p ^= 1 << i;
	}
	/* Bytes beside the sources do not count; the sum is right again. */
	source(0)[LEN] ^= 1;
	expect_flags(&op, 0, nr, LEN);
}

static void xor_val_few_and_many(void)
{
	setup(DMACTL_CAP_XOR_VAL);
	xor_val_check(2, false);
	xor_val_check(3, true);
	xor_val_check(16, true);
	xor_val_check(17, true);
	xor_val_check(40, true);
}

UAPI_TEST(raid_val, xor_of_few_sources_and_of_many)
{
	with_sim("max_xor=16", xor_val_few_and_many);
	with_sim("max_xor=2", xor_val_few_and_many);
	with_sim("max_xor=4", xor_val_few_and_many);
}

UAPI_TEST(raid_val, scratch_memory_of_xor)
{
	struct dmactl_sg sg[MAX_SOURCES];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR_VAL);
	xor_val_check(16, false);
	xor_zero(17);
	op = op_list(DMACTL_OP_XOR_VAL, chan, sg, sources(sg, 17), LEN);
	op_refused(fd, &op, -EINVAL, "no scratch memory");
	op.dst_buf = scratch.buf;
	op.dst_off = scratch.len - LEN + 1;
	op_refused(fd, &op, -EINVAL, "too little of it");
	op.dst_buf = src.buf;
	op.dst_off = 16 * STRIDE;
	op_refused(fd, &op, -EINVAL, "a source as scratch memory");
	op.dst_off = 16 * STRIDE + LEN - 1;
	op_refused(fd, &op, -EINVAL, "the end of a source");
	op.dst_off = 17 * STRIDE;
	expect_flags(&op, 0, 17, LEN);
}

static unsigned char coef_of(unsigned int i)
{
	return i % 5 < 2 ? i % 5 : (i * 37 + 11) & 0xff;
}

enum { P = 1, Q = 2 };

static void pq_right(unsigned int nr)
{
	unsigned char table[256];
	unsigned int i, c;
	size_t at;

	fill(nr + 2);
	memset(source(nr), 0, LEN);
	memset(source(nr + 1), 0, LEN);
	for (i = 0; i < nr; i++) {
		for (c = 0; c < 256; c++)
			table[c] = gf_mul(c, coef_of(i));
		for (at = 0; at < LEN; at++) {
			source(nr)[at] ^= source(i)[at];
			source(nr + 1)[at] ^= table[source(i)[at]];
		}
	}
}

static struct dmactl_op op_pq_val(struct dmactl_sg *sg, unsigned int nr, int which, bool room)
{
	unsigned int i, n = sources(sg, nr);
	struct dmactl_op op;

	for (i = 0; i < nr; i++)
		sg[i].value = coef_of(i);
	if (which & P)
		sg[n++] = sg_piece(DMACTL_SG_P, &src, nr * STRIDE, LEN);
	if (which & Q)
		sg[n++] = sg_piece(DMACTL_SG_Q, &src, (nr + 1) * STRIDE, LEN);
	op = op_list(DMACTL_OP_PQ_VAL, chan, sg, n, LEN);
	with_scratch(&op, room);
	return op;
}

/* Tries all errors that the op can detect. */
static void pq_val_check(unsigned int nr, int which, bool room)
{
	static const size_t places[] = {0, PAGE + 1, LEN - 1};
	uint32_t p = which & P ? DMACTL_COMP_P_BAD : 0, q = which & Q ? DMACTL_COMP_Q_BAD : 0;
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op = op_pq_val(sg, nr, which, room);
	unsigned int i, at;

	pq_right(nr);
	expect_flags(&op, 0, nr + 2, 2 * LEN);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		at = places[i];
		source(nr)[at] ^= 0x10;
		expect_flags(&op, p, nr + 2, 2 * LEN);
		source(nr + 1)[at] ^= 0x20;
		expect_flags(&op, p | q, nr + 2, 2 * LEN);
		source(nr)[at] ^= 0x10;
		expect_flags(&op, q, nr + 2, 2 * LEN);
		source(nr + 1)[at] ^= 0x20;
	}
	/* A source with a nonzero coefficient is in both sums, others only in P. */
	source(1)[5] ^= 1;
	expect_flags(&op, p | q, nr + 2, 2 * LEN);
	source(1)[5] ^= 1;
	source(0)[LEN - 1] ^= 1;
	expect_flags(&op, p, nr + 2, 2 * LEN);
	source(0)[LEN - 1] ^= 1;
	source(nr - 1)[PAGE] ^= 1;
	expect_flags(&op, p | (coef_of(nr - 1) ? q : 0), nr + 2, 2 * LEN);
}

static void pq_val_few_and_many(void)
{
	static const unsigned int numbers[] = {2, 5, 16, 17, 30, 40};
	unsigned int i;

	setup(DMACTL_CAP_PQ_VAL);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		pq_val_check(numbers[i], P | Q, true);
		pq_val_check(numbers[i], P, true);
		pq_val_check(numbers[i], Q, true);
	}
}

UAPI_TEST(raid_val, pq_of_few_sources_and_of_many)
{
	with_sim("max_pq=16", pq_val_few_and_many);
	with_sim("max_pq=4", pq_val_few_and_many);
	with_sim("max_pq=6", pq_val_few_and_many);
}

/* Only Q works with a single source. */
UAPI_TEST(raid_val, q_of_one_source)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op;
	size_t at;

	setup(DMACTL_CAP_PQ_VAL);
	fill(3);
	for (at = 0; at < LEN; at++)
		source(2)[at] = gf_mul(0x8e, source(0)[at]);
	op = op_pq_val(sg, 1, Q, false);
	sg[0].value = 0x8e;
	expect_flags(&op, 0, 3, 0);
	source(2)[LEN - 1] ^= 0x40;
	expect_flags(&op, DMACTL_COMP_Q_BAD, 3, 0);
	source(2)[LEN - 1] ^= 0x40;
	source(0)[PAGE] ^= 1;
	expect_flags(&op, DMACTL_COMP_Q_BAD, 3, 0);
	op = op_pq_val(sg, 1, P | Q, false);
	op_refused(fd, &op, -EINVAL, "P of one source");
}

UAPI_TEST(raid_val, scratch_memory_of_pq)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op;

	setup(DMACTL_CAP_PQ_VAL);
	pq_val_check(16, P | Q, false);
	pq_right(17);
	op = op_pq_val(sg, 17, P | Q, false);
	op_refused(fd, &op, -EINVAL, "no scratch memory");
	op = op_pq_val(sg, 17, P, false);
	op_refused(fd, &op, -EINVAL, "no scratch memory for P");
	op = op_pq_val(sg, 17, P | Q, true);
	op.dst_off = scratch.len - 2 * LEN + 1;
	op_refused(fd, &op, -EINVAL, "too little of it");
	op.dst_buf = src.buf;
	op.dst_off = 18 * STRIDE + LEN - 1;
	op_refused(fd, &op, -EINVAL, "Q as scratch memory");
	op.dst_off = 18 * STRIDE + LEN;
	expect_flags(&op, 0, 18, 2 * LEN);
}

UAPI_TEST(raid_val, bad_input)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR_VAL | DMACTL_CAP_PQ_VAL);
	sources(sg, 4);
	op = op_list(DMACTL_OP_XOR_VAL, chan, sg, 1, LEN);
	op_refused(fd, &op, -EINVAL, "XOR of one source");
	op = op_list(DMACTL_OP_XOR_VAL, chan, NULL, 0, LEN);
	op_refused(fd, &op, -EINVAL, "XOR of no source");
	sg[1].value = 1;
	op = op_list(DMACTL_OP_XOR_VAL, chan, sg, 4, LEN);
	op_refused(fd, &op, -EINVAL, "a coefficient");
	sg[1].value = 0;
	sg[1].role = DMACTL_SG_P;
	op_refused(fd, &op, -EINVAL, "P of an XOR");
	sg[1].role = DMACTL_SG_DST;
	op_refused(fd, &op, -EINVAL, "a destination of an XOR");

	op = op_pq_val(sg, 1, P | Q, false);
	op_refused(fd, &op, -EINVAL, "P of one source");
	op = op_pq_val(sg, 4, 0, false);
	op_refused(fd, &op, -EINVAL, "neither P nor Q");
	op = op_pq_val(sg, 4, P | Q, false);
	sg[5].role = DMACTL_SG_P;
	op_refused(fd, &op, -EINVAL, "P twice");
	sg[5].role = DMACTL_SG_Q;
	sg[5].len = LEN - 1;
	op_refused(fd, &op, -EINVAL, "a shorter Q");
	sg[5].len = LEN;
	sg[2].value = 256;
	op_refused(fd, &op, -EINVAL, "a coefficient above 255");
	sg[2].value = 0;
	op.src_off = 1;
	op_refused(fd, &op, -EINVAL, "an offset for nothing");
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, scratch.buf), 0);
}

static void only_checks(void)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR_VAL | DMACTL_CAP_PQ_VAL);
	xor_val_check(16, false);
	pq_val_check(16, P | Q, false);
	op = op_list(DMACTL_OP_XOR_VAL, chan, sg, sources(sg, 17), LEN);
	with_scratch(&op, true);
	op_refused(fd, &op, -EOPNOTSUPP, "a sum for XOR_VAL");
	op = op_pq_val(sg, 17, P | Q, true);
	op_refused(fd, &op, -EOPNOTSUPP, "a sum for PQ_VAL");
}

UAPI_TEST(raid_val, a_channel_that_makes_no_sums)
{
	with_sim("caps=xor_val,pq_val", only_checks);
}

static void short_pq(void)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op;

	setup(DMACTL_CAP_PQ_VAL);
	pq_val_check(3, P | Q, false);
	op = op_pq_val(sg, 4, P | Q, true);
	op_refused(fd, &op, -EOPNOTSUPP, "no room for a sum");
}

UAPI_TEST(raid_val, a_channel_without_room_for_a_sum)
{
	with_sim("max_pq=3", short_pq);
}

UAPI_TEST(raid_val, failures_are_not_results)
{
	struct dmactl_completion record;
	struct dmactl_sg sg[MAX_SOURCES];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR_VAL);
	xor_zero(40);
	source(3)[7] ^= 1;
	op = op_list(DMACTL_OP_XOR_VAL, chan, sg, sources(sg, 40), LEN);
	with_scratch(&op, true);
	sim_set("fail_how", "write");
	sim_set("fail_nth", "1");
	record = run(fd, &op);
	check_eq(record.status, -EREMOTEIO);
	expect_flags(&op, DMACTL_COMP_P_BAD, 40, LEN);
}
