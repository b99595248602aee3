/* SPDX-License-Identifier: MIT */
/* `dmactl status --watch': the channels, again and again. */
#ifndef WATCH_H
#define WATCH_H

#include "out/cli.h"

/* One channel, between two looks. */
struct watch_row {
	const char *chan;
	const char *asked; /* slave name or port, "" if it has its own */
	const char *state;
	bool known;  /* the rest; not of those whose process we may not look into */
	double rate; /* bytes per second */
	uint64_t in_flight, depth, failed;
};

/*
 * A line for a terminal `width' columns wide, which it does not fill; its bar shows
 * the rate against `top'. row NULL: the heading.
 */
void watch_format(char *line, size_t size, unsigned int width, const struct watch_row *row,
		  double top);

/* Shows what this name leads to (NULL: all) every so often until an interrupt. The exit status. */
int watch_run(struct cli *cli, const char *asked, uint64_t interval_ns);

#endif /* WATCH_H */
