/* SPDX-License-Identifier: MIT */
/* A private instance of the kernel's tracing directory, and what it records. */
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
 * Makes an instance that records the events of one dmactl session. 0 or -errno
 * after a message.
 */
int tracefs_create(struct tracefs *tracefs, struct cli *cli, uint32_t session);
/* Calls `found' for each event that was recorded since the last call, in order. */
typedef void tracefs_fn(const struct trace_event *event, void *context);
void tracefs_read(struct tracefs *tracefs, tracefs_fn *found, void *context);
/* Stops recording; what was recorded can still be read. */
void tracefs_stop(struct tracefs *tracefs);
void tracefs_remove(struct tracefs *tracefs);
/* Events that were lost because nobody read them in time. */
uint64_t tracefs_lost(const struct tracefs *tracefs);

#endif /* TRACEFS_H */
