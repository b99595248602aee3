/* SPDX-License-Identifier: MIT */
/* Plain reads and writes that a signal can end at any moment. */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdint.h>

struct cli;
struct source;
struct target;

#define IO_IN_ORDER UINT64_MAX /* instead of an offset: where the file stands */

/* Until length or the end of the file. Bytes, or -errno; -EINTR: asked to stop. */
int64_t io_read(int fd, void *memory, size_t length, uint64_t offset);
/* All of it. 0 or -errno, as above. */
int io_write(int fd, const void *memory, size_t length, uint64_t offset);

/* The same with a message that names the file. */
int64_t io_read_source(struct cli *cli, const struct source *source, void *memory, size_t length,
		       uint64_t offset);
int io_write_target(struct cli *cli, const struct target *target, const void *memory, size_t length,
		    uint64_t offset);
/*
 * The same for bytes that cannot be had again: goes on after a signal asked to
 * stop, but not for a reader who then takes nothing for a second. Begins with
 * target_begin(). *at is the offset, and counts what was written.
 */
int io_keep(struct cli *cli, struct target *target, const void *memory, size_t length,
	    uint64_t *at);

#endif /* IO_H */
