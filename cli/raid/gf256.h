/* SPDX-License-Identifier: MIT */
/* The field of RAID-6: GF(2^8), polynomial 0x11d. */
#ifndef GF256_H
#define GF256_H

#include <stdint.h>

static inline uint8_t gf256_double(uint8_t value)
{
	return (uint8_t)(value << 1 ^ (value & 0x80 ? 0x1d : 0));
}

#endif /* GF256_H */
