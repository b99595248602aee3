/* SPDX-License-Identifier: MIT */
/* What options a verb has, for those who list them. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <argp.h>
#include <stdbool.h>

/* The options that every verb takes. */
extern const struct argp options_common;

/* Options with a name that is shown, of this argp and of its children. */
typedef void options_fn(const struct argp_option *option, void *context);
void options_each(const struct argp *argp, options_fn *found, void *context);

/* 0 if the option has a long name only. */
char options_letter(const struct argp_option *option);

#endif /* OPTIONS_H */
