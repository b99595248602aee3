/* SPDX-License-Identifier: MIT */
/* `dmactl status --watch': shows the channels repeatedly. */
#ifndef WATCH_H
#define WATCH_H

#include "out/cli.h"

/* One channel, as shown in one frame. */
struct watch_row {
	const char *chan;
	const char *asked; /* the slave name or port that its holder asked for, or "" */
	const char *state;
	bool known;  /* false if we may not inspect the holder; the fields below are not shown then
		      */
	double rate; /* bytes per second; NAN: not measured yet */
	uint64_t in_flight, depth, failed;
};

/*
 * Formats a line for a terminal of `width' columns; the last column stays free.
 * The bar shows the rate relative to `top'. A NULL row makes the heading.
 */
void watch_format(char *line, size_t size, unsigned int width, const struct watch_row *row,
		  double top);

/*
 * Shows the channel named `asked' (NULL: all channels) at this interval until
 * an interrupt. Returns the exit status.
 */
int watch_run(struct cli *cli, const char *asked, uint64_t interval_ns);

#endif /* WATCH_H */
