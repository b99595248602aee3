/* SPDX-License-Identifier: MIT */
/* What `copy` reads from: a file, a block device or a stream. */
#ifndef SOURCE_H
#define SOURCE_H

#include "out/cli.h"

#include <sys/stat.h>

/* Offsets and lengths that O_DIRECT takes everywhere; a multiple of every sector size. */
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
	bool stream;   /* read in order until it ends; its size is not known */
	bool rereadable;
	bool direct;   /* O_DIRECT is in use */
	uint64_t size; /* SIZE_UNKNOWN for a stream */
	struct stat before;
};

/* 0 or -errno after a message. "-" is standard input. */
int source_open(struct source *source, struct cli *cli, const char *path, bool direct);
void source_close(struct source *source);

/* The descriptor for a read at this offset. */
int source_fd(const struct source *source, uint64_t offset);
/* The filesystem refused O_DIRECT: from now on through the page cache. */
void source_give_up_direct(struct source *source, struct cli *cli);
/* 0, or -ESTALE after a message if the file is not what it was at source_open(). */
int source_check_unchanged(const struct source *source, struct cli *cli);

/* Opens the file behind fd once more, with O_DIRECT; -1 where that is refused. */
int open_direct(int fd, int flags);
/* Bytes in an open file or block device. */
int file_size(int fd, const struct stat *st, uint64_t *size);

#endif /* SOURCE_H */
