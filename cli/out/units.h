/* SPDX-License-Identifier: MIT */
/* Sizes, times and counts: from the command line, and for people to read. */
#ifndef UNITS_H
#define UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNITS_TEXT 48 /* room for anything the format functions write */

#define NS_PER_SEC UINT64_C(1000000000)
#define NS_PER_MS  UINT64_C(1000000)

/*
 * Each parser takes the whole string and returns false on anything else than
 * a number in range with a known suffix; *value is then unchanged.
 */
/*
 * Bytes: decimal, also with a fraction or an exponent (1.5, 1e6), or 0x. Then
 * nothing, B, K, M, G, T or P, also KiB (powers of 1024), or KB and so on (of
 * 1000, as dd(1) has it). What is left of a byte is cut off, but not without a
 * unit.
 */
#define SIZE_FORMS "4096, 64K, 1.5M, 1MB, 1e6 or 0x1000"
bool parse_size(const char *text, uint64_t *value);
/*
 * Nanoseconds: decimal numbers, also with a fraction, each with ns, us, ms, s, m,
 * h, d, or the longer names of systemd.time(7), together or with blanks between;
 * a single number alone is seconds.
 */
#define TIME_FORMS "500ms, 10s, 1.5m, 2h or 1h30m"
bool parse_time(const char *text, uint64_t *value);
/* A number from min to max, decimal or 0x. */
bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Each returns text, which has room for UNITS_TEXT bytes. */
const char *format_size(char *text, uint64_t bytes);
const char *format_rate(char *text, double bytes_per_second);
const char *format_time(char *text, uint64_t ns);

uint64_t now_ns(void);

#endif /* UNITS_H */
