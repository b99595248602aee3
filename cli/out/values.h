/* SPDX-License-Identifier: MIT */
/*
 * Parses values of options for argp parsers. Each function sets *value, or ends
 * the program with a message that names the option and the valid values. They
 * return 0, which the argp parser can return.
 */
#ifndef VALUES_H
#define VALUES_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* Bytes, from min to max. A max of INT64_MAX is not mentioned in messages. */
error_t option_size(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		    uint64_t max, uint64_t *value);
/* A number from min to max. A max of UINT32_MAX or more is not mentioned in messages. */
error_t option_number(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		      uint64_t max, uint64_t *value);
/* A time in nanoseconds, at least min. */
error_t option_time(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		    uint64_t *value);

/* One of two words. Sets *is_first. */
error_t option_either(struct argp_state *state, const char *name, const char *arg,
		      const char *first, const char *second, bool *is_first);

/* Stores the only argument of a verb, a channel. */
error_t argument_of_one(struct argp_state *state, const char *arg, const char **chan);
/* Stores the next argument of a verb that takes two. */
error_t argument_of_two(struct argp_state *state, const char *arg, const char **first,
			const char **second);

#endif /* VALUES_H */
