// SPDX-License-Identifier: MIT
/* Calculates XOR, P and Q of the patterns with the CPU. */
#include "test/plan-internal.h"
#include "raid/gf256.h"

uint8_t plan_coef(unsigned int i)
{
	uint8_t coef = 1;

	while (i--)
		coef = gf256_double(coef);
	return coef;
}

/* Returns the correct byte j of piece `index' of the destination (0: the sum or P, 1: Q). */
static uint8_t right_byte(const struct plan *plan, unsigned int index, size_t j)
{
	uint8_t sum = 0;

	/* Horner's method: each step doubles the sum of the later sources. */
	for (unsigned int i = plan->src.count; i--;) {
		if (index == 1)
			sum = gf256_double(sum);
		sum ^= pattern_byte(REGION_SRC_INSIDE, plan->salt, plan->src.pieces[i].off + j);
	}
	return sum;
}

uint8_t plan_raid_byte(const struct plan *plan, unsigned int index, size_t j)
{
	bool bad = index ? plan->q_bad : plan->p_bad;
	uint8_t byte = right_byte(plan, index, j);

	/* Invert one bit at a random place. */
	if (bad && j == plan->salt % plan->len)
		byte ^= (uint8_t)(1u << (plan->salt >> 32) % 8);
	return byte;
}

void plan_raid_fill(const struct plan *plan, unsigned int index, uint8_t *memory)
{
	for (size_t j = 0; j < plan->len; j++)
		memory[j] = plan_raid_byte(plan, index, j);
}
