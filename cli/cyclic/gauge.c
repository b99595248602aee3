// SPDX-License-Identifier: MIT
#include "cyclic/gauge.h"
#include "dev/blocks.h"
#include "dev/control.h"
#include "dev/device.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "test/samples.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDS 64
/* How often a signal and the end of the time are looked for while nothing comes. */
#define SLICE_NS (100 * NS_PER_MS)

static const char *const way_names[] = {
	[GAUGE_CYCLIC] = "cyclic",
	[GAUGE_QUEUE] = "queue",
	[GAUGE_STREAM] = "stream",
};

const char *gauge_way_name(enum gauge_way way)
{
	return way_names[way];
}

/* A way, size and depth that is being measured. */
struct run {
	struct gauge *gauge;
	struct gauge_result *result;
	uint8_t *copy;	       /* where a program would put the bytes, `size' long */
	struct samples *wakes; /* how long completions waited */
	uint64_t start_ns, end_ns, cpu_ns;
	uint64_t moved_ns; /* when something came for the last time */
};

static int no_memory(const struct gauge *gauge)
{
	cli_error(gauge->cli, "out of memory");
	return -ENOMEM;
}

static void begin(struct run *run)
{
	run->start_ns = now_ns();
	run->moved_ns = run->start_ns;
	run->end_ns = run->start_ns + run->gauge->options->time_ns;
	run->cpu_ns = cpu_time_ns();
}

static void took(struct run *run, uint64_t bytes)
{
	run->result->bytes += bytes;
	run->moved_ns = now_ns();
	progress_update(run->result->bytes);
}

static void end(struct run *run)
{
	struct gauge_result *result = run->result;
	uint64_t cpu = cpu_time_ns() - run->cpu_ns;

	result->seconds = (double)(now_ns() - run->start_ns) / 1e9;
	if (result->bytes)
		result->cpu_ns_per_gib = (double)cpu * (1 << 30) / (double)result->bytes;
	result->wakes = samples_count(run->wakes);
	result->wake_median_ns = samples_at(run->wakes, 500);
	result->wake_p99_ns = samples_at(run->wakes, 990);
	result->wake_p999_ns = samples_at(run->wakes, 999);
}

static bool is_over(const struct run *run)
{
	return stop_requested() || now_ns() >= run->end_ns;
}

/* Returns 0, or -ETIME after a message if nothing has come for too long. */
static int check_silence(const struct run *run)
{
	const struct gauge *gauge = run->gauge;
	char text[UNITS_TEXT];

	if (now_ns() - run->moved_ns < gauge->options->timeout_ns ||
	    control_paused(gauge->slave.control))
		return 0;
	cli_error(gauge->cli, "%s: nothing has come for %s; --timeout sets another limit",
		  gauge->slave.name, format_time(text, gauge->options->timeout_ns));
	return -ETIME;
}

/*
 * Waits for completions and notes how long they have waited. Returns their
 * number, 0 if there is none yet, or -errno after a message.
 */
static int await(struct run *run, struct dmactl_completion *records)
{
	const struct slave *slave = &run->gauge->slave;
	int count = dmauser_wait(slave->session, records, RECORDS, 1, SLICE_NS);
	uint64_t now = now_ns();

	if (count == -ETIME || count == -EINTR)
		return check_silence(run);
	if (count < 0) {
		cli_error(run->gauge->cli, "%s: %s", slave->name, strerror(-count));
		return count;
	}
	for (int i = 0; i < count; i++)
		samples_add(run->wakes, now - records[i].timestamp_ns);
	return count;
}

static int ended_early(const struct run *run, int status)
{
	const struct slave *slave = &run->gauge->slave;

	if (control_terminated(slave->control)) {
		cli_error(run->gauge->cli, "%s: was terminated", slave->name);
		return -ECANCELED;
	}
	cli_error(run->gauge->cli, "%s: a transfer ended: %s", slave->name,
		  status ? device_status_text(status) : "it was to go on");
	return status ? status : -EIO;
}

/* --- a ring --- */

/* Takes all periods that have ended. Returns 0 or -errno after a message. */
static int take_periods(struct run *run, struct ring *ring, uint64_t *next)
{
	const uint64_t room = ring->count - ring->slack;
	const uint64_t first = *next;
	uint64_t position;
	int err = 0;

	while (*next < ring->ended && !err)
		err = ring_copy(ring, (*next)++, run->copy, ring->period);
	if (err)
		cli_error(run->gauge->cli, "%s: the ring is gone with the DMA device",
			  run->gauge->slave.name);
	if (!err)
		err = ring_position(ring, &position);
	if (err)
		return err;
	/* The channel may have reached the slots of the oldest periods during the copies. */
	if (position - first >= room) {
		uint64_t lost = position - first - room + 1;

		run->result->lost += lost;
		if (first + lost > *next)
			*next = first + lost;
		took(run, (*next - first - lost) * ring->period);
	} else {
		took(run, (*next - first) * ring->period);
	}
	return 0;
}

static int receive_cyclic(struct run *run)
{
	struct dmactl_completion records[RECORDS];
	struct gauge_result *result = run->result;
	uint64_t next = 0;
	struct ring ring;
	int err, count;

	err = ring_alloc(&ring, &run->gauge->slave, DMACTL_DIR_DEV_TO_MEM, result->size,
			 result->depth, run->gauge->options->coherent ? RING_COHERENT : RING_ANY);
	if (!err)
		err = ring_start(&ring);
	begin(run);
	while (!err && !is_over(run)) {
		count = await(run, records);
		for (int i = 0; i < count; i++)
			ring_note(&ring, &records[i]);
		err = count < 0 ? count : 0;
		if (!err && count)
			err = take_periods(run, &ring, &next);
		if (!err && ring.over)
			err = ended_early(run, ring.status);
	}
	end(run);
	if (ring.dry)
		cli_note(run->gauge->cli,
			 "%s: %" PRIu64 " time(s) the kernel did not refill the ring in time, and "
			 "bytes may be missing",
			 run->gauge->slave.name, ring.dry);
	ring_free(&ring);
	return err;
}

/* --- a queue of transfers --- */

struct queue {
	struct blocks blocks;
	struct dmauser_batch *batch;
};

/* Adds the transfer of a slot, and submits what there is room for. */
static int submit_slot(struct run *run, struct queue *queue, unsigned int slot)
{
	const struct slave *slave = &run->gauge->slave;
	int count, err;

	err = dmauser_batch_slave_single(queue->batch, slave->chan, DMACTL_DIR_DEV_TO_MEM,
					 queue->blocks.buf, blocks_offset(&queue->blocks, slot),
					 run->result->size, slot);
	if (err)
		return no_memory(run->gauge);
	count = dmauser_submit(slave->session, queue->batch, 0);
	/* The rest of the batch is submitted with the next slot. */
	if (count >= 0 || count == -EAGAIN)
		return 0;
	slave_refused(slave, count);
	return count;
}

static int take_transfer(struct run *run, struct queue *queue,
			 const struct dmactl_completion *record)
{
	unsigned int slot = (unsigned int)record->user_data;

	if (record->status)
		return ended_early(run, record->status);
	memcpy(run->copy, blocks_at(&queue->blocks, slot), record->bytes);
	took(run, record->bytes);
	return submit_slot(run, queue, slot);
}

static int alloc_queue(struct run *run, struct queue *queue)
{
	const struct slave *slave = &run->gauge->slave;
	const struct gauge_result *result = run->result;

	if (dmauser_batch_new(&queue->batch))
		return no_memory(run->gauge);
	return blocks_alloc_as(&queue->blocks, run->gauge->cli, slave->session, slave->chan,
			       run->gauge->options->coherent ? DMACTL_BUF_COHERENT
							     : DMACTL_BUF_STREAMING,
			       result->depth, result->size, result->size);
}

/* Stops the channel and drops what has not been taken. */
static void stop_queue(const struct run *run, struct queue *queue)
{
	const struct slave *slave = &run->gauge->slave;
	struct dmactl_completion records[RECORDS];

	dmauser_chan_terminate(slave->chan);
	dmauser_chan_synchronize(slave->chan);
	while (dmauser_reap(slave->session, records, RECORDS) > 0)
		;
	dmauser_batch_free(queue->batch);
	blocks_free(&queue->blocks);
}

static int receive_queue(struct run *run)
{
	struct dmactl_completion records[RECORDS];
	struct queue queue = {0};
	int err, count;

	err = alloc_queue(run, &queue);
	for (unsigned int slot = 0; slot < run->result->depth && !err; slot++)
		err = submit_slot(run, &queue, slot);
	begin(run);
	while (!err && !is_over(run)) {
		count = await(run, records);
		err = count < 0 ? count : 0;
		for (int i = 0; i < count && !err; i++)
			err = take_transfer(run, &queue, &records[i]);
	}
	end(run);
	stop_queue(run, &queue);
	return err;
}

/* --- a stream --- */

static int take_block(struct run *run, int fd)
{
	struct pollfd events = {.fd = fd, .events = POLLIN};
	ssize_t got;

	if (poll(&events, 1, SLICE_NS / NS_PER_MS) <= 0)
		return check_silence(run);
	got = read(fd, run->copy, run->result->size);
	if (got > 0)
		took(run, (uint64_t)got);
	if (got > 0 || (got < 0 && errno == EINTR))
		return 0;
	return ended_early(run, got < 0 ? -errno : 0);
}

static int receive_stream(struct run *run)
{
	const struct slave *slave = &run->gauge->slave;
	struct gauge_result *result = run->result;
	size_t block = result->size;
	int err, fd;

	err = slave_stream_open(slave, DMACTL_DIR_DEV_TO_MEM, 0, &block, &result->depth, &fd);
	if (err)
		return err;
	begin(run);
	while (!err && !is_over(run))
		err = take_block(run, fd);
	end(run);
	close(fd);
	return err;
}

/* --- all of them --- */

static int (*const receive[])(struct run *run) = {
	[GAUGE_CYCLIC] = receive_cyclic,
	[GAUGE_QUEUE] = receive_queue,
	[GAUGE_STREAM] = receive_stream,
};

static int run_one(struct gauge *gauge, enum gauge_way way, uint64_t size, unsigned int depth)
{
	struct gauge_result *result = &gauge->results[gauge->result_count];
	struct run run = {.gauge = gauge, .result = result};
	char label[64], text[UNITS_TEXT];
	int err = 0;

	*result = (struct gauge_result){.way = way, .size = size, .depth = depth};
	run.copy = malloc(size);
	run.wakes = samples_new();
	if (!run.copy || !run.wakes)
		err = no_memory(gauge);
	if (!err) {
		snprintf(label, sizeof(label), "%s, %s, depth %u", way_names[way],
			 format_size(text, size), depth);
		progress_begin_until(gauge->cli, label, 0, gauge->options->time_ns);
		err = receive[way](&run);
		progress_end();
	}
	if (!err)
		gauge->result_count++;
	samples_free(run.wakes);
	free(run.copy);
	return err;
}

static int run_way(struct gauge *gauge, enum gauge_way way)
{
	const struct bench_options *options = gauge->options;
	int err = 0;

	for (unsigned int i = 0; i < options->size_count; i++) {
		for (unsigned int j = 0; j < options->depth_count && !err && !stop_requested(); j++)
			err = run_one(gauge, way, options->sizes[i],
				      (unsigned int)options->depths[j]);
	}
	return err;
}

int gauge_run(struct gauge *gauge)
{
	int err = 0;

	for (enum gauge_way way = 0; way < GAUGE_WAYS && !err; way++) {
		if (gauge->ways[way])
			err = run_way(gauge, way);
	}
	return err;
}
