// SPDX-License-Identifier: MIT
#include "units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* strtoull() without its surprises: signs, blanks and octal. */
static bool leading_number(const char *text, uint64_t *value, const char **rest)
{
	int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	if (base == 16 && !isxdigit((unsigned char)text[2]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	*rest = end;
	return errno == 0;
}

bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	const char *rest;
	uint64_t number;

	if (!leading_number(text, &number, &rest) || *rest)
		return false;
	if (number < min || number > max)
		return false;
	*value = number;
	return true;
}

bool parse_size(const char *text, uint64_t *value)
{
	static const char letters[] = "BKMGT";
	const char *rest, *letter;
	unsigned int shift = 0;
	uint64_t number;

	if (!leading_number(text, &number, &rest))
		return false;
	if (*rest) {
		letter = strchr(letters, toupper((unsigned char)*rest));
		if (!letter)
			return false;
		shift = 10 * (unsigned int)(letter - letters);
		rest++;
		if (shift && strcasecmp(rest, "iB") == 0)
			rest += 2;
		if (*rest)
			return false;
	}
	if (number > UINT64_MAX >> shift)
		return false;
	*value = number << shift;
	return true;
}

bool parse_time(const char *text, uint64_t *value)
{
	static const struct {
		const char *suffix;
		double ns;
	} units[] = {
		{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 6e10},
	};
	size_t length = strspn(text, "0123456789.");
	char *end;
	double number;

	if (!isdigit((unsigned char)text[0]))
		return false;
	number = strtod(text, &end);
	if (end != text + length)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].suffix))
			continue;
		number = number * units[i].ns + 0.5;
		if (number >= 9.2e18) /* INT64_MAX, about 292 years */
			return false;
		*value = (uint64_t)number;
		return true;
	}
	return false;
}

static const char *const binary_units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

static const char *scaled(char *text, double value, const char *per)
{
	unsigned int unit = 0;

	/* 1023.95 would be printed as 1024.0. */
	while (value >= 1023.95 && unit < 6) {
		value /= 1024;
		unit++;
	}
	snprintf(text, UNITS_TEXT, "%.*f %s%s", unit ? 1 : 0, value, binary_units[unit], per);
	return text;
}

const char *format_size(char *text, uint64_t bytes)
{
	unsigned int unit = 0;

	/* Exact where it is a whole number of some unit, as sizes mostly are. */
	while (bytes && bytes % 1024 == 0 && unit < 6) {
		bytes /= 1024;
		unit++;
	}
	if (unit || bytes < 1024) {
		if (bytes < 10240) {
			snprintf(text, UNITS_TEXT, "%" PRIu64 " %s", bytes, binary_units[unit]);
			return text;
		}
	}
	return scaled(text, (double)bytes * (double)(1ull << (10 * unit)), "");
}

const char *format_rate(char *text, double bytes_per_second)
{
	return scaled(text, bytes_per_second, "/s");
}

const char *format_time(char *text, uint64_t ns)
{
	if (ns < 1000)
		snprintf(text, UNITS_TEXT, "%" PRIu64 " ns", ns);
	else if (ns < NS_PER_MS)
		snprintf(text, UNITS_TEXT, "%.4g us", (double)ns / 1e3);
	else if (ns < NS_PER_SEC)
		snprintf(text, UNITS_TEXT, "%.4g ms", (double)ns / 1e6);
	else if (ns < 60 * NS_PER_SEC)
		snprintf(text, UNITS_TEXT, "%.4g s", (double)ns / 1e9);
	else
		snprintf(text, UNITS_TEXT, "%" PRIu64 ":%02" PRIu64 " min", ns / (60 * NS_PER_SEC),
			 ns / NS_PER_SEC % 60);
	return text;
}

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SEC + (uint64_t)now.tv_nsec;
}
