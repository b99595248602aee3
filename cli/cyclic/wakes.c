// SPDX-License-Identifier: MIT
#include "cyclic/wakes.h"
#include "out/units.h"

#include <stdlib.h>

/* Most times that are stored. Later ones replace earlier ones. */
#define MOST 100000

struct wakes {
	uint64_t count;
	uint64_t ns[MOST];
};

struct wakes *wakes_new(void)
{
	return calloc(1, sizeof(struct wakes));
}

void wakes_free(struct wakes *wakes)
{
	free(wakes);
}

void wakes_note(struct wakes *wakes, uint64_t ended_ns)
{
	uint64_t now = now_ns();

	wakes->ns[wakes->count++ % MOST] = now > ended_ns ? now - ended_ns : 0;
}

uint64_t wakes_count(const struct wakes *wakes)
{
	return wakes->count;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double wakes_at(struct wakes *wakes, double part)
{
	size_t stored = wakes->count < MOST ? wakes->count : MOST;

	if (!stored)
		return 0;
	qsort(wakes->ns, stored, sizeof(wakes->ns[0]), compare);
	return (double)wakes->ns[(size_t)((double)(stored - 1) * part)];
}
