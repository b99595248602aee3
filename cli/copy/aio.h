/* SPDX-License-Identifier: MIT */
/* Reads and writes with libaio: they are queued, submitted together and signalled on an eventfd. */
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

/* At most `entries' requests may be queued and in flight together. Returns 0 or -errno. */
int aio_init(struct aio *aio, unsigned int entries);
/* Waits for the requests in flight; afterwards nothing is read or written any more. */
void aio_exit(struct aio *aio);

/* The iocb must live until its completion. aio_done_fn gets `data' back. */
void aio_queue_read(struct aio *aio, struct iocb *iocb, int fd, void *memory, size_t length,
		    uint64_t offset, void *data);
void aio_queue_write(struct aio *aio, struct iocb *iocb, int fd, const void *memory, size_t length,
		     uint64_t offset, void *data);

/* `result` is the number of bytes or -errno. */
typedef void aio_done_fn(void *context, void *data, int64_t result);

/* Submits the queue. A request that the kernel refuses completes here. Returns 0 or -errno. */
int aio_flush(struct aio *aio, aio_done_fn *done, void *context);
/* Calls `done' for each completed request. Returns their number, or -errno. */
int aio_reap(struct aio *aio, aio_done_fn *done, void *context);

#endif /* AIO_H */
