// SPDX-License-Identifier: MIT
#include "verb/command.h"
#include "out/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct command *const command_list[] = {
	&cmd_list,   &cmd_info,	      &cmd_copy,   &cmd_fill,	   &cmd_xor,	     &cmd_pq,
	&cmd_verify, &cmd_interleave, &cmd_send,   &cmd_recv,	   &cmd_capture,     &cmd_play,
	&cmd_stream, &cmd_pause,      &cmd_resume, &cmd_terminate, &cmd_synchronize, &cmd_test,
	&cmd_bench,  &cmd_status,     &cmd_stats,  &cmd_help,	   &cmd_version,     NULL,
};

const struct command *command_find(const char *name)
{
	for (const struct command *const *command = command_list; *command; command++) {
		if (strcmp((*command)->name, name) == 0)
			return *command;
	}
	return NULL;
}

void command_unknown(const struct cli *cli, const char *name)
{
	struct words_search search = {.typed = name};

	for (const struct command *const *command = command_list; *command; command++)
		words_offer(&search, (*command)->name);
	if (search.best)
		cli_error(cli, "there is no verb '%s'; did you mean '%s'? `dmactl help' lists them",
			  name, search.best);
	else
		cli_error(cli, "there is no verb '%s'; `dmactl help' lists them", name);
}

struct global_args {
	struct cli *cli;
	int verb_index; /* in argv */
};

static error_t parse_global(int key, char *arg, struct argp_state *state)
{
	struct global_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_NO_ARGS:
		if (args->cli->json)
			argp_error(state, "which verb? `dmactl help' lists them");
		argp_state_help(state, state->err_stream,
				ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC |
					ARGP_HELP_EXIT_ERR);
		return EINVAL;
	case ARGP_KEY_ARG:
		/* All further arguments belong to the verb. */
		args->verb_index = state->next - 1;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Puts the list of verbs between the usage and the options. */
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
	for (const struct command *const *command = command_list; *command; command++)
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

int command_line_parse(struct cli *cli, int argc, char **argv)
{
	struct global_args args = {.cli = cli};

	cli_parse(&global_argp, argc, argv, ARGP_IN_ORDER, &args);
	return args.verb_index;
}

void command_line_help(void)
{
	char name[] = "dmactl", option[] = "--help";
	char *argv[] = {name, option, NULL};
	struct cli cli = {0};

	command_line_parse(&cli, 2, argv);
}
