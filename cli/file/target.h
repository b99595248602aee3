/* SPDX-License-Identifier: MIT */
/*
 * What verbs write to. A regular file is written without a name, or under a
 * temporary one, and gets its own at the end: it is there whole or not at all.
 * A file that target_open_kept() opened has its name from the start, for what
 * cannot be had again. Everything else is written in place.
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
	bool replaces; /* a file has the name already */
	bool linked;   /* has the temporary name */
	bool kept;     /* has its own name from the start */
	bool created;  /* with kept: by us */
	bool begun;    /* with kept: target_begin() was called */
	int dir_fd;
	mode_t mode;
	char base[NAME_MAX + 1];
	char temp[NAME_MAX + 1];
};

/* "-" as the path leaves no room for facts on stdout. Prints a message. */
bool target_takes_stdout(const struct cli *cli, const char *path);

/*
 * Prepares to write to path, "-" is standard output. `source` is NULL for
 * `fill`. 0 or -errno after a message.
 */
int target_open(struct target *target, struct cli *cli, const char *path,
		const struct source *source, bool direct);
/*
 * The same for a regular file that stays whatever happens. One that is there
 * already is left alone until target_begin(); without that, one that was not
 * there goes again.
 */
int target_open_kept(struct target *target, struct cli *cli, const char *path);
/* The first bytes are about to be written. 0 or -errno after a message. */
int target_begin(struct target *target, struct cli *cli);
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
