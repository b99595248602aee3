/* SPDX-License-Identifier: MIT */
/* A private instance of the kernel's tracing directory. */
#ifndef TRACEFS_H
#define TRACEFS_H

#include "cli.h"

#include <limits.h>

struct tracefs {
	char instance[PATH_MAX]; /* "" there is none */
	int pipe_fd;		 /* trace_pipe, not blocking */
};

/*
 * Makes an instance that records the events of one dmactl session. 0 or -errno
 * after a message.
 */
int tracefs_create(struct tracefs *tracefs, struct cli *cli, uint32_t session);
/* Stops recording; what was recorded can still be read. */
void tracefs_stop(struct tracefs *tracefs);
void tracefs_remove(struct tracefs *tracefs);
/* Events that were lost because nobody read them in time. */
uint64_t tracefs_lost(const struct tracefs *tracefs);

#endif /* TRACEFS_H */
