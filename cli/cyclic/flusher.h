/* SPDX-License-Identifier: MIT */
/*
 * Repeatedly writes a growing file to the disk. A thread of its own does so,
 * because fdatasync(2) may take longer than a ring can wait.
 */
#ifndef FLUSHER_H
#define FLUSHER_H

#include "out/cli.h"

struct flusher;

/*
 * Starts the thread for fd, which must stay open until flusher_stop(). `bytes'
 * and `ns' limit how much data, and of how long a time, a loss of power may
 * cost; 0 is no limit. Returns 0 or -errno after a message.
 */
int flusher_start(struct flusher **flusher, struct cli *cli, int fd, uint64_t bytes, uint64_t ns);
/*
 * Tells the flusher that the file has `bytes' bytes now. Returns false if the
 * disk is too slow: the caller must not write more yet, or a loss of power
 * would cost more than the limits.
 */
bool flusher_may_write(struct flusher *flusher, uint64_t bytes);
/* Stops the thread. Returns 0 or the first -errno of fdatasync(2). flusher may be NULL. */
int flusher_stop(struct flusher *flusher);

#endif /* FLUSHER_H */
