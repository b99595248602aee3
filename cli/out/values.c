// SPDX-License-Identifier: MIT
#include "out/values.h"
#include "out/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Formats the limit of a size for a message: 1G, 64M, 4096. */
static const char *limit_text(char text[UNITS_TEXT], uint64_t limit)
{
	if (limit && limit % (1u << 30) == 0)
		snprintf(text, UNITS_TEXT, "%" PRIu64 "G", limit >> 30);
	else if (limit && limit % (1u << 20) == 0)
		snprintf(text, UNITS_TEXT, "%" PRIu64 "M", limit >> 20);
	else
		snprintf(text, UNITS_TEXT, "%" PRIu64, limit);
	return text;
}

error_t option_size(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		    uint64_t max, uint64_t *value)
{
	char least[UNITS_TEXT], most[UNITS_TEXT];
	uint64_t size;

	if (!parse_size(arg, &size)) {
		argp_error(state, "--%s: '%s' is not a size, such as " SIZE_FORMS, name, arg);
	} else if (size < min || size > max) {
		if (max >= INT64_MAX && size > max)
			argp_error(state, "--%s: %s is too large; %" PRIu64 " is the most", name,
				   arg, max);
		else if (max >= INT64_MAX)
			argp_error(state, "--%s: %s is not %s or more", name, arg,
				   limit_text(least, min));
		else
			argp_error(state, "--%s: %s is not from %s to %s", name, arg,
				   limit_text(least, min), limit_text(most, max));
	} else {
		*value = size;
	}
	return 0;
}

error_t option_number(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		      uint64_t max, uint64_t *value)
{
	uint64_t large;

	if (parse_number(arg, min, max, value))
		return 0;
	if (max >= UINT32_MAX && max < UINT64_MAX && parse_number(arg, max, UINT64_MAX, &large))
		argp_error(state, "--%s: %s is too large; %" PRIu64 " is the most", name, arg, max);
	else if (max < UINT32_MAX)
		argp_error(state, "--%s: '%s' is not a number from %" PRIu64 " to %" PRIu64, name,
			   arg, min, max);
	else if (min)
		argp_error(state, "--%s: '%s' is not a number above %" PRIu64, name, arg, min - 1);
	else
		argp_error(state, "--%s: '%s' is not a number", name, arg);
	return 0;
}

error_t option_time(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		    uint64_t *value)
{
	char least[UNITS_TEXT];

	if (!parse_time(arg, value))
		argp_error(state,
			   "--%s: '%s' is not a time, such as " TIME_FORMS
			   "; a number alone is seconds",
			   name, arg);
	else if (*value < min && min > 1)
		argp_error(state, "--%s: %s is too short; it must be %s or more", name, arg,
			   format_time(least, min));
	else if (*value < min)
		argp_error(state, "--%s: %s is too short; it must be longer than 0", name, arg);
	return 0;
}

error_t option_either(struct argp_state *state, const char *name, const char *arg,
		      const char *first, const char *second, bool *is_first)
{
	*is_first = strcmp(arg, first) == 0;
	if (!*is_first && strcmp(arg, second) != 0)
		argp_error(state, "--%s: '%s' is neither %s nor %s", name, arg, first, second);
	return 0;
}

error_t argument_of_one(struct argp_state *state, const char *arg, const char **chan)
{
	if (*chan)
		argp_error(state, "'%s' is one argument too many, after the channel %s", arg,
			   *chan);
	*chan = arg;
	return 0;
}

error_t argument_of_two(struct argp_state *state, const char *arg, const char **first,
			const char **second)
{
	if (*second)
		argp_error(state, "'%s' is one argument too many", arg);
	*(*first ? second : first) = arg;
	return 0;
}
