/* SPDX-License-Identifier: MIT */
/*
 * XOR and PQ of sources in one buffer, and what their sums have to be, for the programs
 * that test them: each has its own.
 */
#ifndef RAID_H
#define RAID_H

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

static inline void setup(uint64_t caps)
{
	struct dmactl_chan_request arg;

	fd = dev_open(0);
	arg = chan_with(fd, caps);
	chan = arg.out_chan;
	max = caps & DMACTL_CAP_PQ ? arg.out.max_pq : arg.out.max_xor;
	src = mem_get(fd, MAX_SOURCES * STRIDE);
	dst = mem_get(fd, 2 * STRIDE + 2 * AT);
}

static inline void fill(size_t nr, uint32_t seed)
{
	noise_fill(src.p, nr * STRIDE, seed);
	memcpy(before, src.p, nr * STRIDE);
	pattern_fill(dst.p, 0, dst.len, DST_MARGIN);
}

static inline void sum_up(const unsigned char *coef, unsigned int nr)
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

static inline unsigned int sources(struct dmactl_sg *sg, const unsigned char *coef, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * STRIDE, LEN);
		sg[i].value = coef ? coef[i] : 0;
	}
	return nr;
}

static inline struct dmactl_op op_xor(struct dmactl_sg *sg, unsigned int nr, const struct mem *to,
				      uint64_t off)
{
	struct dmactl_op op = op_list(DMACTL_OP_XOR, chan, sg, nr, LEN);

	op.dst_buf = to->buf;
	op.dst_off = off;
	return op;
}

static inline void xor_check(unsigned int nr)
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

enum { P = 1, Q = 2 };

static inline struct dmactl_op op_pq(struct dmactl_sg *sg, unsigned int nr, int which)
{
	if (which & P)
		sg[nr++] = sg_piece(DMACTL_SG_P, &dst, AT, LEN);
	if (which & Q)
		sg[nr++] = sg_piece(DMACTL_SG_Q, &dst, AT + STRIDE, LEN);
	return op_list(DMACTL_OP_PQ, chan, sg, nr, LEN);
}

static inline void result_check(unsigned int at, const unsigned char *sum, const char *what)
{
	if (sum)
		bytes_check(dst.p + at, sum, LEN, what);
	else
		pattern_check(dst.p, at, LEN, DST_MARGIN, at);
	pattern_check(dst.p, at + LEN, STRIDE - LEN, DST_MARGIN, at + LEN);
}

static inline void pq_check(unsigned int nr, const unsigned char *coef, int which)
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

#endif /* RAID_H */
