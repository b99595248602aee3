// SPDX-License-Identifier: MIT
/* The position in a cyclic buffer, and parsing of image headers. */
#include "file/image.h"
#include "cyclic/ring.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(ring, place_and_count_agree)
{
	for (uint64_t ended = 0; ended < 100; ended++) {
		for (uint64_t ahead = 0; ahead < 3; ahead++) {
			uint64_t place = (ended + ahead) % 8 * 100 + 37;

			/* The completions of the last periods have not arrived yet. */
			cr_expect_eq(ring_locate(ended, place, 100, 8), ended + ahead);
		}
		/* The position was read before the count. */
		if (ended)
			cr_expect_eq(ring_locate(ended, (ended - 1) % 8 * 100 + 99, 100, 8), ended);
	}
}

Test(ring, the_end_is_the_beginning)
{
	cr_expect_eq(ring_locate(8, 800, 100, 8), 8);
	cr_expect_eq(ring_locate(7, 800, 100, 8), 8);
	cr_expect_eq(ring_locate(8, 0, 100, 8), 8);
	cr_expect_eq(ring_locate(2, 0, 100, 3), 3);
}

static const char *parse(const char *text, struct image *image)
{
	return image_parse(image, text, strlen(text));
}

Test(image, headers)
{
	struct image image;

	cr_assert_null(parse("P6\n# made by\n 3 4 # more\n255\nxxxxx", &image));
	cr_expect_eq(image.width, 3);
	cr_expect_eq(image.height, 4);
	cr_expect_eq(image.pixel, 3);
	cr_expect_eq(image.header, strlen("P6\n# made by\n 3 4 # more\n255\n"));
	cr_assert_null(parse("P5 16777216 1 256 ", &image));
	cr_expect_eq(image.pixel, 2);
	cr_expect_eq(image.width, 16777216);
	/* A single blank follows the largest value, even if the first pixel looks like a blank. */
	cr_assert_null(parse("P5 1 1 255\n\n\n", &image));
	cr_expect_eq(image.header, 11);
}

Test(image, wrong_headers)
{
	static const char *const wrong[] = {
		"",
		"P",
		"P4 1 1 255 ",
		"p5 1 1 255 ",
		"P5",
		"P5 1",
		"P5 1 1",
		"P5 1 1 255",
		"P5 0 1 255 ",
		"P5 1 0 255 ",
		"P5 1 1 0 ",
		"P5 1 1 65536 ",
		"P5 -1 1 255 ",
		"P5 16777217 1 255 ",
		"P5 99999999999999999999 1 255 ",
		"P5 1 1 255x",
		"P5 # 1 1 255 ",
	};
	struct image image;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_not_null(parse(wrong[i], &image), "'%s'", wrong[i]);
}

Test(image, rectangles)
{
	static const char *const wrong[] = {
		"",	    "1",      "1x1",	  "1x1+0",   "0x1+0+0",	       "1x0+0+0",
		"1x1+0+0 ", "x1+0+0", "1x1+-1+0", "1X1+0+0", "16777217x1+0+0", "1x1+0+0+0"};
	struct rectangle r;

	cr_assert(image_parse_rectangle("640x480+10+0", &r));
	cr_expect_eq(r.width, 640);
	cr_expect_eq(r.height, 480);
	cr_expect_eq(r.x, 10);
	cr_expect_eq(r.y, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(image_parse_rectangle(wrong[i], &r), false, "'%s'", wrong[i]);
}

Test(image, the_header_of_a_part)
{
	struct image image;
	char text[64];

	cr_assert_null(parse("P6 100 100 65535 ", &image));
	cr_expect_eq(image_header(&image, 5, 6, text, sizeof(text)), 13);
	cr_expect_str_eq(text, "P6\n5 6\n65535\n");
	image.maxval = 0;
	cr_expect_eq(image_header(&image, 5, 6, text, sizeof(text)), 0);
}
