/* SPDX-License-Identifier: MIT */
/*
 * Brings a file that grows to the disk again and again, from a thread of its
 * own, since fdatasync(2) may take longer than a ring can wait.
 */
#ifndef FLUSHER_H
#define FLUSHER_H

#include "out/cli.h"

struct flusher;

/*
 * Starts the thread for fd, which must stay open until flusher_stop(). Of
 * `bytes` and `ns`, how much and how long a loss of power may cost, 0 is no
 * limit. 0 or -errno after a message.
 */
int flusher_start(struct flusher **flusher, struct cli *cli, int fd, uint64_t bytes, uint64_t ns);
/*
 * So many bytes are in the file now. False: the disk is behind, and writing has
 * to wait, or the limits would not hold.
 */
bool flusher_may_write(struct flusher *flusher, uint64_t bytes);
/* Waits for the thread. 0 or the first -errno of fdatasync(2). NULL is fine. */
int flusher_stop(struct flusher *flusher);

#endif /* FLUSHER_H */
