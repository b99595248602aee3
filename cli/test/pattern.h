/* SPDX-License-Identifier: MIT */
/*
 * Test patterns. Two bits of each byte are its region; six bits depend on its
 * place and on a salt. A byte from another place, another region or an earlier
 * round is therefore recognised as wrong.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stddef.h>
#include <stdint.h>

/* The four regions of a transfer, as in the kernel's dmatest. */
enum region {
	REGION_SRC_INSIDE,  /* is copied, must not change */
	REGION_SRC_OUTSIDE, /* is not copied, must not change */
	REGION_DST_INSIDE,  /* must be overwritten */
	REGION_DST_OUTSIDE, /* must not change */
	REGION_COUNT,
};

const char *region_name(enum region region);

uint64_t pattern_mix(uint64_t value); /* scatters the bits of value */
uint8_t pattern_byte(enum region region, uint64_t salt, size_t index);

/* Sets memory[i] to the byte of place index + i. */
void pattern_fill(uint8_t *memory, size_t length, enum region region, uint64_t salt, size_t index);
/* Returns the first i for which memory[i] is not the byte of place index + i, or length. */
size_t pattern_check(const uint8_t *memory, size_t length, enum region region, uint64_t salt,
		     size_t index);

#endif /* PATTERN_H */
