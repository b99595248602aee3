/* SPDX-License-Identifier: MIT */
/* Uncompressed images: PGM and PPM (P5, P6), and images without a header. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAX_HEADER 4096
#define IMAGE_MAX_SIDE	 (1u << 24)

struct image {
	uint32_t width, height;
	uint32_t pixel;	 /* bytes */
	uint32_t maxval; /* 0: no header */
	char kind;	 /* '5' or '6' */
	size_t header;	 /* bytes before the first pixel */
};

struct rectangle {
	uint32_t width, height, x, y;
};

/* Parses the header. Returns NULL, or a text that says what is wrong with it. */
const char *image_parse(struct image *image, const char *text, size_t length);
/* Parses "WxH+X+Y". */
bool image_parse_rectangle(const char *text, struct rectangle *rectangle);
/* Writes the header of an image of the same kind with another size. Returns its length. */
size_t image_header(const struct image *image, uint32_t width, uint32_t height, char *text,
		    size_t size);

#endif /* IMAGE_H */
