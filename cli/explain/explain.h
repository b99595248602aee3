/* SPDX-License-Identifier: MIT */
/*
 * --explain: prints in plain words what dmaengine did, from the tracepoints of
 * the kernel module. It uses a tracefs instance of its own, so that it does not
 * disturb other users of tracing.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "out/cli.h"

/* Starts to trace the session of this number. Returns 0 or -errno after a message. */
int explain_begin(struct cli *cli, uint32_t session);
/* Stops tracing, prints the steps and frees everything. Returns the exit status. */
int explain_end(struct cli *cli);

#endif /* EXPLAIN_H */
