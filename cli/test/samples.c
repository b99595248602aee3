// SPDX-License-Identifier: MIT
#include "test/samples.h"

#include <stdbool.h>
#include <stdlib.h>

#define MOST 100000

struct samples {
	uint64_t count;
	bool sorted;
	uint64_t ns[MOST];
};

struct samples *samples_new(void)
{
	return calloc(1, sizeof(struct samples));
}

void samples_free(struct samples *samples)
{
	free(samples);
}

void samples_add(struct samples *samples, uint64_t ns)
{
	if (samples->count < MOST)
		samples->ns[samples->count] = ns;
	samples->count++;
	samples->sorted = false;
}

uint64_t samples_count(const struct samples *samples)
{
	return samples->count;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t samples_at(struct samples *samples, unsigned int thousandths)
{
	uint64_t stored = samples->count < MOST ? samples->count : MOST;

	if (!stored)
		return 0;
	if (!samples->sorted)
		qsort(samples->ns, stored, sizeof(samples->ns[0]), compare);
	samples->sorted = true;
	return samples->ns[stored * thousandths / 1000];
}
