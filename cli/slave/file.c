// SPDX-License-Identifier: MIT
/* Transfers with a peripheral through a stream of the kernel: read(2) and write(2). */
#include "dev/control.h"
#include "dev/halt.h"
#include "file/io.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "slave/transfer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS	 100
#define FLUSH_MS 5

static void failed(struct slave_transfer *transfer, int err)
{
	if (err != -EINTR)
		cli_error(transfer->cli, "%s: %s", transfer->options->channel, strerror(-err));
}

/* Returns -ETIME after a message if nothing has moved for --timeout, else 0. */
static int check_time(struct slave_transfer *transfer, struct halt_mark *mark, uint64_t *since_ns)
{
	uint64_t limit = transfer->options->timeout_ns;

	if (halt_moved(transfer->slave.chan, mark) || control_paused(transfer->slave.control))
		*since_ns = now_ns();
	if (!limit || now_ns() - *since_ns < limit)
		return 0;
	slave_timed_out(transfer, mark->residue);
	return -ETIME;
}

/* Waits until fd is ready, or nothing has moved for --timeout. Returns 0 or -errno. */
static int wait_for(struct slave_transfer *transfer, int fd, short events)
{
	struct pollfd fds[] = {{.fd = fd, .events = events}, {.fd = stop_fd(), .events = POLLIN}};
	uint64_t since_ns = now_ns();
	struct halt_mark mark = {0};
	int err = 0;

	while (!err) {
		int ready = poll(fds, 2, WAIT_MS);

		if (stop_requested())
			return -EINTR;
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			break;
		err = check_time(transfer, &mark, &since_ns);
	}
	return err;
}

/*
 * Writes the bytes of one read to the file. Returns their number, 0 at the end
 * of the stream, or -errno after a message.
 */
static int64_t pass_on(struct slave_transfer *transfer, int fd, void *memory, size_t length)
{
	ssize_t got = read(fd, memory, length);
	int err;

	if (got < 0) {
		err = -errno;
		failed(transfer, err);
		return err;
	}
	err = io_keep(transfer->cli, transfer->target, memory, (size_t)got, &transfer->bytes);
	progress_update(transfer->bytes);
	return err ? err : got;
}

static size_t wanted(const struct slave_transfer *transfer, size_t block)
{
	uint64_t left = transfer->options->size - transfer->bytes;

	return left < block ? (size_t)left : block;
}

/* Saves the bytes that the stream still has after a failure. */
static void empty(struct slave_transfer *transfer, int fd, uint8_t *memory, size_t block)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	uint64_t until_ns = now_ns() + NS_PER_SEC;

	while (wanted(transfer, block) && now_ns() < until_ns && poll(&pollfd, 1, WAIT_MS) == 1 &&
	       (pollfd.revents & POLLIN))
		if (pass_on(transfer, fd, memory, wanted(transfer, block)) <= 0)
			break;
}

static int receive(struct slave_transfer *transfer, int fd, uint8_t *memory, size_t block)
{
	int err = 0;

	while (!err && wanted(transfer, block)) {
		size_t want = wanted(transfer, block);
		int64_t got;

		err = wait_for(transfer, fd, POLLIN);
		if (err)
			break;
		got = pass_on(transfer, fd, memory, want);
		if (got < 0)
			return (int)got;
		if (got == 0 || (transfer->options->packets && (size_t)got < want))
			return 0;
	}
	if (err && !transfer->options->packets)
		empty(transfer, fd, memory, block);
	return err;
}

static int write_all(struct slave_transfer *transfer, int fd, const uint8_t *memory, size_t length)
{
	int err = 0;

	while (!err && length) {
		ssize_t put;

		err = wait_for(transfer, fd, POLLOUT);
		if (err)
			break;
		put = write(fd, memory, length);
		if (put < 0 && errno != EINTR && errno != EAGAIN) {
			err = -errno;
			failed(transfer, err);
		}
		if (put <= 0)
			continue;
		memory += put;
		length -= (size_t)put;
	}
	return err;
}

/* Waits until the peripheral has taken all written bytes. */
static int flush(struct slave_transfer *transfer, int fd)
{
	uint64_t since_ns = now_ns();
	struct halt_mark mark = {0};
	int err = 0;

	for (;;) {
		err = check_time(transfer, &mark, &since_ns);
		if (!err && stop_requested())
			err = -EINTR;
		if (err || !mark.in_flight)
			break;
		poll(NULL, 0, FLUSH_MS);
	}
	if (!err && fsync(fd) < 0) {
		err = -errno;
		failed(transfer, err);
	}
	return err;
}

static int transmit(struct slave_transfer *transfer, int fd, uint8_t *memory, size_t block)
{
	int err = 0;

	while (!err && wanted(transfer, block)) {
		int64_t got = io_read_source(transfer->cli, transfer->source, memory,
					     wanted(transfer, block), transfer->bytes);

		if (got <= 0) {
			err = (int)got;
			break;
		}
		err = write_all(transfer, fd, memory, (size_t)got);
		if (!err)
			transfer->bytes += (uint64_t)got;
		progress_update(transfer->bytes);
	}
	return err ? err : flush(transfer, fd);
}

int slave_stream_run(struct slave_transfer *transfer)
{
	const struct slave_transfer_options *options = transfer->options;
	unsigned int blocks = slave_depth(options);
	size_t block = (size_t)options->block;
	uint8_t *memory;
	int err, fd;

	/* A stream needs at least two blocks. */
	if (blocks < 2)
		blocks = 2;
	err = slave_stream_open(&transfer->slave, transfer->direction,
				options->packets ? DMACTL_STREAM_PACKETS : 0, &block, &blocks, &fd);
	if (err)
		return err;
	transfer->begun = true;
	transfer->block = block;
	memory = malloc(block);
	if (!memory) {
		cli_error(transfer->cli, "out of memory");
		err = -ENOMEM;
	} else if (transfer->target) {
		err = receive(transfer, fd, memory, block);
	} else {
		err = transmit(transfer, fd, memory, block);
	}
	free(memory);
	close(fd);
	return err;
}
