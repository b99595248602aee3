/* SPDX-License-Identifier: MIT */
/* The ring of records of a session, as a program uses it. */
#ifndef CRING_H
#define CRING_H

#include "uapi.h"

struct cring {
	int fd; /* the session */
	struct mem mem;
	struct dmactl_ring_head *head;
	uint32_t entries, stride, records_off;
	uint32_t next; /* number of the next record to take */
};

/* RING; 0 or -errno. */
int cring_ask(int fd, uint32_t entries, uint32_t stride, struct dmactl_ring *arg);
/* Mapped until the end of the test. */
struct cring cring_new(int fd, uint32_t entries);

/* Records that are there. */
uint32_t cring_ready(const struct cring *ring);
/* The record of this number, whether it is there or not. */
struct dmactl_completion cring_at(const struct cring *ring, uint32_t nr);
/* The oldest record, which is there. */
struct dmactl_completion cring_take(struct cring *ring);
/* The next record, without a system call until it is there. */
struct dmactl_completion cring_spin(struct cring *ring);
/* What a program does before it sleeps: false, and it will be told. */
bool cring_look_again(struct cring *ring);
bool cring_overflows(const struct cring *ring);
/* Waits for so many in the ring; their number, or -errno. */
int cring_wait(struct cring *ring, uint32_t min, uint64_t timeout_ns);
/* The next record, awaited. */
struct dmactl_completion cring_next(struct cring *ring);
/* One op, submitted and awaited in one call. */
struct dmactl_completion cring_run(struct cring *ring, const struct dmactl_op *op);

#endif /* CRING_H */
