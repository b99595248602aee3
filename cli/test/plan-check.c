// SPDX-License-Identifier: MIT
/* Checks the contents of both buffers after a transfer. */
#include "test/plan-internal.h"

/* Checks that memory[off] to memory[off + len - 1] still hold the pattern of the region. */
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

/* Checks a range of the destination that comes from one range of the source. */
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
	size_t used = 0; /* bytes used of *from */

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

/* Returns the byte that a fill or immediate data writes. */
static uint8_t set_byte(const struct plan *plan, size_t i)
{
	if (plan->op == PLAN_IMM_DATA)
		return ((const uint8_t *)&plan->immediate)[i];
	return plan->value;
}

static bool check_set(const struct plan *plan, const struct piece *piece, const uint8_t *dst,
		      struct mismatch *mismatch)
{
	for (size_t i = 0; i < piece->len; i++) {
		if (dst[piece->off + i] == set_byte(plan, i))
			continue;
		*mismatch = (struct mismatch){
			.region = REGION_DST_INSIDE,
			.offset = piece->off + i,
			.expected = set_byte(plan, i),
			.got = dst[piece->off + i],
		};
		return false;
	}
	return true;
}

/* Checks each piece of the destination against the result that the CPU calculates. */
static bool check_raid(const struct plan *plan, const uint8_t *dst, struct mismatch *mismatch)
{
	for (unsigned int i = 0; i < plan->dst.count; i++) {
		const struct piece *piece = &plan->dst.pieces[i];

		for (size_t j = 0; j < piece->len; j++) {
			uint8_t expected = plan_raid_byte(plan, i, j);

			if (dst[piece->off + j] == expected)
				continue;
			*mismatch = (struct mismatch){
				.region = REGION_DST_INSIDE,
				.offset = piece->off + j,
				.expected = expected,
				.got = dst[piece->off + j],
			};
			return false;
		}
	}
	return true;
}

bool plan_check_inside(const struct plan *plan, const uint8_t *dst, struct mismatch *mismatch)
{
	switch (plan->op) {
	case PLAN_MEMSET:
	case PLAN_MEMSET_SG:
	case PLAN_IMM_DATA:
		for (unsigned int i = 0; i < plan->dst.count; i++) {
			if (!check_set(plan, &plan->dst.pieces[i], dst, mismatch))
				return false;
		}
		return true;
	case PLAN_XOR:
	case PLAN_XOR_VAL:
	case PLAN_PQ:
	case PLAN_PQ_VAL:
		return check_raid(plan, dst, mismatch);
	default:
		return check_transferred(plan, dst, mismatch);
	}
}

bool plan_check(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		struct mismatch *mismatch)
{
	return check_source(plan, src, mismatch) && plan_check_inside(plan, dst, mismatch) &&
	       check_outside(plan, &plan->dst, dst, REGION_DST_OUTSIDE, mismatch);
}

bool plan_check_kept(const struct plan *plan, const uint8_t *src, const uint8_t *dst,
		     struct mismatch *mismatch)
{
	return check_source(plan, src, mismatch) &&
	       check_outside(plan, &plan->dst, dst, REGION_DST_OUTSIDE, mismatch);
}

bool plan_check_verdict(const struct plan *plan, struct verdict verdict, struct mismatch *mismatch)
{
	bool p_wrong = verdict.p_bad != plan->p_bad;

	if (!p_wrong && verdict.q_bad == plan->q_bad)
		return true;
	*mismatch = (struct mismatch){
		.verdict = true,
		.region = REGION_DST_INSIDE,
		.offset = plan->dst.pieces[p_wrong ? 0 : plan->dst.count - 1].off,
		.expected = p_wrong ? plan->p_bad : plan->q_bad,
		.got = p_wrong ? verdict.p_bad : verdict.q_bad,
	};
	return false;
}
