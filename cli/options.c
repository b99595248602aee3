// SPDX-License-Identifier: MIT
/* The options that every verb takes. */
#include "cli.h"

#include <stdlib.h>

enum {
	OPT_JSON = 'j',
	OPT_QUIET = 'q',
	OPT_VERBOSE = 'v',
	OPT_EXPLAIN = 0x100,
};

static const struct argp_option common_options[] = {
	{.name = "json", .key = OPT_JSON, .doc = "Print facts as JSON"},
	{.name = "quiet", .key = OPT_QUIET, .doc = "Leave out notes, progress and summaries"},
	{.name = "verbose", .key = OPT_VERBOSE, .doc = "Say more about what is being done"},
	{.name = "explain",
	 .key = OPT_EXPLAIN,
	 .doc = "Afterwards print each step that the kernel's DMA engine API took (needs root)"},
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
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp common_argp = {
	.options = common_options,
	.parser = parse_common,
};

/* A verb has at most this many children of its own. */
#define MAX_CHILDREN 2

struct verb_input {
	argp_parser_t parser;
	void *input;
	unsigned int common; /* which child the common options are */
};

static error_t parse_verb(int key, char *arg, struct argp_state *state)
{
	struct verb_input *verb = state->input;

	if (key == ARGP_KEY_INIT)
		state->child_inputs[verb->common] = *(struct cli **)verb->input;
	state->input = verb->input;
	return verb->parser(key, arg, state);
}

void cli_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	struct verb_input verb = {.parser = argp->parser, .input = input};
	struct argp_child children[MAX_CHILDREN + 2] = {0};
	struct argp own = *argp;

	while (argp->children && argp->children[verb.common].argp) {
		if (verb.common == MAX_CHILDREN)
			abort();
		children[verb.common] = argp->children[verb.common];
		verb.common++;
	}
	children[verb.common] = (struct argp_child){
		.argp = &common_argp, .header = "Options of every verb:", .group = 100};
	own.parser = parse_verb;
	own.children = children;
	argp_parse(&own, argc, argv, flags, NULL, &verb);
}
