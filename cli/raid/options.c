// SPDX-License-Identifier: MIT
#include "raid/raid.h"
#include "out/units.h"
#include "out/values.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BLOCK (64ull << 20)

void raid_defaults(struct raid_options *options)
{
	options->block = 256 * 1024;
	options->timeout_ns = 30 * NS_PER_SEC;
}

enum { OPT_BLOCK = 'b', OPT_TIMEOUT = 0xa00 };

static const struct argp_option options_table[] = {
	OPTION_CHANNEL,
	{.name = "block",
	 .key = OPT_BLOCK,
	 .arg = "SIZE",
	 .doc = "Bytes of each file in one transfer (default 256K)"},
	OPTION_TRANSFER_TIMEOUT(OPT_TIMEOUT),
	{0},
};

static error_t parse_options(int key, char *arg, struct argp_state *state)
{
	struct raid_options *options = state->input;

	switch (key) {
	case 'c':
		options->channel = arg;
		return 0;
	case OPT_BLOCK:
		option_size(state, "block", arg, 1, MAX_BLOCK, &options->block);
		options->block = direct_round_up(options->block);
		return 0;
	case OPT_TIMEOUT:
		return option_time(state, "timeout", arg, 0, &options->timeout_ns);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp raid_argp = {
	.options = options_table,
	.parser = parse_options,
};

void raid_parse_coefs(const char *arg, struct argp_state *state, struct raid_options *options)
{
	char *copy = strdup(arg), *rest = copy, *word;
	uint64_t value;

	options->coef_count = 0;
	while (copy && (word = strsep(&rest, ","))) {
		option_number(state, "coef", word, 0, 255, &value);
		if (options->coef_count == RAID_MAX_SOURCES)
			argp_error(state, "--coef: more than %d coefficients", RAID_MAX_SOURCES);
		options->coef[options->coef_count++] = (uint8_t)value;
	}
	free(copy);
}

void raid_add_source(char *arg, struct argp_state *state, struct raid_options *options)
{
	if (options->count == RAID_MAX_SOURCES)
		argp_error(state, "more than %d sources", RAID_MAX_SOURCES);
	options->names[options->count++] = arg;
}

void raid_check_pq(struct argp_state *state, const struct raid_options *options)
{
	if (!options->p && !options->q)
		argp_error(state, "--parity (-P) or --syndrome (-Q) or both");
	if (options->p && options->q && strcmp(options->p, options->q) == 0)
		argp_error(state, "--parity and --syndrome name the same file");
	if (!options->count)
		argp_error(state, "which sources?");
	if (options->coef_count && options->coef_count != options->count)
		argp_error(state, "--coef: %u coefficients for %u sources", options->coef_count,
			   options->count);
}
