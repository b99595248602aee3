/* SPDX-License-Identifier: MIT */
/*
 * Prints metrics in the text format of OpenMetrics, but only the part that
 * Prometheus' older format has too: the types gauge and counter. Samples of
 * counters end in _total.
 */
#ifndef OPENMETRICS_H
#define OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

enum metric_type { METRIC_GAUGE, METRIC_COUNTER };

struct metric {
	const char *name; /* without _total; ends with the unit if there is one */
	enum metric_type type;
	const char *unit; /* NULL: none */
	const char *help;
};

/* An array of labels ends with one whose name is NULL. */
struct metric_label {
	const char *name;
	const char *value;
};

/* Print all samples of a metric directly after its head. */
void metric_head(FILE *out, const struct metric *metric);
void metric_sample(FILE *out, const struct metric *metric, const struct metric_label *labels,
		   uint64_t value);
void metric_end(FILE *out);

#endif /* OPENMETRICS_H */
