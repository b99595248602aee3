/* SPDX-License-Identifier: MIT */
/*
 * Values of options, for the parsers of argp. Each function sets *value, or ends
 * the program with a message that names the option and what it takes. They
 * return what the parser has to: 0.
 */
#ifndef VALUES_H
#define VALUES_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* Entries of a struct argp_option array that several verbs have. */
#define OPTION_CHANNEL                                                                             \
	{                                                                                          \
		.name = "channel", .key = 'c', .arg = "CHAN",                                      \
		.doc = "Use this DMA channel (default: any that can)"                              \
	}
#define OPTION_TRANSFER_TIMEOUT(its_key)                                                           \
	{                                                                                          \
		.name = "timeout", .key = its_key, .arg = "TIME",                                  \
		.doc = "Give up when a transfer takes so long (default 30s, 0 never)"              \
	}

/* Bytes, from min to max; INT64_MAX: as much as a file can have. */
error_t option_size(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		    uint64_t max, uint64_t *value);
/* From min to max; UINT32_MAX and above: no upper limit worth telling. */
error_t option_number(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		      uint64_t max, uint64_t *value);
/* Nanoseconds, at least min. */
error_t option_time(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		    uint64_t *value);

/* One of two words: is it the first? */
error_t option_either(struct argp_state *state, const char *name, const char *arg,
		      const char *first, const char *second, bool *is_first);

/* The only argument, which names a channel. */
error_t argument_of_one(struct argp_state *state, const char *arg, const char **chan);
/* The next argument of a verb that takes two. */
error_t argument_of_two(struct argp_state *state, const char *arg, const char **first,
			const char **second);

#endif /* VALUES_H */
