// SPDX-License-Identifier: MIT
/* Lower limits: system calls that do nothing, and a copy by the CPU. */
#include "bench.h"

#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct floors {
	int fd;
	struct io_uring ring;
	bool has_ring;
	uint8_t *src, *dst;
};

static int floors_begin(struct bench_case *c)
{
	struct floors *f = calloc(1, sizeof(*f));

	c->context = f;
	if (!f)
		return bench_why(c, "out of memory");
	f->fd = eventfd(0, EFD_CLOEXEC);
	return f->fd < 0 ? bench_why(c, "no eventfd") : 0;
}

static void floors_end(struct bench_case *c)
{
	struct floors *f = c->context;

	if (!f)
		return;
	if (f->has_ring)
		io_uring_queue_exit(&f->ring);
	if (f->src)
		munmap(f->src, 2 * c->size);
	if (f->fd > 0)
		close(f->fd);
	free(f);
}

static int getppid_rounds(struct bench_case *c, unsigned int n)
{
	(void)c;
	while (n--)
		syscall(SYS_getppid);
	return 0;
}

static int ioctl_rounds(struct bench_case *c, unsigned int n)
{
	const struct floors *f = c->context;

	while (n--) {
		if (ioctl(f->fd, 0x1234, 0) == 0)
			return bench_why(c, "the ioctl does not fail");
	}
	return 0;
}

static int poll_rounds(struct bench_case *c, unsigned int n)
{
	const struct floors *f = c->context;
	struct pollfd pollfd = {.fd = f->fd, .events = POLLIN};

	while (n--) {
		if (poll(&pollfd, 1, 0) != 0)
			return bench_why(c, "poll");
	}
	return 0;
}

static int eventfd_rounds(struct bench_case *c, unsigned int n)
{
	const struct floors *f = c->context;
	uint64_t one = 1;

	while (n--) {
		if (write(f->fd, &one, sizeof(one)) < 0 || read(f->fd, &one, sizeof(one)) < 0)
			return bench_why(c, "eventfd");
	}
	return 0;
}

static int nop_begin(struct bench_case *c)
{
	struct floors *f;

	if (floors_begin(c))
		return -1;
	f = c->context;
	f->has_ring = io_uring_queue_init(256, &f->ring, 0) == 0;
	return f->has_ring ? 0 : bench_why(c, "no io_uring");
}

static int nop_rounds(struct bench_case *c, unsigned int n)
{
	struct floors *f = c->context;
	struct io_uring_cqe *cqe;

	while (n--) {
		for (unsigned int i = 0; i < c->depth; i++)
			io_uring_prep_nop(io_uring_get_sqe(&f->ring));
		if (io_uring_submit_and_wait(&f->ring, c->depth) != (int)c->depth)
			return bench_why(c, "io_uring");
		for (unsigned int i = 0; i < c->depth; i++) {
			if (io_uring_wait_cqe(&f->ring, &cqe) || cqe->res)
				return bench_why(c, "io_uring: no NOP");
			io_uring_cqe_seen(&f->ring, cqe);
		}
	}
	return 0;
}

static int copy_begin(struct bench_case *c)
{
	struct floors *f;

	if (floors_begin(c))
		return -1;
	f = c->context;
	f->src = mmap(NULL, 2 * c->size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (f->src == MAP_FAILED) {
		f->src = NULL;
		return bench_why(c, "out of memory");
	}
	f->dst = f->src + c->size;
	data_fill(f->src, c->size, c->size);
	return 0;
}

static void copy_wipe(struct bench_case *c)
{
	const struct floors *f = c->context;

	data_wipe(f->dst, c->size, c->size);
}

static int copy_check(struct bench_case *c)
{
	const struct floors *f = c->context;

	return data_check(c, f->dst, c->size, c->size, "destination");
}

static int copy_rounds(struct bench_case *c, unsigned int n)
{
	const struct floors *f = c->context;

	while (n--) {
		memcpy(f->dst, f->src, c->size);
		/* Keep the compiler from merging or dropping copies. */
		__asm__ volatile("" : : "r"(f->dst) : "memory");
	}
	return 0;
}

void cases_floors(struct bench *bench)
{
	static const uint64_t sizes[] = {64, 4096, 65536, 1048576};
	static const struct bench_case floors[] = {
		{.work = "getppid", .depth = 1, .begin = floors_begin, .rounds = getppid_rounds},
		{.work = "ioctl", .depth = 1, .begin = floors_begin, .rounds = ioctl_rounds},
		{.work = "poll", .depth = 1, .begin = floors_begin, .rounds = poll_rounds},
		{.work = "eventfd", .depth = 1, .begin = floors_begin, .rounds = eventfd_rounds},
		{.work = "uring-nop", .depth = 1, .begin = nop_begin, .rounds = nop_rounds},
		{.work = "uring-nop", .depth = 32, .begin = nop_begin, .rounds = nop_rounds},
	};
	struct bench_case c;

	for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
		c = floors[i];
		c.peer = "floor";
		c.end = floors_end;
		bench_run(bench, &c);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		c = (struct bench_case){
			.peer = "cpu",
			.work = "memcpy",
			.size = sizes[i],
			.depth = 1,
			.begin = copy_begin,
			.rounds = copy_rounds,
			.wipe = copy_wipe,
			.check = copy_check,
			.end = floors_end,
		};
		bench_run(bench, &c);
	}
}
