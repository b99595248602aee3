// SPDX-License-Identifier: MIT
#include "out/terminal.h"
#include "out/units.h"

#include <stdlib.h>
#include <sys/ioctl.h>

/* A terminal that reports less does not know its size. */
#define LEAST 20

static unsigned int from_environment(const char *name)
{
	const char *text = getenv(name);
	uint64_t number;

	return text && parse_number(text, LEAST, 10000, &number) ? (unsigned int)number : 0;
}

unsigned int terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return from_environment("COLUMNS");
	return size.ws_col < LEAST ? 80 : size.ws_col;
}

unsigned int terminal_height(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return from_environment("LINES");
	return size.ws_row < 5 ? 24 : size.ws_row;
}
