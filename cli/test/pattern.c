// SPDX-License-Identifier: MIT
#include "test/pattern.h"

#include <endian.h>
#include <string.h>

const char *region_name(enum region region)
{
	switch (region) {
	case REGION_SRC_INSIDE:
		return "source, inside the range";
	case REGION_SRC_OUTSIDE:
		return "source, outside the range";
	case REGION_DST_INSIDE:
		return "destination, inside the range";
	case REGION_DST_OUTSIDE:
		return "destination, outside the range";
	default:
		return "?";
	}
}

/* The finalizer of splitmix64. */
uint64_t pattern_mix(uint64_t value)
{
	value ^= value >> 30;
	value *= 0xbf58476d1ce4e5b9ull;
	value ^= value >> 27;
	value *= 0x94d049bb133111ebull;
	value ^= value >> 31;
	return value;
}

/* Returns eight bytes, the lowest first: those of places 8 * word to 8 * word + 7. */
static uint64_t pattern_word(enum region region, uint64_t salt, size_t word)
{
	uint64_t bits = pattern_mix(salt + (word + 1) * 0x9e3779b97f4a7c15ull);

	return (bits & 0x3f3f3f3f3f3f3f3full) | (uint64_t)region * 0x4040404040404040ull;
}

uint8_t pattern_byte(enum region region, uint64_t salt, size_t index)
{
	return (uint8_t)(pattern_word(region, salt, index / 8) >> (index % 8 * 8));
}

void pattern_fill(uint8_t *memory, size_t length, enum region region, uint64_t salt, size_t index)
{
	size_t i = 0;

	while (i < length) {
		if ((index + i) % 8 == 0 && length - i >= 8) {
			uint64_t word = htole64(pattern_word(region, salt, (index + i) / 8));

			memcpy(memory + i, &word, 8);
			i += 8;
		} else {
			memory[i] = pattern_byte(region, salt, index + i);
			i++;
		}
	}
}

size_t pattern_check(const uint8_t *memory, size_t length, enum region region, uint64_t salt,
		     size_t index)
{
	size_t i = 0;

	while (i < length) {
		if ((index + i) % 8 == 0 && length - i >= 8) {
			uint64_t word = htole64(pattern_word(region, salt, (index + i) / 8));

			if (memcmp(memory + i, &word, 8) == 0) {
				i += 8;
				continue;
			}
		}
		if (memory[i] != pattern_byte(region, salt, index + i))
			return i;
		i++;
	}
	return length;
}
