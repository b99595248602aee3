/* SPDX-License-Identifier: MIT */
/* An event of a kernel trace, and its explanation. */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#define TRACE_MAX_FIELDS 16

struct trace_field {
	const char *key;
	const char *value;
};

struct trace_event {
	char text[512]; /* the pointers below point into this text */
	const char *name;
	uint64_t time_ns;
	unsigned int field_count;
	struct trace_field fields[TRACE_MAX_FIELDS];
};

/* Returns the value of a field, "?" if there is none. */
const char *trace_event_get(const struct trace_event *event, const char *key);

/* An event in plain words. */
struct explanation {
	unsigned int phase; /* 1 to 9, as in the documentation; 0: none */
	const char *phase_name;
	char function[64]; /* of dmaengine or the DMA mapping API */
	char text[256];
};

void trace_event_explain(const struct trace_event *event, struct explanation *explanation);

#endif /* TRACE_EVENT_H */
