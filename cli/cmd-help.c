// SPDX-License-Identifier: MIT
/* dmactl help [VERB] */
#include "cli.h"

#include <errno.h>
#include <stdio.h>

struct help_args {
	struct cli *cli;
	const char *verb;
};

static error_t parse_help(int key, char *arg, struct argp_state *state)
{
	struct help_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_error(state, "only one verb, please");
		args->verb = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp help_argp = {
	.parser = parse_help,
	.args_doc = "[VERB]",
	.doc = "Tells what dmactl can do, or what one verb can do."
	       "\vExamples:\n  dmactl help\n  dmactl help copy\n",
};

static int run_help(struct cli *cli, int argc, char **argv)
{
	struct help_args args = {.cli = cli};
	const struct command *command;
	char name[64], option[] = "--help";
	char *verb_argv[] = {name, option, NULL};

	cli_parse(&help_argp, argc, argv, 0, &args);
	if (!args.verb) {
		cli_print_help();
		return CLI_OK;
	}
	command = cli_find_command(args.verb);
	if (!command) {
		cli_error(cli, "there is no verb '%s'; `dmactl help' lists them", args.verb);
		return CLI_USAGE;
	}
	snprintf(name, sizeof(name), "dmactl %s", command->name);
	return command->run(cli, 2, verb_argv);
}

const struct command cmd_help = {
	.name = "help",
	.summary = "tell what dmactl or one verb can do",
	.run = run_help,
};
