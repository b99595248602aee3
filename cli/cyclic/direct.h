/* SPDX-License-Identifier: MIT */
/*
 * Writes periods into a regular file from the ring itself, with O_DIRECT: no CPU
 * copies a byte. The memory of the ring must be cached, because the kernel does
 * not take coherent memory.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include "cyclic/ring.h"
#include "file/target.h"

struct direct {
	struct cli *cli;
	const struct ring *ring;
	struct target *target;
	bool on;
	bool used;
	uint64_t written; /* end of the file; bytes beyond those that count may be torn */
};

/* Sets `on' if ring and file allow it; otherwise says why not, with --verbose. sync: --sync. */
void direct_begin(struct direct *direct, struct cli *cli, const struct ring *ring,
		  struct target *target, bool sync);
/*
 * Writes up to `count' periods from `period' on, which do not wrap, at `offset'
 * of the file, and waits for the end of the write. Returns how many it wrote
 * completely. If it is none, `on' is false: the file has to be written through
 * the page cache, which also tells what is wrong.
 */
unsigned int direct_write(struct direct *direct, uint64_t period, unsigned int count,
			  uint64_t offset);
/*
 * Cuts off what does not count behind the first `bytes' bytes, such as torn periods. Returns 0 or
 * -errno after a message.
 */
int direct_cut(struct direct *direct, uint64_t bytes);
/*
 * Before the file is written in order: does the same, and sets the place where
 * target->fd goes on. Returns 0 or -errno after a message.
 */
int direct_end(struct direct *direct, uint64_t bytes);

#endif /* DIRECT_H */
