/* SPDX-License-Identifier: MIT */
/*
 * A page that is not there yet: whoever touches it first, the kernel too, waits until
 * it is given. So a call can be stopped at the place where it reads from the program.
 */
#ifndef STALL_H
#define STALL_H

#include <pthread.h>

#include "uapi.h"

struct stall {
	unsigned char *p; /* the page, for reading */
	unsigned char content[PAGE];
	char dir[32];
	int fuse, file;
	pthread_t server;
	bool touched, given;
};

/* The page will begin with these bytes. */
void stall_new(struct stall *stall, const void *content, size_t len);
/* Somebody waits for it. */
bool stall_is_touched(const struct stall *stall);
void stall_wait(const struct stall *stall);
void stall_give(struct stall *stall);
/* To be given by now, if anybody has touched it. */
void stall_free(struct stall *stall);

#endif /* STALL_H */
