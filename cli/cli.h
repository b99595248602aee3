/* SPDX-License-Identifier: MIT */
/* What every verb of dmactl sees: the command descriptor and the global options. */
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
 * A verb. argv[0] is "dmactl VERB"; the value returned is the exit status,
 * an enum cli_status.
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(struct cli *cli, int argc, char **argv);
};

extern const struct command cmd_bench;
extern const struct command cmd_capture;
extern const struct command cmd_copy;
extern const struct command cmd_fill;
extern const struct command cmd_help;
extern const struct command cmd_info;
extern const struct command cmd_interleave;
extern const struct command cmd_list;
extern const struct command cmd_pause;
extern const struct command cmd_play;
extern const struct command cmd_pq;
extern const struct command cmd_recv;
extern const struct command cmd_resume;
extern const struct command cmd_send;
extern const struct command cmd_status;
extern const struct command cmd_stream;
extern const struct command cmd_synchronize;
extern const struct command cmd_terminate;
extern const struct command cmd_test;
extern const struct command cmd_verify;
extern const struct command cmd_version;
extern const struct command cmd_xor;

/* All verbs, in the order of the help; ends with NULL. */
extern const struct command *const cli_commands[];
const struct command *cli_find_command(const char *name);
void cli_print_help(void); /* of dmactl as a whole; ends the program */

/*
 * Parses argv with the verb's options and those that every verb takes. `input`
 * goes to the verb's parser and points to a struct whose first member is a
 * struct cli *. `flags` is for argp_parse(). Ends the program on a usage error
 * and after --help.
 */
void cli_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input);

/* Messages to stderr, "dmactl copy: ...". */
void cli_error(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Says what is being done differently than asked; --quiet silences it. */
void cli_note(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Only with --verbose. */
void cli_detail(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* CLI_H */
