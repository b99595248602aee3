// SPDX-License-Identifier: MIT
#include "raid.h"
#include "units.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BLOCK (64ull << 20)

void raid_defaults(struct raid_options *options)
{
	options->block = 256 * 1024;
	options->timeout_ns = 30 * NS_PER_SEC;
}

enum { OPT_CHANNEL = 'c', OPT_BLOCK = 'b', OPT_TIMEOUT = 0xa00 };

static const struct argp_option options_table[] = {
	{.name = "channel",
	 .key = OPT_CHANNEL,
	 .arg = "CHAN",
	 .doc = "Use this DMA channel (default: any that can)"},
	{.name = "block",
	 .key = OPT_BLOCK,
	 .arg = "SIZE",
	 .doc = "Bytes of each file in one transfer (default 256K)"},
	{.name = "timeout",
	 .key = OPT_TIMEOUT,
	 .arg = "TIME",
	 .doc = "Give up when a transfer takes so long (default 30s, 0 never)"},
	{0},
};

static error_t parse_options(int key, char *arg, struct argp_state *state)
{
	struct raid_options *options = state->input;

	switch (key) {
	case OPT_CHANNEL:
		options->channel = arg;
		return 0;
	case OPT_BLOCK:
		if (!parse_size(arg, &options->block) || !options->block ||
		    options->block > MAX_BLOCK)
			argp_error(state, "--block: '%s' is not a size from 1 to 64M", arg);
		options->block = (options->block + DIRECT_ALIGN - 1) / DIRECT_ALIGN * DIRECT_ALIGN;
		return 0;
	case OPT_TIMEOUT:
		if (!parse_time(arg, &options->timeout_ns))
			argp_error(state, "--timeout: '%s' is not a time, such as 500ms or 10s",
				   arg);
		return 0;
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
		if (!parse_number(word, 0, 255, &value))
			argp_error(state, "--coef: '%s' is not a number from 0 to 255", word);
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
		argp_error(state, "-p or -q or both");
	if (options->p && options->q && strcmp(options->p, options->q) == 0)
		argp_error(state, "-p and -q name the same file");
	if (!options->count)
		argp_error(state, "which sources?");
	if (options->coef_count && options->coef_count != options->count)
		argp_error(state, "--coef: %u coefficients for %u sources", options->coef_count,
			   options->count);
}
