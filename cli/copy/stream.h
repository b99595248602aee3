/* SPDX-License-Identifier: MIT */
/* A file descriptor that is read or written in order, when epoll reports that it is ready. */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stream {
	int fd;
	int epoll_fd;
	uint32_t events;
	uint32_t tag;
	bool pollable; /* regular files and many devices are always ready */
	bool armed;
	bool ready;
};

/* events is EPOLLIN or EPOLLOUT; epoll_event.data.u32 will be tag. Returns 0 or -errno. */
int stream_init(struct stream *stream, int fd, int epoll_fd, uint32_t events, uint32_t tag);
/* Returns whether it is ready. If not, epoll will report it. */
bool stream_ready(struct stream *stream);
/* Call this when epoll has reported the stream. */
void stream_event(struct stream *stream);
/* Both return the number of bytes or -errno; -EAGAIN if the descriptor was not ready after all. */
ssize_t stream_read(struct stream *stream, void *memory, size_t length);
ssize_t stream_write(struct stream *stream, const void *memory, size_t length);

#endif /* STREAM_H */
