/* SPDX-License-Identifier: MIT */
/*
 * Facts in OpenMetrics' text format, as far as Prometheus' older one reads it too:
 * of the types only gauge and counter, whose samples end in _total.
 */
#ifndef OPENMETRICS_H
#define OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

enum metric_type { METRIC_GAUGE, METRIC_COUNTER };

struct metric {
	const char *name; /* without _total; ends with its unit, if it has one */
	enum metric_type type;
	const char *unit; /* NULL: none */
	const char *help;
};

/* Ends with one whose name is NULL. */
struct metric_label {
	const char *name;
	const char *value;
};

/* All samples of a metric come right behind its head. */
void metric_head(FILE *out, const struct metric *metric);
void metric_sample(FILE *out, const struct metric *metric, const struct metric_label *labels,
		   uint64_t value);
void metric_end(FILE *out);

#endif /* OPENMETRICS_H */
