/* SPDX-License-Identifier: MIT */
/* What went wrong, kept for the "error" of JSON documents. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stddef.h>
#include <stdio.h>

/* Keeps a message, which has neither the program's name nor a newline. Any thread. */
void failure_add(const char *message);
size_t failure_count(void);
const char *failure_get(size_t index); /* in the order they were added */

/* For argp's messages: what is written here goes to stderr and is kept. NULL: no memory. */
FILE *failure_stream(void);
/* Brings what failure_stream() still holds to its places. */
void failure_flush(void);

#endif /* FAILURE_H */
