/* SPDX-License-Identifier: MIT */
/* A descriptor that is read or written in order, when epoll says that it is ready. */
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

/* events: EPOLLIN or EPOLLOUT; tag: comes back as epoll_event.data.u32. 0 or -errno. */
int stream_init(struct stream *stream, int fd, int epoll_fd, uint32_t events, uint32_t tag);
/* Ready now? If not, epoll reports it once it is. */
bool stream_ready(struct stream *stream);
/* What epoll reported has arrived. */
void stream_event(struct stream *stream);
/* Bytes, or -errno; -EAGAIN: was not ready after all. */
ssize_t stream_read(struct stream *stream, void *memory, size_t length);
ssize_t stream_write(struct stream *stream, const void *memory, size_t length);

#endif /* STREAM_H */
