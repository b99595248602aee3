// SPDX-License-Identifier: MIT
#include "test/bench.h"
#include "dev/control.h"
#include "dev/device.h"
#include "dev/limits.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "test/samples.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY	    (32ull << 20) /* bytes in each buffer; more if a single copy is longer */
#define WARM_ROUNDS 3
/* Time for copies in flight to end after a signal. */
#define PATIENCE_NS (2 * NS_PER_SEC)

struct cell {
	struct bench_run *run;
	struct bench_result *result;
	unsigned int slots; /* places in the buffers, used in turn */
	unsigned int slot;
	uint64_t salt;
	struct samples *rounds;
};

static int out_of_memory(struct bench_run *run)
{
	cli_error(run->cli, "out of memory");
	return -ENOMEM;
}

/* --- a round --- */

static int add_round(struct cell *cell)
{
	struct bench_run *run = cell->run;
	uint64_t size = cell->result->size;
	int err = 0;

	for (unsigned int i = 0; i < cell->result->depth && !err; i++) {
		uint64_t offset = cell->slot * size;

		err = dmauser_batch_memcpy(run->batch, run->chan, run->dst, offset, run->src,
					   offset, size, cell->slot);
		cell->slot = (cell->slot + 1) % cell->slots;
	}
	return err ? out_of_memory(run) : 0;
}

static int look_at(const struct cell *cell, unsigned int completed)
{
	const struct bench_run *run = cell->run;

	for (unsigned int i = 0; i < completed; i++) {
		const struct dmactl_completion *record = &run->records[i];

		if (record->status) {
			cli_error(run->cli, "a copy of %" PRIu64 " bytes at depth %u failed: %s",
				  cell->result->size, cell->result->depth,
				  device_status_text(record->status));
			return record->status;
		}
		if (record->bytes != cell->result->size) {
			cli_error(run->cli,
				  "a copy of %" PRIu64 " bytes at depth %u moved %" PRIu64,
				  cell->result->size, cell->result->depth, (uint64_t)record->bytes);
			return -EIO;
		}
	}
	return 0;
}

static int hangs(const struct cell *cell, unsigned int left)
{
	const struct bench_run *run = cell->run;

	if (stop_requested())
		return -EINTR;
	cli_error(run->cli,
		  "%s: hangs: %u of %u copies of %" PRIu64
		  " bytes have not ended; --timeout sets another limit",
		  dmauser_chan_name(run->chan), left, cell->result->depth, cell->result->size);
	return -ETIME;
}

/* Returns 0 or -errno after a message; -EINTR without one. */
static int run_round(struct cell *cell)
{
	struct bench_run *run = cell->run;
	unsigned int left = cell->result->depth;
	struct dmauser_result result;
	uint64_t since = 0;
	int err;

	err = add_round(cell);
	while (left && !err) {
		uint64_t limit = stop_requested() ? PATIENCE_NS : run->options->timeout_ns;

		err = dmauser_submit_wait(run->session, run->batch, 0, run->records, left, left,
					  limit, &result);
		if (!err) {
			err = look_at(cell, result.completed);
			left -= result.completed;
			since = 0;
			continue;
		}
		if (err == -EAGAIN) {
			/* There is room for the rest of the batch again: submit it. */
			err = 0;
		} else if (err == -EINTR && !since) {
			/* After the first signal, let the copies in flight end. */
			since = now_ns();
			err = 0;
		} else if (err == -ETIME && control_paused(run->control) && !stop_requested()) {
			err = 0;
		} else if (err == -ETIME || err == -EINTR) {
			return hangs(cell, left);
		} else {
			cli_error(run->cli, "%s: %s%s", dmauser_chan_name(run->chan),
				  strerror(-err), device_hint(err));
		}
	}
	return err;
}

/* --- a size and a depth --- */

static int run_rounds(struct cell *cell)
{
	struct bench_run *run = cell->run;
	uint64_t start = now_ns(), before = start, now = start, cpu = cpu_time_ns();
	struct bench_result *result = cell->result;
	uint64_t count = 0;
	int err = 0;

	do {
		err = run_round(cell);
		if (err)
			break;
		now = now_ns();
		samples_add(cell->rounds, now - before);
		before = now;
		count++;
		progress_update(count * result->depth * result->size);
	} while (now - start < run->options->time_ns && !stop_requested());

	result->transfers = count * result->depth;
	if (count) {
		result->mean_ns = (double)(now - start) / (double)result->transfers;
		result->cpu_ns = (double)(cpu_time_ns() - cpu) / (double)result->transfers;
		result->bytes_per_second = (double)result->size * 1e9 / result->mean_ns;
	}
	return err;
}

static void sum_up(struct cell *cell)
{
	struct bench_result *result = cell->result;

	result->median_ns = (double)samples_at(cell->rounds, 500) / result->depth;
	result->p99_ns = (double)samples_at(cell->rounds, 990) / result->depth;
}

static int mismatch(const struct cell *cell, const char *side, size_t offset)
{
	const struct bench_run *run = cell->run;

	cli_error(run->cli,
		  "%s: copies of %" PRIu64
		  " bytes at depth %u: the data is wrong: byte %zu of the %s buffer",
		  dmauser_chan_name(run->chan), cell->result->size, cell->result->depth, offset,
		  side);
	return -EIO;
}

static int check(const struct cell *cell)
{
	const struct bench_run *run = cell->run;
	size_t len = cell->slots * cell->result->size, at;

	at = pattern_check(run->dst_memory, len, REGION_SRC_INSIDE, cell->salt, 0);
	if (at < len)
		return mismatch(cell, "destination", at);
	at = pattern_check(run->src_memory, len, REGION_SRC_INSIDE, cell->salt, 0);
	return at < len ? mismatch(cell, "source", at) : 0;
}

static int measure(struct cell *cell)
{
	struct bench_run *run = cell->run;
	size_t len = cell->slots * cell->result->size;
	int err = 0;

	/* Each size and depth has its own pattern, so that old data is not taken for new. */
	cell->salt = pattern_mix(cell->result->size * BENCH_MAX_DEPTH + cell->result->depth);
	pattern_fill(run->src_memory, len, REGION_SRC_INSIDE, cell->salt, 0);
	for (unsigned int i = 0; i < WARM_ROUNDS && !err; i++)
		err = run_round(cell);
	pattern_fill(run->dst_memory, len, REGION_DST_INSIDE, cell->salt, 0);
	if (!err)
		err = run_rounds(cell);
	if (err)
		return err;
	/* A round uses each place at least once, so all of them were written. */
	err = check(cell);
	if (!err)
		sum_up(cell);
	return err;
}

static int run_cell(struct bench_run *run, uint64_t size, unsigned int depth)
{
	char label[64], text[UNITS_TEXT];
	struct cell cell = {.run = run, .result = &run->results[run->result_count]};
	int err;

	*cell.result = (struct bench_result){.size = size, .depth = depth};
	cell.slots =
		size * depth < run->buffer_len ? depth : (unsigned int)(run->buffer_len / size);
	cell.rounds = samples_new();
	if (!cell.rounds)
		return out_of_memory(run);
	snprintf(label, sizeof(label), "%u of %u: %s, depth %u", run->result_count + 1,
		 run->options->size_count * run->options->depth_count, format_size(text, size),
		 depth);
	progress_begin_until(run->cli, label, 0, run->options->time_ns);
	err = measure(&cell);
	progress_end();
	if (!err)
		run->result_count++;
	samples_free(cell.rounds);
	return err;
}

/* --- all of them --- */

static int alloc_side(struct bench_run *run, struct dmauser_buf **buf, uint8_t **memory)
{
	void *address = NULL;
	int err;

	err = dmauser_buf_alloc(run->session,
				run->options->coherent ? DMACTL_BUF_COHERENT : DMACTL_BUF_STREAMING,
				run->chan, run->buffer_len, buf);
	if (!err)
		err = dmauser_buf_map(*buf, &address);
	if (err)
		limits_memory_refused(run->cli, run->session, dmauser_chan_name(run->chan),
				      run->buffer_len, err);
	*memory = address;
	return err;
}

static int prepare(struct bench_run *run)
{
	const struct bench_options *options = run->options;
	uint64_t longest = 0, most = 0, deepest = 0;
	int err;

	for (unsigned int i = 0; i < options->depth_count; i++) {
		if (options->depths[i] > deepest)
			deepest = options->depths[i];
	}
	for (unsigned int i = 0; i < options->size_count; i++) {
		if (options->sizes[i] > longest)
			longest = options->sizes[i];
	}
	most = longest * deepest < MEMORY ? longest * deepest : MEMORY;
	run->buffer_len = most > longest ? most : longest;
	run->records = calloc(deepest, sizeof(*run->records));
	if (!run->records || dmauser_batch_new(&run->batch))
		return out_of_memory(run);
	err = alloc_side(run, &run->src, &run->src_memory);
	if (!err)
		err = alloc_side(run, &run->dst, &run->dst_memory);
	if (err)
		cli_note(run->cli, "a copy needs its source and its target in memory, as often as "
				   "--depths says: try smaller --sizes or --depths");
	return err;
}

int bench_run(struct bench_run *run)
{
	const struct bench_options *options = run->options;
	int err;

	err = prepare(run);
	for (unsigned int i = 0; i < options->size_count && !err; i++) {
		for (unsigned int j = 0; j < options->depth_count && !err && !stop_requested(); j++)
			err = run_cell(run, options->sizes[i], (unsigned int)options->depths[j]);
	}
	dmauser_batch_free(run->batch);
	free(run->records);
	return err;
}
