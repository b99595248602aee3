// SPDX-License-Identifier: MIT
#include "out/shared.h"
#include "out/values.h"

static error_t parse_size_option(const char *name, const char *arg, struct argp_state *state,
				 const struct shared_number *number)
{
	if (!number->value)
		return ARGP_ERR_UNKNOWN;
	return option_size(state, name, arg, number->min, number->max, number->value);
}

error_t shared_parse(int key, const char *arg, struct argp_state *state,
		     const struct shared_options *options)
{
	switch (key) {
	case SHARED_CHANNEL:
		if (!options->channel)
			return ARGP_ERR_UNKNOWN;
		*options->channel = arg;
		return 0;
	case SHARED_BLOCK:
		return parse_size_option("block", arg, state, &options->block);
	case SHARED_SIZE:
		return parse_size_option("size", arg, state, &options->size);
	case SHARED_DEPTH:
		if (!options->depth.value)
			return ARGP_ERR_UNKNOWN;
		return option_number(state, "depth", arg, options->depth.min, options->depth.max,
				     options->depth.value);
	case SHARED_TIMEOUT:
		if (!options->timeout.value)
			return ARGP_ERR_UNKNOWN;
		return option_time(state, "timeout", arg, options->timeout.min,
				   options->timeout.value);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

error_t shared_channel_and_file(int key, const char *arg, struct argp_state *state,
				const struct cli *cli, const char **channel, const char **file)
{
	switch (key) {
	case ARGP_KEY_ARG:
		return argument_of_two(state, arg, channel, file);
	case ARGP_KEY_END:
		if (!*file)
			argp_error(state, "%s needs a channel and a file", cli->verb);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}
