// SPDX-License-Identifier: MIT
#include "out/openmetrics.h"

#include <inttypes.h>

void metric_head(FILE *out, const struct metric *metric)
{
	fprintf(out, "# TYPE %s %s\n", metric->name,
		metric->type == METRIC_COUNTER ? "counter" : "gauge");
	if (metric->unit)
		fprintf(out, "# UNIT %s %s\n", metric->name, metric->unit);
	fprintf(out, "# HELP %s %s\n", metric->name, metric->help);
}

static void put_value(FILE *out, const char *value)
{
	for (; *value; value++) {
		switch (*value) {
		case '\\':
		case '"':
			fprintf(out, "\\%c", *value);
			break;
		case '\n':
			fputs("\\n", out);
			break;
		default:
			putc(*value, out);
		}
	}
}

void metric_sample(FILE *out, const struct metric *metric, const struct metric_label *labels,
		   uint64_t value)
{
	const char *before = "{";

	fprintf(out, "%s%s", metric->name, metric->type == METRIC_COUNTER ? "_total" : "");
	for (; labels && labels->name; labels++) {
		fprintf(out, "%s%s=\"", before, labels->name);
		put_value(out, labels->value);
		putc('"', out);
		before = ",";
	}
	fprintf(out, "%s %" PRIu64 "\n", *before == ',' ? "}" : "", value);
}

void metric_end(FILE *out)
{
	fputs("# EOF\n", out);
}
