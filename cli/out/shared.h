/* SPDX-License-Identifier: MIT */
/*
 * Options that several verbs have. They have the same name, letter, form and
 * messages everywhere; a verb chooses where their values go, which values are
 * allowed, and what its help says about the default.
 *
 * A verb lists them in its struct argp_option array, by the macros below, and
 * its parser passes keys that are not its own to shared_parse().
 */
#ifndef SHARED_H
#define SHARED_H

#include "out/cli.h"

/* Options without a letter have keys that no verb uses for its own. */
enum shared_key {
	SHARED_BLOCK = 'b',
	SHARED_CHANNEL = 'c',
	SHARED_DEPTH = 'd',
	SHARED_SIZE = 's',
	SHARED_TIMEOUT = 0x1000,
};

/* `text' describes the option in the verb's help, with its default. */
#define OPTION_CHANNEL                                                                             \
	{                                                                                          \
		.name = "channel", .key = SHARED_CHANNEL, .arg = "CHAN",                           \
		.doc = "Use this DMA channel (default: any that can do it)"                        \
	}
#define OPTION_BLOCK(text)                                                                         \
	{                                                                                          \
		.name = "block", .key = SHARED_BLOCK, .arg = "SIZE", .doc = text                   \
	}
#define OPTION_DEPTH(text)                                                                         \
	{                                                                                          \
		.name = "depth", .key = SHARED_DEPTH, .arg = "N", .doc = text                      \
	}
#define OPTION_SIZE(text)                                                                          \
	{                                                                                          \
		.name = "size", .key = SHARED_SIZE, .arg = "SIZE", .doc = text                     \
	}
#define OPTION_TIMEOUT(text)                                                                       \
	{                                                                                          \
		.name = "timeout", .key = SHARED_TIMEOUT, .arg = "TIME", .doc = text               \
	}
#define OPTION_TRANSFER_TIMEOUT                                                                    \
	OPTION_TIMEOUT("Give up when a transfer takes longer (default 30s, 0 never)")

/* The default of --timeout where the help says 30s. */
#define SHARED_TIMEOUT_NS (30ull * 1000000000)

/* Where a number goes, and which are allowed. */
struct shared_number {
	uint64_t *value; /* NULL: the verb does not have the option */
	uint64_t min;
	uint64_t max;
};

/* The options of a verb; those it does not have are NULL. */
struct shared_options {
	const char **channel;
	struct shared_number block;
	struct shared_number depth;
	struct shared_number size;
	struct shared_number timeout; /* ns; max is not used */
};

/*
 * Parses one of the options. Returns 0, or ARGP_ERR_UNKNOWN if the verb does
 * not have it. Ends the program with a message if the value is not allowed.
 */
error_t shared_parse(int key, const char *arg, struct argp_state *state,
		     const struct shared_options *options);

/*
 * Parses the arguments of a verb that takes a channel and a file: ARGP_KEY_ARG
 * and ARGP_KEY_END. Returns ARGP_ERR_UNKNOWN for other keys.
 */
error_t shared_channel_and_file(int key, const char *arg, struct argp_state *state,
				const struct cli *cli, const char **channel, const char **file);

#endif /* SHARED_H */
