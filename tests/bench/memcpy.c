// SPDX-License-Identifier: MIT
/* dmactl: copies of all sizes, depths and kinds of memory, on several channels */
#include "dmactl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

void cases_memcpy(struct bench *bench)
{
	static const uint64_t sizes[] = {64, 4096, 65536, 1048576};
	static const unsigned int depths[] = {1, 8, 32, 256};
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
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		for (unsigned int depth = 1; depth <= 32; depth *= 32) {
			c = copy;
			c.buffer = buffers[i];
			c.size = 4096;
			c.depth = depth;
			bench_run(bench, &c);
		}
	}
	for (unsigned int channels = 2; channels <= BENCH_MAX_CHANNELS; channels *= 2) {
		c = copy;
		c.size = 4096;
		c.depth = 32;
		c.channels = channels;
		bench_run(bench, &c);
		c.channels = 1;
		bench_run_processes(bench, &c, channels);
	}
}
