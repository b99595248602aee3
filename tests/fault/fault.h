/* SPDX-License-Identifier: MIT */
/*
 * Every allocation and every copy from and to the program, in every call, fails
 * once. A call in which something failed says so, or did without; either way the
 * session works as before, and at the end nothing is left.
 */
#ifndef FAULT_H
#define FAULT_H

#include "nth.h"
#include "uapi.h"

#define LEN (64u << 10)

/* The session of the test, a channel, two buffers of LEN bytes. */
extern int fd;
extern uint32_t chan;
extern struct mem mem, other;
/* What a successful call has made: a handle, or a file. */
extern int made;

/*
 * One call. @before makes what it needs, @call returns 0 or -errno, @undo ends what
 * a successful call has made.
 */
struct step {
	void (*before)(void);
	int (*call)(void);
	void (*undo)(void);
};

void step_fails(const char *name, struct step step);
void each_fails(const char *name, int (*call)(void), void (*undo)(void));
/* Whether an error may come of a failure. */
bool may_be(int error);
/* Copies, as ever. */
void still_works(void);
void fault_begin(void);
void destroy_made(void);
void close_made(void);
/* By a name of the slave map; the handle is in made. */
int request(struct dmactl_chan_request *arg);

#define FAULT_TEST(name)                                                                           \
	Test(fault, name, .init = fault_begin, .fini = uapi_end, .timeout = 4 * UAPI_TIMEOUT)

#endif /* FAULT_H */
