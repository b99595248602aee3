// SPDX-License-Identifier: MIT
#include "copy/aio.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define REAP_BATCH 32

int aio_init(struct aio *aio, unsigned int entries)
{
	int err;

	memset(aio, 0, sizeof(*aio));
	aio->entries = entries;
	aio->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (aio->event_fd < 0)
		return -errno;
	aio->queue = calloc(entries, sizeof(*aio->queue));
	err = aio->queue ? io_setup((int)entries, &aio->context) : -ENOMEM;
	if (err) {
		free(aio->queue);
		close(aio->event_fd);
		memset(aio, 0, sizeof(*aio));
		return err;
	}
	return 0;
}

void aio_exit(struct aio *aio)
{
	if (!aio->queue)
		return;
	io_destroy(aio->context);
	free(aio->queue);
	close(aio->event_fd);
	memset(aio, 0, sizeof(*aio));
}

static void enqueue(struct aio *aio, struct iocb *iocb, void *data)
{
	io_set_eventfd(iocb, aio->event_fd);
	iocb->data = data;
	aio->queue[aio->queued++] = iocb;
}

void aio_queue_read(struct aio *aio, struct iocb *iocb, int fd, void *memory, size_t length,
		    uint64_t offset, void *data)
{
	io_prep_pread(iocb, fd, memory, length, (long long)offset);
	enqueue(aio, iocb, data);
}

void aio_queue_write(struct aio *aio, struct iocb *iocb, int fd, const void *memory, size_t length,
		     uint64_t offset, void *data)
{
	io_prep_pwrite(iocb, fd, (void *)memory, length, (long long)offset);
	enqueue(aio, iocb, data);
}

static void drop_from_queue(struct aio *aio, unsigned int count)
{
	aio->queued -= count;
	memmove(aio->queue, aio->queue + count, aio->queued * sizeof(*aio->queue));
}

int aio_flush(struct aio *aio, aio_done_fn *done, void *context)
{
	while (aio->queued) {
		int accepted = io_submit(aio->context, aio->queued, aio->queue);

		if (accepted == -EINTR)
			continue;
		/* The context is full; there is room again when a request completes. */
		if (accepted == -EAGAIN && aio->in_flight)
			return 0;
		if (accepted == -EAGAIN || accepted == 0)
			return -EAGAIN;
		if (accepted < 0) {
			/* The error is about the first request of the queue. */
			struct iocb *refused = aio->queue[0];

			drop_from_queue(aio, 1);
			done(context, refused->data, accepted);
			continue;
		}
		aio->in_flight += (unsigned int)accepted;
		drop_from_queue(aio, (unsigned int)accepted);
	}
	return 0;
}

int aio_reap(struct aio *aio, aio_done_fn *done, void *context)
{
	struct timespec now = {0, 0};
	struct io_event events[REAP_BATCH];
	int total = 0;

	while (aio->in_flight) {
		int count = io_getevents(aio->context, 0, REAP_BATCH, events, &now);

		if (count == -EINTR)
			continue;
		if (count < 0)
			return count;
		aio->in_flight -= (unsigned int)count;
		total += count;
		for (int i = 0; i < count; i++)
			done(context, events[i].data, (int64_t)(long)events[i].res);
		/* Fewer events than asked for: no more are pending. */
		if (count < REAP_BATCH)
			break;
	}
	return total;
}
