/* SPDX-License-Identifier: MIT */
/* The shared part of `copy' and `fill': options, the run, the summary. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "file/source.h"
#include "file/target.h"
#include "out/cli.h"

struct transfer_options {
	const char *channel; /* NULL: any channel that can do it */
	uint64_t block;
	uint64_t depth;
	uint64_t timeout_ns;
	bool no_direct;
	bool verify;
};

void transfer_defaults(struct transfer_options *options);
/* The children for the struct argp of the verb. Their input is a struct transfer_options *. */
extern const struct argp_child transfer_children[];

/*
 * Moves size bytes from source (NULL: the byte `value') to target, and commits
 * the target. The caller opens both. Prints the summary. Returns the exit
 * status.
 */
int transfer_run(struct cli *cli, const struct transfer_options *options, struct source *source,
		 struct target *target, uint8_t value, uint64_t size);

#endif /* TRANSFER_H */
