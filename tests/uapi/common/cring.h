/* SPDX-License-Identifier: MIT */
/* The completion ring of a session, as a program uses it. */
#ifndef CRING_H
#define CRING_H

#include "uapi.h"

struct cring {
	int fd; /* the session */
	struct mem mem;
	struct dmactl_ring_head *head;
	uint32_t entries, stride, records_off;
	uint32_t next; /* number of the next completion to take */
};

/* RING; returns 0 or -errno. */
int cring_ask(int fd, uint32_t entries, uint32_t stride, struct dmactl_ring *arg);
/* Mapped until the end of the test. */
struct cring cring_new(int fd, uint32_t entries);

/* Number of completions in the ring. */
uint32_t cring_ready(const struct cring *ring);
/* The entry of this number, whether or not it has a completion. */
struct dmactl_completion cring_at(const struct cring *ring, uint32_t nr);
/* Takes the oldest completion, which must be there. */
struct dmactl_completion cring_take(struct cring *ring);
/* Takes the next completion; polls the ring for it without system calls. */
struct dmactl_completion cring_spin(struct cring *ring);
/* The check before a sleep: false means that the program will be woken. */
bool cring_look_again(struct cring *ring);
bool cring_overflows(const struct cring *ring);
/* Waits for so many in the ring; returns their number, or -errno. */
int cring_wait(struct cring *ring, uint32_t min, uint64_t timeout_ns);
/* Waits for the next completion. */
struct dmactl_completion cring_next(struct cring *ring);
/* Submits one op and waits for it, in one call. */
struct dmactl_completion cring_run(struct cring *ring, const struct dmactl_op *op);

#endif /* CRING_H */
