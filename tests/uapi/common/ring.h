/* SPDX-License-Identifier: MIT */
/*
 * io_uring with bare system calls, also for 32-bit programs, for which Debian
 * has no liburing. A ring belongs to one thread.
 */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

#include "uapi.h"

/* Rings whose large SQEs take a whole op. */
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

/* What a CQE says; of a 16-byte one bytes is ~0. */
struct ring_done {
	uint64_t user_data;
	int32_t res;
	uint32_t flags;
	uint64_t bytes;
	uint64_t extra;
};

/* False if the kernel has no such rings: the caller skips its test. */
bool ring_try(struct ring *ring, unsigned int entries, unsigned int flags);
void ring_new(struct ring *ring, unsigned int entries, unsigned int flags);
void ring_free(struct ring *ring);

/* The next SQE, zeroed; it is there. */
struct io_uring_sqe *ring_sqe(struct ring *ring);
/* The whole command; the op may be NULL. */
struct io_uring_sqe *ring_cmd(struct ring *ring, int fd, uint32_t cmd_op,
			      const struct dmactl_op *op, uint32_t flags, uint64_t user_data);
struct io_uring_sqe *ring_op(struct ring *ring, int fd, const struct dmactl_op *op,
			     uint64_t user_data);
struct dmactl_uring_cmd *ring_payload(struct io_uring_sqe *sqe);

/* Hands all SQEs that were filled to the kernel. */
void ring_submit(struct ring *ring);
/* False: there is none now. No system call. */
bool ring_peek(struct ring *ring, struct ring_done *done);
/* Waits; without a system call on a ring with SQPOLL. */
struct ring_done ring_wait(struct ring *ring);
/* False if nothing comes for so long. */
bool ring_wait_for(struct ring *ring, struct ring_done *done, uint64_t ns);
/* One op, from the SQE to the CQE. */
struct ring_done ring_run(struct ring *ring, int fd, const struct dmactl_op *op);

#endif /* RING_H */
