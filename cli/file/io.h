/* SPDX-License-Identifier: MIT */
/* Reads and writes that a signal can interrupt at any moment. */
#ifndef IO_H
#define IO_H

#include <stddef.h>
#include <stdint.h>

struct cli;
struct source;
struct target;

#define IO_IN_ORDER UINT64_MAX /* instead of an offset: use the current position of the file */

/*
 * Reads up to length bytes; fewer only at the end of the file. Returns their
 * number or -errno; -EINTR if a signal asked to stop.
 */
int64_t io_read(int fd, void *memory, size_t length, uint64_t offset);
/* Writes all bytes. Returns 0 or -errno, as io_read() does. */
int io_write(int fd, const void *memory, size_t length, uint64_t offset);

/* The same, with an error message that names the file. */
int64_t io_read_source(struct cli *cli, const struct source *source, void *memory, size_t length,
		       uint64_t offset);
int io_write_target(struct cli *cli, const struct target *target, const void *memory, size_t length,
		    uint64_t offset);
/*
 * The same for bytes that cannot be received again. It continues after a signal
 * asked to stop, but then gives up if the reader of the file takes nothing for
 * a second. It calls target_begin() first. *at is the offset; it is advanced by
 * the bytes written.
 */
int io_keep(struct cli *cli, struct target *target, const void *memory, size_t length,
	    uint64_t *at);

#endif /* IO_H */
