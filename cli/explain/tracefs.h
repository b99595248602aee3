/* SPDX-License-Identifier: MIT */
/* A private tracefs instance of the kernel, and the events that it records. */
#ifndef TRACEFS_H
#define TRACEFS_H

#include "explain/trace-event.h"
#include "out/cli.h"

struct tep_handle;
struct tracefs_instance;

struct tracefs {
	struct tracefs_instance *instance; /* NULL: there is none */
	struct tep_handle *formats;
};

/*
 * Creates an instance that records the events of one dmactl session. Returns 0
 * or -errno after a message.
 */
int tracefs_create(struct tracefs *tracefs, struct cli *cli, uint32_t session);
/* tracefs_read() calls `found' for each event since the last call, in order. */
typedef void tracefs_fn(const struct trace_event *event, void *context);
void tracefs_read(struct tracefs *tracefs, tracefs_fn *found, void *context);
/* Stops recording. Recorded events can still be read. */
void tracefs_stop(struct tracefs *tracefs);
void tracefs_remove(struct tracefs *tracefs);
/* Returns the number of events that were lost because they were not read in time. */
uint64_t tracefs_lost(const struct tracefs *tracefs);

#endif /* TRACEFS_H */
