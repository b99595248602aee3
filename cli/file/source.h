/* SPDX-License-Identifier: MIT */
/* The source of `copy': a file, a block device or a stream. */
#ifndef SOURCE_H
#define SOURCE_H

#include "out/cli.h"

#include <sys/stat.h>

/* Alignment of offsets and lengths for O_DIRECT: a multiple of every sector size. */
#define DIRECT_ALIGN 4096u

#define SIZE_UNKNOWN UINT64_MAX

static inline uint64_t direct_round_up(uint64_t bytes)
{
	return (bytes + DIRECT_ALIGN - 1) / DIRECT_ALIGN * DIRECT_ALIGN;
}

struct source {
	const char *name; /* for messages */
	int fd;
	int direct_fd; /* -1: none */
	bool stream;   /* read in order until it ends; its size is unknown */
	bool rereadable;
	bool direct;   /* O_DIRECT is in use */
	uint64_t size; /* SIZE_UNKNOWN for a stream */
	struct stat before;
};

/* Opens the source; "-" is standard input. Returns 0 or -errno after a message. */
int source_open(struct source *source, struct cli *cli, const char *path, bool direct);
void source_close(struct source *source);

/* Returns the file descriptor for a read at this offset. */
int source_fd(const struct source *source, uint64_t offset);
/* Reads through the page cache from now on, because the filesystem refused O_DIRECT. */
void source_give_up_direct(struct source *source, struct cli *cli);
/* Returns 0, or -ESTALE after a message if the file has changed since source_open(). */
int source_check_unchanged(const struct source *source, struct cli *cli);

/* Opens the file of fd again with O_DIRECT. Returns -1 if that is refused. */
int open_direct(int fd, int flags);
/* Gets the size of an open file or block device in bytes. Returns 0 or -errno. */
int file_size(int fd, const struct stat *st, uint64_t *size);

#endif /* SOURCE_H */
