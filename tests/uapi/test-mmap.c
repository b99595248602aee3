// SPDX-License-Identifier: MIT
/* Buffers in the address space of a program. */
#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>

#include "uapi.h"

#define RW (PROT_READ | PROT_WRITE)

static void expect_unmappable(int fd, size_t len, int prot, int flags, uint64_t off, int err)
{
	void *p = map_at(NULL, len, prot, flags, fd, off);

	check(p == MAP_FAILED);
	check_eq(errno, err);
}

UAPI_TEST(mmap, what_cannot_be_mapped)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem a, b, c, *each[] = {&a, &b, &c};
	size_t i;
	void *far;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 3 * PAGE, &a), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 3 * PAGE, &b), 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan, 3 * PAGE, &c), 0);
	for (i = 0; i < ARRAY_SIZE(each); i++) {
		expect_unmappable(fd, PAGE, RW, MAP_PRIVATE, each[i]->off, EINVAL);
		expect_unmappable(fd, PAGE, PROT_READ, MAP_PRIVATE, each[i]->off, EINVAL);
		expect_unmappable(fd, 4 * PAGE, RW, MAP_SHARED, each[i]->off, EINVAL);
		expect_unmappable(fd, 2 * PAGE, RW, MAP_SHARED, each[i]->off + 2 * PAGE, EINVAL);
		expect_unmappable(fd, PAGE, RW, MAP_SHARED, each[i]->off + 100, EINVAL);
	}
	expect_unmappable(fd, PAGE, RW, MAP_SHARED, 0, EINVAL);
	/* The largest offset that a 32-bit kernel accepts, and one that it does not. */
	expect_unmappable(fd, PAGE, RW, MAP_SHARED, (1ull << 32) - 2 * PAGE, EINVAL);
	far = map_at(NULL, PAGE, RW, MAP_SHARED, fd, 1ull << 40);
	check(far == MAP_FAILED);
	check(errno == EINVAL || errno == EOVERFLOW);
	check_eq(destroy(fd, b.buf), 0);
	expect_unmappable(fd, PAGE, RW, MAP_SHARED, b.off, EINVAL);
	expect_unmappable(fd, 4 * PAGE, RW, MAP_SHARED, a.off, EINVAL);
}

UAPI_TEST(mmap, another_sessions_offset_is_refused)
{
	int fd = dev_open(0), other = dev_open(0);
	struct mem ours, theirs;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &ours), 0);
	check_eq(buf_alloc(other, DMACTL_BUF_STREAMING, 0, PAGE, &theirs), 0);
	check(ours.off != theirs.off);
	expect_unmappable(fd, PAGE, RW, MAP_SHARED, theirs.off, EINVAL);
	expect_unmappable(other, PAGE, RW, MAP_SHARED, ours.off, EINVAL);
}

UAPI_TEST(mmap, a_file_that_is_open_for_reading)
{
	int fd = open(DMACTL_DEVICE, O_RDONLY | O_CLOEXEC);
	struct mem mem;
	void *p;

	check(fd >= 0);
	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
	expect_unmappable(fd, PAGE, RW, MAP_SHARED, mem.off, EACCES);
	p = map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, mem.off);
	check(p != MAP_FAILED);
	check_eq(mprotect(p, PAGE, RW), -1);
	check_eq(errno, EACCES);
	munmap(p, PAGE);
	close(fd);
}

/* For each kind of buffers: @mem is mapped again in single pages. */
static void check_pieces(int fd, const struct mem *mem)
{
	unsigned char *piece;
	size_t page;

	for (page = 0; page < mem->len / PAGE; page++) {
		piece = map_at(NULL, PAGE, RW, MAP_SHARED, fd, mem->off + page * PAGE);
		check(piece != MAP_FAILED);
		piece[7] = page + 1;
		check_eq(mem->p[page * PAGE + 7], page + 1);
		mem->p[page * PAGE + 8] = page + 2;
		check_eq(piece[8], page + 2);
		munmap(piece, PAGE);
	}
}

UAPI_TEST(mmap, pieces_of_a_buffer)
{
	int fd = dev_open(0);
	struct mem streaming = mem_get(fd, 8 * PAGE);
	struct mem coherent = mem_coherent(fd, chan_get(fd), 8 * PAGE);
	struct mem contiguous = mem_contiguous(fd, 0, 8 * PAGE);

	check_pieces(fd, &contiguous);
	check_pieces(fd, &streaming);
	check_pieces(fd, &coherent);
}

static void check_hole(int fd, uint32_t chan, struct mem *mem)
{
	struct dmactl_op op = op_fill(fd, chan, mem, 0, mem->len, 0x3c);
	struct dmactl_op again = op_fill(fd, chan, mem, 0, mem->len, 0x3d);
	unsigned char *p = mem->p, *moved;

	check_eq(munmap(p + 2 * PAGE, 3 * PAGE), 0);
	run_ok(fd, &op);
	check_eq(p[2 * PAGE - 1], 0x3c);
	check_eq(p[5 * PAGE], 0x3c);
	/* The rest can be moved, but not enlarged. */
	moved = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(moved != MAP_FAILED);
	moved = mremap(p + 5 * PAGE, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, moved);
	check(moved != MAP_FAILED);
	check_eq(moved[3 * PAGE - 1], 0x3c);
	run_ok(fd, &again);
	check_eq(moved[0], 0x3d);
	check(mremap(moved, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	check(mremap(p, 2 * PAGE, 3 * PAGE, 0) == MAP_FAILED);
	check(mremap(p, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	check_eq(p[0], 0x3d);
	munmap(moved, 4 * PAGE);
}

UAPI_TEST(mmap, holes_and_moves)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem streaming = mem_get(fd, 8 * PAGE);
	struct mem coherent = mem_coherent(fd, chan, 8 * PAGE);
	struct mem contiguous = mem_contiguous(fd, 0, 8 * PAGE);

	check_hole(fd, chan, &contiguous);
	check_hole(fd, chan, &streaming);
	check_hole(fd, chan, &coherent);
}

static void drop_pages(int fd, struct mem mem)
{
	uint32_t chan = chan_get(fd);
	struct dmactl_op op = op_fill(fd, chan, &mem, 0, mem.len, 0x55);

	pattern_fill(mem.p, 0, mem.len, SRC_BODY);
	check_eq(madvise(mem.p + PAGE, 4 * PAGE, MADV_DONTNEED), 0);
	pattern_check(mem.p, 0, mem.len, SRC_BODY, 0);
	check_eq(madvise(mem.p, mem.len, MADV_DONTNEED), 0);
	run_ok(fd, &op);
	check_eq(mem.p[0], 0x55);
	check_eq(mem.p[mem.len - 1], 0x55);
	check_eq(madvise(mem.p, mem.len, MADV_DONTNEED), 0);
	mem.p[PAGE] = 1;
	op = op_memcpy(chan, &mem, 0, &mem, PAGE, 1);
	run_ok(fd, &op);
	check_eq(mem.p[0], 1);
}

UAPI_TEST(mmap, pages_that_were_dropped_come_back)
{
	int fd = dev_open(0);

	drop_pages(fd, mem_get(fd, 8 * PAGE));
	drop_pages(fd, mem_contiguous(fd, 0, 8 * PAGE));
}

#define BLOCK (2ul << 20)

/*
 * The buffer consists of large blocks, whose offsets do not match huge pages of the mapping. Newer
 * kernels free empty page tables, after which a fault could map a huge page.
 */
UAPI_TEST(mmap, large_blocks_that_were_dropped_come_back)
{
	int fd = dev_open(0);
	struct mem small = mem_get(fd, PAGE), mem;
	unsigned char *room, *p;
	size_t i;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 4 * BLOCK, &mem), 0);
	/* An address that is congruent to the offset. */
	room = mmap(NULL, 6 * BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(room != MAP_FAILED);
	p = room + (mem.off - (uintptr_t)room) % BLOCK;
	check(map_at(p, mem.len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, mem.off) == p);
	for (i = 0; i < mem.len; i += PAGE)
		*(uint32_t *)(p + i) = i / PAGE + 1;
	check_eq(madvise(p, mem.len, MADV_DONTNEED), 0);
	for (i = 0; i < mem.len; i += PAGE)
		check_eq(*(uint32_t *)(p + i), i / PAGE + 1);
	check_eq(munmap(room, 6 * BLOCK), 0);
	check_eq(small.p[0], 0);
}

static void child_writes(void *arg)
{
	struct mem *mem = arg;

	check_eq(mem->p[0], 0x11);
	mem->p[1] = 0x22;
	check_eq(madvise(mem->p, PAGE, MADV_DONTFORK), 0);
	munmap(mem->p, mem->len);
}

UAPI_TEST(mmap, a_child_shares_it)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem[3];
	size_t i;

	mem[0] = mem_get(fd, 2 * PAGE);
	mem[1] = mem_coherent(fd, chan, 2 * PAGE);
	mem[2] = mem_contiguous(fd, 0, 2 * PAGE);
	for (i = 0; i < 3; i++) {
		struct dmactl_op op = op_memcpy(chan, &mem[i], PAGE, &mem[i], 0, 2);

		mem[i].p[0] = 0x11;
		child_run(child_writes, &mem[i]);
		check_eq(mem[i].p[1], 0x22);
		run_ok(fd, &op);
		check_eq(mem[i].p[PAGE + 1], 0x22);
	}
}

UAPI_TEST(mmap, close_before_munmap)
{
	struct leak_state open_state, closed;
	int fd = dev_open(0);
	struct mem streaming = mem_get(fd, 64 * PAGE);
	struct mem coherent = mem_coherent(fd, chan_get(fd), 4 * PAGE);
	struct mem contiguous = mem_contiguous(fd, 0, 64 * PAGE);

	leak_read(&open_state);
	dev_close(fd);
	/* The mapping keeps the session, and the session the memory. */
	leak_read(&closed);
	check_eq(closed.dmactl_refs, open_state.dmactl_refs);
	pattern_fill(streaming.p, 0, streaming.len, SRC_BODY);
	pattern_fill(coherent.p, 0, coherent.len, SRC_BODY);
	pattern_fill(contiguous.p, 0, contiguous.len, SRC_BODY);
	pattern_check(streaming.p, 0, streaming.len, SRC_BODY, 0);
	pattern_check(coherent.p, 0, coherent.len, SRC_BODY, 0);
	pattern_check(contiguous.p, 0, contiguous.len, SRC_BODY, 0);
	mem_unmap(&contiguous);
	mem_unmap(&coherent);
	mem_unmap(&streaming);
	leak_read(&closed);
	check(closed.dmactl_refs < open_state.dmactl_refs);
	check(closed.channels < open_state.channels);
}

UAPI_TEST(mmap, munmap_before_close)
{
	int fd = dev_open(0);
	struct mem mem = mem_get(fd, 64 * PAGE);

	mem.p[0] = 1;
	mem_unmap(&mem);
	check_eq(destroy(fd, mem.buf), 0);
	dev_close(fd);
}

UAPI_TEST(mmap, destroy_while_mapped)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem[3], more;
	size_t i, j;

	mem[0] = mem_get(fd, 16 * PAGE);
	mem[1] = mem_coherent(fd, chan, 16 * PAGE);
	mem[2] = mem_contiguous(fd, 0, 16 * PAGE);
	for (i = 0; i < 3; i++) {
		pattern_fill(mem[i].p, 0, mem[i].len, SRC_BODY);
		check_eq(destroy(fd, mem[i].buf), 0);
		expect_unmappable(fd, PAGE, RW, MAP_SHARED, mem[i].off, EINVAL);
	}
	/* The pages are not allocated again while they are mapped. */
	for (j = 0; j < 32; j++) {
		more = mem_get(fd, 16 * PAGE);
		memset(more.p, 0xff, more.len);
		mem_unmap(&more);
		check_eq(destroy(fd, more.buf), 0);
	}
	for (i = 0; i < 3; i++)
		pattern_check(mem[i].p, 0, mem[i].len, SRC_BODY, 0);
}

/* Dropped pages of a destroyed buffer come back. */
UAPI_TEST(mmap, destroy_and_drop)
{
	int fd = dev_open(0);
	struct mem mem = mem_get(fd, 4 * PAGE);

	pattern_fill(mem.p, 0, mem.len, SRC_BODY);
	check_eq(destroy(fd, mem.buf), 0);
	check_eq(madvise(mem.p, mem.len, MADV_DONTNEED), 0);
	check_eq(munmap(mem.p + PAGE, PAGE), 0);
	pattern_check(mem.p, 0, PAGE, SRC_BODY, 0);
	pattern_check(mem.p, 2 * PAGE, 2 * PAGE, SRC_BODY, 2 * PAGE);
}

UAPI_TEST(mmap, locked_and_populated)
{
	int fd = dev_open(0);
	struct mem mem;
	unsigned char *p;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, 8 * PAGE, &mem), 0);
	p = map_at(NULL, mem.len, RW, MAP_SHARED | MAP_POPULATE | MAP_LOCKED, fd, mem.off);
	check(p != MAP_FAILED);
	p[0] = 1;
	check_eq(mprotect(p, PAGE, PROT_READ), 0);
	check_eq(p[0], 1);
	check_eq(mprotect(p, PAGE, RW), 0);
	p[0] = 2;
	munmap(p, mem.len);
}

/* Returns the number of page faults for one access: reading a byte, or adding one to it. */
static long faults_of(volatile unsigned char *p, bool write)
{
	struct rusage before, after;

	getrusage(RUSAGE_SELF, &after);
	getrusage(RUSAGE_SELF, &before);
	if (write)
		++*p;
	else
		(void)*p;
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt - before.ru_minflt;
}

/*
 * Touches a page for the first time: the fault inserts it. The kernel inserts it as not yet
 * written, which a processor that cannot mark it as dirty by itself (Cortex-A53) reports with one
 * more fault when the program writes.
 */
static void check_comes(unsigned char *p)
{
	long written;

	check_eq(faults_of(p, false), 1);
	check_eq(faults_of(p, false), 0);
	written = faults_of(p, true);
	check(written == 0 || written == 1);
	check_eq(faults_of(p, true), 0);
	check_eq(faults_of(p + 1, true), 0);
}

/*
 * COHERENT memory goes away with its device. If mmap(2) mapped the pages at once, the device could
 * be unbound before the kernel lists the mapping, and the pages would not be unmapped.
 */
UAPI_TEST(mmap, coherent_memory_comes_when_it_is_touched)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem;
	unsigned char *p;

	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan, 4 * PAGE, &mem), 0);
	p = map_at(NULL, 3 * PAGE, RW, MAP_SHARED, fd, mem.off + PAGE);
	check(p != MAP_FAILED);
	check_comes(p + PAGE + 5);
	check_comes(p);
	munmap(p, 3 * PAGE);
	p = map_at(NULL, 4 * PAGE, RW, MAP_SHARED, fd, mem.off);
	check(p != MAP_FAILED);
	check_eq(p[2 * PAGE + 5], 2);
	check_eq(p[2 * PAGE + 6], 1);
	check_eq(p[PAGE], 2);
	check_eq(p[PAGE + 1], 1);
	munmap(p, 4 * PAGE);
}
