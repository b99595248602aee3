// SPDX-License-Identifier: MIT
/* dmactl: finds the verb and runs it. */
#include "cli.h"
#include "explain.h"
#include "stop.h"

#include <dmauser.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const cli_commands[] = {
	&cmd_list,	  &cmd_info,	&cmd_copy,    &cmd_fill,
	&cmd_xor,	  &cmd_pq,	&cmd_verify,  &cmd_interleave,
	&cmd_send,	  &cmd_recv,	&cmd_capture, &cmd_play,
	&cmd_stream,	  &cmd_pause,	&cmd_resume,  &cmd_terminate,
	&cmd_synchronize, &cmd_test,	&cmd_bench,   &cmd_status,
	&cmd_help,	  &cmd_version, NULL,
};

const struct command *cli_find_command(const char *name)
{
	for (const struct command *const *command = cli_commands; *command; command++) {
		if (strcmp((*command)->name, name) == 0)
			return *command;
	}
	return NULL;
}

struct global_args {
	struct cli *cli;
	int verb_index; /* in argv */
};

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "dmactl %s\n", dmauser_version());
}

static error_t parse_global(int key, char *arg, struct argp_state *state)
{
	struct global_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return EINVAL;
	case ARGP_KEY_ARG:
		/* Whatever follows belongs to the verb. */
		args->verb_index = state->next - 1;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The list of verbs goes between the usage and the options. */
static char *help_filter(int key, const char *text, void *input)
{
	char *out = NULL;
	size_t size;
	FILE *stream;

	(void)input;
	if (key != ARGP_KEY_HELP_PRE_DOC)
		return (char *)text;
	stream = open_memstream(&out, &size);
	if (!stream)
		return (char *)text;
	fprintf(stream, "%s\n\nVerbs:\n", text);
	for (const struct command *const *command = cli_commands; *command; command++)
		fprintf(stream, "  %-11s %s\n", (*command)->name, (*command)->summary);
	fclose(stream);
	return out;
}

static const struct argp global_argp = {
	.parser = parse_global,
	.args_doc = "VERB [ARGUMENT...]",
	.doc = "Uses the DMA engines of the machine."
	       "\v`dmactl VERB --help' tells about one verb, dmactl(1) about all of them.\n",
	.help_filter = help_filter,
};

void cli_print_help(void)
{
	char name[] = "dmactl", option[] = "--help";
	char *argv[] = {name, option, NULL};
	struct cli cli = {0};
	struct global_args args = {.cli = &cli};

	cli_parse(&global_argp, 2, argv, ARGP_IN_ORDER, &args);
}

static int run(struct cli *cli, const struct command *command, int argc, char **argv)
{
	char name[64];
	int status;

	snprintf(name, sizeof(name), "dmactl %s", command->name);
	argv[0] = name;
	cli->verb = command->name;
	status = command->run(cli, argc, argv);
	if (cli->want_explain) {
		int explained = explain_end(cli);

		if (status == CLI_OK)
			status = explained;
	}
	if (fflush(stdout) || ferror(stdout)) {
		cli_error(cli, "cannot write to standard output: %s", strerror(errno));
		if (status == CLI_OK)
			status = CLI_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct cli cli = {0};
	struct global_args args = {.cli = &cli};
	const struct command *command;
	int status;

	argp_err_exit_status = CLI_USAGE;
	argp_program_version_hook = print_version;
	stop_init();
	cli_parse(&global_argp, argc, argv, ARGP_IN_ORDER, &args);
	command = cli_find_command(argv[args.verb_index]);
	if (!command) {
		cli_error(&cli, "there is no verb '%s'; `dmactl help' lists them",
			  argv[args.verb_index]);
		return CLI_USAGE;
	}
	status = run(&cli, command, argc - args.verb_index, argv + args.verb_index);
	if (stop_requested())
		stop_die();
	return status;
}
