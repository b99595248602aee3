// SPDX-License-Identifier: MIT
/* Shared by the cases of dmactl. */
#include "dmactl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_NS  100000000000ull
#define LEAST_DEPTH 16 /* a stream has several blocks in flight */

int work_begin(struct bench_case *c)
{
	struct work *w = calloc(1, sizeof(*w));
	unsigned int ops = c->depth * c->channels;
	unsigned int depth = c->depth < LEAST_DEPTH ? LEAST_DEPTH : c->depth;
	int err;

	c->context = w;
	if (!w)
		return bench_why(c, "out of memory");
	w->slots = c->size ? bench_slots(c) * c->channels : ops;
	w->records = calloc(ops, sizeof(*w->records));
	if (!w->records)
		return bench_why(c, "out of memory");
	err = dmauser_open(NULL, &w->session);
	if (err)
		return bench_why(c, "%s: %s", DMACTL_DEVICE, strerror(-err));
	for (unsigned int i = 0; i < c->channels; i++) {
		const char *name = c->channel ? c->channel : c->bench->channels[i];

		if (c->channel && c->channel == c->bench->counter)
			err = dmauser_chan_request_slave(w->session, name, depth, &w->chans[i]);
		else
			err = dmauser_chan_request_name(w->session, name, depth, &w->chans[i]);
		if (err)
			return bench_why(c, "%s: %s", name, strerror(-err));
	}
	err = dmauser_batch_new(&w->batch);
	return err ? bench_why(c, "no batch: %s", strerror(-err)) : 0;
}

static int import(struct work *w, struct memory *memory, size_t len)
{
	struct dmauser_buf *exported;
	int fd, err;

	err = dmauser_open(NULL, &memory->owner);
	if (err)
		return err;
	err = dmauser_buf_alloc(memory->owner, DMACTL_BUF_STREAMING, NULL, len, &exported);
	if (!err)
		err = dmauser_buf_export(exported, &fd);
	if (err)
		return err;
	err = dmauser_buf_import(w->session, fd, &memory->buf);
	close(fd);
	return err;
}

static int pin(struct work *w, struct memory *memory, size_t len)
{
	void *owned = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (owned == MAP_FAILED)
		return -errno;
	memory->owned = owned;
	return dmauser_buf_map_user(w->session, owned, len, 0, &memory->buf);
}

int work_memory(struct bench_case *c, struct memory *memory, size_t len)
{
	struct work *w = c->context;
	void *address;
	int err;

	memory->len = len;
	if (!strcmp(c->buffer, "user"))
		err = pin(w, memory, len);
	else if (!strcmp(c->buffer, "imported"))
		err = import(w, memory, len);
	else
		err = dmauser_buf_alloc(w->session,
					strcmp(c->buffer, "coherent") ? DMACTL_BUF_STREAMING
								      : DMACTL_BUF_COHERENT,
					w->chans[0], len, &memory->buf);
	if (!err)
		err = dmauser_buf_map(memory->buf, &address);
	if (err)
		return bench_why(c, "%zu bytes of %s memory: %s", len, c->buffer, strerror(-err));
	memory->memory = address;
	memory_access(memory, DMACTL_SYNC_BEGIN);
	/* Touch all pages before the measurement. */
	memset(address, 0, len);
	memory_access(memory, DMACTL_SYNC_END);
	return 0;
}

void memory_access(struct memory *memory, uint32_t which)
{
	if (memory->owner)
		dmauser_buf_sync(memory->buf, 0, memory->len,
				 which | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE);
}

static int look_at(struct bench_case *c, const struct work *w,
		   const struct dmactl_completion *records, unsigned int completed)
{
	for (unsigned int i = 0; i < completed; i++) {
		const struct dmactl_completion *record = &records[i];

		if (record->status || record->bytes != w->bytes)
			return bench_why(c, "an op ended with status %d, %llu bytes",
					 record->status, (unsigned long long)record->bytes);
	}
	return 0;
}

int work_ring(struct bench_case *c, struct work *w)
{
	int err = dmauser_ring_new(w->session, c->depth * c->channels, &w->ring);

	return err ? bench_why(c, "no ring: %s", strerror(-err)) : 0;
}

/* Submits the batch, and takes at most `left` completions. */
static int take_from_ring(struct bench_case *c, struct work *w, unsigned int *left)
{
	const struct dmactl_completion *records;
	struct dmauser_result result;
	unsigned int nr;
	int err;

	/* -EAGAIN: the wait ended because the channel takes the rest of the batch. */
	err = dmauser_submit_wait(w->session, w->batch, 0, NULL, 0, *left, TIMEOUT_NS, &result);
	if (err && err != -EAGAIN)
		return bench_why(c, "submit: %s", strerror(-err));
	while (*left && (nr = dmauser_ring_peek(w->ring, &records))) {
		if (look_at(c, w, records, nr))
			return -1;
		dmauser_ring_advance(w->ring, nr);
		*left -= nr;
	}
	return 0;
}

int work_reap(struct bench_case *c, struct work *w, unsigned int left)
{
	struct dmauser_result result;

	while (left) {
		int err = dmauser_submit_wait(w->session, w->batch, 0, w->records, left, left,
					      TIMEOUT_NS, &result);

		if (err && err != -EAGAIN)
			return bench_why(c, "submit: %s", strerror(-err));
		if (look_at(c, w, w->records, result.completed))
			return -1;
		left -= result.completed;
	}
	return 0;
}

static int work_round(struct bench_case *c, struct work *w)
{
	unsigned int left = c->depth * c->channels;
	int err = 0;

	for (unsigned int i = 0; i < left && w->add && !err; i++)
		err = w->add(c, w, c->grouped ? i / c->depth : i % c->channels, i % w->slots);
	if (err)
		return bench_why(c, "the batch: %s", strerror(-err));
	while (left && w->ring) {
		if (take_from_ring(c, w, &left))
			return -1;
	}
	return work_reap(c, w, left);
}

int work_rounds(struct bench_case *c, unsigned int n)
{
	struct work *w = c->context;

	while (n--) {
		if (work_round(c, w))
			return -1;
	}
	return 0;
}

static void memory_free(struct memory *memory)
{
	if (memory->owned)
		munmap(memory->owned, memory->len);
	dmauser_close(memory->owner);
}

void work_end(struct bench_case *c)
{
	struct work *w = c->context;

	if (!w)
		return;
	dmauser_batch_free(w->batch);
	dmauser_close(w->session);
	for (unsigned int i = 0; w->many && i < 2 * w->pairs; i++)
		memory_free(&w->many[i]);
	free(w->many);
	memory_free(&w->src);
	memory_free(&w->dst);
	free(w->prepared);
	free(w->records);
	free(w);
}
