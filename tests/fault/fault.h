/* SPDX-License-Identifier: MIT */
/*
 * Every allocation and every copy from and to the program, in every call, fails once. A call with
 * such a failure reports it or works without; either way the session works as before, and nothing
 * is left at the end.
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
/* The handle or file that a successful call has made. */
extern int made;

/*
 * One call. @before makes what it needs, @call returns 0 or -errno, @undo undoes a successful call.
 */
struct step {
	void (*before)(void);
	int (*call)(void);
	void (*undo)(void);
};

void step_fails(const char *name, struct step step);
void each_fails(const char *name, int (*call)(void), void (*undo)(void));
/* Whether a call may return this error. */
bool may_be(int error);
/* Checks that a copy works. */
void still_works(void);
void fault_begin(void);
void destroy_made(void);
void close_made(void);
/* Requests a channel; its handle is in made. */
int request(struct dmactl_chan_request *arg);

#define FAULT_TEST(name)                                                                           \
	Test(fault, name, .init = fault_begin, .fini = uapi_end, .timeout = 4 * UAPI_TIMEOUT)

#endif /* FAULT_H */
