// SPDX-License-Identifier: MIT
/* XOR and PQ against sums of their own. The checks are in test-raid-val.c. */
#include "uapi.h"

#define LEN	    (2 * PAGE + 808)
#define STRIDE	    (LEN + 72) /* no page begins where a source does */
#define MAX_SOURCES 40
#define AT	    100 /* of a result in its buffer */

static int fd;
static uint32_t chan;
static unsigned int max;
static struct mem src, dst;
static unsigned char want[2][LEN], before[MAX_SOURCES * STRIDE];

static unsigned char gf_power(unsigned char a, unsigned int n)
{
	unsigned char x = 1;

	while (n--)
		x = gf_mul(x, a);
	return x;
}

static unsigned char gf_inverse(unsigned char a)
{
	return gf_power(a, 254);
}

static void setup(uint64_t caps)
{
	struct dmactl_chan_request arg;

	fd = dev_open(0);
	arg = chan_with(fd, caps);
	chan = arg.out_chan;
	max = caps & DMACTL_CAP_PQ ? arg.out.max_pq : arg.out.max_xor;
	src = mem_get(fd, MAX_SOURCES * STRIDE);
	dst = mem_get(fd, 2 * STRIDE + 2 * AT);
}

static void fill(size_t nr, uint32_t seed)
{
	noise_fill(src.p, nr * STRIDE, seed);
	memcpy(before, src.p, nr * STRIDE);
	pattern_fill(dst.p, 0, dst.len, DST_MARGIN);
}

static void sum_up(const unsigned char *coef, unsigned int nr)
{
	unsigned char table[256];
	unsigned int i, c;
	size_t at;

	memset(want, 0, sizeof(want));
	for (i = 0; i < nr; i++) {
		for (c = 0; c < 256; c++)
			table[c] = coef ? gf_mul(c, coef[i]) : 0;
		for (at = 0; at < LEN; at++) {
			want[0][at] ^= before[i * STRIDE + at];
			want[1][at] ^= table[before[i * STRIDE + at]];
		}
	}
}

static unsigned int sources(struct dmactl_sg *sg, const unsigned char *coef, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * STRIDE, LEN);
		sg[i].value = coef ? coef[i] : 0;
	}
	return nr;
}

static struct dmactl_op op_xor(struct dmactl_sg *sg, unsigned int nr, const struct mem *to,
			       uint64_t off)
{
	struct dmactl_op op = op_list(DMACTL_OP_XOR, chan, sg, nr, LEN);

	op.dst_buf = to->buf;
	op.dst_off = off;
	return op;
}

static void xor_check(unsigned int nr)
{
	struct dmactl_sg sg[MAX_SOURCES];
	struct dmactl_op op = op_xor(sg, nr, &dst, AT);

	fill(nr, nr);
	sum_up(NULL, nr);
	sources(sg, NULL, nr);
	run_ok(fd, &op);
	pattern_check(dst.p, 0, AT, DST_MARGIN, 0);
	bytes_check(dst.p + AT, want[0], LEN, "xor");
	pattern_check(dst.p, AT + LEN, STRIDE, DST_MARGIN, AT + LEN);
	bytes_check(src.p, before, nr * STRIDE, "the sources");
}

static void xor_few_and_many(void)
{
	static const unsigned int numbers[] = {2, 3, 4, 5, 15, 16, 17, 31, 32, 40};
	unsigned int i;

	setup(DMACTL_CAP_XOR);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		xor_check(numbers[i]);
}

UAPI_TEST(raid, xor_of_few_sources_and_of_many)
{
	with_sim("max_xor=16", xor_few_and_many);
	with_sim("max_xor=2", xor_few_and_many);
	with_sim("max_xor=5", xor_few_and_many);
}

/* Of memory in one piece it is known how many descriptors it takes. */
UAPI_TEST(raid, xor_takes_no_more_descriptors_than_it_must)
{
	static const unsigned int numbers[][2] = {{2, 1}, {16, 1}, {17, 2}, {31, 2}, {32, 3}};
	struct dmactl_sg sg[MAX_SOURCES];
	struct mem coherent;
	unsigned int i, j;

	setup(DMACTL_CAP_XOR);
	check_eq(max, 16);
	coherent = mem_coherent(fd, chan, 4 * PAGE);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct dmactl_op op = op_xor(sg, numbers[i][0], &coherent, 2 * PAGE);
		uint64_t descriptors = chan_status(fd, chan).out_descriptors;

		op.len = PAGE;
		noise_fill(coherent.p, 4 * PAGE, i);
		for (j = 0; j < numbers[i][0]; j++)
			sg[j] = sg_piece(DMACTL_SG_SRC, &coherent, j, PAGE);
		memset(want[0], 0, PAGE);
		for (j = 0; j < numbers[i][0] * PAGE; j++)
			want[0][j % PAGE] ^= coherent.p[j / PAGE + j % PAGE];
		run_ok(fd, &op);
		bytes_check(coherent.p + 2 * PAGE, want[0], PAGE, "coherent");
		check_eq(chan_status(fd, chan).out_descriptors - descriptors, numbers[i][1]);
	}
}

static void xor_in_place(unsigned int nr, unsigned int target)
{
	struct dmactl_sg sg[MAX_SOURCES];
	struct dmactl_op op = op_xor(sg, nr, &src, target * STRIDE);

	fill(nr, nr + target);
	sum_up(NULL, nr);
	sources(sg, NULL, nr);
	run_ok(fd, &op);
	bytes_check(src.p + target * STRIDE, want[0], LEN, "in place");
	memcpy(src.p + target * STRIDE, before + target * STRIDE, LEN);
	bytes_check(src.p, before, nr * STRIDE, "all else");
}

static void xor_each_in_place(void)
{
	static const unsigned int numbers[] = {2, 5, 16, 17, 40};
	unsigned int i;

	setup(DMACTL_CAP_XOR);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		xor_in_place(numbers[i], 0);
		xor_in_place(numbers[i], 1);
		xor_in_place(numbers[i], numbers[i] - 1);
	}
}

UAPI_TEST(raid, xor_into_one_of_its_sources)
{
	with_sim("max_xor=16", xor_each_in_place);
	with_sim("max_xor=2", xor_each_in_place);
	with_sim("max_xor=3", xor_each_in_place);
}

/* A source that counts twice adds nothing; sources may overlap each other. */
UAPI_TEST(raid, xor_of_sources_that_overlap)
{
	struct dmactl_sg sg[4];
	struct dmactl_op op;
	size_t i;

	setup(DMACTL_CAP_XOR);
	fill(4, 1);
	sources(sg, NULL, 4);
	sg[1] = sg[0];
	sg[3].off = sg[2].off + 100;
	for (i = 0; i < LEN; i++)
		want[0][i] = before[sg[2].off + i] ^ before[sg[2].off + 100 + i];
	op = op_xor(sg, 4, &dst, AT);
	run_ok(fd, &op);
	bytes_check(dst.p + AT, want[0], LEN, "overlapping");
	/* And the one that counts twice may be written. */
	op = op_xor(sg, 4, &src, 0);
	run_ok(fd, &op);
	bytes_check(src.p, want[0], LEN, "twice, in place");
}

enum { P = 1, Q = 2 };

static struct dmactl_op op_pq(struct dmactl_sg *sg, unsigned int nr, int which)
{
	if (which & P)
		sg[nr++] = sg_piece(DMACTL_SG_P, &dst, AT, LEN);
	if (which & Q)
		sg[nr++] = sg_piece(DMACTL_SG_Q, &dst, AT + STRIDE, LEN);
	return op_list(DMACTL_OP_PQ, chan, sg, nr, LEN);
}

static void result_check(unsigned int at, const unsigned char *sum, const char *what)
{
	if (sum)
		bytes_check(dst.p + at, sum, LEN, what);
	else
		pattern_check(dst.p, at, LEN, DST_MARGIN, at);
	pattern_check(dst.p, at + LEN, STRIDE - LEN, DST_MARGIN, at + LEN);
}

static void pq_check(unsigned int nr, const unsigned char *coef, int which)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	struct dmactl_op op;

	fill(nr, 3 * nr + which);
	sum_up(coef, nr);
	sources(sg, coef, nr);
	op = op_pq(sg, nr, which);
	run_ok(fd, &op);
	pattern_check(dst.p, 0, AT, DST_MARGIN, 0);
	result_check(AT, which & P ? want[0] : NULL, "P");
	result_check(AT + STRIDE, which & Q ? want[1] : NULL, "Q");
	bytes_check(src.p, before, nr * STRIDE, "the sources");
}

static void coefficients(unsigned char *coef)
{
	unsigned int i;

	/* 0 and 1 among them, also where a chain is continued. */
	noise_fill(coef, MAX_SOURCES, 7);
	for (i = 0; i < MAX_SOURCES; i += 5) {
		coef[i] = 0;
		coef[i + 1] = 1;
		coef[i + 2] = 255;
	}
}

static void pq_few_and_many(void)
{
	static const unsigned int numbers[] = {2, 3, 4, 5, 16, 17, 29, 40};
	unsigned char coef[MAX_SOURCES];
	unsigned int i;

	setup(DMACTL_CAP_PQ);
	coefficients(coef);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		pq_check(numbers[i], coef, P | Q);
		pq_check(numbers[i], coef, P);
		pq_check(numbers[i], coef, Q);
	}
	pq_check(1, coef + 3, Q);
	pq_check(1, coef, Q);
}

UAPI_TEST(raid, pq_of_few_sources_and_of_many)
{
	with_sim("max_pq=16", pq_few_and_many);
	with_sim("max_pq=4", pq_few_and_many);
	with_sim("max_pq=7", pq_few_and_many);
	with_sim("max_pq=2", pq_few_and_many);
}

/* P or Q over a source, which is also not among the first of a chain. */
static void pq_in_place(unsigned int nr, unsigned int p, unsigned int q)
{
	struct dmactl_sg sg[MAX_SOURCES + 2];
	unsigned char coef[MAX_SOURCES];
	struct dmactl_op op;

	coefficients(coef);
	fill(nr, nr + p + q);
	sum_up(coef, nr);
	sources(sg, coef, nr);
	op = op_pq(sg, nr, P | Q);
	sg[nr] = sg_piece(DMACTL_SG_P, &src, p * STRIDE, LEN);
	sg[nr + 1] = sg_piece(DMACTL_SG_Q, &src, q * STRIDE, LEN);
	run_ok(fd, &op);
	bytes_check(src.p + p * STRIDE, want[0], LEN, "P in place");
	bytes_check(src.p + q * STRIDE, want[1], LEN, "Q in place");
	memcpy(src.p + p * STRIDE, before + p * STRIDE, LEN);
	memcpy(src.p + q * STRIDE, before + q * STRIDE, LEN);
	bytes_check(src.p, before, nr * STRIDE, "all else");
}

static void pq_each_in_place(void)
{
	setup(DMACTL_CAP_PQ);
	pq_in_place(2, 0, 1);
	pq_in_place(5, 4, 0);
	pq_in_place(40, 39, 38);
	pq_in_place(40, 3, 20);
}

UAPI_TEST(raid, pq_into_its_sources)
{
	with_sim("max_pq=16", pq_each_in_place);
	with_sim("max_pq=4", pq_each_in_place);
}

/* As RAID 6 does it, when two of eight disks with data are lost. */
UAPI_TEST(raid, two_lost_blocks_come_back)
{
	enum { NR = 8, X = 2, Y = 5 };
	unsigned char coef[NR], lost[2][LEN], g, a, b;
	struct dmactl_sg sg[NR + 2];
	struct dmactl_op op;
	unsigned int i;

	setup(DMACTL_CAP_PQ);
	for (i = 0; i < NR; i++)
		coef[i] = gf_power(2, i);
	pq_check(NR, coef, P | Q);
	memcpy(lost[0], src.p + X * STRIDE, LEN);
	memcpy(lost[1], src.p + Y * STRIDE, LEN);
	/* P and Q go where they are sources, and those of the rest to dst. */
	memcpy(src.p + (NR + 0) * STRIDE, dst.p + AT, LEN);
	memcpy(src.p + (NR + 1) * STRIDE, dst.p + AT + STRIDE, LEN);
	memset(src.p + X * STRIDE, 0, LEN);
	memset(src.p + Y * STRIDE, 0, LEN);
	sources(sg, coef, NR);
	op = op_pq(sg, NR, P | Q);
	run_ok(fd, &op);

	/* x = a * (P + P') + b * (Q + Q') */
	g = gf_power(2, Y - X);
	a = gf_mul(g, gf_inverse(g ^ 1));
	b = gf_mul(gf_inverse(gf_power(2, X)), gf_inverse(g ^ 1));
	sg[0] = sg_piece(DMACTL_SG_SRC, &src, (NR + 0) * STRIDE, LEN);
	sg[1] = sg_piece(DMACTL_SG_SRC, &dst, AT, LEN);
	sg[2] = sg_piece(DMACTL_SG_SRC, &src, (NR + 1) * STRIDE, LEN);
	sg[3] = sg_piece(DMACTL_SG_SRC, &dst, AT + STRIDE, LEN);
	sg[4] = sg_piece(DMACTL_SG_Q, &src, X * STRIDE, LEN);
	sg[0].value = sg[1].value = a;
	sg[2].value = sg[3].value = b;
	op = op_list(DMACTL_OP_PQ, chan, sg, 5, LEN);
	run_ok(fd, &op);
	bytes_check(src.p + X * STRIDE, lost[0], LEN, "x");
	/* y = P + P' + x, which is P alone of three sources. */
	sg[2] = sg_piece(DMACTL_SG_SRC, &src, X * STRIDE, LEN);
	sg[3] = sg_piece(DMACTL_SG_P, &src, Y * STRIDE, LEN);
	sg[0].value = sg[1].value = 0;
	op = op_list(DMACTL_OP_PQ, chan, sg, 4, LEN);
	run_ok(fd, &op);
	bytes_check(src.p + Y * STRIDE, lost[1], LEN, "y");
}

/* One element of a good list is bad, in one way. */
static void bad_piece(uint16_t opcode, unsigned int at, struct dmactl_sg piece, int ret,
		      const char *what)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	sources(sg, NULL, 5);
	if (opcode == DMACTL_OP_PQ) {
		sg[3] = sg_piece(DMACTL_SG_P, &dst, AT, LEN);
		sg[4] = sg_piece(DMACTL_SG_Q, &dst, AT + STRIDE, LEN);
	}
	sg[at] = piece;
	op = op_list(opcode, chan, sg, 5, LEN);
	if (opcode == DMACTL_OP_XOR) {
		op.dst_buf = dst.buf;
		op.dst_off = AT;
	}
	op_refused(fd, &op, ret, what);
}

static void bad_pieces(uint16_t opcode)
{
	const struct dmactl_sg good = sg_piece(DMACTL_SG_SRC, &src, 2 * STRIDE, LEN);
	struct dmactl_sg sg = good;
	uint16_t role;

	sg.len = LEN - 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a shorter source");
	sg.len = LEN + 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a longer source");
	sg.len = 0;
	bad_piece(opcode, 2, sg, -EINVAL, "an empty source");
	sg = good;
	sg.value = opcode == DMACTL_OP_PQ ? 256 : 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a coefficient");
	sg = good;
	sg.reserved = 1;
	bad_piece(opcode, 2, sg, -EINVAL, "a reserved field");
	sg = good;
	sg.buf = 4711;
	bad_piece(opcode, 2, sg, -ENOENT, "no such buffer");
	sg = good;
	sg.off = src.len - LEN + 1;
	bad_piece(opcode, 2, sg, -EINVAL, "past the end");
	sg.off = ~0ull - 5;
	bad_piece(opcode, 2, sg, -EINVAL, "wraps");
	sg = sg_piece(DMACTL_SG_SRC, &dst, AT + 1, LEN);
	bad_piece(opcode, 2, sg, -EINVAL, "half of what is written");
	sg.off = AT - 1;
	bad_piece(opcode, 2, sg, -EINVAL, "the other half of what is written");
	for (role = 0; role < 9; role++) {
		sg = good;
		sg.role = role;
		if (role != DMACTL_SG_SRC)
			bad_piece(opcode, 2, sg, -EINVAL, "a role that is not for it, or twice");
	}
}

UAPI_TEST(raid, bad_input)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR | DMACTL_CAP_PQ);
	bad_pieces(DMACTL_OP_XOR);
	bad_pieces(DMACTL_OP_PQ);

	sources(sg, NULL, 5);
	op = op_xor(sg, 1, &dst, AT);
	op_refused(fd, &op, -EINVAL, "one source");
	op = op_xor(NULL, 0, &dst, AT);
	op_refused(fd, &op, -EINVAL, "no source");
	op = op_xor(sg, 5, &dst, dst.len - LEN + 1);
	op_refused(fd, &op, -EINVAL, "a result past the end");
	op.dst_buf = 0;
	op.dst_off = 0;
	op_refused(fd, &op, -ENOENT, "no result");
	op = op_xor(sg, 5, &dst, AT);
	op.src_buf = src.buf;
	op_refused(fd, &op, -EINVAL, "a source beside the list");
	op = op_xor(sg, 5, &dst, AT);
	op.value = 1;
	op_refused(fd, &op, -EINVAL, "a value");
	op = op_xor(sg, 5, &dst, AT);
	op.flags = DMACTL_OPF_REPEAT;
	op_refused(fd, &op, -EOPNOTSUPP, "a flag");

	op = op_pq(sg, 1, P | Q);
	op_refused(fd, &op, -EINVAL, "P of one source");
	op = op_pq(sg, 0, P | Q);
	op_refused(fd, &op, -EINVAL, "P and Q of no source");
	op = op_pq(sg, 0, Q);
	op_refused(fd, &op, -EINVAL, "Q of no source");
	sources(sg, NULL, 5);
	op = op_pq(sg, 5, 0);
	op_refused(fd, &op, -EINVAL, "neither P nor Q");
	op = op_pq(sg, 3, P | Q);
	sg[4] = sg[3];
	sg[4].role = DMACTL_SG_Q;
	op_refused(fd, &op, -EINVAL, "Q on P");
	sg[4].off += 1;
	op_refused(fd, &op, -EINVAL, "Q on most of P");
	sg[4] = sg_piece(DMACTL_SG_Q, &dst, AT + STRIDE, LEN);
	sg[4].value = 1;
	op_refused(fd, &op, -EINVAL, "a coefficient of Q");
	sg[4].value = 0;
	op.dst_buf = dst.buf;
	op_refused(fd, &op, -EINVAL, "a destination beside the list");
	op.dst_buf = 0;
	run_ok(fd, &op);
	/* Nothing of the failures still holds the buffers. */
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

static void aligned(void)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	setup(DMACTL_CAP_XOR | DMACTL_CAP_PQ);
	xor_check(17);
	pq_check(17, before, P | Q);
	sources(sg, NULL, 5);
	op = op_xor(sg, 3, &dst, AT + 2);
	op_refused(fd, &op, -EINVAL, "the result of an XOR");
	sg[1].off += 2;
	op = op_xor(sg, 3, &dst, AT);
	op_refused(fd, &op, -EINVAL, "a source of an XOR");
	op = op_pq(sg, 3, P | Q);
	op_refused(fd, &op, -EINVAL, "a source of PQ");
	sg[1].off -= 2;
	sg[4].off += 1;
	op_refused(fd, &op, -EINVAL, "Q");
	sources(sg, NULL, 5);
	sg[0].len = sg[1].len = LEN - 1;
	op = op_xor(sg, 2, &dst, AT);
	op.len = LEN - 1;
	op_refused(fd, &op, -EINVAL, "the length");
}

UAPI_TEST(raid, alignment)
{
	/* AT is a multiple of 4, and no more. */
	with_sim("copy_align=4", aligned);
}

static void nothing_of_it(void)
{
	struct dmactl_sg sg[5];
	struct dmactl_op op;

	setup(DMACTL_CAP_MEMCPY);
	sources(sg, NULL, 5);
	op = op_xor(sg, 5, &dst, AT);
	op_refused(fd, &op, -EOPNOTSUPP, "xor");
	op = op_pq(sg, 3, P | Q);
	op_refused(fd, &op, -EOPNOTSUPP, "pq");
	op.opcode = DMACTL_OP_XOR_VAL;
	op_refused(fd, &op, -EOPNOTSUPP, "xor_val");
	op.opcode = DMACTL_OP_PQ_VAL;
	op_refused(fd, &op, -EOPNOTSUPP, "pq_val");
}

UAPI_TEST(raid, a_channel_without)
{
	with_sim("caps=memcpy", nothing_of_it);
}
