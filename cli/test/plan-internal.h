/* SPDX-License-Identifier: MIT */
/* Shared by the files of the plan. */
#ifndef PLAN_INTERNAL_H
#define PLAN_INTERNAL_H

#include "test/plan.h"

#include <string.h>

/*
 * test/plan-raid.c: the bytes of piece `index' of the destination of XOR and PQ
 * (0: P, 1: Q), with one wrong bit if the plan has p_bad or q_bad.
 */
uint8_t plan_raid_byte(const struct plan *plan, unsigned int index, size_t j);
void plan_raid_fill(const struct plan *plan, unsigned int index, uint8_t *memory);

#endif /* PLAN_INTERNAL_H */
