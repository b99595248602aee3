// SPDX-License-Identifier: MIT
/* The stages of a block: reading, DMA, writing. */
#include "copy/pipeline-internal.h"
#include "dev/control.h"
#include "dev/device.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

void pipeline_fail(struct pipeline *p, int err)
{
	if (!p->error)
		p->error = err;
}

static size_t round_up(size_t value, size_t align)
{
	return (value + align - 1) / align * align;
}

static void read_failed(struct pipeline *p, int err)
{
	cli_error(p->config->cli, "%s: cannot read it: %s", p->config->source->name,
		  strerror(-err));
	pipeline_fail(p, err);
}

static void write_failed(struct pipeline *p, int err)
{
	cli_error(p->config->cli, "%s: cannot write it: %s", p->config->target->name,
		  strerror(-err));
	pipeline_fail(p, err);
}

/* Reading */

static void slot_filled(struct pipeline *p, struct slot *slot)
{
	slot->state = SLOT_FILLED;
	slot->done = 0;
	p->filled++;
}

static void queue_read(struct pipeline *p, struct slot *slot)
{
	const struct source *source = p->config->source;
	uint64_t offset = slot->offset + slot->done;
	int fd = source_fd(source, offset);
	size_t length = slot->length - slot->done;

	/* O_DIRECT wants whole sectors; the file may end within one. */
	if (fd == source->direct_fd)
		length = round_up(length, DIRECT_ALIGN);
	aio_queue_read(&p->aio, &slot->iocb, fd, slot->src_memory + slot->done, length, offset,
		       slot);
}

static void read_done(struct pipeline *p, struct slot *slot, int64_t result)
{
	struct source *source = p->config->source;

	if (result == -EINVAL && slot->iocb.aio_fildes == source->direct_fd) {
		source_give_up_direct(source, p->config->cli);
		queue_read(p, slot);
		return;
	}
	if (result < 0) {
		read_failed(p, (int)result);
		return;
	}
	if (result == 0) {
		cli_error(p->config->cli,
			  "%s: the file changed while it was read: it ends after %" PRIu64
			  " of %" PRIu64 " bytes",
			  source->name, slot->offset + slot->done, p->config->size);
		pipeline_fail(p, -ESTALE);
		return;
	}
	/* With O_DIRECT, result may be more than length, if the file has grown. */
	slot->done += (size_t)result;
	if (slot->done >= slot->length)
		slot_filled(p, slot);
	else
		queue_read(p, slot);
}

static void read_stream(struct pipeline *p)
{
	struct slot *slot = p->filling;
	ssize_t got;

	if (!stream_ready(&p->in))
		return;
	got = stream_read(&p->in, slot->src_memory + slot->length, p->block - slot->length);
	if (got == -EAGAIN || got == -EINTR)
		return;
	if (got < 0) {
		read_failed(p, (int)got);
		return;
	}
	slot->length += (size_t)got;
	p->next_offset += (size_t)got;
	p->source_ended = got == 0;
	if (slot->length < p->block && !p->source_ended)
		return;
	p->filling = NULL;
	if (slot->length)
		slot_filled(p, slot);
	else
		slot->state = SLOT_IDLE;
}

static void start_block(struct pipeline *p, struct slot *slot)
{
	uint64_t left = p->config->size - p->next_offset;

	slot->state = SLOT_READING;
	slot->offset = p->next_offset;
	slot->done = 0;
	slot->length = 0;
	if (p->config->source && p->config->source->stream) {
		p->filling = slot;
		return;
	}
	slot->length = left < p->block ? (size_t)left : p->block;
	p->next_offset += slot->length;
	p->source_ended = p->next_offset == p->config->size;
	if (p->config->source)
		queue_read(p, slot);
	else
		slot_filled(p, slot);
}

void pipeline_start_reads(struct pipeline *p)
{
	for (unsigned int i = 0; i < p->depth && !p->source_ended && !p->filling; i++) {
		if (p->slots[i].state == SLOT_IDLE)
			start_block(p, &p->slots[i]);
	}
	if (p->filling)
		read_stream(p);
}

/* DMA */

static int add_op(struct pipeline *p, struct slot *slot)
{
	const struct pipeline_config *config = p->config;
	uint64_t user_data = (uint64_t)(slot - p->slots);
	/* Round up to the alignment of the channel; the buffer is long enough. */
	size_t length = round_up(slot->length, p->dma_align);

	if (!config->source)
		return dmauser_batch_memset(p->batch, config->chan, slot->dst, 0, config->value,
					    length, user_data);
	return dmauser_batch_memcpy(p->batch, config->chan, slot->dst, 0, slot->src, 0, length,
				    user_data);
}

static int add_ops(struct pipeline *p)
{
	for (unsigned int i = 0; i < p->depth && p->filled; i++) {
		int err;

		if (p->slots[i].state != SLOT_FILLED)
			continue;
		err = add_op(p, &p->slots[i]);
		if (err)
			return err;
		p->slots[i].state = SLOT_DMA;
		p->filled--;
	}
	return 0;
}

static void dma_done(struct pipeline *p, const struct dmactl_completion *record)
{
	struct slot *slot = &p->slots[record->user_data];

	p->dma_in_flight--;
	if (!record->status) {
		slot->state = SLOT_COPIED;
		slot->done = 0;
		return;
	}
	/* Report only the first failure; the others follow from it. */
	if (!p->error)
		cli_error(p->config->cli,
			  "%s: the DMA of bytes %" PRIu64 " to %" PRIu64 " failed: %s",
			  dmauser_chan_name(p->config->chan), slot->offset,
			  slot->offset + slot->length - 1, device_status_text(record->status));
	pipeline_fail(p, record->status);
}

static void dma_refused(struct pipeline *p, int err)
{
	cli_error(p->config->cli, "%s: the channel does not take the transfer: %s",
		  dmauser_chan_name(p->config->chan), device_status_text(err));
	pipeline_fail(p, err);
}

void pipeline_run_dma(struct pipeline *p)
{
	struct dmauser_result result = {0};
	int err;

	if (!p->filled && !p->dma_event && !dmauser_batch_count(p->batch))
		return;
	p->dma_event = false;
	err = add_ops(p);
	if (!err) {
		if (!p->dma_in_flight)
			p->dma_since_ns = now_ns();
		/* One call submits the new ops and reaps completions. */
		err = dmauser_submit_wait(p->config->session, p->batch, 0, p->records, p->depth, 0,
					  0, &result);
	}
	/* No completion yet, or no credit: an event will come. */
	if (err == -EAGAIN && (p->dma_in_flight || !dmauser_batch_count(p->batch)))
		return;
	if (err < 0) {
		dma_refused(p, err);
		return;
	}
	p->dma_in_flight += result.accepted;
	p->ops += result.accepted;
	if (result.completed)
		p->dma_since_ns = now_ns();
	for (unsigned int i = 0; i < result.completed; i++)
		dma_done(p, &p->records[i]);
}

void pipeline_check_dma_time(struct pipeline *p)
{
	uint64_t limit = p->config->timeout_ns;
	char text[UNITS_TEXT];

	/* A paused channel does not hang. */
	if (control_paused(p->config->control))
		p->dma_since_ns = now_ns();
	if (!limit || !p->dma_in_flight || now_ns() - p->dma_since_ns < limit)
		return;
	cli_error(p->config->cli,
		  "%s: the channel hangs: nothing completed for %s, %u %s in flight",
		  dmauser_chan_name(p->config->chan), format_time(text, limit), p->dma_in_flight,
		  p->dma_in_flight == 1 ? "transfer is" : "transfers are");
	pipeline_fail(p, -ETIME);
}

/* Writing */

static void queue_write(struct pipeline *p, struct slot *slot)
{
	uint64_t offset = slot->offset + slot->done;
	size_t length = slot->length - slot->done;

	aio_queue_write(&p->aio, &slot->iocb, target_fd(p->config->target, offset, length),
			slot->dst_memory + slot->done, length, offset, slot);
}

static void slot_written(struct pipeline *p, struct slot *slot)
{
	p->written += slot->length;
	slot->state = SLOT_IDLE;
}

static void write_done(struct pipeline *p, struct slot *slot, int64_t result)
{
	struct target *target = p->config->target;

	if (result == -EINVAL && slot->iocb.aio_fildes == target->direct_fd) {
		target_give_up_direct(target, p->config->cli);
		queue_write(p, slot);
		return;
	}
	if (result <= 0) {
		write_failed(p, result ? (int)result : -EIO);
		return;
	}
	slot->done += (size_t)result;
	if (slot->done == slot->length)
		slot_written(p, slot);
	else
		queue_write(p, slot);
}

static struct slot *next_in_order(struct pipeline *p)
{
	for (unsigned int i = 0; i < p->depth; i++) {
		if (p->slots[i].state == SLOT_COPIED && p->slots[i].offset == p->next_write)
			return &p->slots[i];
	}
	return NULL;
}

static void write_stream(struct pipeline *p)
{
	struct slot *slot = next_in_order(p);
	ssize_t put;

	if (!slot || !stream_ready(&p->out))
		return;
	put = stream_write(&p->out, slot->dst_memory + slot->done, slot->length - slot->done);
	if (put == -EAGAIN || put == -EINTR)
		return;
	if (put <= 0) {
		write_failed(p, put ? (int)put : -EIO);
		return;
	}
	slot->done += (size_t)put;
	if (slot->done < slot->length)
		return;
	p->next_write += slot->length;
	slot_written(p, slot);
}

void pipeline_start_writes(struct pipeline *p)
{
	if (p->config->target->stream) {
		write_stream(p);
		return;
	}
	for (unsigned int i = 0; i < p->depth; i++) {
		if (p->slots[i].state != SLOT_COPIED)
			continue;
		p->slots[i].state = SLOT_WRITING;
		queue_write(p, &p->slots[i]);
	}
}

void pipeline_io_done(void *context, void *data, int64_t result)
{
	struct pipeline *p = context;
	struct slot *slot = data;

	if (p->error)
		return;
	if (slot->state == SLOT_READING)
		read_done(p, slot, result);
	else
		write_done(p, slot, result);
}

bool pipeline_has_work(struct pipeline *p)
{
	bool want_reads = !p->source_ended && !p->filling;

	if (p->filled)
		return true;
	/* epoll cannot report some streams; stream_ready() is always true for them. */
	if (p->filling && stream_ready(&p->in))
		return true;
	if (p->config->target->stream && next_in_order(p) && stream_ready(&p->out))
		return true;
	for (unsigned int i = 0; i < p->depth; i++) {
		if (p->slots[i].state == SLOT_IDLE && want_reads)
			return true;
	}
	return false;
}

bool pipeline_finished(const struct pipeline *p)
{
	if (!p->source_ended)
		return false;
	for (unsigned int i = 0; i < p->depth; i++) {
		if (p->slots[i].state != SLOT_IDLE)
			return false;
	}
	return true;
}
