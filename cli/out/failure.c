// SPDX-License-Identifier: MIT
#include "out/failure.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The first messages show the cause; a failing channel may cause thousands more. */
#define MOST 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *messages[MOST];
static size_t count;
static FILE *stream;

void failure_add(const char *message)
{
	pthread_mutex_lock(&lock);
	if (count < MOST && (messages[count] = strdup(message)))
		count++;
	pthread_mutex_unlock(&lock);
}

size_t failure_count(void)
{
	return count;
}

const char *failure_get(size_t index)
{
	return messages[index];
}

/* Keeps TEXT of "dmactl copy: TEXT". Ignores the line that refers to --help. */
static void add_line(char *line)
{
	char *text = strstr(line, ": ");

	if (strncmp(line, "Try `", 5) && text)
		failure_add(text + 2);
}

static ssize_t take(void *cookie, const char *text, size_t size)
{
	char *copy = strndup(text, size), *rest = copy, *line;

	(void)cookie;
	fwrite(text, 1, size, stderr);
	while (rest && (line = strsep(&rest, "\n")))
		add_line(line);
	free(copy);
	return (ssize_t)size;
}

FILE *failure_stream(void)
{
	if (!stream)
		stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = take});
	return stream;
}

void failure_flush(void)
{
	if (stream)
		fflush(stream);
}
