/* SPDX-License-Identifier: MIT */
/* Shared by all verbs: the common options, and messages. */
#ifndef CLI_H
#define CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct explain;

enum cli_status {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
};

struct cli {
	const char *verb; /* "copy", for messages */
	bool json;
	bool quiet;
	bool verbose;
	bool want_explain;
	struct explain *explain; /* set while a session is being traced */
};

/*
 * Parses argv with the verb's options and the common ones. The verb's parser
 * gets `input', which points to a struct whose first member is a struct cli *.
 * `flags' is for argp_parse(). Ends the program on a usage error and after
 * --help.
 */
void cli_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input);

/* The functions below print messages to stderr, such as "dmactl copy: ...". */
void cli_error(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Prints a note, unless --quiet: dmactl continues, but does something other than asked. */
void cli_note(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints a message only with --verbose. */
void cli_detail(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* CLI_H */
