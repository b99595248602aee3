/* SPDX-License-Identifier: MIT */
/* How large a ring is, where nobody said it: what its channel and the limits allow. */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MIN_PERIODS 3
#define RING_MAX_PERIODS 65536

struct shape_limits {
	uint64_t align;	      /* a period is a multiple of it, 1 or more */
	uint64_t segment;     /* bytes in a period at most, 0: no limit */
	unsigned int periods; /* in a ring at most, 0: no limit */
	uint64_t bytes;	      /* in one buffer at most, 0: no limit */
};

struct shape {
	uint64_t period; /* bytes */
	unsigned int count;
	bool period_given, count_given; /* somebody said so: they stay as they are */
};

/* What to begin with; 0: not said. It is at least an alignment and three periods. */
struct shape shape_choose(const struct shape_limits *limits, uint64_t period, uint64_t count);
/* A smaller one, as memory is short. False: it cannot be smaller. */
bool shape_shrink(struct shape *shape, const struct shape_limits *limits);

#endif /* SHAPE_H */
