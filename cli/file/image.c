// SPDX-License-Identifier: MIT
#include "file/image.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Skips blanks and comments. A comment ends with its line. */
static size_t skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && (isspace((unsigned char)text[at]) || text[at] == '#')) {
		if (text[at] == '#') {
			while (at < length && text[at] != '\n')
				at++;
		} else {
			at++;
		}
	}
	return at;
}

static bool parse_field(const char *text, size_t length, size_t *at, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;
	size_t start = skip_blanks(text, length, *at);
	size_t i = start;

	while (i < length && isdigit((unsigned char)text[i]) && number <= max)
		number = number * 10 + (uint64_t)(text[i++] - '0');
	if (i == start || i == length || !number || number > max)
		return false;
	*at = i;
	*value = (uint32_t)number;
	return true;
}

const char *image_parse(struct image *image, const char *text, size_t length)
{
	size_t at = 2;

	memset(image, 0, sizeof(*image));
	if (length < 2 || text[0] != 'P' || (text[1] != '5' && text[1] != '6'))
		return "is no PGM or PPM image (P5, P6); for one without a header give --width, "
		       "--height and --bytes-per-pixel";
	image->kind = text[1];
	if (!parse_field(text, length, &at, IMAGE_MAX_SIDE, &image->width) ||
	    !parse_field(text, length, &at, IMAGE_MAX_SIDE, &image->height))
		return "its width and height are not numbers from 1 to 16777216";
	if (!parse_field(text, length, &at, 65535, &image->maxval))
		return "its largest value is not a number from 1 to 65535";
	/* Skip exactly one blank, because the next byte is a pixel. */
	if (!isspace((unsigned char)text[at]))
		return "there is no blank after its largest value";
	image->header = at + 1;
	image->pixel = (image->kind == '6' ? 3 : 1) * (image->maxval > 255 ? 2 : 1);
	return NULL;
}

bool image_parse_rectangle(const char *text, struct rectangle *rectangle)
{
	static const char separators[] = "x++";
	uint32_t *fields[] = {&rectangle->width, &rectangle->height, &rectangle->x, &rectangle->y};

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t number = 0;
		const char *start = text;

		while (isdigit((unsigned char)*text) && number <= IMAGE_MAX_SIDE)
			number = number * 10 + (uint64_t)(*text++ - '0');
		if (text == start || number > IMAGE_MAX_SIDE || (i < 2 && !number))
			return false;
		*fields[i] = (uint32_t)number;
		/* The last separator is the final NUL. */
		if (*text++ != separators[i])
			return false;
	}
	return true;
}

size_t image_header(const struct image *image, uint32_t width, uint32_t height, char *text,
		    size_t size)
{
	if (!image->maxval)
		return 0;
	return (size_t)snprintf(text, size, "P%c\n%u %u\n%u\n", image->kind, width, height,
				image->maxval);
}
