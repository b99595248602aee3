// SPDX-License-Identifier: MIT
/* The completion ring in the address space: mappings and lifetimes. */
#include <signal.h>
#include <sys/syscall.h>

#include "cring.h"

#define RW (PROT_READ | PROT_WRITE)

static int fd;
static uint32_t chan;
static struct mem mem;

static void setup(void)
{
	fd = dev_open(0);
	chan = chan_get(fd);
	mem = mem_get(fd, PAGE);
}

static struct dmactl_op op_small(uint64_t user_data)
{
	struct dmactl_op op = op_memset(chan, &mem, user_data * 8 % PAGE, 8, user_data);

	op.user_data = user_data;
	return op;
}

static void one_more(struct cring *ring, unsigned int nr)
{
	struct dmactl_op op = op_small(nr);
	struct dmactl_completion record = cring_run(ring, &op);

	check_eq(record.user_data, nr);
	check_eq(record.status, 0);
	check_eq(ring->head->tail, nr + 1);
}

static void expect_unmappable(size_t len, int prot, int flags, uint64_t off)
{
	check(map_at(NULL, len, prot, flags, fd, off) == MAP_FAILED);
	check_eq(errno, EINVAL);
}

UAPI_TEST(ring_map, what_cannot_be_mapped)
{
	struct dmactl_ring ask;
	unsigned char *p;

	setup();
	expect_unmappable(PAGE, RW, MAP_SHARED, 0);
	check_eq(cring_ask(fd, 200, 48, &ask), 0);
	check_eq(ask.out_len, 4 * PAGE);
	expect_unmappable(5 * PAGE, RW, MAP_SHARED, 0);
	expect_unmappable(4 * PAGE, RW, MAP_PRIVATE, 0);
	expect_unmappable(4 * PAGE, PROT_READ, MAP_PRIVATE, 0);
	expect_unmappable(PAGE, RW, MAP_SHARED, PAGE);
	expect_unmappable(PAGE, RW, MAP_SHARED, 3 * PAGE);
	/* Part of the ring, and a second mapping. */
	p = map_at(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	check(p != MAP_FAILED);
	munmap(p, PAGE);
	p = map_at(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_POPULATE | MAP_LOCKED, fd, 0);
	check(p != MAP_FAILED);
	munmap(p, 4 * PAGE);
	/* Another session has no ring. */
	fd = dev_open(0);
	expect_unmappable(PAGE, RW, MAP_SHARED, 0);
}

UAPI_TEST(ring_map, each_session_has_its_own)
{
	struct cring a, b;
	uint32_t theirs;
	int other;

	setup();
	other = fd;
	theirs = chan;
	a = cring_new(fd, 4);
	setup();
	b = cring_new(fd, 4);
	one_more(&b, 0);
	check_eq(cring_ready(&a), 0);
	check_eq(cring_wait(&a, 1, 0), -ETIME);
	check_eq(destroy(other, theirs), 0);
	one_more(&b, 1);
}

UAPI_TEST(ring_map, for_reading_only)
{
	struct dmactl_ring_head *head;
	struct dmactl_op op;
	struct cring ring;
	int i;

	setup();
	ring = cring_new(fd, 2);
	head = map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	check(head != MAP_FAILED);
	for (i = 0; i < 3; i++) {
		op = op_nop(chan, i);
		submit_all(fd, &op, 1);
	}
	check_eq(head->tail, 2);
	check_eq(head->flags, DMACTL_RING_OVERFLOW);
	check_eq(mprotect(head, PAGE, RW), 0);
	head->head = 1;
	check_eq(cring_wait(&ring, 0, 0), 2);
	check_eq(head->tail, 3);
	munmap(head, PAGE);
}

UAPI_TEST(ring_map, pages_that_were_dropped_come_back)
{
	struct cring ring;
	unsigned int i;

	setup();
	ring = cring_new(fd, 256);
	for (i = 0; i < 300; i++) {
		one_more(&ring, i);
		if (i % 50 == 0)
			check_eq(madvise(ring.mem.p, ring.mem.len, MADV_DONTNEED), 0);
		check_eq(ring.head->head, i + 1);
		check_eq(cring_at(&ring, i).user_data, i);
	}
}

UAPI_TEST(ring_map, holes_and_moves)
{
	unsigned char *p, *moved;
	struct cring ring;
	unsigned int i;

	setup();
	ring = cring_new(fd, 256);
	p = ring.mem.p;
	/* Entries 0 to 82 are in the first page; the third page is not mapped. */
	check_eq(munmap(p + 2 * PAGE, PAGE), 0);
	for (i = 0; i < 60; i++)
		one_more(&ring, i);
	check(mremap(p, 2 * PAGE, 3 * PAGE, 0) == MAP_FAILED);
	check(mremap(p, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	moved = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(moved != MAP_FAILED);
	moved = mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, moved);
	check(moved != MAP_FAILED);
	ring.mem.p = moved;
	ring.head = (void *)moved;
	for (; i < 80; i++)
		one_more(&ring, i);
	check_eq(madvise(moved, 2 * PAGE, MADV_DONTNEED), 0);
	check_eq(ring.head->tail, 80);
	/* Without any mapping the module goes on, and the ring can be mapped again. */
	munmap(moved, 2 * PAGE);
	for (; i < 90; i++) {
		struct dmactl_op op = op_small(i);

		submit_all(fd, &op, 1);
	}
	check_eq(cring_wait(&ring, 10, 60 * SEC), 10);
	moved = map_at(NULL, ring.mem.len, RW, MAP_SHARED, fd, 0);
	check(moved != MAP_FAILED);
	ring.mem.p = moved;
	ring.head = (void *)moved;
	for (i = 80; i < 90; i++)
		check_eq(cring_take(&ring).user_data, i);
	one_more(&ring, 90);
	munmap(moved, ring.mem.len);
}

static void child_takes(void *arg)
{
	struct cring *ring = arg;

	check_eq(cring_take(ring).user_data, 0);
	check_eq(cring_take(ring).user_data, 1);
	one_more(ring, 2);
}

UAPI_TEST(ring_map, a_child_shares_it)
{
	struct dmactl_op op;
	struct cring ring;

	setup();
	ring = cring_new(fd, 4);
	op = op_nop(chan, 0);
	submit_all(fd, &op, 1);
	op = op_nop(chan, 1);
	submit_all(fd, &op, 1);
	child_run(child_takes, &ring);
	check_eq(ring.head->head, 3);
	ring.next = 3;
	one_more(&ring, 3);
}

/* The mapping keeps the session, and completions still arrive. */
UAPI_TEST(ring_map, close_before_munmap)
{
	struct leak_state open_state, closed;
	struct dmactl_op op;
	struct cring ring;

	setup();
	ring = cring_new(fd, 4);
	mem_unmap(&mem);
	leak_read(&open_state);
	sim_set("hold", "1");
	op = op_small(0);
	submit_all(fd, &op, 1);
	dev_close(fd);
	sim_set("hold", "0");
	check_eq(cring_spin(&ring).status, 0);
	leak_read(&closed);
	check_eq(closed.dmactl_refs, open_state.dmactl_refs);
	mem_unmap(&ring.mem);
	leak_read(&closed);
	check(closed.dmactl_refs < open_state.dmactl_refs);
	check(closed.channels < open_state.channels);
}

UAPI_TEST(ring_map, the_module_stays)
{
	struct cring ring;

	fd = dev_open(0);
	ring = cring_new(fd, 4);
	dev_close(fd);
	check_eq(syscall(SYS_delete_module, "dmactl", O_NONBLOCK), -1);
	check_eq(errno, EAGAIN);
	check_eq(ring.head->tail, 0);
}

static void submit_held(unsigned int nr)
{
	struct dmactl_op ops[16];
	unsigned int i;

	sim_set("hold", "1");
	for (i = 0; i < nr; i++)
		ops[i] = op_small(i);
	submit_all(fd, ops, nr);
}

/* The ring has room for some of the completions, and the others come later. */
static void expect_ended(struct cring *ring, unsigned int nr, int status)
{
	struct dmactl_completion record;
	unsigned int i;

	check_eq(cring_ready(ring), ring->entries);
	check(cring_overflows(ring));
	for (i = 0; i < nr; i++) {
		record = cring_next(ring);
		check_eq(record.user_data, i);
		check_eq(record.status, status);
		check_eq(record.chan, chan);
	}
	check(!cring_overflows(ring));
	check_eq(cring_wait(ring, 1, 0), -ETIME);
	sim_set("hold", "0");
}

UAPI_TEST(ring_map, terminate)
{
	struct cring ring;

	setup();
	ring = cring_new(fd, 4);
	submit_held(10);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	expect_ended(&ring, 10, -ECANCELED);
	check_eq(chan_status(fd, chan).out_in_flight, 0);
	ring.next = 10;
	one_more(&ring, 10);
}

/* Waiting completions outlive their channel, and so do the jobs behind them. */
UAPI_TEST(ring_map, destroy_of_the_channel)
{
	struct cring ring;

	setup();
	ring = cring_new(fd, 4);
	submit_held(10);
	check_eq(destroy(fd, chan), 0);
	check_eq(destroy(fd, mem.buf), 0);
	expect_ended(&ring, 10, -ECANCELED);
}

UAPI_TEST(ring_map, unbind)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct cring ring;

	fd = dev_open(0);
	check_eq(chan_request(fd, &arg), 0);
	chan = arg.out_chan;
	mem = mem_get(fd, PAGE);
	ring = cring_new(fd, 4);
	submit_held(10);
	check_eq(sim_bind("dma-sim.0", false), 0);
	expect_ended(&ring, 10, -ENODEV);
	check_eq(sim_bind("dma-sim.0", true), 0);
	check_eq(destroy(fd, chan), 0);
	chan = chan_get(fd);
	ring.next = 10;
	one_more(&ring, 10);
}

struct victim {
	int fds[2];
	bool reads; /* reaps its completions, or lets them queue up */
};

static void victim_run(void *arg)
{
	const struct victim *v = arg;
	struct dmactl_op ops[8];
	struct cring ring;
	unsigned int i, n;

	setup();
	ring = cring_new(fd, 8);
	for (n = 0;; n += 8) {
		for (i = 0; i < 8; i++)
			ops[i] = op_small(n + i);
		submit_flags(fd, ops, 8, 0, NULL);
		if (n == 80)
			check_eq(write(v->fds[1], "x", 1), 1);
		while (v->reads && cring_ready(&ring))
			cring_take(&ring);
		if (v->reads)
			cring_wait(&ring, 0, 0);
	}
}

UAPI_TEST(ring_map, killed_in_flight)
{
	struct victim v;
	pid_t pid;
	char c;
	int i;

	check_eq(pipe(v.fds), 0);
	for (i = 0; i < 12; i++) {
		v.reads = i % 2;
		pid = child_start(victim_run, &v);
		check_eq(read(v.fds[0], &c, 1), 1);
		sleep_ms(i);
		check_eq(kill(pid, SIGKILL), 0);
		child_expect_killed(pid);
	}
	close(v.fds[0]);
	close(v.fds[1]);
	/* All channels can be requested again. */
	fd = dev_open(0);
	for (i = 0; i < 8; i++)
		check(chan_get(fd));
}

/* If the answer of RING cannot be written, there is no ring. */
UAPI_TEST(ring_map, an_answer_that_cannot_be_written)
{
	struct dmactl_ring *arg = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct cring ring;

	setup();
	*arg = (struct dmactl_ring){.size = sizeof(*arg), .entries = 4, .record_size = 48};
	check_eq(mprotect(arg, PAGE, PROT_READ), 0);
	check_eq(dev_ioctl(fd, DMACTL_IOC_RING, arg), -EFAULT);
	expect_unmappable(PAGE, RW, MAP_SHARED, 0);
	ring = cring_new(fd, 4);
	one_more(&ring, 0);
	munmap(arg, PAGE);
}
