// SPDX-License-Identifier: MIT
/* dmactl help [VERB] */
#include "out/options.h"
#include "out/print.h"
#include "verb/command.h"

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
			argp_error(state, "'%s' is one argument too many; help is about one verb",
				   arg);
		args->verb = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp help_argp = {
	.parser = parse_help,
	.args_doc = "[VERB]",
	.doc = "Tells what dmactl can do, or what one verb can do. With --json, it does for "
	       "programs: verbs and their options."
	       "\vExamples:\n  dmactl help\n  dmactl help copy\n"
	       "  dmactl help --json | jq -r '.verbs[].name'\n",
};

static void print_option(const struct argp_option *option, void *context)
{
	struct printer *printer = context;
	char letter[2] = {options_letter(option)};

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "option", NULL, option->name);
	if (letter[0])
		print_string(printer, "letter", NULL, letter);
	else
		print_null(printer, "letter", NULL, NULL);
	if (option->arg)
		print_string(printer, "argument", NULL, option->arg);
	else
		print_null(printer, "argument", NULL, NULL);
	print_bool(printer, "argument_optional", NULL, option->flags & OPTION_ARG_OPTIONAL);
	print_string(printer, "summary", NULL, option->doc);
	print_close(printer);
}

static void print_options(struct printer *printer, const char *key, const struct argp *argp)
{
	print_open(printer, GROUP_TABLE, key, NULL);
	options_each(argp, print_option, printer);
	print_close(printer);
}

static void print_verb(struct printer *printer, const struct command *command)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", NULL, command->name);
	print_string(printer, "summary", NULL, command->summary);
	/* A verb with several forms has one line for each. */
	print_string(printer, "usage", NULL,
		     command->argp->args_doc ? command->argp->args_doc : "");
	print_options(printer, "options", command->argp);
	print_close(printer);
}

static int print_help(const struct cli *cli, const struct command *only)
{
	struct printer *printer = printer_new(cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_open(printer, GROUP_TABLE, "verbs", NULL);
	for (const struct command *const *command = command_list; *command; command++) {
		if (!only || *command == only)
			print_verb(printer, *command);
	}
	print_close(printer);
	print_options(printer, "common_options", &options_common);
	print_close(printer);
	return printer_end(printer);
}

static int run_help(struct cli *cli, int argc, char **argv)
{
	struct help_args args = {.cli = cli};
	const struct command *command = NULL;
	char name[64], option[] = "--help";
	char *verb_argv[] = {name, option, NULL};

	cli_parse(&help_argp, argc, argv, 0, &args);
	if (args.verb) {
		command = command_find(args.verb);
		if (!command) {
			command_unknown(cli, args.verb);
			return CLI_USAGE;
		}
	}
	if (cli->json)
		return print_help(cli, command);
	if (!command) {
		command_line_help();
		return CLI_OK;
	}
	snprintf(name, sizeof(name), "dmactl %s", command->name);
	return command->run(cli, 2, verb_argv);
}

const struct command cmd_help = {
	.name = "help",
	.summary = "tell what dmactl or one verb can do",
	.argp = &help_argp,
	.run = run_help,
};
