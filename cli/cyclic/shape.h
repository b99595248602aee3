/* SPDX-License-Identifier: MIT */
/* Chooses the size of a ring that the user did not give, from the limits of its channel. */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MIN_PERIODS 3
#define RING_MAX_PERIODS 65536

struct shape_limits {
	uint64_t align;	      /* a period is a multiple of this; at least 1 */
	uint64_t segment;     /* most bytes in a period, 0: no limit */
	unsigned int periods; /* most periods in a ring, 0: no limit */
	uint64_t bytes;	      /* most bytes in one buffer, 0: no limit */
};

struct shape {
	uint64_t period; /* bytes */
	unsigned int count;
	bool period_given, count_given; /* the user gave it, so it does not change */
};

/*
 * Returns the first shape to try. A period or count of 0 was not given and is
 * chosen; a chosen period is at least `align' bytes, a chosen count at least
 * RING_MIN_PERIODS.
 */
struct shape shape_choose(const struct shape_limits *limits, uint64_t period, uint64_t count);
/* Makes the shape smaller when memory is short. Returns false if it is already the smallest. */
bool shape_shrink(struct shape *shape, const struct shape_limits *limits);

#endif /* SHAPE_H */
