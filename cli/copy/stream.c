// SPDX-License-Identifier: MIT
#include "copy/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <unistd.h>

int stream_init(struct stream *stream, int fd, int epoll_fd, uint32_t events, uint32_t tag)
{
	/* epoll reports nothing until stream_ready() arms it. */
	struct epoll_event event = {.events = EPOLLONESHOT, .data.u32 = tag};

	*stream = (struct stream){
		.fd = fd, .epoll_fd = epoll_fd, .events = events, .tag = tag, .pollable = true};
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	if (errno != EPERM)
		return -errno;
	stream->pollable = false;
	return 0;
}

bool stream_ready(struct stream *stream)
{
	struct epoll_event event = {.events = stream->events | EPOLLONESHOT,
				    .data.u32 = stream->tag};

	if (!stream->pollable || stream->ready)
		return true;
	if (!stream->armed && epoll_ctl(stream->epoll_fd, EPOLL_CTL_MOD, stream->fd, &event) == 0)
		stream->armed = true;
	return false;
}

void stream_event(struct stream *stream)
{
	stream->armed = false;
	stream->ready = true;
}

ssize_t stream_read(struct stream *stream, void *memory, size_t length)
{
	ssize_t got = read(stream->fd, memory, length);

	stream->ready = false;
	return got < 0 ? -errno : got;
}

ssize_t stream_write(struct stream *stream, const void *memory, size_t length)
{
	ssize_t put;

	/* A ready pipe takes PIPE_BUF bytes without blocking, also without O_NONBLOCK. */
	if (stream->pollable && !(fcntl(stream->fd, F_GETFL) & O_NONBLOCK) && length > PIPE_BUF)
		length = PIPE_BUF;
	put = write(stream->fd, memory, length);
	stream->ready = false;
	return put < 0 ? -errno : put;
}
