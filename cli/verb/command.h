/* SPDX-License-Identifier: MIT */
/* The verbs, and the command line of dmactl as a whole. */
#ifndef COMMAND_H
#define COMMAND_H

#include "out/cli.h"

/* A verb. run() gets "dmactl VERB" as argv[0] and returns the exit status, an enum cli_status. */
struct command {
	const char *name;
	const char *summary;
	const struct argp *argp;
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
extern const struct command cmd_stats;
extern const struct command cmd_stream;
extern const struct command cmd_synchronize;
extern const struct command cmd_terminate;
extern const struct command cmd_test;
extern const struct command cmd_verify;
extern const struct command cmd_version;
extern const struct command cmd_xor;

/* All verbs, in the order of the help; ends with NULL. */
extern const struct command *const command_list[];

const struct command *command_find(const char *name);
/* Prints an error for an unknown verb, and suggests the most similar one. */
void command_unknown(const struct cli *cli, const char *name);

/*
 * Parses the command line up to the verb. Returns the index of the verb in
 * argv. Ends the program on a usage error and after --help.
 */
int command_line_parse(struct cli *cli, int argc, char **argv);
void command_line_help(void); /* prints the general help and ends the program */

#endif /* COMMAND_H */
