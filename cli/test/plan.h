/* SPDX-License-Identifier: MIT */
/*
 * One random transfer of `dmactl test`: which pieces of the source buffer go to
 * which pieces of the destination buffer, and what both must hold afterwards.
 */
#ifndef PLAN_H
#define PLAN_H

#include "test/pattern.h"

#include <stdbool.h>

#define PLAN_MAX_PIECES 16

#define PLAN_MAX_SOURCES 8 /* of XOR and PQ */

enum plan_op {
	PLAN_MEMCPY,
	PLAN_MEMSET,
	PLAN_SG,
	PLAN_MEMSET_SG,
	PLAN_XOR,
	PLAN_XOR_VAL,
	PLAN_PQ,
	PLAN_PQ_VAL,
	PLAN_INTERLEAVE,
	PLAN_IMM_DATA,
	PLAN_INTERRUPT,
	PLAN_OPS
};

const char *plan_op_name(enum plan_op op);

struct random {
	uint64_t state;
};

uint64_t random_next(struct random *random);
/* From 0 to below - 1. */
uint64_t random_below(struct random *random, uint64_t below);

struct piece {
	size_t off;
	size_t len;
};

/* Pieces in the order of the transfer, and the same by address. */
struct side {
	unsigned int count;
	struct piece pieces[PLAN_MAX_PIECES];
	struct piece sorted[PLAN_MAX_PIECES];
};

struct plan {
	enum plan_op op;
	size_t buffer_len;  /* of each of the two */
	size_t len;	    /* of the whole transfer; XOR and PQ: of each piece; INTERRUPT: 0 */
	struct side src;    /* MEMSET: no pieces */
	struct side dst;    /* PQ: P, then Q; XOR_VAL: what makes the sum zero */
	uint8_t value;	    /* MEMSET */
	uint64_t immediate; /* IMM_DATA */
	uint64_t salt;
	/* *_VAL: what is wrong in the destination before the transfer */
	bool p_bad, q_bad;
	/* INTERLEAVE: so many equal pieces on both sides, so far apart */
	size_t src_gap, dst_gap;
};

/* What the channel must report for a check, as DMACTL_COMP_*_BAD has it. */
struct verdict {
	bool p_bad, q_bad;
};

/* max_len and buffer_len: multiples of align; max_len <= buffer_len. */
void plan_make(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
	       size_t max_len, size_t align);
/*
 * The same, not random but for its patterns: `len` bytes (XOR, PQ, INTERLEAVE:
 * of each piece), from src_off on, to dst_off on. plan_window() tells how long
 * the buffers must be at least; buffer_len is that or more.
 */
void plan_place(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
		size_t len, size_t src_off, size_t dst_off, size_t align);
size_t plan_window(enum plan_op op, size_t len, size_t off, size_t align);
/* Writes the patterns of before the transfer. */
void plan_fill(const struct plan *plan, uint8_t *src, uint8_t *dst);

/* The coefficient of source i of a PQ plan: 2 to its power. */
uint8_t plan_coef(unsigned int i);

struct mismatch {
	bool verdict; /* the channel's, not that of a byte */
	enum region region;
	size_t offset; /* in the buffer of that region */
	uint8_t expected;
	uint8_t got;
};

/* Checks all four regions; false: the first mismatch that was found. */
bool plan_check(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		struct mismatch *mismatch);
/* Of these, only what must have changed, and only what must not. */
bool plan_check_inside(const struct plan *plan, const uint8_t *dst, struct mismatch *mismatch);
bool plan_check_kept(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		     struct mismatch *mismatch);
/* The same for what a check reported. */
bool plan_check_verdict(const struct plan *plan, struct verdict verdict, struct mismatch *mismatch);

#endif /* PLAN_H */
