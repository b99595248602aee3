// SPDX-License-Identifier: MIT
#include "verb/watch.h"
#include "out/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_CELLS  40
#define LEAST_CELLS 6
#define NARROW	    60

static void bar(char *text, size_t size, unsigned int cells, double share)
{
	unsigned int full = (unsigned int)(share * cells + 0.5);

	if (full > cells)
		full = cells;
	snprintf(text, size, " [%.*s%*s]", (int)full, "########################################",
		 (int)(cells - full), "");
}

void watch_format(char *line, size_t size, unsigned int width, const struct watch_row *row,
		  double top)
{
	char name[32], rate[UNITS_TEXT] = "-", depth[UNITS_TEXT] = "-", failed[UNITS_TEXT] = "-";
	char text[256], cells[MOST_CELLS + 8] = "";
	/* A narrow terminal has room for one name only; show that of the channel. */
	int as = width < NARROW ? 0 : 11;
	int used;

	if (!row) {
		snprintf(text, sizeof(text), "%-10s %-*.*s%-7s %12s %6s %6s", "CHANNEL", as, as,
			 "AS", "STATE", "RATE", "DEPTH", "ERRORS");
		snprintf(line, size, "%.*s", (int)width - 1, text);
		return;
	}
	if (row->known) {
		if (!isnan(row->rate))
			format_rate(rate, row->rate);
		snprintf(depth, sizeof(depth), "%" PRIu64 "/%" PRIu64, row->in_flight, row->depth);
		snprintf(failed, sizeof(failed), "%" PRIu64, row->failed);
	}
	snprintf(name, sizeof(name), "%.*s ", as ? as - 1 : 0, *row->asked ? row->asked : "-");
	used = snprintf(text, sizeof(text), "%-10.20s %-*.*s%-7s %12s %6s %6s", row->chan, as, as,
			name, row->state, rate, depth, failed);
	/* The 4: two brackets, a blank, and the last column, which stays free. */
	if (row->known && used + 4 + LEAST_CELLS <= (int)width) {
		int room = (int)width - used - 4;

		bar(cells, sizeof(cells), room > MOST_CELLS ? MOST_CELLS : (unsigned int)room,
		    top > 0 && !isnan(row->rate) ? row->rate / top : 0);
	}
	snprintf(line, size, "%.*s", (int)width - 1, text);
	/* Drop the blanks behind the last column that fits. */
	for (char *end = line + strlen(line); end > line && end[-1] == ' '; end--)
		end[-1] = '\0';
	if (*cells && strlen(line) + strlen(cells) < width && strlen(line) + strlen(cells) < size)
		strcat(line, cells);
}
