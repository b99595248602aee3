// SPDX-License-Identifier: MIT
/*
 * Four patterns, as in dmatest: the source and its surroundings, the destination and its
 * surroundings. The upper two bits of a byte identify the pattern, so a byte in the wrong place
 * shows its origin.
 */
#include "private.h"

#define MARGIN 64

unsigned char pattern_byte(enum pattern kind, size_t i)
{
	return kind << 6 | ((uint32_t)i * 2654435761u) >> 26;
}

void pattern_fill(unsigned char *p, size_t at, size_t len, enum pattern kind)
{
	size_t i;

	for (i = at; i < at + len; i++)
		p[i] = pattern_byte(kind, i);
}

/* Checks that the @len bytes at @at are those that pattern_fill() wrote at @from. */
void pattern_check(const unsigned char *p, size_t at, size_t len, enum pattern kind, size_t from)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char want = pattern_byte(kind, from + i);

		if (p[at + i] != want)
			fail("byte %zu of %zu at %zu is %#x, not %#x (pattern %d)", i, len, at,
			     p[at + i], want, kind);
	}
}

/* A range and the bytes around it, within the buffer. */
struct window {
	size_t start;
	size_t body;
	size_t end;
};

static struct window window_of(const struct mem *mem, size_t off, size_t len)
{
	struct window w = {.start = off > MARGIN ? off - MARGIN : 0, .body = off};

	w.end = off + len + MARGIN;
	if (w.end > mem->len)
		w.end = mem->len;
	return w;
}

static void window_fill(const struct mem *mem, struct window w, size_t len, enum pattern margin,
			enum pattern body)
{
	pattern_fill(mem->p, w.start, w.body - w.start, margin);
	pattern_fill(mem->p, w.body, len, body);
	pattern_fill(mem->p, w.body + len, w.end - w.body - len, margin);
}

static void window_check(const struct mem *mem, struct window w, size_t len, enum pattern margin,
			 size_t from)
{
	pattern_check(mem->p, w.start, w.body - w.start, margin, w.start);
	pattern_check(mem->p, w.body, len, SRC_BODY, from);
	pattern_check(mem->p, w.body + len, w.end - w.body - len, margin, w.body + len);
}

void copy_check(int fd, uint32_t chan, const struct mem *dst, size_t doff, const struct mem *src,
		size_t soff, size_t len)
{
	struct dmactl_op op = op_memcpy(chan, dst, doff, src, soff, len);
	struct window s = window_of(src, soff, len);
	struct window d = window_of(dst, doff, len);

	window_fill(src, s, len, SRC_MARGIN, SRC_BODY);
	window_fill(dst, d, len, DST_MARGIN, DST_BODY);
	op.user_data = len;
	run_ok(fd, &op);
	window_check(src, s, len, SRC_MARGIN, soff);
	window_check(dst, d, len, DST_MARGIN, soff);
}
