// SPDX-License-Identifier: MIT
/* The patterns and plans of `dmactl test`. */
#include "test/plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER 8192

Test(pattern, fill_and_check_agree_at_every_place)
{
	uint8_t memory[64];

	for (size_t index = 0; index < 16; index++) {
		for (size_t length = 0; length < 40; length++) {
			memset(memory, 0xee, sizeof(memory));
			pattern_fill(memory, length, REGION_SRC_OUTSIDE, 99, index);
			cr_assert_eq(memory[length], 0xee);
			for (size_t i = 0; i < length; i++)
				cr_assert_eq(memory[i],
					     pattern_byte(REGION_SRC_OUTSIDE, 99, index + i));
			cr_assert_eq(pattern_check(memory, length, REGION_SRC_OUTSIDE, 99, index),
				     length);
		}
	}
}

Test(pattern, check_finds_a_single_bit)
{
	uint8_t memory[50];

	for (size_t bad = 0; bad < sizeof(memory); bad++) {
		pattern_fill(memory, sizeof(memory), REGION_DST_INSIDE, 7, 3);
		memory[bad] ^= 0x10;
		cr_assert_eq(pattern_check(memory, sizeof(memory), REGION_DST_INSIDE, 7, 3), bad);
	}
}

Test(pattern, regions_never_share_a_byte)
{
	for (size_t i = 0; i < 256; i++) {
		for (int region = 0; region < REGION_COUNT; region++)
			cr_assert_eq(pattern_byte((enum region)region, 5, i) >> 6, region);
	}
}

/* The textbook algorithm, unlike that of the tool. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned int product = 0;

	for (int i = 0; i < 8; i++)
		product ^= (b >> i & 1) ? (unsigned int)a << i : 0;
	for (int i = 15; i >= 8; i--)
		product ^= (product >> i & 1) ? 0x11du << (i - 8) : 0;
	return (uint8_t)product;
}

/* Computes P and Q of the sources; the XOR is P. */
static void raid_bytes(const struct plan *plan, const uint8_t *src, size_t at, uint8_t result[2])
{
	uint8_t coef = 1;

	result[0] = 0;
	result[1] = 0;
	for (unsigned int i = 0; i < plan->src.count; i++) {
		uint8_t byte = src[plan->src.pieces[i].off + at];

		result[0] ^= byte;
		result[1] ^= multiply(byte, coef);
		cr_assert_eq(plan_coef(i), coef);
		coef = multiply(coef, 2);
	}
}

static struct verdict raid_transfer(const struct plan *plan, const uint8_t *src, uint8_t *dst)
{
	bool checks = plan->op == PLAN_XOR_VAL || plan->op == PLAN_PQ_VAL;
	bool bad[2] = {false, false};
	uint8_t result[2];

	for (size_t at = 0; at < plan->len; at++) {
		raid_bytes(plan, src, at, result);
		for (unsigned int i = 0; i < plan->dst.count; i++) {
			uint8_t *byte = dst + plan->dst.pieces[i].off + at;

			bad[i] |= checks && *byte != result[i];
			if (!checks)
				*byte = result[i];
		}
	}
	return (struct verdict){bad[0], bad[1]};
}

static bool is_raid(const struct plan *plan)
{
	return plan->op >= PLAN_XOR && plan->op <= PLAN_PQ_VAL;
}

/* Does what a channel would do. */
static void transfer(const struct plan *plan, const uint8_t *src, uint8_t *dst)
{
	uint8_t *flat = malloc(plan->len + 1);
	size_t position = 0;

	cr_assert(flat != NULL);
	memset(flat, plan->value, plan->len);
	if (plan->op == PLAN_IMM_DATA)
		memcpy(flat, &plan->immediate, plan->len);
	for (unsigned int i = 0; i < plan->src.count; i++) {
		memcpy(flat + position, src + plan->src.pieces[i].off, plan->src.pieces[i].len);
		position += plan->src.pieces[i].len;
	}
	cr_assert(plan->src.count == 0 || position == plan->len);
	position = 0;
	for (unsigned int i = 0; i < plan->dst.count; i++) {
		memcpy(dst + plan->dst.pieces[i].off, flat + position, plan->dst.pieces[i].len);
		position += plan->dst.pieces[i].len;
	}
	cr_assert_eq(position, plan->len);
	free(flat);
}

static void check_side(const struct plan *plan, const struct side *side, size_t align)
{
	size_t end = 0;

	for (unsigned int i = 0; i < side->count; i++) {
		cr_assert(side->sorted[i].off >= end);
		cr_assert(side->sorted[i].len > 0);
		cr_assert_eq(side->sorted[i].off % align, 0);
		if (plan->op == PLAN_IMM_DATA) {
			cr_assert_eq(side->sorted[i].len, 8);
		} else {
			cr_assert_eq(side->sorted[i].len % align, 0);
		}
		end = side->sorted[i].off + side->sorted[i].len;
	}
	cr_assert(end <= BUFFER);
}

static void run_plans(enum plan_op op, size_t align)
{
	static uint8_t src[BUFFER], dst[BUFFER];
	struct random random = {.state = align};
	bool both[2] = {false, false};
	struct mismatch mismatch;
	struct plan plan;

	for (int i = 0; i < 500; i++) {
		struct verdict verdict = {false, false};

		plan_make(&plan, &random, op, BUFFER, 4096, align);
		if (op == PLAN_INTERRUPT) {
			cr_assert(plan.len == 0 && !plan.src.count && !plan.dst.count);
		} else if (op != PLAN_IMM_DATA) {
			cr_assert(plan.len >= align && plan.len <= 4096);
		}
		check_side(&plan, &plan.src, align);
		check_side(&plan, &plan.dst, align);
		plan_fill(&plan, src, dst);
		if (is_raid(&plan))
			verdict = raid_transfer(&plan, src, dst);
		else
			transfer(&plan, src, dst);
		cr_assert(plan_check_verdict(&plan, verdict, &mismatch));
		cr_assert(plan_check(&plan, src, dst, &mismatch));
		both[verdict.p_bad] = true;
	}
	/* A check with a constant verdict would prove nothing. */
	cr_assert(both[0]);
	cr_assert_eq(both[1], op == PLAN_XOR_VAL || op == PLAN_PQ_VAL);
}

Test(plan, a_right_transfer_passes)
{
	for (int op = 0; op < PLAN_OPS; op++) {
		run_plans((enum plan_op)op, 1);
		run_plans((enum plan_op)op, 4);
		run_plans((enum plan_op)op, 64);
	}
}

Test(plan, the_same_seed_makes_the_same_plans)
{
	struct random one = {.state = 42}, two = {.state = 42};
	struct plan a, b;

	for (int i = 0; i < 20; i++) {
		plan_make(&a, &one, PLAN_SG, BUFFER, 4096, 1);
		plan_make(&b, &two, PLAN_SG, BUFFER, 4096, 1);
		cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
	}
}

Test(plan, each_region_is_told)
{
	static uint8_t src[BUFFER], dst[BUFFER];
	struct random random = {.state = 1};
	struct plan plan;
	struct {
		enum region region;
		uint8_t *byte;
		size_t offset;
	} cases[4];

	do
		plan_make(&plan, &random, PLAN_MEMCPY, BUFFER, 4096, 1);
	while (!plan.src.sorted[0].off || !plan.dst.sorted[0].off);
	cases[0].region = REGION_SRC_INSIDE;
	cases[0].offset = plan.src.sorted[0].off;
	cases[0].byte = src + cases[0].offset;
	cases[1].region = REGION_SRC_OUTSIDE;
	cases[1].offset = plan.src.sorted[0].off - 1;
	cases[1].byte = src + cases[1].offset;
	cases[2].region = REGION_DST_INSIDE;
	cases[2].offset = plan.dst.sorted[0].off + plan.len - 1;
	cases[2].byte = dst + cases[2].offset;
	cases[3].region = REGION_DST_OUTSIDE;
	cases[3].offset = plan.dst.sorted[0].off - 1;
	cases[3].byte = dst + cases[3].offset;
	for (int i = 0; i < 4; i++) {
		struct mismatch mismatch;

		plan_fill(&plan, src, dst);
		transfer(&plan, src, dst);
		*cases[i].byte ^= 1;
		cr_assert(not(plan_check(&plan, src, dst, &mismatch)));
		cr_expect_eq(mismatch.region, cases[i].region);
		cr_expect_eq(mismatch.offset, cases[i].offset);
		cr_expect_eq(mismatch.got, *cases[i].byte);
		cr_expect_eq(mismatch.expected, *cases[i].byte ^ 1);
	}
}

Test(plan, a_transfer_that_did_nothing_fails)
{
	static uint8_t src[BUFFER], dst[BUFFER];
	struct random random = {.state = 3};
	struct mismatch mismatch;
	struct plan plan;

	for (int op = 0; op < PLAN_OPS; op++) {
		/* These operations change no bytes. */
		if (op == PLAN_XOR_VAL || op == PLAN_PQ_VAL || op == PLAN_INTERRUPT)
			continue;
		do
			plan_make(&plan, &random, (enum plan_op)op, BUFFER, 4096, 1);
		while (plan.len < 64 && op != PLAN_IMM_DATA);
		plan_fill(&plan, src, dst);
		cr_assert(not(plan_check(&plan, src, dst, &mismatch)));
		cr_expect_eq(mismatch.region, REGION_DST_INSIDE);
	}
}

Test(plan, a_wrong_verdict_is_told)
{
	struct random random = {.state = 3};
	struct mismatch mismatch;
	struct plan plan;

	for (int i = 0; i < 50; i++) {
		plan_make(&plan, &random, PLAN_PQ_VAL, BUFFER, 4096, 1);
		cr_assert(not(plan_check_verdict(&plan, (struct verdict){!plan.p_bad, plan.q_bad},
						 &mismatch)));
		cr_assert(mismatch.verdict);
		cr_assert_eq(mismatch.offset, plan.dst.pieces[0].off);
		cr_assert(not(plan_check_verdict(&plan, (struct verdict){plan.p_bad, !plan.q_bad},
						 &mismatch)));
		cr_assert_eq(mismatch.offset, plan.dst.pieces[1].off);
		cr_assert_eq(mismatch.expected, plan.q_bad);
	}
}
