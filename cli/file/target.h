/* SPDX-License-Identifier: MIT */
/*
 * The file that a verb writes. A regular file is written without a name or with
 * a temporary one and gets its name at the end, so that it is either complete
 * or absent. target_open_kept() opens a file with its name from the start, for
 * bytes that cannot be received again. Anything else is written in place.
 */
#ifndef TARGET_H
#define TARGET_H

#include "file/source.h"
#include "out/cli.h"

#include <limits.h>
#include <sys/stat.h>

struct target {
	const char *name; /* for messages */
	int fd;
	int direct_fd; /* -1: none */
	bool in_place; /* not a regular file */
	bool stream;   /* written in order */
	bool direct;   /* O_DIRECT is in use */
	bool replaces; /* a file of this name exists already */
	bool linked;   /* has the temporary name */
	bool kept;     /* has its own name from the start */
	bool created;  /* only with kept: we created the file */
	bool begun;    /* only with kept: target_begin() was called */
	int dir_fd;
	mode_t mode;
	char base[NAME_MAX + 1];
	char temp[NAME_MAX + 1];
};

/*
 * Returns true after a message if path is "-" although --json or --explain
 * print to standard output.
 */
bool target_takes_stdout(const struct cli *cli, const char *path);

/*
 * Opens path for writing; "-" is standard output. `source' is NULL if there is
 * none. Returns 0 or -errno after a message.
 */
int target_open(struct target *target, struct cli *cli, const char *path,
		const struct source *source, bool direct);
/*
 * The same, but a regular file stays even after a failure. It is opened for O_DIRECT, too, if that
 * is possible. An existing file is
 * not changed before target_begin(); if that is never called, a new file is
 * removed.
 */
int target_open_kept(struct target *target, struct cli *cli, const char *path);
/*
 * Call this before the first write. It empties an existing file. Returns 0 or
 * -errno after a message.
 */
int target_begin(struct target *target, struct cli *cli);
/* Reserves room for size bytes, which may be SIZE_UNKNOWN. Returns 0 or -errno after a message. */
int target_reserve(struct target *target, struct cli *cli, uint64_t size);
/* Returns the file descriptor for a write of these bytes. */
int target_fd(const struct target *target, uint64_t offset, size_t length);
void target_give_up_direct(struct target *target, struct cli *cli);
/*
 * Writes everything to the disk and gives the file its name. Returns 0 or
 * -errno after a message.
 */
int target_commit(struct target *target, struct cli *cli);
/* The same, even after a signal asked to stop, for verbs that end with a signal. */
int target_commit_anyway(struct target *target, struct cli *cli);
/* Closes the target. Removes a regular file that was not committed, unless it is kept. */
void target_close(struct target *target);

#endif /* TARGET_H */
