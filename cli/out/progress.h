/* SPDX-License-Identifier: MIT */
/* A progress bar on stderr, only on a terminal. There is one bar at a time. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "out/cli.h"

#define PROGRESS_INTERVAL_NS 200000000l

/* Starts the bar. total is in bytes; 0 if unknown. */
void progress_begin(const struct cli *cli, const char *label, uint64_t total);
/* The same for work that also ends after time_ns (0: no limit). */
void progress_begin_until(const struct cli *cli, const char *label, uint64_t total,
			  uint64_t time_ns);
void progress_update(uint64_t done);
/* Returns whether progress_update() would draw now, for callers to whom `done' costs something. */
bool progress_due(void);
void progress_clear(void); /* removes the line; the next update draws it again */
void progress_end(void);

/* Formats the line for a terminal of `width' columns (20 or more). Separate for the unit tests. */
void progress_format(char *line, size_t size, unsigned int width, const char *label, uint64_t done,
		     uint64_t total, uint64_t elapsed_ns, uint64_t time_ns);

#endif /* PROGRESS_H */
