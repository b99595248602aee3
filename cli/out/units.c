// SPDX-License-Identifier: MIT
#include "out/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Like strtoull(), but without signs, blanks and octal numbers. */
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

/* A number with fraction and exponent: digits * 10^scale. */
struct decimal {
	uint64_t digits;
	int scale;
};

static bool add_digits(struct decimal *decimal, const char **text, int scale)
{
	bool any = false;

	for (; isdigit((unsigned char)**text); (*text)++, any = true) {
		unsigned int digit = (unsigned int)(**text - '0');

		if (decimal->digits > (UINT64_MAX - digit) / 10)
			return false;
		decimal->digits = decimal->digits * 10 + digit;
		decimal->scale += scale;
	}
	return any;
}

static bool leading_decimal(const char *text, struct decimal *decimal, const char **rest)
{
	*decimal = (struct decimal){0};
	if (!add_digits(decimal, &text, 0))
		return false;
	if (*text == '.') {
		text++;
		if (!add_digits(decimal, &text, -1))
			return false;
	}
	if ((*text == 'e' || *text == 'E') && isdigit((unsigned char)text[1])) {
		struct decimal exponent = {0};

		text++;
		if (!add_digits(&exponent, &text, 0) || exponent.digits > 19)
			return false;
		decimal->scale += (int)exponent.digits;
	}
	*rest = text;
	return true;
}

static bool multiply(uint64_t *value, uint64_t factor)
{
	if (factor && *value > UINT64_MAX / factor)
		return false;
	*value *= factor;
	return true;
}

/* Returns the bytes in the unit behind a number, 0 if it is no unit. */
static uint64_t size_unit(const char *text)
{
	static const char letters[] = "KMGTP";
	const char *letter;
	uint64_t unit = 1, base = 1024;

	if (!*text || strcasecmp(text, "B") == 0)
		return 1;
	letter = strchr(letters, toupper((unsigned char)*text));
	if (!letter)
		return 0;
	text++;
	if (strcasecmp(text, "B") == 0)
		base = 1000;
	else if (*text && strcasecmp(text, "iB"))
		return 0;
	for (long i = letter - letters; i >= 0; i--)
		unit *= base;
	return unit;
}

static bool scale_size(struct decimal decimal, uint64_t unit, uint64_t *value)
{
	uint64_t divisor = 1, result = decimal.digits;

	/* Drop zeros at the end of a fraction, which could cause an overflow. */
	for (; decimal.scale < 0 && result % 10 == 0; decimal.scale++)
		result /= 10;
	for (; decimal.scale > 0; decimal.scale--) {
		if (!multiply(&result, 10))
			return false;
	}
	for (; decimal.scale < 0; decimal.scale++) {
		if (!multiply(&divisor, 10))
			return false;
	}
	if (!multiply(&result, unit) || (unit == 1 && result % divisor))
		return false;
	*value = result / divisor;
	return true;
}

bool parse_size(const char *text, uint64_t *value)
{
	struct decimal decimal = {0};
	const char *rest;
	uint64_t unit;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		if (!leading_number(text, &decimal.digits, &rest))
			return false;
	} else if (!leading_decimal(text, &decimal, &rest)) {
		return false;
	}
	unit = size_unit(rest);
	return unit && scale_size(decimal, unit, value);
}

static const struct {
	const char *names; /* with blanks around each name */
	double ns;
} time_units[] = {
	{" ns nsec ", 1},
	{" us usec ", 1e3},
	{" ms msec ", 1e6},
	{" s sec second seconds ", 1e9},
	{" m min minute minutes ", 6e10},
	{" h hr hour hours ", 3.6e12},
	{" d day days ", 8.64e13},
	{" w week weeks ", 6.048e14},
	{" month months ", 2.629746e15}, /* 30.436875 days, as in systemd.time(7) */
	{" y year years ", 3.1556952e16},
};

/* Returns the nanoseconds in the unit of this name, 0 if it is no unit. */
static double time_unit(const char *text, size_t length)
{
	char name[16];

	if (!length || length > sizeof(name) - 3)
		return 0;
	snprintf(name, sizeof(name), " %.*s ", (int)length, text);
	for (size_t i = 0; i < sizeof(time_units) / sizeof(time_units[0]); i++) {
		if (strstr(time_units[i].names, name))
			return time_units[i].ns;
	}
	return 0;
}

bool parse_time(const char *text, uint64_t *value)
{
	double total = 0;

	for (const char *at = text; *at || at == text;) {
		size_t length = strspn(at, "0123456789."), word;
		char *end;
		double number, unit;

		/* Refuse signs, and words such as inf. */
		if (!length)
			return false;
		number = strtod(at, &end);
		/* Refuse 1..5 and 1e3. */
		if (end != at + length)
			return false;
		if (*end == ' ')
			end++;
		word = strspn(end, "abcdefghijklmnopqrstuvwxyz");
		/* A number alone, without a unit, is seconds. */
		unit = at == text && !at[length] ? 1e9 : time_unit(end, word);
		if (unit == 0)
			return false;
		total += number * unit;
		at = end + word;
		if (*at == ' ' && at[1])
			at++;
	}
	total += 0.5;
	if (total >= 9.2e18) /* INT64_MAX, about 292 years */
		return false;
	*value = (uint64_t)total;
	return true;
}

static const char *const binary_units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

static const char *scaled(char *text, double value, const char *per)
{
	unsigned int unit = 0;

	/* From 1023.95 on, "%.1f" would print 1024.0. */
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

	/* Most sizes are a whole number of some unit: print those exactly. */
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

uint64_t cpu_time_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * NS_PER_SEC + (uint64_t)time.tv_nsec;
}
