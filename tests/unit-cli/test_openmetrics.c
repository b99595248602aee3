// SPDX-License-Identifier: MIT
#include "out/openmetrics.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t length;

static FILE *begin(void)
{
	return open_memstream(&text, &length);
}

static void is(FILE *out, const char *expected)
{
	fclose(out);
	cr_assert_str_eq(text, expected);
	free(text);
}

Test(openmetrics, a_counter_with_a_unit)
{
	const struct metric metric = {"x_bytes", METRIC_COUNTER, "bytes", "What it is."};
	const struct metric_label labels[] = {{"a", "1"}, {"b", ""}, {NULL, NULL}};
	FILE *out = begin();

	metric_head(out, &metric);
	metric_sample(out, &metric, labels, UINT64_MAX);
	metric_end(out);
	is(out, "# TYPE x_bytes counter\n"
		"# UNIT x_bytes bytes\n"
		"# HELP x_bytes What it is.\n"
		"x_bytes_total{a=\"1\",b=\"\"} 18446744073709551615\n"
		"# EOF\n");
}

Test(openmetrics, a_gauge_without_labels)
{
	const struct metric metric = {"up", METRIC_GAUGE, NULL, "Is it?"};
	const struct metric_label none[] = {{NULL, NULL}};
	FILE *out = begin();

	metric_head(out, &metric);
	metric_sample(out, &metric, NULL, 0);
	metric_sample(out, &metric, none, 1);
	is(out, "# TYPE up gauge\n# HELP up Is it?\nup 0\nup 1\n");
}

/* Processes choose their names, so labels must be escaped. */
Test(openmetrics, labels_are_escaped)
{
	const struct metric metric = {"m", METRIC_GAUGE, NULL, ""};
	const struct metric_label labels[] = {{"comm", "a\"b\\c\nd} 7"}, {NULL, NULL}};
	FILE *out = begin();

	metric_sample(out, &metric, labels, 3);
	is(out, "m{comm=\"a\\\"b\\\\c\\nd} 7\"} 3\n");
}
