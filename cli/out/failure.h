/* SPDX-License-Identifier: MIT */
/* Keeps the error messages for the "error" of JSON documents. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stddef.h>
#include <stdio.h>

/* Keeps a message without the program's name and newline. Any thread may call it. */
void failure_add(const char *message);
size_t failure_count(void);
const char *failure_get(size_t index); /* messages are in the order they were added */

/*
 * Returns a stream for argp's messages: it writes to stderr and keeps them.
 * NULL if out of memory.
 */
FILE *failure_stream(void);
/* Flushes failure_stream(). */
void failure_flush(void);

#endif /* FAILURE_H */
