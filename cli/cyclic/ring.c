// SPDX-License-Identifier: MIT
#include "cyclic/ring.h"
#include "dev/device.h"
#include "dev/limits.h"
#include "dev/memory.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

static int alloc_as(struct ring *ring, enum dmactl_buf_kind kind)
{
	void *address;
	int err;

	err = dmauser_buf_alloc(ring->slave->session, kind, ring->slave->chan,
				ring->period * ring->count, &ring->buf);
	if (err)
		return err;
	err = dmauser_buf_map(ring->buf, &address);
	if (err) {
		dmauser_buf_destroy(ring->buf);
		ring->buf = NULL;
		return err;
	}
	ring->memory = address;
	ring->kind = kind;
	return 0;
}

static uint64_t common_multiple(uint64_t a, uint64_t b)
{
	uint64_t x = a, y = b;

	while (y) {
		uint64_t rest = x % y;

		x = y;
		y = rest;
	}
	return a / x * b;
}

static void find_limits(const struct slave *slave, uint32_t direction, struct shape_limits *limits)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(slave->chan);
	uint64_t word = slave_word(slave->options, direction);
	struct dmactl_info info;

	*limits = (struct shape_limits){
		.align = common_multiple(word, caps->copy_align ? caps->copy_align : 1),
		/* Older modules report no bounds, only what the provider declares. */
		.segment = caps->bound_segment ? caps->bound_segment : caps->max_segment,
		.periods = caps->bound_periods,
	};
	if (dmauser_info(slave->session, &info) == 0)
		limits->bytes = info.out_max_buffer_bytes;
}

/* Refuses a shape that the channel cannot run. */
static int check(const struct slave *slave, uint32_t direction, const struct shape *shape,
		 const struct shape_limits *limits)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(slave->chan);
	uint64_t word = slave_word(slave->options, direction);
	char period[UNITS_TEXT], most[UNITS_TEXT];
	/* The kernel makes a queue of what one descriptor cannot do. */
	bool queue = caps->caps & DMACTL_CAP_CYCLIC_QUEUE;

	if (!queue && limits->segment && shape->period > limits->segment) {
		cli_error(slave->cli,
			  "%s: a period of %s is more than its driver is asked for in one piece, "
			  "%s (%s): try a --period of %" PRIu64 " and more --periods",
			  slave->name, format_size(period, shape->period),
			  format_size(most, limits->segment), limits_segment_origin(caps),
			  limits->segment);
		return -EDQUOT;
	}
	if (!queue && limits->periods && shape->count > limits->periods) {
		cli_error(slave->cli,
			  "%s: a ring of %u periods is more than its driver is asked for, %u; root "
			  "can raise it (bounds in dmactl(4)), and larger periods need fewer",
			  slave->name, shape->count, limits->periods);
		return -EDQUOT;
	}
	if (shape->period % word) {
		cli_error(slave->cli,
			  "%s: a period of %" PRIu64
			  " bytes is no whole number of words of %" PRIu64 " bytes (--width)",
			  slave->name, shape->period, word);
		return -EINVAL;
	}
	return 0;
}

/*
 * Prefers memory that is always in one piece for the device; coherent memory needs no syncs.
 * Streaming memory is in one piece behind an IOMMU, and elsewhere a queue. Older modules have no
 * contiguous memory.
 */
static int alloc(struct ring *ring, enum ring_memory memory)
{
	static const enum dmactl_buf_kind kinds[] = {
		[RING_COHERENT] = DMACTL_BUF_COHERENT,
		[RING_CONTIGUOUS] = DMACTL_BUF_CONTIGUOUS,
		[RING_STREAMING] = DMACTL_BUF_STREAMING,
	};
	const bool cached = memory == RING_CACHED;
	int err;

	if (memory != RING_ANY && !cached)
		return alloc_as(ring, kinds[memory]);
	err = alloc_as(ring, cached ? DMACTL_BUF_CONTIGUOUS : DMACTL_BUF_COHERENT);
	if (err)
		err = alloc_as(ring, cached ? DMACTL_BUF_COHERENT : DMACTL_BUF_CONTIGUOUS);
	if (err)
		err = alloc_as(ring, DMACTL_BUF_STREAMING);
	return err;
}

const char *ring_memory_name(const struct ring *ring)
{
	if (ring->kind == DMACTL_BUF_CONTIGUOUS)
		return "contiguous";
	return ring->kind == DMACTL_BUF_COHERENT ? "coherent" : "streaming";
}

/* The kernel has no such piece, and the user wants one or the channel needs it. */
static void no_piece(const struct ring *ring)
{
	char whole[UNITS_TEXT], any[UNITS_TEXT];
	uint64_t piece = memory_largest_piece();

	cli_error(
		ring->slave->cli,
		"%s: a ring of %s has to be in one piece of memory, and the kernel has none so "
		"long now. Up to %s it has one at most times, a larger one soon after boot, or "
		"with cma=SIZE on its command line: try fewer or smaller periods, or no --memory: "
		"a ring of several pieces is a queue of transfers",
		ring->slave->name, format_size(whole, (uint64_t)ring->period * ring->count),
		piece ? format_size(any, piece) : "some MiB");
}

int ring_alloc(struct ring *ring, const struct slave *slave, uint32_t direction, uint64_t period,
	       uint64_t count, enum ring_memory memory)
{
	struct shape_limits limits;
	char text[UNITS_TEXT];
	struct shape shape;
	int err;

	*ring = (struct ring){.slave = slave, .direction = direction};
	find_limits(slave, direction, &limits);
	shape = shape_choose(&limits, period, count);
	err = check(slave, direction, &shape, &limits);
	if (err)
		return err;
	/* The residue changes only when a period ends, so the position may be one period behind. */
	if (dmauser_chan_caps(slave->chan)->residue_granularity == DMACTL_RESIDUE_DESCRIPTOR)
		ring->slack = 1;
	do {
		ring->period = (size_t)shape.period;
		ring->count = shape.count;
		err = alloc(ring, memory);
	} while ((err == -EDQUOT || err == -ENOMEM) && shape_shrink(&shape, &limits));
	if (err == -ENOMEM && (memory == RING_COHERENT || memory == RING_CONTIGUOUS))
		no_piece(ring);
	else if (err)
		limits_memory_refused(slave->cli, slave->session, slave->name,
				      (uint64_t)ring->period * ring->count, err);
	else
		cli_detail(slave->cli, "using a ring of %u periods of %s, %s memory", ring->count,
			   format_size(text, ring->period), ring_memory_name(ring));
	return err;
}

int ring_start(struct ring *ring)
{
	struct dmauser_batch *batch;
	int err = dmauser_batch_new(&batch);

	if (!err) {
		err = dmauser_batch_cyclic(batch, ring->slave->chan, ring->direction, ring->buf, 0,
					   ring->period * ring->count, ring->period, 0);
		if (!err)
			err = dmauser_submit(ring->slave->session, batch, 0);
		dmauser_batch_free(batch);
	}
	if (err == -EXDEV)
		no_piece(ring);
	else if (err < 0)
		slave_refused(ring->slave, err);
	if (err < 0)
		return err;
	ring->running = true;
	return 0;
}

void ring_note(struct ring *ring, const struct dmactl_completion *record)
{
	if (record->count > ring->ended)
		ring->ended = record->count;
	if (record->flags & DMACTL_COMP_GAP)
		ring->dry++;
	if (record->flags & DMACTL_COMP_MORE)
		return;
	ring->over = true;
	ring->running = false;
	ring->status = record->status;
	ring->end = record->bytes;
}

int ring_reap(struct ring *ring)
{
	struct dmactl_completion records[4];
	int count;

	do {
		count = dmauser_reap(ring->slave->session, records, 4);
		if (count < 0 && count != -EAGAIN) {
			cli_error(ring->slave->cli, "%s: %s", ring->slave->name, strerror(-count));
			return count;
		}
		for (int i = 0; i < count; i++)
			ring_note(ring, &records[i]);
	} while (count > 0);
	return 0;
}

/* Sets `place' to the position of the channel in the ring, in bytes, or to -1 if it cannot tell. */
static int ask(struct ring *ring, int64_t *place)
{
	uint64_t length = (uint64_t)ring->period * ring->count;
	struct dmactl_chan_status status;
	int err;

	*place = -1;
	if (!ring->running)
		return 0;
	err = dmauser_chan_status_of(ring->slave->chan, 0, &status);
	/* The transfer has ended, and its last completion was not reaped yet. */
	if (err == -ENOENT)
		return ring_reap(ring);
	if (err) {
		cli_error(ring->slave->cli, "%s: cannot tell how far it is: %s", ring->slave->name,
			  strerror(-err));
		return err;
	}
	if (status.out_count > ring->ended)
		ring->ended = status.out_count;
	if (!ring->slack && status.out_residue <= length)
		*place = (int64_t)(length - status.out_residue);
	return 0;
}

int ring_position(struct ring *ring, uint64_t *position)
{
	int64_t place;
	int err = ask(ring, &place);

	*position = ring->ended;
	if (place >= 0)
		*position = ring_locate(ring->ended, (uint64_t)place, ring->period, ring->count);
	return err;
}

int ring_bytes(struct ring *ring, uint64_t *bytes)
{
	uint64_t period, length = (uint64_t)ring->period * ring->count;
	int64_t place;
	int err = ask(ring, &place);

	*bytes = ring->over ? ring->end : ring->ended * ring->period;
	if (place < 0)
		return err;
	period = ring_locate(ring->ended, (uint64_t)place, ring->period, ring->count);
	/* Use the place only if it is not behind the count of ended periods. */
	if ((uint64_t)place % length / ring->period == period % ring->count)
		*bytes = period * ring->period + (uint64_t)place % ring->period;
	return err;
}

void ring_stop(struct ring *ring)
{
	struct dmactl_chan_status status;

	/* A cyclic transfer is one descriptor. */
	if (ring->buf && dmauser_chan_status(ring->slave->chan, &status) == 0)
		ring->queue = status.out_descriptors > 1;
	if (!ring->running)
		return;
	dmauser_chan_terminate(ring->slave->chan);
	dmauser_chan_synchronize(ring->slave->chan);
	ring->running = false;
	ring_reap(ring);
	/* ring_stop() itself terminated the channel, which is no error. */
	if (ring->status == -ECANCELED)
		ring->status = 0;
}

static sigjmp_buf memory_gone;

static void on_bus_error(int number)
{
	(void)number;
	siglongjmp(memory_gone, 1);
}

static int copy(const struct ring *ring, void *to, const void *from, size_t length)
{
	struct sigaction old, action = {.sa_handler = on_bus_error};
	int err = 0;

	if (ring->kind != DMACTL_BUF_COHERENT) {
		memcpy(to, from, length);
		return 0;
	}
	sigaction(SIGBUS, &action, &old);
	if (sigsetjmp(memory_gone, 1) == 0)
		memcpy(to, from, length);
	else
		err = -ENODEV;
	sigaction(SIGBUS, &old, NULL);
	return err;
}

int ring_copy(const struct ring *ring, uint64_t period, void *to, size_t length)
{
	return copy(ring, to, ring_slot(ring, period), length);
}

int ring_write(const struct ring *ring, uint64_t period, size_t offset, const void *from,
	       size_t length)
{
	return copy(ring, ring_slot(ring, period) + offset, from, length);
}

void ring_free(struct ring *ring)
{
	ring_stop(ring);
	if (ring->buf)
		dmauser_buf_destroy(ring->buf);
	ring->buf = NULL;
}

double ring_speed(const struct ring_report *report)
{
	return report->seconds > 0 ? (double)report->bytes / report->seconds : 0;
}

void ring_print(struct printer *printer, const struct ring_report *report)
{
	const struct ring *ring = report->ring;

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "asked", NULL, report->asked);
	print_string(printer, "channel", NULL, report->channel);
	print_string(printer, "file", NULL, report->file);
	print_unsigned(printer, "bytes", NULL, report->bytes, UNIT_NONE);
	print_real(printer, "seconds", NULL, report->seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, ring_speed(report), UNIT_NONE);
	print_unsigned(printer, "period", NULL, ring->period, UNIT_NONE);
	print_unsigned(printer, "ring_periods", NULL, ring->count, UNIT_NONE);
	print_string(printer, "memory", NULL, ring_memory_name(ring));
	print_string(printer, "ring", NULL, ring->queue ? "queue" : "hardware");
	print_unsigned(printer, "dry", NULL, ring->dry, UNIT_NONE);
	print_unsigned(printer, "periods", NULL, report->periods, UNIT_NONE);
}
