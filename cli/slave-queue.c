// SPDX-License-Identifier: MIT
/* A queue of transfers with a peripheral, `depth` of them at the channel. */
#include "blocks.h"
#include "control.h"
#include "device.h"
#include "io.h"
#include "progress.h"
#include "slave-transfer.h"
#include "stop.h"
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define META_ROOM   4096u
#define WAIT_SLICE  (100 * NS_PER_MS)
#define MAX_RECORDS 16

struct slot {
	size_t length;
	bool ended;
	struct dmactl_completion record;
};

/* Slots are used in turn: queued counts those started, ended those finished. */
struct queue {
	struct slave_transfer *transfer;
	const struct slave_transfer_options *options;
	struct dmauser_batch *batch;
	struct blocks data;
	struct blocks metadata; /* one of META_ROOM for each slot */
	size_t metadata_length;
	uint16_t flags; /* that the metadata want */
	struct slot *slots;
	unsigned int depth;
	uint64_t queued, ended;
	uint64_t wanted; /* bytes that may still be asked for */
	bool no_more;	 /* to queue */
	uint64_t since_ns;
};

static int submit(struct queue *q, size_t length)
{
	struct slave_transfer *transfer = q->transfer;
	unsigned int index = (unsigned int)(q->queued % q->depth);
	int err;

	err = slave_op_add(transfer, q->batch, &q->data, index, length, q->flags);
	if (err)
		return err;
	if (q->metadata_length)
		err = dmauser_batch_add_metadata(q->batch, q->metadata.buf,
						 blocks_offset(&q->metadata, index),
						 q->metadata_length);
	if (!err) {
		err = dmauser_submit(transfer->slave.session, q->batch, 0);
		err = err < 0 ? err : 0;
	}
	if (err) {
		slave_refused(&transfer->slave, err);
		return err;
	}
	q->slots[index] = (struct slot){.length = length};
	if (q->queued == q->ended)
		q->since_ns = now_ns();
	q->queued++;
	transfer->ops++;
	return 0;
}

/* Queues as much as there is room for. */
static int fill(struct queue *q)
{
	int err = 0;

	while (!err && !q->no_more && q->queued - q->ended < q->depth) {
		struct slave_transfer *transfer = q->transfer;
		unsigned int index = (unsigned int)(q->queued % q->depth);
		size_t length = q->data.block;
		int64_t got;

		if (q->wanted < length)
			length = (size_t)q->wanted;
		if (transfer->source && length) {
			got = io_read_source(
				transfer->cli, transfer->source, blocks_at(&q->data, index), length,
				transfer->source->stream ? 0 : q->queued * q->data.block);
			if (got < 0)
				return (int)got;
			q->no_more = (size_t)got < length;
			length = (size_t)got;
		}
		if (!length) {
			q->no_more = true;
			break;
		}
		if (q->wanted != SIZE_UNKNOWN)
			q->wanted -= length;
		err = submit(q, length);
	}
	return err;
}

static int save_metadata(struct queue *q, unsigned int index)
{
	int err;

	if (!q->metadata_length || q->transfer->source)
		return 0;
	err = io_write(q->transfer->metadata_fd, blocks_at(&q->metadata, index), q->metadata_length,
		       IO_IN_ORDER);
	if (err && err != -EINTR)
		cli_error(q->transfer->cli, "%s: cannot write it: %s", q->options->metadata,
			  strerror(-err));
	return err;
}

/* The oldest one has ended: its bytes are next in the file. */
static int finish(struct queue *q, struct slot *slot, unsigned int index)
{
	struct slave_transfer *transfer = q->transfer;
	size_t moved = (size_t)slot->record.bytes;
	bool is_short = moved < slave_op_bytes(q->options, slot->length);
	int err;

	if (slot->record.status) {
		if (slot->record.status != -ECANCELED)
			cli_error(transfer->cli, "%s: the transfer of byte %" PRIu64 " failed: %s",
				  transfer->options->channel, transfer->bytes,
				  device_status_text(slot->record.status));
		return slot->record.status;
	}
	if (q->options->mode == SLAVE_FRAME) {
		if (is_short) {
			cli_error(transfer->cli, "%s: a frame ended after %zu of %zu bytes",
				  transfer->options->channel, moved,
				  slave_op_bytes(q->options, slot->length));
			return -EIO;
		}
		moved = slot->length;
	}
	if (transfer->target) {
		err = io_write_target(transfer->cli, transfer->target, blocks_at(&q->data, index),
				      moved, transfer->bytes);
		if (err)
			return err;
	}
	transfer->bytes += moved;
	transfer->short_ops += is_short;
	if (is_short && transfer->source) {
		cli_error(transfer->cli, "%s: took only %zu of %zu bytes of a transfer",
			  transfer->options->channel, moved, slot->length);
		return -EIO;
	}
	/* What a short transfer left out is asked for again. */
	if (is_short && q->options->packets)
		q->no_more = true;
	else if (is_short) {
		q->wanted += slot->length - moved;
		q->no_more = false;
	}
	return save_metadata(q, index);
}

static int check_time(struct queue *q)
{
	uint64_t limit = q->options->timeout_ns;
	struct dmactl_chan_status status = {0};
	char text[UNITS_TEXT];

	if (control_paused(q->transfer->slave.control))
		q->since_ns = now_ns();
	if (!limit || now_ns() - q->since_ns < limit)
		return 0;
	dmauser_chan_status(q->transfer->slave.chan, &status);
	cli_error(q->transfer->cli,
		  "%s: no transfer ended for %s; the oldest has %" PRIu64 " bytes to go: does the "
		  "peripheral run? --timeout 0 waits for ever",
		  q->options->channel, format_time(text, limit), (uint64_t)status.out_residue);
	return -ETIME;
}

static int reap(struct queue *q)
{
	struct dmactl_completion records[MAX_RECORDS];
	int count, err = 0;

	count = dmauser_wait(q->transfer->slave.session, records, MAX_RECORDS, 1, WAIT_SLICE);
	if (stop_requested())
		return -EINTR;
	if (count == -ETIME || count == -EINTR || count == -EAGAIN)
		return check_time(q);
	if (count < 0) {
		cli_error(q->transfer->cli, "%s: %s", q->options->channel, strerror(-count));
		return count;
	}
	for (int i = 0; i < count; i++) {
		struct slot *slot = &q->slots[records[i].user_data];

		slot->ended = true;
		slot->record = records[i];
	}
	if (count)
		q->since_ns = now_ns();
	while (!err && q->ended < q->queued && q->slots[q->ended % q->depth].ended) {
		unsigned int index = (unsigned int)(q->ended++ % q->depth);

		err = finish(q, &q->slots[index], index);
		/* With --packets, those behind the end of the packet are not waited for. */
		if (!err && q->no_more && q->options->packets &&
		    q->slots[index].length > q->slots[index].record.bytes)
			q->ended = q->queued;
	}
	progress_update(q->transfer->bytes);
	return err;
}

static int start_metadata(struct queue *q)
{
	struct slave_transfer *transfer = q->transfer;
	uint64_t caps = dmauser_chan_caps(transfer->slave.chan)->caps;
	uint8_t content[META_ROOM + 1];
	int64_t got = (int64_t)q->options->metadata_size;
	int err;

	if (!q->options->metadata)
		return 0;
	if (q->options->metadata_mode)
		caps &= q->options->metadata_mode;
	if (!(caps & (DMACTL_CAP_METADATA_CLIENT | DMACTL_CAP_METADATA_ENGINE))) {
		cli_error(transfer->cli, "%s: the channel has no metadata%s",
			  transfer->options->channel,
			  q->options->metadata_mode ? " of this mode" : "");
		return -EOPNOTSUPP;
	}
	if (!(caps & DMACTL_CAP_METADATA_CLIENT))
		q->flags |= DMACTL_OPF_METADATA_ENGINE;
	if (transfer->source) {
		got = io_read(transfer->metadata_fd, content, sizeof(content), IO_IN_ORDER);
		if (got <= 0 || got > META_ROOM) {
			cli_error(transfer->cli, "%s: metadata are 1 to 4096 bytes",
				  q->options->metadata);
			return got < 0 ? (int)got : -EINVAL;
		}
	}
	q->metadata_length = (size_t)got;
	err = blocks_alloc(&q->metadata, transfer->cli, transfer->slave.session,
			   transfer->slave.chan, q->depth, META_ROOM, META_ROOM);
	for (unsigned int i = 0; !err && transfer->source && i < q->depth; i++)
		memcpy(blocks_at(&q->metadata, i), content, q->metadata_length);
	return err;
}

static int start(struct queue *q)
{
	struct slave_transfer *transfer = q->transfer;
	int err;

	q->slots = calloc(q->depth, sizeof(*q->slots));
	if (!q->slots || dmauser_batch_new(&q->batch)) {
		cli_error(transfer->cli, "out of memory");
		return -ENOMEM;
	}
	err = blocks_alloc(&q->data, transfer->cli, transfer->slave.session, transfer->slave.chan,
			   q->depth, (size_t)q->options->block, slave_unit(q->options));
	if (err)
		return err;
	transfer->block = q->data.block;
	return start_metadata(q);
}

int slave_queue_run(struct slave_transfer *transfer)
{
	struct queue q = {
		.transfer = transfer,
		.options = transfer->options,
		.depth = (unsigned int)transfer->options->depth,
		.wanted = transfer->options->size,
	};
	int err = start(&q);

	while (!err) {
		err = fill(&q);
		if (err || q.queued == q.ended)
			break;
		err = reap(&q);
	}
	/* Nobody may touch the buffers any more when they are given back. */
	if (err || transfer->options->packets) {
		dmauser_chan_terminate(transfer->slave.chan);
		dmauser_chan_synchronize(transfer->slave.chan);
	}
	blocks_free(&q.metadata);
	blocks_free(&q.data);
	dmauser_batch_free(q.batch);
	free(q.slots);
	return err;
}
