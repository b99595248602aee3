// SPDX-License-Identifier: MIT
/* io_uring with bare system calls. */
#include <sys/syscall.h>

#include "ring.h"

#define SQE_SIZE(flags) ((flags)&IORING_SETUP_SQE128 ? 128u : 64u)
#define CQE_SIZE(flags) ((flags)&IORING_SETUP_CQE32 ? 32u : 16u)

static unsigned int load(const unsigned int *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(unsigned int *p, unsigned int value)
{
	__atomic_store_n(p, value, __ATOMIC_RELEASE);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void ring_map(struct ring *ring, const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned int);
	size_t cq = p->cq_off.cqes + p->cq_entries * CQE_SIZE(ring->flags);
	unsigned char *map;

	check(p->features & IORING_FEAT_SINGLE_MMAP);
	ring->map_len = larger(sq, cq);
	map = map_at(NULL, ring->map_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
		     IORING_OFF_SQ_RING);
	check(map != MAP_FAILED);
	ring->map = map;
	ring->sq_head = (unsigned int *)(map + p->sq_off.head);
	ring->sq_tail = (unsigned int *)(map + p->sq_off.tail);
	ring->sq_flags = (unsigned int *)(map + p->sq_off.flags);
	ring->sq_array = (unsigned int *)(map + p->sq_off.array);
	ring->sq_mask = *(unsigned int *)(map + p->sq_off.ring_mask);
	ring->cq_head = (unsigned int *)(map + p->cq_off.head);
	ring->cq_tail = (unsigned int *)(map + p->cq_off.tail);
	ring->cq_overflow = (unsigned int *)(map + p->cq_off.overflow);
	ring->cq_mask = *(unsigned int *)(map + p->cq_off.ring_mask);
	ring->cqes = map + p->cq_off.cqes;

	ring->nr = p->sq_entries;
	ring->sqes_len = p->sq_entries * SQE_SIZE(ring->flags);
	ring->sqes = map_at(NULL, ring->sqes_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			    IORING_OFF_SQES);
	check(ring->sqes != MAP_FAILED);
}

bool ring_try(struct ring *ring, unsigned int entries, unsigned int flags)
{
	/* Long enough that the kernel's thread never sleeps in a test. */
	struct io_uring_params p = {.flags = flags, .sq_thread_idle = 30000};

	*ring = (struct ring){.flags = flags};
	ring->fd = (int)syscall(__NR_io_uring_setup, entries, &p);
	if (ring->fd < 0 && errno == EINVAL)
		return false;
	if (ring->fd < 0)
		fail("io_uring_setup: %s", strerror(errno));
	ring_map(ring, &p);
	return true;
}

void ring_new(struct ring *ring, unsigned int entries, unsigned int flags)
{
	check(ring_try(ring, entries, flags));
}

void ring_free(struct ring *ring)
{
	check_eq(munmap(ring->sqes, ring->sqes_len), 0);
	check_eq(munmap(ring->map, ring->map_len), 0);
	check_eq(close(ring->fd), 0);
}

struct io_uring_sqe *ring_sqe(struct ring *ring)
{
	unsigned int at = ring->tail & ring->sq_mask;
	unsigned char *sqe = ring->sqes + (size_t)at * SQE_SIZE(ring->flags);

	/* The thread of a ring with SQPOLL takes SQEs later. */
	while (ring->tail - load(ring->sq_head) >= ring->nr)
		if (!(ring->flags & IORING_SETUP_SQPOLL))
			fail("the ring has no SQE left");
	memset(sqe, 0, SQE_SIZE(ring->flags));
	ring->sq_array[at] = at;
	ring->tail++;
	return (struct io_uring_sqe *)sqe;
}

struct dmactl_uring_cmd *ring_payload(struct io_uring_sqe *sqe)
{
	return (struct dmactl_uring_cmd *)((unsigned char *)sqe +
					   offsetof(struct io_uring_sqe, cmd));
}

struct io_uring_sqe *ring_cmd(struct ring *ring, int fd, uint32_t cmd_op,
			      const struct dmactl_op *op, uint32_t flags, uint64_t user_data)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);
	struct dmactl_uring_cmd *cmd = ring_payload(sqe);

	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = fd;
	sqe->cmd_op = cmd_op;
	sqe->user_data = user_data;
	if (op && ring->flags & IORING_SETUP_SQE128) {
		cmd->op = *op;
		cmd->flags = flags;
	}
	return sqe;
}

struct io_uring_sqe *ring_op(struct ring *ring, int fd, const struct dmactl_op *op,
			     uint64_t user_data)
{
	return ring_cmd(ring, fd, DMACTL_URING_OP, op, 0, user_data);
}

/* Returns 0 or a negated errno. */
static int ring_enter(struct ring *ring, unsigned int submit, unsigned int wait, unsigned int flags,
		      uint64_t ns)
{
	/* The kernel's struct, with 64 bits in all fields. */
	struct {
		int64_t sec;
		int64_t nsec;
	} ts = {(int64_t)(ns / SEC), (int64_t)(ns % SEC)};
	struct io_uring_getevents_arg arg = {.ts = (uintptr_t)&ts};
	long ret;

	ring->calls++;
	if (wait)
		ret = syscall(__NR_io_uring_enter, ring->fd, submit, wait,
			      flags | IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg,
			      sizeof(arg));
	else
		ret = syscall(__NR_io_uring_enter, ring->fd, submit, 0, flags, NULL, 0);
	if (ret < 0)
		return -errno;
	return ret == (long)submit || ring->flags & IORING_SETUP_SQPOLL ? 0 : -EIO;
}

void ring_submit(struct ring *ring)
{
	unsigned int nr = ring->tail - *ring->sq_tail;

	store(ring->sq_tail, ring->tail);
	if (!(ring->flags & IORING_SETUP_SQPOLL)) {
		check_eq(ring_enter(ring, nr, 0, 0, 0), 0);
		return;
	}
	/* The thread must see the tail before it announces that it sleeps. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (load(ring->sq_flags) & IORING_SQ_NEED_WAKEUP)
		check_eq(ring_enter(ring, nr, 0, IORING_ENTER_SQ_WAKEUP, 0), 0);
}

bool ring_peek(struct ring *ring, struct ring_done *done)
{
	unsigned int head = *ring->cq_head;
	const struct io_uring_cqe *cqe;

	check_eq(load(ring->cq_overflow), 0);
	if (head == load(ring->cq_tail))
		return false;
	cqe = (const struct io_uring_cqe *)(ring->cqes +
					    (size_t)(head & ring->cq_mask) * CQE_SIZE(ring->flags));
	*done = (struct ring_done){
		.user_data = cqe->user_data, .res = cqe->res, .flags = cqe->flags, .bytes = ~0ull};
	if (ring->flags & IORING_SETUP_CQE32) {
		memcpy(&done->bytes, cqe->big_cqe, sizeof(done->bytes));
		memcpy(&done->extra, &cqe->big_cqe[1], sizeof(done->extra));
	}
	store(ring->cq_head, head + 1);
	return true;
}

bool ring_wait_for(struct ring *ring, struct ring_done *done, uint64_t ns)
{
	uint64_t end = now_ns() + ns, now;
	int ret;

	while (!ring_peek(ring, done)) {
		now = now_ns();
		if (now >= end)
			return false;
		/* Leave the processor to the thread of the ring. */
		if (ring->flags & IORING_SETUP_SQPOLL) {
			sleep_ms(1);
			continue;
		}
		ret = ring_enter(ring, 0, 1, 0, end - now);
		if (ret && ret != -ETIME && ret != -EINTR)
			fail("io_uring_enter: %s", strerror(-ret));
	}
	return true;
}

struct ring_done ring_wait(struct ring *ring)
{
	struct ring_done done;

	if (!ring_wait_for(ring, &done, 60 * SEC))
		fail("no CQE came");
	return done;
}

struct ring_done ring_run(struct ring *ring, int fd, const struct dmactl_op *op)
{
	struct ring_done done;

	ring_op(ring, fd, op, 77);
	ring_submit(ring);
	done = ring_wait(ring);
	check_eq(done.user_data, 77);
	return done;
}
