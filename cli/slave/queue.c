// SPDX-License-Identifier: MIT
/* A queue of transfers with a peripheral; up to `depth' of them are in flight. */
#include "dev/blocks.h"
#include "dev/control.h"
#include "dev/device.h"
#include "dev/halt.h"
#include "file/io.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "slave/transfer.h"

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

/* Slots are used in turn. `queued' counts the submitted transfers, `ended' the finished ones. */
struct queue {
	struct slave_transfer *transfer;
	const struct slave_transfer_options *options;
	struct dmauser_batch *batch;
	struct blocks data;
	struct blocks metadata; /* a block of META_ROOM bytes for each slot */
	size_t metadata_length;
	uint16_t flags; /* op flags for the metadata */
	struct slot *slots;
	unsigned int depth;
	uint64_t queued, ended;
	uint64_t wanted; /* bytes that were not queued yet */
	size_t waiting;	 /* bytes of a block that the channel had no room for */
	bool no_more;	 /* nothing is left to queue */
	bool broken;	 /* bytes are missing after the last one in the file */
	uint64_t since_ns;
	struct halt_mark mark;
	struct halt halt; /* how far the channel was when stop() terminated it */
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
		dmauser_batch_clear(q->batch);
		/* Transfers in flight will make room. Without any, there is an error. */
		if (err != -EAGAIN || q->queued == q->ended)
			slave_refused(&transfer->slave, err);
		return err;
	}
	q->slots[index] = (struct slot){.length = length};
	if (q->queued == q->ended)
		q->since_ns = now_ns();
	q->queued++;
	transfer->begun = true;
	transfer->ops++;
	return 0;
}

/*
 * Returns the bytes of the next block; for `send' it reads them. Returns 0 at
 * the end, or -errno after a message.
 */
static int64_t next_block(struct queue *q, unsigned int index)
{
	struct slave_transfer *transfer = q->transfer;
	size_t length = q->data.block;
	int64_t got;

	if (q->waiting)
		return (int64_t)q->waiting;
	if (q->no_more)
		return 0;
	if (q->wanted < length)
		length = (size_t)q->wanted;
	if (transfer->source && length) {
		got = io_read_source(transfer->cli, transfer->source, blocks_at(&q->data, index),
				     length,
				     transfer->source->stream ? 0 : q->queued * q->data.block);
		if (got < 0)
			return got;
		q->no_more = (size_t)got < length;
		length = (size_t)got;
	}
	if (!length)
		q->no_more = true;
	if (q->wanted != SIZE_UNKNOWN)
		q->wanted -= length;
	return (int64_t)length;
}

/* Submits as many blocks as there is room for. */
static int fill(struct queue *q)
{
	while (q->queued - q->ended < q->depth) {
		int64_t length = next_block(q, (unsigned int)(q->queued % q->depth));
		int err;

		if (length <= 0)
			return (int)length;
		err = submit(q, (size_t)length);
		q->waiting = 0;
		if (err == -EAGAIN && q->queued > q->ended) {
			q->waiting = (size_t)length;
			return 0;
		}
		if (err)
			return err;
	}
	return 0;
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

/* Counts the first bytes of a block; for `recv' it also writes them to the file. */
static int keep(struct queue *q, unsigned int index, size_t length)
{
	struct slave_transfer *transfer = q->transfer;
	int err = 0;

	if (!transfer->target)
		transfer->bytes += length;
	else if (length)
		err = io_keep(transfer->cli, transfer->target, blocks_at(&q->data, index), length,
			      &transfer->bytes);
	if (err)
		q->broken = true;
	return err;
}

/* Returns the bytes that a terminated op had moved. */
static size_t moved_until_halt(const struct queue *q, const struct slot *slot, unsigned int index)
{
	const struct control *control = q->transfer->slave.control;
	const struct halt *halt = control_terminated(control) ? control_halt(control) : &q->halt;
	size_t whole = slave_op_bytes(q->options, slot->length);
	size_t moved = (size_t)slot->record.bytes;

	if (halt->known && halt->user_data == index && halt->residue <= whole &&
	    whole - halt->residue > moved)
		moved = whole - (size_t)halt->residue;
	return moved;
}

/* Finishes a failed transfer: saves the bytes that it moved; no more can follow them. */
static int finish_failed(struct queue *q, const struct slot *slot, unsigned int index)
{
	struct slave_transfer *transfer = q->transfer;
	size_t moved = moved_until_halt(q, slot, index);

	if (slot->record.status != -ECANCELED)
		slave_failed(transfer, slot->length, slot->record.status);
	if (!q->broken)
		keep(q, index, slave_op_span(q->options, moved));
	q->broken = true;
	return slot->record.status;
}

/* Finishes the oldest transfer, which has ended: saves its bytes. */
static int finish(struct queue *q, struct slot *slot, unsigned int index)
{
	struct slave_transfer *transfer = q->transfer;
	size_t moved = (size_t)slot->record.bytes;
	bool is_short = moved < slave_op_bytes(q->options, slot->length);
	int err;

	if (slot->record.status)
		return finish_failed(q, slot, index);
	if (q->options->mode == SLAVE_FRAME) {
		if (is_short) {
			cli_error(transfer->cli, "%s: a frame ended after %zu of %zu bytes",
				  transfer->options->channel, moved,
				  slave_op_bytes(q->options, slot->length));
			keep(q, index, slave_op_span(q->options, moved));
			q->broken = true;
			return -EIO;
		}
		moved = slot->length;
	}
	err = keep(q, index, moved);
	if (err)
		return err;
	transfer->short_ops += is_short;
	if (is_short && transfer->source) {
		cli_error(transfer->cli, "%s: took only %zu of %zu bytes of a transfer",
			  transfer->options->channel, moved, slot->length);
		return -EIO;
	}
	/* Queue the bytes that a short transfer left out again. */
	if (is_short && q->options->packets)
		q->no_more = true;
	else if (is_short) {
		q->wanted += slot->length - moved;
		q->no_more = false;
	}
	return save_metadata(q, index);
}

/* Returns -ETIME after a message if nothing has moved for --timeout, else 0. */
static int check_time(struct queue *q)
{
	struct slave_transfer *transfer = q->transfer;
	uint64_t limit = q->options->timeout_ns;

	if (halt_moved(transfer->slave.chan, &q->mark) || control_paused(transfer->slave.control))
		q->since_ns = now_ns();
	if (!limit || now_ns() - q->since_ns < limit)
		return 0;
	slave_timed_out(transfer, q->mark.residue);
	return -ETIME;
}

static void take_records(struct queue *q, const struct dmactl_completion *records, int count)
{
	for (int i = 0; i < count; i++) {
		struct slot *slot = &q->slots[records[i].user_data];

		slot->ended = true;
		slot->record = records[i];
	}
}

/* Finishes the transfers that have ended, in order, up to the first failure. */
static int finish_ended(struct queue *q)
{
	int err = 0;

	while (!err && q->ended < q->queued && q->slots[q->ended % q->depth].ended) {
		unsigned int index = (unsigned int)(q->ended++ % q->depth);

		err = finish(q, &q->slots[index], index);
		/* With --packets, the short transfer is the last one to save. */
		if (!err && q->no_more && q->options->packets &&
		    q->slots[index].length > q->slots[index].record.bytes)
			break;
	}
	return err;
}

/* Returns whether the last finished transfer ended a packet (--packets). */
static bool packet_ended(const struct queue *q)
{
	const struct slot *last = &q->slots[(q->ended - 1) % q->depth];

	return q->options->packets && q->no_more && q->ended && !last->record.status &&
	       last->length > last->record.bytes;
}

static int reap(struct queue *q)
{
	struct dmactl_completion records[MAX_RECORDS];
	int count, err;

	count = dmauser_wait(q->transfer->slave.session, records, MAX_RECORDS, 1, WAIT_SLICE);
	if (count > 0) {
		take_records(q, records, count);
		q->since_ns = now_ns();
	}
	err = finish_ended(q);
	progress_update(q->transfer->bytes);
	if (err)
		return err;
	if (stop_requested())
		return -EINTR;
	if (count == -ETIME || count == -EINTR || count == -EAGAIN)
		return check_time(q);
	if (count < 0)
		cli_error(q->transfer->cli, "%s: %s", q->options->channel, strerror(-count));
	return count < 0 ? count : 0;
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
			cli_error(transfer->cli,
				  "%s: %s; the metadata of a transfer are 1 to %u bytes",
				  q->options->metadata,
				  got < 0 ? strerror((int)-got)
				  : got	  ? "is too long"
					  : "is empty",
				  META_ROOM);
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

/*
 * With --packets a transfer must be one piece of memory: after a packet that
 * ends early, some controllers write the next packet to the next piece, which
 * would leave a hole.
 */
static int check_piece(const struct queue *q)
{
	const struct slave_transfer *transfer = q->transfer;
	uint64_t most = dmauser_chan_caps(transfer->slave.chan)->bound_segment;
	char size[UNITS_TEXT];

	if (!q->options->packets || !most || q->options->block <= most)
		return 0;
	cli_error(transfer->cli,
		  "%s: with --packets a transfer is one piece of memory, which is %s at most: "
		  "give a smaller --block, or have root raise it (bounds in dmactl(4))",
		  q->options->channel, format_size(size, most));
	return -EINVAL;
}

static int start(struct queue *q)
{
	struct slave_transfer *transfer = q->transfer;
	int err = check_piece(q);

	if (err)
		return err;

	q->slots = calloc(q->depth, sizeof(*q->slots));
	if (!q->slots || dmauser_batch_new(&q->batch)) {
		cli_error(transfer->cli, "out of memory");
		return -ENOMEM;
	}
	err = blocks_alloc_as(&q->data, transfer->cli, transfer->slave.session,
			      transfer->slave.chan,
			      q->options->packets ? DMACTL_BUF_COHERENT : DMACTL_BUF_STREAMING,
			      q->depth, (size_t)q->options->block, slave_unit(q->options));
	if (err)
		return err;
	transfer->block = q->data.block;
	return start_metadata(q);
}

/* With --packets: reports how many bytes of the next packet are lost. */
static void discard(struct queue *q)
{
	struct slave_transfer *transfer = q->transfer;
	uint64_t bytes = 0;

	for (; q->ended < q->queued; q->ended++) {
		unsigned int index = (unsigned int)(q->ended % q->depth);

		if (q->slots[index].ended)
			bytes += moved_until_halt(q, &q->slots[index], index);
	}
	if (bytes && transfer->target)
		cli_note(transfer->cli,
			 "%s: %" PRIu64 " bytes of the next packet had been taken and are lost; "
			 "--depth 1 leaves them with the peripheral",
			 transfer->options->channel, bytes);
}

/* Terminates the transfers in flight, and saves the bytes that have arrived. */
static void stop(struct queue *q)
{
	struct dmauser_chan *chan = q->transfer->slave.chan;
	struct dmactl_completion records[MAX_RECORDS];
	int count;

	halt_look(chan, &q->halt);
	dmauser_chan_terminate(chan);
	dmauser_chan_synchronize(chan);
	do {
		count = dmauser_reap(q->transfer->slave.session, records, MAX_RECORDS);
		if (count > 0)
			take_records(q, records, count);
	} while (count > 0);
	if (packet_ended(q))
		discard(q);
	else if (!q->broken)
		finish_ended(q);
}

int slave_queue_run(struct slave_transfer *transfer)
{
	struct queue q = {
		.transfer = transfer,
		.options = transfer->options,
		.depth = slave_depth(transfer->options),
		.wanted = transfer->options->size,
	};
	int err = start(&q);

	while (!err && !packet_ended(&q)) {
		err = fill(&q);
		if (err || q.queued == q.ended)
			break;
		err = reap(&q);
	}
	/* Stop the channel before the buffers are freed. */
	if (q.queued > q.ended)
		stop(&q);
	blocks_free(&q.metadata);
	blocks_free(&q.data);
	dmauser_batch_free(q.batch);
	free(q.slots);
	return err;
}
