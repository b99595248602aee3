// SPDX-License-Identifier: MIT
#include "file/io.h"
#include "file/source.h"
#include "file/target.h"
#include "out/cli.h"
#include "out/stop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 1000

/* Wait with poll(2), because read(2) would miss a signal that came just before it. */
static int wait_for(int fd, short events)
{
	struct pollfd fds[] = {{.fd = fd, .events = events}, {.fd = stop_fd(), .events = POLLIN}};

	while (!stop_requested()) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
	}
	return -EINTR;
}

int64_t io_read(int fd, void *memory, size_t length, uint64_t offset)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got;
		int err = wait_for(fd, POLLIN);

		if (err)
			return err;
		if (offset == IO_IN_ORDER)
			got = read(fd, (char *)memory + done, length - done);
		else
			got = pread(fd, (char *)memory + done, length - done,
				    (off_t)(offset + done));
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (got == 0)
			break;
		if (got > 0)
			done += (size_t)got;
	}
	return (int64_t)done;
}

int io_write(int fd, const void *memory, size_t length, uint64_t offset)
{
	size_t done = 0;

	while (done < length) {
		ssize_t put;
		int err = wait_for(fd, POLLOUT);

		if (err)
			return err;
		if (offset == IO_IN_ORDER)
			put = write(fd, (const char *)memory + done, length - done);
		else
			put = pwrite(fd, (const char *)memory + done, length - done,
				     (off_t)(offset + done));
		if (put < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (put > 0)
			done += (size_t)put;
	}
	return 0;
}

int64_t io_read_source(struct cli *cli, const struct source *source, void *memory, size_t length,
		       uint64_t offset)
{
	int64_t got = io_read(source->fd, memory, length, source->stream ? IO_IN_ORDER : offset);

	if (got < 0 && got != -EINTR)
		cli_error(cli, "%s: cannot read it: %s", source->name, strerror((int)-got));
	return got;
}

int io_write_target(struct cli *cli, const struct target *target, const void *memory, size_t length,
		    uint64_t offset)
{
	int err = io_write(target->fd, memory, length, target->stream ? IO_IN_ORDER : offset);

	if (err && err != -EINTR)
		cli_error(cli, "%s: cannot write it: %s", target->name, strerror(-err));
	return err;
}

/* Waits until fd is writable. After a signal it waits for PATIENCE_MS more. */
static int wait_for_reader(int fd)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLOUT}, {.fd = stop_fd(), .events = POLLIN}};

	while (!stop_requested()) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
	}
	while (poll(fds, 1, PATIENCE_MS) < 0)
		if (errno != EINTR)
			return -errno;
	return fds[0].revents ? 0 : -ETIMEDOUT;
}

static int keep(const struct target *target, const char *memory, size_t length, uint64_t *at)
{
	int err = 0;

	while (!err && length) {
		ssize_t put;

		err = wait_for_reader(target->fd);
		if (err)
			break;
		if (target->stream)
			put = write(target->fd, memory, length);
		else
			put = pwrite(target->fd, memory, length, (off_t)*at);
		if (put < 0 && errno != EINTR && errno != EAGAIN)
			err = -errno;
		if (put <= 0)
			continue;
		memory += put;
		*at += (uint64_t)put;
		length -= (size_t)put;
	}
	return err;
}

int io_keep(struct cli *cli, struct target *target, const void *memory, size_t length, uint64_t *at)
{
	int err = target_begin(target, cli);

	if (err)
		return err;
	err = keep(target, memory, length, at);
	if (err)
		cli_error(cli, "%s: cannot write it: %s", target->name, strerror(-err));
	return err;
}
