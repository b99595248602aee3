// SPDX-License-Identifier: MIT
/*
 * STREAMING and CONTIGUOUS buffers as the memory of O_DIRECT transfers: disk to buffer, DMA from
 * buffer to buffer, buffer to disk. Needs a directory on ext4 on a block device in $DMACTL_SCRATCH
 * (tests/vm/run --scratch).
 */
#include <fcntl.h>
#include <libaio.h>
#include <liburing.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "uapi.h"

#define LEN   (1u << 20)
#define BLOCK (64u << 10)

static int scratch_open(const char *name, int flags)
{
	const char *dir = getenv("DMACTL_SCRATCH");
	char path[256];
	int fd;

	if (!dir)
		fail("DMACTL_SCRATCH names no directory");
	if (!strcmp(dir, "none"))
		cr_skip_test("needs a disk");
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("cannot open %s: %s", path, strerror(errno));
	return fd;
}

/* A file with a pattern, on the disk and not only in the page cache. */
static int source_file(void)
{
	unsigned char *data = malloc(LEN);
	int fd = scratch_open("source", O_TRUNC);

	pattern_fill(data, 0, LEN, SRC_BODY);
	check_eq(write(fd, data, LEN), LEN);
	check_eq(fsync(fd), 0);
	check_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	close(fd);
	free(data);
	return scratch_open("source", O_DIRECT);
}

static void check_file(const char *name)
{
	unsigned char *data = calloc(1, LEN);
	int fd = scratch_open(name, 0);

	check_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	check_eq(read(fd, data, LEN), LEN);
	pattern_check(data, 0, LEN, SRC_BODY, 0);
	close(fd);
	free(data);
}

struct copy {
	int fd;
	uint32_t chan;
	struct mem src;
	struct mem dst;
};

/* The kind of buffers of this test. */
static enum dmactl_buf_kind kind;

static struct mem buffer(int fd)
{
	return kind == DMACTL_BUF_CONTIGUOUS ? mem_contiguous(fd, 0, LEN) : mem_get(fd, LEN);
}

static struct copy copy_new(void)
{
	struct copy c = {.fd = dev_open(0)};

	c.chan = chan_get(c.fd);
	c.src = buffer(c.fd);
	c.dst = buffer(c.fd);
	memset(c.dst.p, 0xff, LEN);
	return c;
}

static void copy_run(struct copy *c)
{
	struct dmactl_op op = op_memcpy(c->chan, &c->dst, 0, &c->src, 0, LEN);

	run_ok(c->fd, &op);
}

/* Transfers all blocks at once, from the last to the first. */
static void aio_blocks(int fd, unsigned char *p, bool write)
{
	struct iocb iocbs[LEN / BLOCK], *list[LEN / BLOCK];
	struct io_event events[LEN / BLOCK];
	io_context_t ctx = NULL;
	const int nr = LEN / BLOCK;
	int i;

	check_eq(io_setup(nr, &ctx), 0);
	for (i = 0; i < nr; i++) {
		size_t at = (nr - 1 - i) * BLOCK;

		if (write)
			io_prep_pwrite(&iocbs[i], fd, p + at, BLOCK, at);
		else
			io_prep_pread(&iocbs[i], fd, p + at, BLOCK, at);
		list[i] = &iocbs[i];
	}
	check_eq(io_submit(ctx, nr, list), nr);
	check_eq(io_getevents(ctx, nr, nr, events, NULL), nr);
	for (i = 0; i < nr; i++)
		check_eq(events[i].res, BLOCK);
	check_eq(io_destroy(ctx), 0);
}

static void libaio_reads_and_writes_a_buffer(void)
{
	struct copy c = copy_new();
	int in = source_file(), out = scratch_open("copy", O_DIRECT | O_TRUNC);

	aio_blocks(in, c.src.p, false);
	pattern_check(c.src.p, 0, LEN, SRC_BODY, 0);
	copy_run(&c);
	pattern_check(c.dst.p, 0, LEN, SRC_BODY, 0);
	aio_blocks(out, c.dst.p, true);
	close(in);
	close(out);
	check_file("copy");
}

static void vectors_of_pieces(void)
{
	struct copy c = copy_new();
	struct iovec iov[4];
	int in = source_file(), out = scratch_open("vectors", O_DIRECT | O_TRUNC), i;

	for (i = 0; i < 4; i++)
		iov[i] = (struct iovec){c.src.p + i * (LEN / 4), LEN / 4};
	check_eq(preadv2(in, iov, 4, 0, 0), LEN);
	copy_run(&c);
	for (i = 0; i < 4; i++)
		iov[i].iov_base = c.dst.p + i * (LEN / 4);
	check_eq(pwritev2(out, iov, 4, 0, RWF_DSYNC), LEN);
	close(in);
	close(out);
	check_file("vectors");
}

/* Reads a part of a page, in the middle of a buffer, without changing the rest. */
static void a_single_sector(void)
{
	struct copy c = copy_new();
	int in = source_file();

	check_eq(pread(in, c.dst.p + 3 * PAGE + 512, 512, 512), 512);
	pattern_check(c.dst.p, 3 * PAGE + 512, 512, SRC_BODY, 512);
	check_eq(c.dst.p[3 * PAGE + 511], 0xff);
	check_eq(c.dst.p[3 * PAGE + 1024], 0xff);
	close(in);
}

/*
 * Before 6.5 io_uring cannot register memory that belongs to a file; transfers to and from such
 * memory work nevertheless.
 */
static bool ring_registers(struct io_uring *ring, const struct iovec *iov, unsigned int nr)
{
	int major = 0, minor = 0, ret = io_uring_register_buffers(ring, iov, nr);
	struct utsname name;

	check_eq(uname(&name), 0);
	check_eq(sscanf(name.release, "%d.%d", &major, &minor), 2);
	if (major > 6 || (major == 6 && minor >= 5))
		check_eq(ret, 0);
	else
		check(!ret || ret == -EOPNOTSUPP);
	return !ret;
}

static void ring_prep(struct io_uring_sqe *sqe, int fd, unsigned char *p, size_t at, int index,
		      bool write)
{
	if (index < 0 && write)
		io_uring_prep_write(sqe, fd, p, BLOCK, at);
	else if (index < 0)
		io_uring_prep_read(sqe, fd, p, BLOCK, at);
	else if (write)
		io_uring_prep_write_fixed(sqe, fd, p, BLOCK, at, index);
	else
		io_uring_prep_read_fixed(sqe, fd, p, BLOCK, at, index);
}

/* Uses the registered buffer of this index, or none if it is negative. */
static void ring_transfer(struct io_uring *ring, int fd, struct mem *mem, int index, bool write)
{
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	size_t at;

	for (at = 0; at < LEN; at += BLOCK) {
		sqe = io_uring_get_sqe(ring);
		check(sqe);
		ring_prep(sqe, fd, mem->p + at, at, index, write);
	}
	check_eq(io_uring_submit_and_wait(ring, LEN / BLOCK), LEN / BLOCK);
	for (at = 0; at < LEN; at += BLOCK) {
		check_eq(io_uring_wait_cqe(ring, &cqe), 0);
		check_eq(cqe->res, BLOCK);
		io_uring_cqe_seen(ring, cqe);
	}
}

/* src and dst are the indices of registered buffers, or -1. */
static void ring_copy(struct io_uring *ring, int src, int dst, const char *name)
{
	struct copy c = copy_new();
	struct iovec iov[2] = {{c.src.p, LEN}, {c.dst.p, LEN}};
	int in = source_file(), out = scratch_open(name, O_DIRECT | O_TRUNC);

	/* Registering pins the pages for long. */
	if (src >= 0 && !ring_registers(ring, iov, 2))
		src = dst = -1;
	ring_transfer(ring, in, &c.src, src, false);
	copy_run(&c);
	ring_transfer(ring, out, &c.dst, dst, true);
	close(in);
	close(out);
	check_file(name);
}

static void io_uring_with_registered_buffers(void)
{
	struct io_uring ring;

	check_eq(io_uring_queue_init(32, &ring, 0), 0);
	ring_copy(&ring, 0, 1, "registered");
	io_uring_queue_exit(&ring);
}

static void io_uring_with_addresses(void)
{
	struct io_uring ring;

	check_eq(io_uring_queue_init(32, &ring, 0), 0);
	ring_copy(&ring, -1, -1, "ring");
	io_uring_queue_exit(&ring);
}

/* The program destroys a buffer that the ring still pins. */
static void a_pinned_buffer_outlives_its_session(void)
{
	struct copy c = copy_new();
	struct iovec iov = {c.src.p, LEN};
	int in = source_file(), out = scratch_open("pinned", O_DIRECT | O_TRUNC);
	struct mem pinned = c.src;
	struct io_uring ring;
	bool registered;

	check_eq(io_uring_queue_init(32, &ring, 0), 0);
	registered = ring_registers(&ring, &iov, 1);
	check_eq(destroy(c.fd, c.src.buf), 0);
	if (!registered)
		ring_transfer(&ring, in, &pinned, -1, false);
	mem_unmap(&c.dst);
	dev_close(c.fd);
	if (registered) {
		mem_unmap(&c.src);
		ring_transfer(&ring, in, &pinned, 0, false);
	}
	/* Without registration only the mapping keeps the memory. */
	ring_transfer(&ring, out, &pinned, registered ? 0 : -1, true);
	io_uring_queue_exit(&ring);
	close(in);
	close(out);
	check_file("pinned");
}

/* Tests a kind of buffers, as NAME_of_streaming and NAME_of_contiguous. */
#define AIO_TEST(name)                                                                             \
	UAPI_TEST(aio, name##_of_streaming)                                                        \
	{                                                                                          \
		kind = DMACTL_BUF_STREAMING;                                                       \
		name();                                                                            \
	}                                                                                          \
	UAPI_TEST(aio, name##_of_contiguous)                                                       \
	{                                                                                          \
		kind = DMACTL_BUF_CONTIGUOUS;                                                      \
		name();                                                                            \
	}

AIO_TEST(libaio_reads_and_writes_a_buffer)
AIO_TEST(vectors_of_pieces)
AIO_TEST(a_single_sector)
AIO_TEST(io_uring_with_registered_buffers)
AIO_TEST(io_uring_with_addresses)
AIO_TEST(a_pinned_buffer_outlives_its_session)

/* COHERENT memory may have no struct page, so O_DIRECT must fail, not corrupt it. */
UAPI_TEST(aio, coherent_memory_is_refused)
{
	int fd = dev_open(0), in = source_file();
	struct mem mem = mem_coherent(fd, chan_get(fd), LEN);

	check_eq(pread(in, mem.p, BLOCK, 0), -1);
	check_eq(errno, EFAULT);
	close(in);
}
