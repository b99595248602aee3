// SPDX-License-Identifier: MIT
/*
 * Repeated transfers: each block repeats until the next one replaces it, as
 * pictures on a display.
 */
#include "dev/control.h"
#include "dev/device.h"
#include "file/io.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "slave/transfer.h"

#include <errno.h>
#include <string.h>

/* One block repeats while the next one waits to replace it. */
#define SLOTS	    2
#define WAIT_SLICE  (100 * NS_PER_MS)
#define MAX_RECORDS 16

struct repeat {
	struct slave_transfer *transfer;
	struct dmauser_batch *batch;
	struct blocks data;
	uint64_t started, ended; /* numbers of started and ended ops */
	uint64_t ticks;		 /* repetitions of the newest op so far */
	bool stopping;
	uint64_t since_ns;
};

/*
 * Starts the next block of the file. Returns 1, 0 at the end of the file, or
 * -errno after a message.
 */
static int start_next(struct repeat *r, uint64_t *wanted)
{
	struct slave_transfer *transfer = r->transfer;
	unsigned int index = (unsigned int)(r->started % SLOTS);
	size_t length = r->data.block < *wanted ? r->data.block : (size_t)*wanted;
	int64_t got;
	int err;

	if (!length)
		return 0;
	got = io_read_source(transfer->cli, transfer->source, blocks_at(&r->data, index), length,
			     transfer->source->stream ? 0 : r->started * r->data.block);
	if (got <= 0)
		return (int)got;
	/*
	 * The first op needs LOAD_EOT, too: some providers refuse a repeated
	 * transfer without it.
	 */
	err = slave_op_add(transfer, r->batch, &r->data, index, (size_t)got,
			   DMACTL_OPF_REPEAT | DMACTL_OPF_LOAD_EOT);
	if (err)
		return err;
	err = dmauser_submit(transfer->slave.session, r->batch, 0);
	if (err < 0) {
		slave_refused(&transfer->slave, err);
		return err;
	}
	if (*wanted != SIZE_UNKNOWN)
		*wanted -= (uint64_t)got;
	transfer->bytes += (uint64_t)got;
	transfer->begun = true;
	transfer->ops++;
	r->started++;
	r->ticks = 0;
	r->since_ns = now_ns();
	progress_update(transfer->bytes);
	return 1;
}

static int take(struct repeat *r, const struct dmactl_completion *record)
{
	struct slave_transfer *transfer = r->transfer;

	r->since_ns = now_ns();
	if (record->flags & DMACTL_COMP_MORE) {
		if (record->user_data == (r->started - 1) % SLOTS)
			r->ticks = record->count;
		return 0;
	}
	transfer->repetitions += record->count;
	r->ended++;
	if (!record->status || (r->stopping && record->status == -ECANCELED))
		return 0;
	if (record->status != -ECANCELED)
		cli_error(transfer->cli, "%s: the transfer failed: %s", transfer->options->channel,
			  device_status_text(record->status));
	return record->status;
}

/* Reaps completions, and waits for them up to wait_ns. */
static int reap(struct repeat *r, uint64_t wait_ns)
{
	uint64_t limit = r->transfer->options->timeout_ns;
	struct dmactl_completion records[MAX_RECORDS];
	char text[UNITS_TEXT];
	int count, err = 0;

	count = dmauser_wait(r->transfer->slave.session, records, MAX_RECORDS, 1,
			     wait_ns < WAIT_SLICE ? wait_ns : WAIT_SLICE);
	if (stop_requested())
		return -EINTR;
	if (count == -ETIME || count == -EINTR || count == -EAGAIN)
		count = 0;
	if (count < 0) {
		cli_error(r->transfer->cli, "%s: %s", r->transfer->options->channel,
			  strerror(-count));
		return count;
	}
	for (int i = 0; i < count && !err; i++)
		err = take(r, &records[i]);
	if (control_paused(r->transfer->slave.control))
		r->since_ns = now_ns();
	if (!err && limit && now_ns() - r->since_ns > limit) {
		cli_error(r->transfer->cli,
			  "%s: nothing repeated for %s: does the peripheral run? --timeout 0 "
			  "waits for ever",
			  r->transfer->options->channel, format_time(text, limit));
		err = -ETIME;
	}
	return err;
}

/*
 * Waits until the newest block has replaced the previous one and repeated once,
 * and then for the time of --repeat.
 */
static int hold(struct repeat *r)
{
	uint64_t until = 0;
	int err = 0;

	while (!err && (r->ended + 1 < r->started || !r->ticks))
		err = reap(r, WAIT_SLICE);
	until = now_ns() + r->transfer->options->repeat_ns;
	while (!err && now_ns() < until)
		err = reap(r, until - now_ns());
	return err;
}

static int stop(struct repeat *r)
{
	int err;

	r->stopping = true;
	err = dmauser_chan_terminate(r->transfer->slave.chan);
	while (!err && r->ended < r->started)
		err = reap(r, WAIT_SLICE);
	return err;
}

int slave_repeat_run(struct slave_transfer *transfer)
{
	const struct slave_transfer_options *options = transfer->options;
	struct repeat r = {.transfer = transfer};
	uint64_t wanted = options->size;
	int err, more = 1;

	if (dmauser_batch_new(&r.batch)) {
		cli_error(transfer->cli, "out of memory");
		return -ENOMEM;
	}
	err = blocks_alloc(&r.data, transfer->cli, transfer->slave.session, transfer->slave.chan,
			   SLOTS, (size_t)options->block, slave_unit(options));
	if (!err)
		transfer->block = r.data.block;
	while (!err && more > 0) {
		more = start_next(&r, &wanted);
		err = more > 0 ? hold(&r) : more;
	}
	if (!err && r.started)
		err = stop(&r);
	else
		dmauser_chan_terminate(transfer->slave.chan);
	dmauser_chan_synchronize(transfer->slave.chan);
	blocks_free(&r.data);
	dmauser_batch_free(r.batch);
	return err;
}
