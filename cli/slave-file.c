// SPDX-License-Identifier: MIT
/* The same through the kernel's stream: read(2) and write(2). */
#include "io.h"
#include "progress.h"
#include "slave-transfer.h"
#include "stop.h"
#include "units.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void failed(struct slave_transfer *transfer, int err)
{
	if (err != -EINTR)
		cli_error(transfer->cli, "%s: %s", transfer->options->channel, strerror(-err));
}

/* One read of what there is. Bytes, 0 at the end, or -errno after a message. */
static int64_t read_some(struct slave_transfer *transfer, int fd, void *memory, size_t length)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};
	uint64_t limit = transfer->options->timeout_ns;
	int ready = poll(fds, 2, limit ? (int)(limit / NS_PER_MS) : -1);
	char text[UNITS_TEXT];
	ssize_t got;

	if (stop_requested())
		return -EINTR;
	if (ready == 0) {
		cli_error(transfer->cli, "%s: nothing came for %s; --timeout 0 waits for ever",
			  transfer->options->channel, format_time(text, limit));
		return -ETIME;
	}
	got = read(fd, memory, length);
	if (got < 0) {
		failed(transfer, -errno);
		return -errno;
	}
	return got;
}

static int receive(struct slave_transfer *transfer, int fd, uint8_t *memory, size_t block)
{
	uint64_t size = transfer->options->size;

	while (transfer->bytes < size) {
		uint64_t left = size - transfer->bytes;
		size_t want = left < block ? (size_t)left : block;
		int64_t got = read_some(transfer, fd, memory, want);
		int err;

		if (got <= 0)
			return (int)got;
		err = io_write_target(transfer->cli, transfer->target, memory, (size_t)got,
				      transfer->bytes);
		if (err)
			return err;
		transfer->bytes += (uint64_t)got;
		progress_update(transfer->bytes);
		if (transfer->options->packets && (size_t)got < want)
			return 0;
	}
	return 0;
}

static int transmit(struct slave_transfer *transfer, int fd, uint8_t *memory, size_t block)
{
	uint64_t size = transfer->options->size;

	while (transfer->bytes < size) {
		uint64_t left = size - transfer->bytes;
		int64_t got = io_read_source(transfer->cli, transfer->source, memory,
					     left < block ? (size_t)left : block, transfer->bytes);
		int err;

		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		err = io_write(fd, memory, (size_t)got, IO_IN_ORDER);
		if (err) {
			failed(transfer, err);
			return err;
		}
		transfer->bytes += (uint64_t)got;
		progress_update(transfer->bytes);
	}
	if (fsync(fd) < 0) {
		failed(transfer, -errno);
		return -errno;
	}
	return 0;
}

int slave_stream_run(struct slave_transfer *transfer)
{
	const struct slave_transfer_options *options = transfer->options;
	unsigned int blocks = options->depth > 1 ? (unsigned int)options->depth : 2;
	size_t block = (size_t)options->block;
	uint8_t *memory;
	int err, fd;

	err = dmauser_stream_open(transfer->slave.chan, transfer->direction,
				  options->packets ? DMACTL_STREAM_PACKETS : 0, &block, &blocks,
				  &fd);
	if (err) {
		slave_refused(&transfer->slave, err);
		return err;
	}
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
