/* SPDX-License-Identifier: MIT */
/* Times that were measured, and their percentiles. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdint.h>

struct samples;

/* Returns NULL if there is no memory; samples_free() frees it. */
struct samples *samples_new(void);
void samples_free(struct samples *samples);
/* Counts a time; the first 100,000 are stored. */
void samples_add(struct samples *samples, uint64_t ns);
uint64_t samples_count(const struct samples *samples);
/* Returns the time that this part of the stored ones, in thousandths, do not reach; 0 if none. */
uint64_t samples_at(struct samples *samples, unsigned int thousandths);

#endif /* SAMPLES_H */
