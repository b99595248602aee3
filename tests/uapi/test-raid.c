// SPDX-License-Identifier: MIT
/* XOR and PQ against sums of their own; for XOR_VAL and PQ_VAL see test-raid-val.c. */
#include "raid.h"

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
