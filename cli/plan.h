/* SPDX-License-Identifier: MIT */
/*
 * One random transfer of `dmactl test`: which pieces of the source buffer go to
 * which pieces of the destination buffer, and what both must hold afterwards.
 */
#ifndef PLAN_H
#define PLAN_H

#include "pattern.h"

#include <stdbool.h>

#define PLAN_MAX_PIECES 16

enum plan_op { PLAN_MEMCPY, PLAN_MEMSET, PLAN_SG, PLAN_OPS };

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
	size_t buffer_len; /* of each of the two */
	size_t len;	   /* of the whole transfer */
	struct side src;   /* MEMSET: no pieces */
	struct side dst;
	uint8_t value; /* MEMSET */
	uint64_t salt;
};

/* max_len and buffer_len: multiples of align; max_len <= buffer_len. */
void plan_make(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
	       size_t max_len, size_t align);
/* Writes the patterns of before the transfer. */
void plan_fill(const struct plan *plan, uint8_t *src, uint8_t *dst);

struct mismatch {
	enum region region;
	size_t offset; /* in the buffer of that region */
	uint8_t expected;
	uint8_t got;
};

/* Checks all four regions; false: the first mismatch that was found. */
bool plan_check(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		struct mismatch *mismatch);

#endif /* PLAN_H */
