// SPDX-License-Identifier: MIT
/* The lines of `dmactl status --watch'. */
#include "verb/watch.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const struct watch_row busy = {.chan = "dma1chan2",
				      .asked = "counter",
				      .state = "running",
				      .known = true,
				      .rate = 512 * 1024,
				      .in_flight = 1,
				      .depth = 256,
				      .failed = 3};

Test(watch, columns)
{
	char heading[256], line[256];

	watch_format(heading, sizeof(heading), 80, NULL, 0);
	watch_format(line, sizeof(line), 80, &busy, 1024 * 1024);
	cr_expect_str_eq(
		line,
		"dma1chan2  counter    running  512.0 KiB/s  1/256      3 [##########          ]",
		"%s", line);
	/* Headings are aligned with their columns. */
	cr_expect_eq(strstr(heading, "STATE") - heading, strstr(line, "running") - line);
	cr_expect_eq(strstr(heading, "RATE") + 4 - heading, strstr(line, "KiB/s") + 5 - line);
	cr_expect_eq(strstr(heading, "DEPTH") + 5 - heading, strstr(line, "1/256") + 5 - line);
}

Test(watch, every_width)
{
	struct watch_row row = busy;
	char line[256];

	for (unsigned int width = 20; width < 200; width++) {
		for (double rate = 0; rate < 2e12; rate = rate * 3 + 1) {
			row.rate = rate;
			watch_format(line, sizeof(line), width, &row, 1e12);
			cr_assert(strlen(line) < width, "%u: %s", width, line);
			if (strchr(line, '['))
				cr_assert_eq(line[strlen(line) - 1], ']', "%u: %s", width, line);
		}
		watch_format(line, sizeof(line), width, NULL, 0);
		cr_assert(strlen(line) < width);
	}
}

Test(watch, of_whom_nothing_is_known)
{
	struct watch_row row = {.chan = "dma0chan0", .asked = "", .state = "in use"};
	char line[256];

	watch_format(line, sizeof(line), 80, &row, 100);
	cr_expect(strchr(line, '[') == NULL, "%s", line);
	cr_expect(strstr(line, "in use             -      -      -") != NULL, "%s", line);
	/* 40 columns have the most important values. */
	watch_format(line, sizeof(line), 40, &busy, 100);
	cr_expect(strstr(line, "running") && strstr(line, "512.0 KiB/s"), "%s", line);
}

Test(watch, before_there_is_a_rate)
{
	struct watch_row row = busy;
	char line[256];

	row.rate = NAN;
	watch_format(line, sizeof(line), 80, &row, 0);
	cr_expect_str_eq(
		line,
		"dma1chan2  counter    running            -  1/256      3 [                    ]",
		"%s", line);
}
