/* SPDX-License-Identifier: MIT */
/* Lists the options of verbs. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <argp.h>
#include <stdbool.h>

/* The common options of all verbs. */
extern const struct argp options_common;

/* options_each() calls `found' for each visible named option of argp and its children. */
typedef void options_fn(const struct argp_option *option, void *context);
void options_each(const struct argp *argp, options_fn *found, void *context);

/* Returns the letter of the option, 0 if it has only a long name. */
char options_letter(const struct argp_option *option);

#endif /* OPTIONS_H */
