// SPDX-License-Identifier: MIT
#include "test/plan-internal.h"

#include <string.h>

const char *plan_op_name(enum plan_op op)
{
	static const char *const names[] = {"memcpy",	  "memset",   "sg",	  "memset_sg",
					    "xor",	  "xor_val",  "pq",	  "pq_val",
					    "interleave", "imm_data", "interrupt"};

	return names[op];
}

uint64_t random_next(struct random *random)
{
	random->state += 0x9e3779b97f4a7c15ull;
	return pattern_mix(random->state);
}

uint64_t random_below(struct random *random, uint64_t below)
{
	return random_next(random) % below;
}

/*
 * Places `len' bytes in `count' pieces at random places of the buffer. Lengths
 * and gaps are in units of the alignment.
 */
static void place_pieces(struct side *side, struct random *random, unsigned int count,
			 size_t buffer_len, size_t len, size_t align)
{
	size_t units = len / align;
	size_t gaps = (buffer_len - len) / align;
	size_t position = 0;

	if (count > units)
		count = (unsigned int)units;
	side->count = count;
	for (unsigned int i = 0; i < count; i++) {
		unsigned int after = count - i - 1;
		/* Leave at least one unit for each later piece. */
		size_t length = after ? 1 + random_below(random, units - after) : units;
		size_t gap = random_below(random, gaps + 1);

		position += gap;
		side->sorted[i] = (struct piece){position * align, length * align};
		position += length;
		units -= length;
		gaps -= gap;
	}
}

static void shuffle(struct side *side, struct random *random)
{
	memcpy(side->pieces, side->sorted, sizeof(side->pieces));
	for (unsigned int i = side->count; i > 1; i--) {
		unsigned int j = (unsigned int)random_below(random, i);
		struct piece piece = side->pieces[i - 1];

		side->pieces[i - 1] = side->pieces[j];
		side->pieces[j] = piece;
	}
}

/* Places `count' pieces of the same length, in random order with different gaps. */
static void place_equal(struct side *side, struct random *random, unsigned int count,
			size_t buffer_len, size_t len, size_t align)
{
	size_t gaps = (buffer_len - count * len) / align;
	size_t position = 0;

	side->count = count;
	for (unsigned int i = 0; i < count; i++) {
		size_t gap = random_below(random, gaps + 1);

		gaps -= gap;
		position += gap * align;
		side->sorted[i] = (struct piece){position, len};
		position += len;
	}
	shuffle(side, random);
}

/* Places `count' pieces of the same length, in order with equal gaps. Returns the gap. */
static size_t place_frames(struct side *side, struct random *random, unsigned int count,
			   size_t buffer_len, size_t len, size_t align)
{
	/* The gap behind the last piece must be in the buffer, too. */
	size_t gap = random_below(random, (buffer_len / count - len) / align + 1) * align;
	size_t room = buffer_len - count * (len + gap);
	size_t start = random_below(random, room / align + 1) * align;

	side->count = count;
	for (unsigned int i = 0; i < count; i++) {
		side->sorted[i] = (struct piece){start + i * (len + gap), len};
		side->pieces[i] = side->sorted[i];
	}
	return gap;
}

static bool is_raid(enum plan_op op)
{
	return op == PLAN_XOR || op == PLAN_XOR_VAL || op == PLAN_PQ || op == PLAN_PQ_VAL;
}

/* The pieces together are at most max_len bytes, if that is possible. */
static void make_equal(struct plan *plan, struct random *random, size_t max_len, size_t align)
{
	unsigned int count = 2 + (unsigned int)random_below(random, PLAN_MAX_SOURCES - 1);
	bool pq = plan->op == PLAN_PQ || plan->op == PLAN_PQ_VAL;
	size_t units = max_len / align / count;

	/* The shortest plan has two pieces of one unit, even if that is more than max_len. */
	if (!units) {
		count = 2;
		units = 1;
	}
	plan->len = (1 + random_below(random, units)) * align;
	if (plan->op == PLAN_INTERLEAVE) {
		plan->src_gap =
			place_frames(&plan->src, random, count, plan->buffer_len, plan->len, align);
		plan->dst_gap =
			place_frames(&plan->dst, random, count, plan->buffer_len, plan->len, align);
		plan->len *= count;
		return;
	}
	place_equal(&plan->src, random, count, plan->buffer_len, plan->len, align);
	place_equal(&plan->dst, random, pq ? 2 : 1, plan->buffer_len, plan->len, align);
	if (plan->op == PLAN_XOR_VAL || plan->op == PLAN_PQ_VAL)
		plan->p_bad = random_below(random, 2);
	if (plan->op == PLAN_PQ_VAL)
		plan->q_bad = random_below(random, 2);
}

/* Plans immediate data of 8 bytes at an aligned place, or an interrupt without data. */
static void make_small(struct plan *plan, struct random *random, size_t align)
{
	size_t step = align > sizeof(plan->immediate) ? align : sizeof(plan->immediate);

	plan->len = 0;
	if (plan->op == PLAN_INTERRUPT)
		return;
	plan->len = sizeof(plan->immediate);
	plan->immediate = random_next(random);
	plan->dst.count = 1;
	plan->dst.sorted[0] =
		(struct piece){random_below(random, plan->buffer_len / step) * step, plan->len};
	plan->dst.pieces[0] = plan->dst.sorted[0];
}

void plan_make(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
	       size_t max_len, size_t align)
{
	unsigned int src_pieces = 1, dst_pieces = 1;

	memset(plan, 0, sizeof(*plan));
	plan->op = op;
	plan->buffer_len = buffer_len;
	plan->salt = random_next(random);
	plan->len = (1 + random_below(random, max_len / align)) * align;
	plan->value = (uint8_t)random_next(random);
	if (is_raid(op) || op == PLAN_INTERLEAVE) {
		make_equal(plan, random, max_len, align);
		return;
	}
	if (op == PLAN_IMM_DATA || op == PLAN_INTERRUPT) {
		make_small(plan, random, align);
		return;
	}
	if (op == PLAN_SG)
		src_pieces = 1 + (unsigned int)random_below(random, PLAN_MAX_PIECES);
	if (op == PLAN_SG || op == PLAN_MEMSET_SG)
		dst_pieces = 1 + (unsigned int)random_below(random, PLAN_MAX_PIECES);
	if (op != PLAN_MEMSET && op != PLAN_MEMSET_SG) {
		place_pieces(&plan->src, random, src_pieces, buffer_len, plan->len, align);
		shuffle(&plan->src, random);
	}
	place_pieces(&plan->dst, random, dst_pieces, buffer_len, plan->len, align);
	shuffle(&plan->dst, random);
}

#define PLACED_PIECES 3 /* number of pieces in plan_place(), for ops with several */

/* Returns the distance between placed pieces. The gap is different on each side. */
static size_t placed_stride(size_t len, size_t align, unsigned int side)
{
	return len + (side ? 3 : 2) * align;
}

size_t plan_window(enum plan_op op, size_t len, size_t off, size_t align)
{
	size_t unit = align < 64 ? 64 : align;
	unsigned int count = is_raid(op) || op == PLAN_INTERLEAVE ? PLACED_PIECES : 1;

	/* Add a margin to detect writes beyond the end. */
	return off + count * placed_stride(len, align, 1) + 4 * unit;
}

static void place_at(struct side *side, unsigned int count, size_t off, size_t len, size_t stride)
{
	side->count = count;
	for (unsigned int i = 0; i < count; i++) {
		side->sorted[i] = (struct piece){off + i * stride, len};
		side->pieces[i] = side->sorted[i];
	}
}

void plan_place(struct plan *plan, struct random *random, enum plan_op op, size_t buffer_len,
		size_t len, size_t src_off, size_t dst_off, size_t align)
{
	bool pq = op == PLAN_PQ || op == PLAN_PQ_VAL;
	bool several = is_raid(op) || op == PLAN_INTERLEAVE;
	unsigned int dst_count = op == PLAN_INTERLEAVE ? PLACED_PIECES : pq ? 2 : 1;
	size_t src_stride = placed_stride(len, align, 0);
	size_t dst_stride = placed_stride(len, align, 1);

	memset(plan, 0, sizeof(*plan));
	plan->op = op;
	plan->buffer_len = buffer_len;
	plan->salt = random_next(random);
	plan->value = (uint8_t)random_next(random);
	plan->len = len;
	if (op != PLAN_MEMSET && op != PLAN_MEMSET_SG)
		place_at(&plan->src, several ? PLACED_PIECES : 1, src_off, len, src_stride);
	place_at(&plan->dst, dst_count, dst_off, len, dst_stride);
	if (op == PLAN_XOR_VAL || op == PLAN_PQ_VAL)
		plan->p_bad = random_below(random, 2);
	if (op == PLAN_PQ_VAL)
		plan->q_bad = random_below(random, 2);
	if (op == PLAN_INTERLEAVE) {
		plan->src_gap = src_stride - len;
		plan->dst_gap = dst_stride - len;
		plan->len = len * PLACED_PIECES;
	}
}

static void fill_side(const struct plan *plan, const struct side *side, uint8_t *memory,
		      enum region inside, enum region outside)
{
	pattern_fill(memory, plan->buffer_len, outside, plan->salt, 0);
	for (unsigned int i = 0; i < side->count; i++) {
		const struct piece *piece = &side->sorted[i];

		pattern_fill(memory + piece->off, piece->len, inside, plan->salt, piece->off);
	}
}

void plan_fill(const struct plan *plan, uint8_t *src, uint8_t *dst)
{
	fill_side(plan, &plan->src, src, REGION_SRC_INSIDE, REGION_SRC_OUTSIDE);
	fill_side(plan, &plan->dst, dst, REGION_DST_INSIDE, REGION_DST_OUTSIDE);
	/* A check needs a destination that is right, or wrong in one bit. */
	if (plan->op != PLAN_XOR_VAL && plan->op != PLAN_PQ_VAL)
		return;
	for (unsigned int i = 0; i < plan->dst.count; i++)
		plan_raid_fill(plan, i, dst + plan->dst.pieces[i].off);
}
