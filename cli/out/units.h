/* SPDX-License-Identifier: MIT */
/* Parses sizes, times and counts, and formats them for people. */
#ifndef UNITS_H
#define UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNITS_TEXT 48 /* enough for each format function */

#define NS_PER_SEC UINT64_C(1000000000)
#define NS_PER_MS  UINT64_C(1000000)

/*
 * The parsers use the whole string. They return false and leave *value
 * unchanged unless it is a number in range with a known suffix.
 */
/*
 * Parses a number of bytes: decimal, also with a fraction or an exponent (1.5,
 * 1e6), or 0x. The suffix is empty, B, K, M, G, T or P, or KiB and so on (all
 * powers of 1024), or KB and so on (powers of 1000, as in dd(1)). A remaining
 * fraction of a byte is dropped if there is a unit, and refused otherwise.
 */
#define SIZE_FORMS "4096, 64K, 1.5M, 1MB, 1e6 or 0x1000"
bool parse_size(const char *text, uint64_t *value);
/*
 * Parses a time to nanoseconds: decimal numbers, also with a fraction, each
 * with ns, us, ms, s, m, h, d, w, y or the longer names of systemd.time(7), with or
 * without a blank between numbers and units. A single number without a unit is seconds.
 */
#define TIME_FORMS "500ms, 10s, 1.5m, 2h or 1h30m"
bool parse_time(const char *text, uint64_t *value);
/* Parses a number from min to max, decimal or 0x. */
bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* The format functions return text, which must have room for UNITS_TEXT bytes. */
const char *format_size(char *text, uint64_t bytes);
const char *format_rate(char *text, double bytes_per_second);
const char *format_time(char *text, uint64_t ns);

uint64_t now_ns(void);
/* CPU time of this process, user and system. */
uint64_t cpu_time_ns(void);

#endif /* UNITS_H */
