// SPDX-License-Identifier: MIT
/* A stream as a file: epoll, splice, sendfile, FIONREAD. */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

#include "uapi.h"

#define PERIPHERALS "peripherals=loopback"
#define BLOCK	    65536u
#define PATIENCE_MS 20000

struct pair {
	int fd, rx, tx;
};

static int stream_get(int fd, const char *name, uint32_t direction)
{
	struct dmactl_stream_open arg = {
		.size = sizeof(arg),
		.chan = chan_slave(fd, name).out_chan,
		.direction = direction,
		.flags = DMACTL_STREAM_NONBLOCK,
	};

	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	check_eq(arg.out_block_len, BLOCK);
	return arg.out_fd;
}

static struct pair pair_get(void)
{
	struct pair p = {.fd = dev_open(0)};

	p.rx = stream_get(p.fd, "loop-rx", DMACTL_DIR_DEV_TO_MEM);
	p.tx = stream_get(p.fd, "loop-tx", DMACTL_DIR_MEM_TO_DEV);
	return p;
}

static int epoll_on(int fd, uint32_t events)
{
	struct epoll_event event = {.events = events};
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	check(epoll >= 0);
	check_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	return epoll;
}

static void edge(int epoll, uint32_t events)
{
	struct epoll_event event;

	check_eq(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
	check(event.events & events);
}

/* epoll(7): after a short read the next edge comes. */
static void edges_of_reading(void)
{
	struct pair p = pair_get();
	unsigned char *block = malloc(BLOCK);
	int epoll = epoll_on(p.rx, EPOLLIN | EPOLLET);
	unsigned int round, got = 0;
	ssize_t n;

	check(block);
	memset(block, 0x5a, BLOCK);
	for (round = 1; round <= 20; round++) {
		check_eq(write(p.tx, block, 100), 100);
		while (got < round * 100) {
			edge(epoll, EPOLLIN);
			n = read(p.rx, block, BLOCK);
			/* An edge may come for bytes that were read before. */
			check(n > 0 || errno == EAGAIN);
			got += n > 0 ? n : 0;
		}
	}
	/* The rest of the partly read block, and a whole one. */
	got = 0;
	check_eq(write(p.tx, block, BLOCK), BLOCK);
	while (got < BLOCK) {
		edge(epoll, EPOLLIN);
		n = read(p.rx, block, BLOCK);
		check(n > 0 || errno == EAGAIN);
		got += n > 0 ? n : 0;
	}
	free(block);
	close(epoll);
}

UAPI_TEST(stream_file, arrivals_after_a_short_read_are_edges)
{
	with_sim(PERIPHERALS, edges_of_reading);
}

/* The same for short writes. */
static void edges_of_writing(void)
{
	struct pair p = pair_get();
	unsigned char *block = calloc(1, BLOCK);
	int epoll = epoll_on(p.tx, EPOLLOUT | EPOLLET);
	size_t wrote = 0, got = 0;
	unsigned int round;
	ssize_t n;

	check(block);
	for (round = 0; round < 5; round++) {
		while ((n = write(p.tx, block, BLOCK - 100)) == BLOCK - 100)
			wrote += n;
		check(n > 0 || errno == EAGAIN);
		wrote += n > 0 ? n : 0;
		while (got + 4 * BLOCK < wrote) {
			n = read(p.rx, block, BLOCK);
			check(n > 0 || errno == EAGAIN);
			got += n > 0 ? n : 0;
			if (n < 0)
				sleep_ms(5);
		}
		edge(epoll, EPOLLOUT);
	}
	free(block);
	close(epoll);
}

UAPI_TEST(stream_file, room_after_a_short_write_is_an_edge)
{
	with_sim(PERIPHERALS, edges_of_writing);
}

static void set_blocking(const struct pair *p)
{
	check_eq(fcntl(p->rx, F_SETFL, 0), 0);
	check_eq(fcntl(p->tx, F_SETFL, 0), 0);
}

static unsigned char byte_at(size_t i)
{
	return (i * 2654435761u) >> 13;
}

static void write_bytes(int fd, size_t from, size_t len)
{
	unsigned char *p = malloc(len);
	size_t i;

	check(p);
	for (i = 0; i < len; i++)
		p[i] = byte_at(from + i);
	check_eq(write(fd, p, len), len);
	free(p);
}

static void expect_bytes(int fd, size_t from, size_t len)
{
	unsigned char *p = malloc(len);
	size_t done = 0, i;

	check(p);
	while (done < len) {
		ssize_t n = read(fd, p + done, len - done);

		check(n > 0);
		done += n;
	}
	for (i = 0; i < len; i++)
		if (p[i] != byte_at(from + i))
			fail("byte %zu is wrong", from + i);
	free(p);
}

/* splice(2) from a stream copies the data, so later blocks do not change it. */
static void spliced_from(void)
{
	struct pair p = pair_get();
	size_t from = 0, held;
	unsigned int round;
	int pipes[2], early[2];
	ssize_t n;

	set_blocking(&p);
	check_eq(pipe(pipes), 0);
	check_eq(pipe(early), 0);
	write_bytes(p.tx, 0, BLOCK);
	held = splice(p.rx, NULL, early[1], NULL, 8192, 0);
	check(held > 0 && held <= 8192);
	from = held;
	expect_bytes(p.rx, from, BLOCK - from);
	for (round = 1; round <= 10; round++) {
		write_bytes(p.tx, round * BLOCK, BLOCK);
		for (from = 0; from < BLOCK; from += n) {
			n = splice(p.rx, NULL, pipes[1], NULL, BLOCK - from, 0);
			check(n > 0);
			expect_bytes(pipes[0], round * BLOCK + from, n);
		}
	}
	expect_bytes(early[0], 0, held);
	/* A few bytes arrive without waiting for a whole block; none is EAGAIN. */
	write_bytes(p.tx, 0, 100);
	for (from = 0; from < 100; from += n) {
		n = splice(p.rx, NULL, pipes[1], NULL, BLOCK, 0);
		check(n > 0 && n <= 100);
		expect_bytes(pipes[0], from, n);
	}
	check_eq(fcntl(p.rx, F_SETFL, O_NONBLOCK), 0);
	check_eq(splice(p.rx, NULL, pipes[1], NULL, BLOCK, 0), -1);
	check_eq(errno, EAGAIN);
}

UAPI_TEST(stream_file, splice_takes_copies)
{
	with_sim(PERIPHERALS, spliced_from);
}

/* splice(2) and sendfile(2) to a stream. */
static void spliced_to(void)
{
	struct pair p = pair_get();
	int pipes[2], file = memfd_create("bytes", MFD_CLOEXEC);
	off_t off = 0;
	size_t from = 0;
	ssize_t n;

	set_blocking(&p);
	check_eq(pipe(pipes), 0);
	write_bytes(pipes[1], 0, 10000);
	while (from < 10000) {
		n = splice(pipes[0], NULL, p.tx, NULL, 10000 - from, 0);
		check(n > 0);
		from += n;
	}
	expect_bytes(p.rx, 0, 10000);
	check(file >= 0);
	write_bytes(file, 0, BLOCK);
	while (off < (off_t)BLOCK)
		check(sendfile(p.tx, file, &off, BLOCK - off) > 0);
	expect_bytes(p.rx, 0, BLOCK);
	/* The kernel accepts only seekable files as the source of sendfile. */
	check_eq(sendfile(file, p.rx, NULL, 10), -1);
	check_eq(errno, EINVAL);
	close(file);
}

UAPI_TEST(stream_file, splice_and_sendfile_to_it)
{
	with_sim(PERIPHERALS, spliced_to);
}

static int readable(int fd)
{
	int count = -1;

	check_eq(ioctl(fd, FIONREAD, &count), 0);
	return count;
}

static void wait_readable(int fd, int want)
{
	unsigned int i;

	for (i = 0; i < 1000 && readable(fd) != want; i++)
		sleep_ms(10);
	check_eq(readable(fd), want);
}

static void counted(void)
{
	struct pair p = pair_get();
	int count;

	set_blocking(&p);
	check_eq(readable(p.rx), 0);
	write_bytes(p.tx, 0, 100);
	wait_readable(p.rx, 100);
	write_bytes(p.tx, 100, BLOCK - 100);
	wait_readable(p.rx, BLOCK);
	expect_bytes(p.rx, 0, 1000);
	check_eq(readable(p.rx), BLOCK - 1000);
	expect_bytes(p.rx, 1000, BLOCK - 1000);
	check_eq(readable(p.rx), 0);
	check_eq(ioctl(p.tx, FIONREAD, &count), -1);
	check_eq(errno, ENOTTY);
	check_eq(ioctl(p.rx, FIONBIO + 100, &count), -1);
	check_eq(errno, ENOTTY);
	check_eq(ioctl(p.rx, FIONREAD, (void *)8), -1);
	check_eq(errno, EFAULT);
}

UAPI_TEST(stream_file, fionread_counts_what_is_there)
{
	with_sim(PERIPHERALS, counted);
}
