/* SPDX-License-Identifier: MIT */
/* Finds the processes that have a dmactl session, as far as we may read /proc. */
#ifndef HOLDER_H
#define HOLDER_H

#include "dev/fdinfo.h"

#include <stdbool.h>
#include <stddef.h>

/* An open file that is a dmactl session, and the process that has it. */
struct holder {
	int pid;
	int fd;
	char comm[64];	  /* only printable characters */
	unsigned int uid; /* the user of the process */
	struct fdinfo info;
};

/* holder is valid only during the call. Return false to end the search. */
typedef bool holder_fn(struct holder *holder, void *context);

void holder_each(holder_fn *found, void *context);
bool holder_has(const struct holder *holder, const char *chan);

struct holder_name {
	int pid;
	unsigned int uid;
	char comm[64];
};

/* Gets the process that holds this channel. Returns false if we may inspect no such process. */
bool holder_find(const char *chan, struct holder_name *name);
/* The same, but only if the process is pid. */
bool holder_is(const char *chan, int pid, struct holder_name *name);

#endif /* HOLDER_H */
