/* SPDX-License-Identifier: MIT */
/* libaio: reads and writes that are queued, submitted together and signalled on an eventfd. */
#ifndef AIO_H
#define AIO_H

#include <libaio.h>
#include <stddef.h>
#include <stdint.h>

struct aio {
	io_context_t context;
	int event_fd; /* for epoll, edge triggered */
	struct iocb **queue;
	unsigned int queued;
	unsigned int in_flight;
	unsigned int entries;
};

/* At most `entries` may be queued and in flight together. 0 or -errno. */
int aio_init(struct aio *aio, unsigned int entries);
/* Waits for what is in flight: nothing is read or written any more. */
void aio_exit(struct aio *aio);

/* The iocb must live until its completion. `data` comes back with it. */
void aio_queue_read(struct aio *aio, struct iocb *iocb, int fd, void *memory, size_t length,
		    uint64_t offset, void *data);
void aio_queue_write(struct aio *aio, struct iocb *iocb, int fd, const void *memory, size_t length,
		     uint64_t offset, void *data);

/* `result` is the number of bytes or -errno. */
typedef void aio_done_fn(void *context, void *data, int64_t result);

/* Submits the queue; a request that is refused outright completes here. 0 or -errno. */
int aio_flush(struct aio *aio, aio_done_fn *done, void *context);
/* Hands over what has completed. Returns the number, or -errno. */
int aio_reap(struct aio *aio, aio_done_fn *done, void *context);

#endif /* AIO_H */
