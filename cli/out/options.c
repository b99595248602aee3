// SPDX-License-Identifier: MIT
/* The common options of all verbs. */
#include "out/options.h"
#include "out/cli.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	OPT_JSON = 'j',
	OPT_QUIET = 'q',
	OPT_VERBOSE = 'v',
	OPT_HELP = 'h',
	OPT_VERSION = 'V',
	OPT_EXPLAIN = 0x100,
	OPT_USAGE,
};

static const struct argp_option common_options[] = {
	{.name = "json", .key = OPT_JSON, .doc = "Print facts as JSON"},
	{.name = "quiet", .key = OPT_QUIET, .doc = "Leave out notes, progress and summaries"},
	{.name = "verbose", .key = OPT_VERBOSE, .doc = "Print more details"},
	{.name = "explain",
	 .key = OPT_EXPLAIN,
	 .doc = "Afterwards print each step that the kernel's DMA engine API took (needs root)"},
	{.name = "help", .key = OPT_HELP, .doc = "Describe the verb, with examples"},
	{.key = '?', .flags = OPTION_ALIAS},
	{.name = "usage", .key = OPT_USAGE, .doc = "Print a short list of the options"},
	{.name = "version", .key = OPT_VERSION, .doc = "Print the version of dmactl"},
	{0},
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct cli *cli = state->input;

	(void)arg;
	switch (key) {
	case OPT_JSON:
		cli->json = true;
		return 0;
	case OPT_QUIET:
		cli->quiet = true;
		return 0;
	case OPT_VERBOSE:
		cli->verbose = true;
		return 0;
	case OPT_EXPLAIN:
		cli->want_explain = true;
		return 0;
	case OPT_HELP:
	case '?':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case OPT_USAGE:
		argp_state_help(state, state->out_stream, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
		return 0;
	case OPT_VERSION:
		puts("dmactl " DMACTL_VERSION);
		exit(CLI_OK);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp options_common = {
	.options = common_options,
	.parser = parse_common,
};

static bool is_end(const struct argp_option *option)
{
	return !option->name && !option->key && !option->doc && !option->group;
}

char options_letter(const struct argp_option *option)
{
	return option->key > 0 && option->key < 128 && isalnum(option->key) ? (char)option->key
									    : '\0';
}

void options_each(const struct argp *argp, options_fn *found, void *context)
{
	for (const struct argp_option *option = argp->options; option && !is_end(option);
	     option++) {
		if (option->name && !(option->flags & (OPTION_HIDDEN | OPTION_DOC)))
			found(option, context);
	}
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		options_each(child->argp, found, context);
}
