/* SPDX-License-Identifier: MIT */
/* How long completions waited for the program. */
#ifndef WAKES_H
#define WAKES_H

#include <stdint.h>

struct wakes;

/* Returns NULL if there is no memory; wakes_free() frees it. */
struct wakes *wakes_new(void);
void wakes_free(struct wakes *wakes);
/* Notes a completion that is taken now; ended_ns is its time on CLOCK_MONOTONIC. */
void wakes_note(struct wakes *wakes, uint64_t ended_ns);
uint64_t wakes_count(const struct wakes *wakes);
/* Returns the time, in ns, that this part (0 to 1) of the completions waited at most, 0 if none. */
double wakes_at(struct wakes *wakes, double part);

#endif /* WAKES_H */
