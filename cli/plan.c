// SPDX-License-Identifier: MIT
#include "plan.h"

#include <string.h>

const char *plan_op_name(enum plan_op op)
{
	static const char *const names[] = {"memcpy", "memset", "sg"};

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
 * Places `len` bytes in `count` pieces somewhere in the buffer. All in units
 * of the alignment: first the lengths, then the gaps.
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
		/* Each later piece needs a unit. */
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
	if (op == PLAN_SG) {
		src_pieces = 1 + (unsigned int)random_below(random, PLAN_MAX_PIECES);
		dst_pieces = 1 + (unsigned int)random_below(random, PLAN_MAX_PIECES);
	}
	if (op != PLAN_MEMSET) {
		place_pieces(&plan->src, random, src_pieces, buffer_len, plan->len, align);
		shuffle(&plan->src, random);
	}
	place_pieces(&plan->dst, random, dst_pieces, buffer_len, plan->len, align);
	shuffle(&plan->dst, random);
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
}

/* memory[off .. off + len) must still hold the pattern it was given. */
static bool check_kept(const struct plan *plan, const uint8_t *memory, size_t off, size_t len,
		       enum region region, struct mismatch *mismatch)
{
	size_t good = pattern_check(memory + off, len, region, plan->salt, off);

	if (good == len)
		return true;
	*mismatch = (struct mismatch){
		.region = region,
		.offset = off + good,
		.expected = pattern_byte(region, plan->salt, off + good),
		.got = memory[off + good],
	};
	return false;
}

static bool check_outside(const struct plan *plan, const struct side *side, const uint8_t *memory,
			  enum region region, struct mismatch *mismatch)
{
	size_t position = 0;

	for (unsigned int i = 0; i < side->count; i++) {
		const struct piece *piece = &side->sorted[i];

		if (!check_kept(plan, memory, position, piece->off - position, region, mismatch))
			return false;
		position = piece->off + piece->len;
	}
	return check_kept(plan, memory, position, plan->buffer_len - position, region, mismatch);
}

static bool check_source(const struct plan *plan, const uint8_t *src, struct mismatch *mismatch)
{
	for (unsigned int i = 0; i < plan->src.count; i++) {
		const struct piece *piece = &plan->src.sorted[i];

		if (!check_kept(plan, src, piece->off, piece->len, REGION_SRC_INSIDE, mismatch))
			return false;
	}
	return check_outside(plan, &plan->src, src, REGION_SRC_OUTSIDE, mismatch);
}

/* A stretch of the destination that comes from one stretch of the source. */
static bool check_copied(const struct plan *plan, const uint8_t *dst, size_t dst_off,
			 size_t src_off, size_t len, struct mismatch *mismatch)
{
	size_t good = pattern_check(dst + dst_off, len, REGION_SRC_INSIDE, plan->salt, src_off);

	if (good == len)
		return true;
	*mismatch = (struct mismatch){
		.region = REGION_DST_INSIDE,
		.offset = dst_off + good,
		.expected = pattern_byte(REGION_SRC_INSIDE, plan->salt, src_off + good),
		.got = dst[dst_off + good],
	};
	return false;
}

static bool check_transferred(const struct plan *plan, const uint8_t *dst,
			      struct mismatch *mismatch)
{
	const struct piece *from = plan->src.pieces;
	size_t used = 0; /* of *from */

	for (unsigned int i = 0; i < plan->dst.count; i++) {
		const struct piece *to = &plan->dst.pieces[i];
		size_t done = 0;

		while (done < to->len) {
			size_t left = to->len - done;
			size_t step = left < from->len - used ? left : from->len - used;

			if (!check_copied(plan, dst, to->off + done, from->off + used, step,
					  mismatch))
				return false;
			done += step;
			used += step;
			if (used == from->len) {
				from++;
				used = 0;
			}
		}
	}
	return true;
}

static bool check_set(const struct plan *plan, const uint8_t *dst, struct mismatch *mismatch)
{
	const struct piece *piece = &plan->dst.pieces[0];

	for (size_t i = 0; i < piece->len; i++) {
		if (dst[piece->off + i] == plan->value)
			continue;
		*mismatch = (struct mismatch){
			.region = REGION_DST_INSIDE,
			.offset = piece->off + i,
			.expected = plan->value,
			.got = dst[piece->off + i],
		};
		return false;
	}
	return true;
}

bool plan_check(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		struct mismatch *mismatch)
{
	bool inside;

	if (!check_source(plan, src, mismatch))
		return false;
	inside = plan->op == PLAN_MEMSET ? check_set(plan, dst, mismatch)
					 : check_transferred(plan, dst, mismatch);
	return inside && check_outside(plan, &plan->dst, dst, REGION_DST_OUTSIDE, mismatch);
}
