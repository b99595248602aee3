/* SPDX-License-Identifier: MIT */
/*
 * io_uring with bare system calls, which also works in 32-bit programs, for which
 * Debian has no liburing. Only one thread may use a ring.
 */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

#include "uapi.h"

/* Flags of rings whose large SQEs hold a whole op. */
#define RING_PLAIN IORING_SETUP_SQE128
#define RING_WIDE  (IORING_SETUP_SQE128 | IORING_SETUP_CQE32)
#define RING_POLL  (IORING_SETUP_SQE128 | IORING_SETUP_SQPOLL)

struct ring {
	int fd;
	unsigned int flags;
	unsigned int nr; /* SQEs */
	unsigned int *sq_head, *sq_tail, *sq_flags, *sq_array;
	unsigned int *cq_head, *cq_tail, *cq_overflow;
	unsigned char *sqes, *cqes;
	unsigned int sq_mask, cq_mask;
	unsigned int tail; /* filled so far */
	unsigned char *map;
	size_t map_len, sqes_len;
	unsigned long calls; /* system calls made for the ring */
};

/* The contents of a CQE; bytes is ~0 for 16-byte CQEs. */
struct ring_done {
	uint64_t user_data;
	int32_t res;
	uint32_t flags;
	uint64_t bytes;
	uint64_t extra;
};

/* Returns false if the kernel has no such rings; the caller skips its test. */
bool ring_try(struct ring *ring, unsigned int entries, unsigned int flags);
void ring_new(struct ring *ring, unsigned int entries, unsigned int flags);
void ring_free(struct ring *ring);

/* Returns the next SQE, zeroed; there must be a free one. */
struct io_uring_sqe *ring_sqe(struct ring *ring);
/* Fills a whole command; op may be NULL. */
struct io_uring_sqe *ring_cmd(struct ring *ring, int fd, uint32_t cmd_op,
			      const struct dmactl_op *op, uint32_t flags, uint64_t user_data);
struct io_uring_sqe *ring_op(struct ring *ring, int fd, const struct dmactl_op *op,
			     uint64_t user_data);
struct dmactl_uring_cmd *ring_payload(struct io_uring_sqe *sqe);

/* Passes all filled SQEs to the kernel. */
void ring_submit(struct ring *ring);
/* Returns false if there is no CQE. Makes no system call. */
bool ring_peek(struct ring *ring, struct ring_done *done);
/* Waits for a CQE; without a system call on a ring with SQPOLL. */
struct ring_done ring_wait(struct ring *ring);
/* Returns false after so long without a CQE. */
bool ring_wait_for(struct ring *ring, struct ring_done *done, uint64_t ns);
/* Runs one op, from the SQE to the CQE. */
struct ring_done ring_run(struct ring *ring, int fd, const struct dmactl_op *op);

#endif /* RING_H */
