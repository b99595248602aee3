// SPDX-License-Identifier: MIT
#include "out/units.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct {
	const char *text;
	bool good;
	uint64_t value;
} sizes[] = {
	{"0", true, 0},
	{"1", true, 1},
	{"010", true, 10},
	{"0x10", true, 16},
	{"0X1f", true, 31},
	{"5B", true, 5},
	{"4k", true, 4096},
	{"4K", true, 4096},
	{"4KiB", true, 4096},
	{"1M", true, 1048576},
	{"2g", true, 2147483648},
	{"1T", true, 1099511627776},
	{"18446744073709551615", true, UINT64_MAX},
	{"16777215T", true, 16777215ull << 40},
	{"16777216T", false, 0},
	{"18446744073709551616", false, 0},
	{"", false, 0},
	{"K", false, 0},
	{"-1", false, 0},
	{"+1", false, 0},
	{" 1", false, 0},
	{"1 ", false, 0},
	{"0x", false, 0},
	{"1.5M", true, 1572864},
	{"0.5K", true, 512},
	{"1.0", true, 1},
	{"1.3K", true, 1331},
	{"0.1T", true, 109951162777},
	{"1.50000000000K", true, 1536},
	{"1MB", true, 1000000},
	{"1kB", true, 1000},
	{"1.5GB", true, 1500000000},
	{"1e6", true, 1000000},
	{"1.5e3", true, 1500},
	{"2e3K", true, 2048000},
	{"1P", true, 1ull << 50},
	{"1e19", true, 10000000000000000000ull},
	{"1e20", false, 0},
	{"1.5", false, 0},
	{"1.5B", false, 0},
	{"1e", false, 0},
	{"1e-3", false, 0},
	{"1.", false, 0},
	{".5M", false, 0},
	{"1..5M", false, 0},
	{"0x1.8", false, 0},
	{"1BiB", false, 0},
	{"1X", false, 0},
	{"1Mi", false, 0},
};

Test(units, sizes)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t value = 12345;
		bool good = parse_size(sizes[i].text, &value);

		cr_expect(good == sizes[i].good, "\"%s\"", sizes[i].text);
		cr_expect(value == (good ? sizes[i].value : 12345), "\"%s\"", sizes[i].text);
	}
}

static const struct {
	const char *text;
	bool good;
	uint64_t ns;
} times[] = {
	{"0", true, 0},
	{"1", true, 1000000000},
	{"10s", true, 10000000000},
	{"1.5s", true, 1500000000},
	{"500ms", true, 500000000},
	{"7us", true, 7000},
	{"42ns", true, 42},
	{"2m", true, 120000000000},
	{"9300000000s", false, 0},
	{"", false, 0},
	{"s", false, 0},
	{"-1s", false, 0},
	{"1h", true, 3600000000000},
	{"1h30m", true, 5400000000000},
	{"1h 30min", true, 5400000000000},
	{"2min 500msec", true, 120500000000},
	{"1day", true, 86400000000000},
	{"3 hours", true, 10800000000000},
	{"1 h 30 min", true, 5400000000000},
	{"1w", true, 604800000000000},
	{"2 weeks", true, 1209600000000000},
	{"1month", true, 2629746000000000},
	{"1y", true, 31556952000000000},
	{"300y", false, 0},
	{"3  h", false, 0},
	{"1 ", false, 0},
	{"3hours", true, 10800000000000},
	{"90usec", true, 90000},
	{"1h30", false, 0},
	{"30 1h", false, 0},
	{"1h ", false, 0},
	{"1hm", false, 0},
	{"1parsec", false, 0},
	{"1M", false, 0},
	{"1 s", true, 1000000000},
	{" 1s", false, 0},
	{"1e3s", false, 0},
	{"0x1s", false, 0},
	{"107000d", false, 0},
	{"inf", false, 0},
	{"nan", false, 0},
	{"1..5s", false, 0},
	{".5s", true, 500000000},
	{".s", false, 0},
	{"5.s", true, 5000000000},
};

Test(units, times)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		uint64_t ns = 12345;
		bool good = parse_time(times[i].text, &ns);

		cr_expect(good == times[i].good, "\"%s\"", times[i].text);
		cr_expect(ns == (good ? times[i].ns : 12345), "\"%s\"", times[i].text);
	}
}

Test(units, numbers)
{
	uint64_t value = 7;

	cr_expect(parse_number("255", 0, 255, &value) && value == 255);
	cr_expect(parse_number("0x5a", 0, 255, &value) && value == 0x5a);
	cr_expect(not(parse_number("256", 0, 255, &value)));
	cr_expect(not(parse_number("0", 1, 255, &value)));
	cr_expect(not(parse_number("1K", 0, 2000, &value)));
	cr_expect(not(parse_number("", 0, 255, &value)));
	cr_expect(value == 0x5a);
}

Test(units, format_size)
{
	char text[UNITS_TEXT];

	cr_expect_str_eq(format_size(text, 0), "0 B");
	cr_expect_str_eq(format_size(text, 1023), "1023 B");
	cr_expect_str_eq(format_size(text, 1024), "1 KiB");
	cr_expect_str_eq(format_size(text, 1025), "1.0 KiB");
	cr_expect_str_eq(format_size(text, 1536), "1.5 KiB");
	cr_expect_str_eq(format_size(text, 1048575), "1.0 MiB");
	cr_expect_str_eq(format_size(text, 1048576), "1 MiB");
	cr_expect_str_eq(format_size(text, 10485883), "10.0 MiB");
	cr_expect_str_eq(format_size(text, UINT64_MAX), "16.0 EiB");
}

Test(units, format_time)
{
	char text[UNITS_TEXT];

	cr_expect_str_eq(format_time(text, 999), "999 ns");
	cr_expect_str_eq(format_time(text, 1500), "1.5 us");
	cr_expect_str_eq(format_time(text, 1500000), "1.5 ms");
	cr_expect_str_eq(format_time(text, 2000000000), "2 s");
	cr_expect_str_eq(format_time(text, 125000000000), "2:05 min");
	cr_expect_str_eq(format_rate(text, 1024 * 1024), "1.0 MiB/s");
}
