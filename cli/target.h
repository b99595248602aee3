/* SPDX-License-Identifier: MIT */
/*
 * What `copy` and `fill` write to. A regular file is written without a name,
 * or under a temporary one, and gets its own at the end: it is there whole or
 * not at all. Everything else is written in place.
 */
#ifndef TARGET_H
#define TARGET_H

#include "cli.h"
#include "source.h"

#include <limits.h>
#include <sys/stat.h>

struct target {
	const char *name; /* for messages */
	int fd;
	int direct_fd; /* -1: none */
	bool in_place; /* not a regular file */
	bool stream;   /* written in order */
	bool direct;   /* O_DIRECT is in use */
	bool replaces; /* a file has the name already */
	bool linked;   /* has the temporary name */
	int dir_fd;
	mode_t mode;
	char base[NAME_MAX + 1];
	char temp[NAME_MAX + 1];
};

/*
 * Prepares to write to path, "-" is standard output. `source` is NULL for
 * `fill`. 0 or -errno after a message.
 */
int target_open(struct target *target, struct cli *cli, const char *path,
		const struct source *source, bool direct);
/* Makes room for size bytes, which may be SIZE_UNKNOWN. 0 or -errno after a message. */
int target_reserve(struct target *target, struct cli *cli, uint64_t size);
/* The descriptor for a write of these bytes. */
int target_fd(const struct target *target, uint64_t offset, size_t length);
void target_give_up_direct(struct target *target, struct cli *cli);
/* Puts everything on the disk and gives the file its name. 0 or -errno after a message. */
int target_commit(struct target *target, struct cli *cli);
/* The same, also after a signal asked to stop: for what has no other end. */
int target_commit_anyway(struct target *target, struct cli *cli);
/* Without target_commit(), nothing is left of a regular file. */
void target_close(struct target *target);

#endif /* TARGET_H */
