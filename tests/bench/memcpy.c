// SPDX-License-Identifier: MIT
/* dmactl: copies of all sizes, depths and kinds of memory, on several channels */
#include "dmactl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_PROCESSES 4

static int add_copy(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot)
{
	(void)c;
	return dmauser_batch_memcpy(w->batch, w->chans[channel], w->dst.buf, slot * c->size,
				    w->src.buf, slot * c->size, c->size, slot);
}

static int copy_begin(struct bench_case *c)
{
	struct work *w;

	if (work_begin(c))
		return -1;
	w = c->context;
	w->add = add_copy;
	w->bytes = c->size;
	if (work_memory(c, &w->src, w->slots * c->size) ||
	    work_memory(c, &w->dst, w->slots * c->size))
		return -1;
	data_fill(w->src.memory, w->src.len, c->size);
	return 0;
}

static int ring_begin(struct bench_case *c)
{
	return copy_begin(c) || work_ring(c, c->context) ? -1 : 0;
}

/* Each slot's copy is prepared once; the same batch is submitted repeatedly. */
static int prepared_begin(struct bench_case *c)
{
	struct work *w;
	int err = 0;

	if (ring_begin(c))
		return -1;
	w = c->context;
	w->prepared = calloc(w->slots, sizeof(struct dmauser_prepared *));
	if (!w->prepared)
		return bench_why(c, "out of memory");
	for (unsigned int slot = 0; slot < w->slots && !err; slot++) {
		err = add_copy(c, w, slot % c->channels, slot);
		if (!err)
			err = dmauser_prepare(w->batch, &w->prepared[slot]);
	}
	if (err)
		return bench_why(c, "prepare: %s", strerror(-err));
	for (unsigned int slot = 0; slot < w->slots && !err; slot++)
		err = dmauser_batch_prepared(w->batch, w->prepared[slot], slot);
	if (!err)
		err = dmauser_batch_set_keep(w->batch, 1);
	w->add = NULL;
	return err ? bench_why(c, "a batch: %s", strerror(-err)) : 0;
}

static void copy_wipe(struct bench_case *c)
{
	struct work *w = c->context;

	memory_access(&w->dst, DMACTL_SYNC_BEGIN);
	data_wipe(w->dst.memory, w->slots * c->size, c->size);
	memory_access(&w->dst, DMACTL_SYNC_END);
}

static int copy_check(struct bench_case *c)
{
	struct work *w = c->context;
	int err;

	memory_access(&w->dst, DMACTL_SYNC_BEGIN);
	err = data_check(c, w->dst.memory, w->slots * c->size, c->size, "destination");
	memory_access(&w->dst, DMACTL_SYNC_END);
	return err ? err : data_check(c, w->src.memory, w->slots * c->size, c->size, "source");
}

static const struct bench_case copy = {
	.peer = "dmactl",
	.work = "memcpy",
	.buffer = "streaming",
	.begin = copy_begin,
	.rounds = work_rounds,
	.wipe = copy_wipe,
	.check = copy_check,
	.end = work_end,
};

/* --- the same between many buffers, in turn --- */

static int add_next(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot)
{
	const struct memory *pair = &w->many[2 * (w->used++ % w->pairs)];

	return dmauser_batch_memcpy(w->batch, w->chans[channel], pair[1].buf, 0, pair[0].buf, 0,
				    c->size, slot);
}

static int many_begin(struct bench_case *c)
{
	struct work *w;

	if (work_begin(c))
		return -1;
	w = c->context;
	w->add = add_next;
	w->bytes = c->size;
	w->many = calloc(2 * (size_t)c->param, sizeof(*w->many));
	if (!w->many)
		return bench_why(c, "out of memory");
	w->pairs = c->param;
	for (unsigned int i = 0; i < 2 * w->pairs; i++) {
		if (work_memory(c, &w->many[i], c->size))
			return -1;
	}
	for (unsigned int i = 0; i < w->pairs; i++)
		data_fill(w->many[2 * i].memory, c->size, i);
	/* Use each buffer once: the first use maps it for the device. */
	return work_rounds(c, (w->pairs + c->depth - 1) / c->depth);
}

static void many_wipe(struct bench_case *c)
{
	struct work *w = c->context;

	for (unsigned int i = 0; i < w->pairs; i++)
		data_wipe(w->many[2 * i + 1].memory, c->size, i);
	w->first = w->used;
}

static int many_check(struct bench_case *c)
{
	const struct work *w = c->context;
	uint64_t used = w->used - w->first;

	for (uint64_t i = 0; i < used && i < w->pairs; i++) {
		uint64_t pair = (w->first + i) % w->pairs;

		if (data_check(c, w->many[2 * pair + 1].memory, c->size, pair, "a destination"))
			return -1;
	}
	return used ? 0 : bench_why(c, "nothing was copied");
}

/* Where the provider reuses descriptors, and where they are prepared for each submission. */
static void cases_prepared(struct bench *bench, uint64_t size, unsigned int depth)
{
	struct bench_case c = copy;

	c.size = size;
	c.depth = depth;
	c.peer = "dmactl-prepared";
	c.begin = prepared_begin;
	bench_run(bench, &c);
	if (!bench->anew)
		return;
	c.peer = "dmactl-anew";
	c.channel = bench->anew;
	bench_run(bench, &c);
}

static void cases_many(struct bench *bench)
{
	static const char *const works[] = {"buffers-1", "buffers-10", "buffers-100",
					    "buffers-1000"};
	unsigned int count = 1;

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++, count *= 10) {
		struct bench_case c = copy;

		c.work = works[i];
		c.size = 4096;
		c.depth = 32;
		c.param = count;
		c.begin = many_begin;
		c.wipe = many_wipe;
		c.check = many_check;
		bench_run(bench, &c);
	}
}

/* --- the same, in as many submissions as ops --- */

static int singles_rounds(struct bench_case *c, unsigned int n)
{
	struct work *w = c->context;
	struct dmauser_result result;
	unsigned int slot;
	int err = 0;

	while (n--) {
		for (slot = 0; slot < c->depth && !err; slot++) {
			err = add_copy(c, w, 0, slot % w->slots);
			if (!err)
				err = dmauser_submit_wait(w->session, w->batch, 0, NULL, 0, 0, 0,
							  &result);
		}
		if (err)
			return bench_why(c, "submit: %s", strerror(-err));
		if (work_reap(c, w, c->depth))
			return -1;
	}
	return 0;
}

static void cases_singles(struct bench *bench)
{
	static const char *const buffers[] = {"streaming", "imported"};
	static const unsigned int depths[] = {32, 256};

	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		for (size_t j = 0; j < sizeof(depths) / sizeof(depths[0]); j++) {
			struct bench_case c = copy;

			c.work = "singles";
			c.buffer = buffers[i];
			c.size = 4096;
			c.depth = depths[j];
			c.rounds = singles_rounds;
			bench_run(bench, &c);
		}
	}
}

void cases_memcpy(struct bench *bench)
{
	static const uint64_t sizes[] = {64, 4096, 65536, 1048576};
	static const unsigned int depths[] = {1, 8, 32, 256};
	static const unsigned int more_depths[] = {2, 4, 16, 64, 128};
	static const unsigned int few_depths[] = {1, 32, 256};
	static const char *const buffers[] = {"coherent", "user", "imported"};
	struct bench_case c;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t j = 0; j < sizeof(depths) / sizeof(depths[0]); j++) {
			c = copy;
			c.size = sizes[i];
			c.depth = depths[j];
			bench_run(bench, &c);
		}
	}
	for (size_t i = 0; i < sizeof(more_depths) / sizeof(more_depths[0]); i++) {
		c = copy;
		c.size = 4096;
		c.depth = more_depths[i];
		bench_run(bench, &c);
	}
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		c = copy;
		c.size = 4096;
		c.depth = depths[i];
		c.peer = "dmactl-ring";
		c.begin = ring_begin;
		bench_run(bench, &c);
		cases_prepared(bench, 4096, depths[i]);
	}
	cases_prepared(bench, 64, 32);
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		for (size_t j = 0; j < sizeof(few_depths) / sizeof(few_depths[0]); j++) {
			c = copy;
			c.buffer = buffers[i];
			c.size = 4096;
			c.depth = few_depths[j];
			bench_run(bench, &c);
		}
	}
	for (unsigned int channels = 2; channels <= BENCH_MAX_CHANNELS; channels *= 2) {
		c = copy;
		c.size = 4096;
		c.depth = 32;
		c.channels = channels;
		bench_run(bench, &c);
		c.work = "grouped";
		c.grouped = true;
		bench_run(bench, &c);
		c = copy;
		c.size = 4096;
		c.depth = 32;
		if (channels <= MAX_PROCESSES)
			bench_run_processes(bench, &c, channels);
	}
	cases_many(bench);
	cases_singles(bench);
}
