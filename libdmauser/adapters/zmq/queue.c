// SPDX-License-Identifier: MIT
/*
 * A queue of transfers, each into a buffer of its own. The hardware has a buffer only
 * when no message refers to it, so nothing is overwritten. A part of the buffers is kept
 * for the hardware: what it fills when messages have all others goes back unsent.
 */
#include "source.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

enum buffer_state { BUFFER_FREE, BUFFER_QUEUED, BUFFER_SENT };

struct buffer {
	struct queue *queue;
	_Atomic(enum buffer_state) state;
};

struct queue {
	struct source source;
	struct buffer *buffers;
	uint8_t *memory;
	size_t size; /* bytes of a buffer */
	uint64_t count;
	uint64_t reserve;   /* buffers that messages never have */
	uint64_t in_flight; /* buffers that the hardware has */
	struct dmauser_batch *batch;
	bool running; /* the hardware had a buffer when it was last looked at */
};

static struct queue *queue_of(struct source *source)
{
	return (struct queue *)((char *)source - offsetof(struct queue, source));
}

/* ZeroMQ calls it, in a thread of its own. */
static void give_back(void *data, void *hint)
{
	struct buffer *buffer = hint;
	struct source *source = &buffer->queue->source;

	(void)data;
	atomic_store(&buffer->state, BUFFER_FREE);
	atomic_fetch_sub(&source->outstanding, 1);
	source_wake(source);
}

/* Gives the hardware all free buffers. */
static int refill(struct queue *queue)
{
	struct source *source = &queue->source;
	int taken, err = 0;

	for (uint64_t i = 0; !err && i < queue->count; i++) {
		if (atomic_load(&queue->buffers[i].state) != BUFFER_FREE)
			continue;
		err = dmauser_batch_slave_single(queue->batch, source->channel.chan,
						 DMACTL_DIR_DEV_TO_MEM, source->buf,
						 i * queue->size, queue->size, i);
		if (!err)
			atomic_store(&queue->buffers[i].state, BUFFER_QUEUED);
	}
	while (!err && dmauser_batch_count(queue->batch)) {
		taken = dmauser_submit(source->channel.session, queue->batch, 0);
		/* The rest waits until something has ended. */
		if (taken == -EAGAIN)
			break;
		if (taken < 0)
			err = taken;
		else
			queue->in_flight += (uint64_t)taken;
	}
	if (err)
		source_failed(source, "cannot hand over a buffer", err);
	return err;
}

static int deliver(struct queue *queue, struct buffer *buffer,
		   const struct dmactl_completion *record)
{
	struct source *source = &queue->source;
	uint64_t number = source->next++;
	int err;

	if (!source->stopping &&
	    atomic_load(&source->outstanding) + 1 + queue->reserve > queue->count) {
		atomic_store(&buffer->state, BUFFER_FREE);
		feed_lose(&source->feed, 1);
		return 0;
	}
	atomic_store(&buffer->state, BUFFER_SENT);
	atomic_fetch_add(&source->outstanding, 1);
	err = feed_data(&source->feed, number, number + 1, source_time(record),
			queue->memory + (size_t)(buffer - queue->buffers) * queue->size,
			(size_t)record->bytes, give_back, buffer);
	return err == -EAGAIN ? 0 : err;
}

static int finish(struct queue *queue, const struct dmactl_completion *record)
{
	struct source *source = &queue->source;
	struct buffer *buffer = &queue->buffers[record->user_data];

	queue->in_flight--;
	if (record->status && !source->stopping) {
		source->status = source->status ? source->status : record->status;
		source->over = true;
	}
	/* What was stopped on its way has the first bytes. */
	if ((record->status && !record->bytes) || source_is_full(source)) {
		atomic_store(&buffer->state, BUFFER_FREE);
		return 0;
	}
	return deliver(queue, buffer, record);
}

static int queue_step(struct source *source)
{
	struct queue *queue = queue_of(source);
	struct dmactl_completion records[16];
	int count, err = 0;

	do {
		count = dmauser_reap(source->channel.session, records, 16);
		if (count < 0 && count != -EAGAIN) {
			source_failed(source, "cannot reap", count);
			return count;
		}
		for (int i = 0; !err && i < count; i++)
			err = finish(queue, &records[i]);
	} while (!err && count > 0);
	if (err)
		return err;
	if (source->stopping) {
		source->over = source->over || !queue->in_flight;
		return 0;
	}
	if (source->over)
		return 0;
	if (!queue->in_flight && queue->running) {
		source->starved++;
		source->feed.starved = true;
	}
	err = refill(queue);
	queue->running = queue->in_flight > 0;
	return err;
}

static int queue_start(struct source *source)
{
	struct queue *queue = queue_of(source);
	int err = refill(queue);

	queue->running = queue->in_flight > 0;
	return err;
}

/* Messages never turn out wrong. */
static int queue_settle(struct source *source)
{
	(void)source;
	return 0;
}

static void queue_close(struct source *source)
{
	struct queue *queue = queue_of(source);

	dmauser_batch_free(queue->batch);
	source_close(source);
	free(queue->buffers);
	free(queue);
}

static int queue_open(struct source **source, const struct options *options)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	void *memory;
	int err;

	if (!queue)
		return -ENOMEM;
	*source = &queue->source;
	err = source_open(&queue->source, options);
	if (err)
		return err;
	queue->size = (size_t)options->period;
	queue->count = options->number;
	queue->reserve = options->number / 4 < 2 ? 2 : options->number / 4;
	queue->buffers = calloc(queue->count, sizeof(*queue->buffers));
	if (!queue->buffers) {
		tool_error("out of memory");
		return -ENOMEM;
	}
	for (uint64_t i = 0; i < queue->count; i++)
		queue->buffers[i].queue = queue;
	err = dmauser_batch_new(&queue->batch);
	if (!err)
		err = dmauser_buf_map(queue->source.buf, &memory);
	if (err) {
		source_failed(&queue->source, "cannot map the buffers", err);
		return err;
	}
	queue->memory = memory;
	return 0;
}

const struct source_ops queue_ops = {
	.open = queue_open,
	.start = queue_start,
	.step = queue_step,
	.settle = queue_settle,
	.close = queue_close,
};
