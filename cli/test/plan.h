/* SPDX-License-Identifier: MIT */
/*
 * A random transfer of `dmactl test': which pieces of the source buffer go to
 * which pieces of the destination buffer, and what both must contain
 * afterwards.
 */
#ifndef PLAN_H
#define PLAN_H

#include "test/pattern.h"

#include <stdbool.h>

#define PLAN_MAX_PIECES 16

#define PLAN_MAX_SOURCES 8 /* for XOR and PQ */

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
/* Returns a number from 0 to below - 1. */
uint64_t random_below(struct random *random, uint64_t below);

struct piece {
	size_t off;
	size_t len;
};

/* The pieces in the order of the transfer, and sorted by address. */
struct side {
	unsigned int count;
	struct piece pieces[PLAN_MAX_PIECES];
	struct piece sorted[PLAN_MAX_PIECES];
};

struct plan {
	enum plan_op op;
	size_t buffer_len;  /* length of each of the two buffers */
	size_t len;	    /* of the whole transfer; XOR and PQ: of each piece; INTERRUPT: 0 */
	struct side src;    /* MEMSET: no pieces */
	struct side dst;    /* PQ: P, then Q; XOR_VAL: the piece that makes the sum zero */
	uint8_t value;	    /* MEMSET */
	uint64_t immediate; /* IMM_DATA */
	uint64_t salt;
	/* *_VAL: which piece of the destination is wrong before the transfer */
	bool p_bad, q_bad;
	/* INTERLEAVE: gaps between the pieces, which are equal on both sides */
	size_t src_gap, dst_gap;
};

/* The result of a check, as in DMACTL_COMP_*_BAD. */
struct verdict {
	bool p_bad, q_bad;
};

/* Makes a random plan. max_len and buffer_len are multiples of align; max_len <= buffer_len. */
void plan_make(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
	       size_t max_len, size_t align);
/*
 * Makes a plan with given places; only its patterns are random. It moves `len'
 * bytes (XOR, PQ and INTERLEAVE: of each piece) from src_off to dst_off.
 * buffer_len is at least plan_window().
 */
void plan_place(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
		size_t len, size_t src_off, size_t dst_off, size_t align);
size_t plan_window(enum plan_op op, size_t len, size_t off, size_t align);
/* Fills both buffers with the patterns for before the transfer. */
void plan_fill(const struct plan *plan, uint8_t *src, uint8_t *dst);

/* Returns the coefficient of source i of a PQ plan, 2^i. */
uint8_t plan_coef(unsigned int i);

struct mismatch {
	bool verdict; /* the verdict of the channel is wrong, not a byte */
	enum region region;
	size_t offset; /* in the buffer of that region */
	uint8_t expected;
	uint8_t got;
};

/* Checks all four regions. Returns false and the first mismatch. */
bool plan_check(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		struct mismatch *mismatch);
/* The same for only the bytes that must have changed, and only those that must not. */
bool plan_check_inside(const struct plan *plan, const uint8_t *dst, struct mismatch *mismatch);
bool plan_check_kept(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		     struct mismatch *mismatch);
/* The same for the verdict of a *_VAL op. */
bool plan_check_verdict(const struct plan *plan, struct verdict verdict, struct mismatch *mismatch);

#endif /* PLAN_H */
