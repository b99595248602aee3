// SPDX-License-Identifier: MIT
#include "raid/raid.h"
#include "out/shared.h"
#include "out/values.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BLOCK (64ull << 20)

void raid_defaults(struct raid_options *options)
{
	options->block = 256 * 1024;
	options->timeout_ns = SHARED_TIMEOUT_NS;
}

static const struct argp_option options_table[] = {
	OPTION_CHANNEL,
	OPTION_BLOCK("Bytes of each file in one transfer (default 256K)"),
	OPTION_TRANSFER_TIMEOUT,
	{0},
};

static error_t parse_options(int key, char *arg, struct argp_state *state)
{
	struct raid_options *options = state->input;
	const struct shared_options shared = {
		.channel = &options->channel,
		.block = {&options->block, 1, MAX_BLOCK},
		.timeout = {&options->timeout_ns},
	};

	return shared_parse(key, arg, state, &shared);
}

const struct argp raid_argp = {
	.options = options_table,
	.parser = parse_options,
};

static void parse_coefs(const char *arg, struct argp_state *state, struct raid_options *options)
{
	char *copy = strdup(arg), *rest = copy, *word;
	uint64_t value;

	options->coef_count = 0;
	while (copy && (word = strsep(&rest, ","))) {
		option_number(state, "coef", word, 0, 255, &value);
		if (options->coef_count == RAID_MAX_SOURCES)
			argp_error(state, "--coef: '%s' has more than %d coefficients", arg,
				   RAID_MAX_SOURCES);
		options->coef[options->coef_count++] = (uint8_t)value;
	}
	free(copy);
}

error_t raid_parse_pq(int key, char *arg, struct argp_state *state, struct raid_options *options)
{
	switch (key) {
	case RAID_PARITY:
		options->p = arg;
		return 0;
	case RAID_SYNDROME:
		options->q = arg;
		return 0;
	case RAID_COEF:
		parse_coefs(arg, state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void raid_add_source(char *arg, struct argp_state *state, struct raid_options *options)
{
	if (options->count == RAID_MAX_SOURCES)
		argp_error(state, "'%s' is one source too many; %d are the most", arg,
			   RAID_MAX_SOURCES);
	options->names[options->count++] = arg;
}

void raid_check_pq(struct argp_state *state, const struct raid_options *options)
{
	if (!options->p && !options->q)
		argp_error(state,
			   "it needs the file of --parity (-P), that of --syndrome (-Q), or both");
	if (options->p && options->q && strcmp(options->p, options->q) == 0)
		argp_error(state, "--parity and --syndrome name the same file, %s", options->p);
	if (!options->count)
		argp_error(state, "it needs one source or more");
	if (options->coef_count && options->coef_count != options->count)
		argp_error(state, "--coef: %u coefficients for %u sources; give one for each",
			   options->coef_count, options->count);
}
