/* SPDX-License-Identifier: MIT */
/* Which processes have a dmactl session, as far as /proc shows them to us. */
#ifndef HOLDER_H
#define HOLDER_H

#include "dev/fdinfo.h"

#include <stdbool.h>
#include <stddef.h>

/* One open file of some process that is a dmactl session. */
struct holder {
	int pid;
	int fd;
	char comm[64];	  /* fit to be printed */
	unsigned int uid; /* whose process it is */
	struct fdinfo info;
};

/* Valid during the call only; false ends the search. */
typedef bool holder_fn(struct holder *holder, void *context);

void holder_each(holder_fn *found, void *context);
bool holder_has(const struct holder *holder, const char *chan);

struct holder_name {
	int pid;
	unsigned int uid;
	char comm[64];
};

/* The process that has this channel; false: none that we may look into. */
bool holder_find(const char *chan, struct holder_name *name);
/* The same, if it is the process @pid. */
bool holder_is(const char *chan, int pid, struct holder_name *name);

#endif /* HOLDER_H */
