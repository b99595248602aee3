/* SPDX-License-Identifier: MIT */
/*
 * A page that is not there yet: the first access, even by the kernel, waits until stall_give(). So
 * a test can stop a call where it reads from the program.
 */
#ifndef STALL_H
#define STALL_H

#include <pthread.h>

#include "uapi.h"

struct stall {
	unsigned char *p; /* the page, read-only */
	unsigned char content[PAGE];
	char dir[32];
	int fuse, file;
	pthread_t server;
	bool touched, given;
};

/* Makes the page, which will begin with these bytes. */
void stall_new(struct stall *stall, const void *content, size_t len);
/* Whether an access waits for the page. */
bool stall_is_touched(const struct stall *stall);
void stall_wait(const struct stall *stall);
void stall_give(struct stall *stall);
/* If the page was accessed, stall_give() must have been called. */
void stall_free(struct stall *stall);

#endif /* STALL_H */
