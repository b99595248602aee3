/* SPDX-License-Identifier: MIT */
/* Shared by the files of the plan. */
#ifndef PLAN_INTERNAL_H
#define PLAN_INTERNAL_H

#include "test/plan.h"

#include <string.h>

/* test/plan-raid.c: piece `index` of the destination of XOR and PQ (0: P, 1: Q), with
 * the bit that is wrong where the plan wants one. */
uint8_t plan_raid_byte(const struct plan *plan, unsigned int index, size_t j);
void plan_raid_fill(const struct plan *plan, unsigned int index, uint8_t *memory);

#endif /* PLAN_INTERNAL_H */
