/* SPDX-License-Identifier: MIT */
/* A bar on stderr, on a terminal only. There is one at a time. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "out/cli.h"

#define PROGRESS_INTERVAL_NS 200000000l

/* total 0: not known. */
void progress_begin(const struct cli *cli, const char *label, uint64_t total);
/* It also ends after so long; 0: it does not. */
void progress_begin_until(const struct cli *cli, const char *label, uint64_t total,
			  uint64_t time_ns);
void progress_update(uint64_t done);
void progress_clear(void); /* removes the line; the next update draws it again */
void progress_end(void);

/* One line for a terminal `width` columns wide (20 or more), for the tests. */
void progress_format(char *line, size_t size, unsigned int width, const char *label, uint64_t done,
		     uint64_t total, uint64_t elapsed_ns, uint64_t time_ns);

#endif /* PROGRESS_H */
