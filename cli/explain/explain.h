/* SPDX-License-Identifier: MIT */
/*
 * --explain: what dmaengine did, in plain words, from the tracepoints of the
 * kernel module. A tracefs instance of our own keeps other users of tracing
 * out of it.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "out/cli.h"

/* Traces the session of this number from now on. 0 or -errno after a message. */
int explain_begin(struct cli *cli, uint32_t session);
/* Stops, prints the steps, cleans up. Returns the exit status. */
int explain_end(struct cli *cli);

#endif /* EXPLAIN_H */
