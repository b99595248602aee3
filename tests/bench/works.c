// SPDX-License-Identifier: MIT
/* dmactl: scattered copies, parity, peripherals */
#include "dmactl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE	4096ull
#define PIECES	16
#define SOURCES 4

/* --- 16 pages that are not adjacent, to 16 others --- */

/* The pieces are every other page. */
static uint64_t piece_at(unsigned int slot, unsigned int i)
{
	return (slot * PIECES + i) * 2 * PAGE;
}

static int add_sg(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot)
{
	struct dmauser_piece src[PIECES], dst[PIECES];

	(void)c;
	for (unsigned int i = 0; i < PIECES; i++) {
		src[i] = (struct dmauser_piece){w->src.buf, piece_at(slot, i), PAGE};
		dst[i] = (struct dmauser_piece){w->dst.buf, piece_at(slot, i), PAGE};
	}
	return dmauser_batch_sg(w->batch, w->chans[channel], dst, PIECES, src, PIECES, slot);
}

static int sg_begin(struct bench_case *c)
{
	struct work *w;

	if (work_begin(c))
		return -1;
	w = c->context;
	w->add = add_sg;
	w->bytes = PIECES * PAGE;
	if (work_memory(c, &w->src, w->slots * 2 * PIECES * PAGE) ||
	    work_memory(c, &w->dst, w->slots * 2 * PIECES * PAGE))
		return -1;
	data_fill(w->src.memory, w->src.len, 1);
	return 0;
}

static void wipe_all(struct bench_case *c)
{
	struct work *w = c->context;

	data_wipe(w->dst.memory, w->dst.len, 1);
}

static int sg_check(struct bench_case *c)
{
	const struct work *w = c->context;

	for (unsigned int i = 0; i < w->slots * PIECES; i++) {
		uint64_t at = piece_at(0, i);

		if (data_check(c, w->dst.memory + at, PAGE, 1 + at / sizeof(uint64_t), "a piece"))
			return -1;
	}
	return 0;
}

/* --- XOR of four sources --- */

static int add_xor(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot)
{
	struct dmauser_piece src[SOURCES], dst = {w->dst.buf, slot * c->size, c->size};

	for (unsigned int i = 0; i < SOURCES; i++)
		src[i] =
			(struct dmauser_piece){w->src.buf, (slot * SOURCES + i) * c->size, c->size};
	return dmauser_batch_xor(w->batch, w->chans[channel], &dst, src, SOURCES, slot);
}

static int xor_begin(struct bench_case *c)
{
	struct work *w;

	if (work_begin(c))
		return -1;
	w = c->context;
	w->add = add_xor;
	w->bytes = c->size;
	if (work_memory(c, &w->src, w->slots * SOURCES * c->size) ||
	    work_memory(c, &w->dst, w->slots * c->size))
		return -1;
	data_fill(w->src.memory, w->src.len, 1);
	return 0;
}

static void xor_wipe(struct bench_case *c)
{
	struct work *w = c->context;

	/* A value that no XOR of these sources has everywhere. */
	memset(w->dst.memory, 0xa5, w->dst.len);
}

static int xor_check(struct bench_case *c)
{
	const struct work *w = c->context;
	const uint64_t *src = (const uint64_t *)w->src.memory;
	const uint64_t *dst = (const uint64_t *)w->dst.memory;
	size_t words = c->size / sizeof(*src);

	for (size_t i = 0; i < w->slots * words; i++) {
		const uint64_t *first = src + i / words * SOURCES * words + i % words;
		uint64_t sum = first[0] ^ first[words] ^ first[2 * words] ^ first[3 * words];

		if (dst[i] != sum)
			return bench_why(c, "word %zu of the sum is wrong", i);
	}
	return 0;
}

/* --- slave transfers from the counter: 0, 1, 2 ... --- */

static int add_slave(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot)
{
	return dmauser_batch_slave_single(w->batch, w->chans[channel], DMACTL_DIR_DEV_TO_MEM,
					  w->dst.buf, slot * c->size, c->size, slot);
}

static int slave_begin(struct bench_case *c)
{
	struct work *w;

	if (work_begin(c))
		return -1;
	w = c->context;
	w->add = add_slave;
	w->bytes = c->size;
	return work_memory(c, &w->dst, w->slots * c->size);
}

/* Checks that the numbers count up from `first`. */
static int follow(struct bench_case *c, const void *memory, size_t bytes, uint32_t first)
{
	const uint32_t *numbers = memory;

	for (size_t i = 0; i < bytes / sizeof(*numbers); i++) {
		if (numbers[i] != (uint32_t)(first + i))
			return bench_why(c, "number %zu is %" PRIu32 ", not %" PRIu32, i,
					 numbers[i], (uint32_t)(first + i));
	}
	return 0;
}

static int slave_check(struct bench_case *c)
{
	const struct work *w = c->context;

	return follow(c, w->dst.memory, w->dst.len, *(const uint32_t *)w->dst.memory);
}

/* --- a stream from the counter --- */

struct stream {
	struct work *w;
	int fd;
	uint8_t *block;
	uint64_t read;
};

static int stream_begin(struct bench_case *c)
{
	struct stream *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return bench_why(c, "out of memory");
	s->fd = -1;
	err = work_begin(c);
	s->w = c->context;
	c->context = s;
	if (err)
		return -1;
	s->block = malloc(c->size);
	if (!s->block)
		return bench_why(c, "out of memory");
	err = dmauser_stream_open(s->w->chans[0], DMACTL_DIR_DEV_TO_MEM, 0, NULL, NULL, &s->fd);
	return err ? bench_why(c, "no stream: %s", strerror(-err)) : 0;
}

static int stream_rounds(struct bench_case *c, unsigned int n)
{
	struct stream *s = c->context;

	while (n--) {
		for (uint64_t got = 0; got < c->size;) {
			ssize_t count = read(s->fd, s->block + got, c->size - got);

			if (count <= 0)
				return bench_why(c, "read: %s", strerror(errno));
			got += (uint64_t)count;
		}
		s->read += c->size;
	}
	return 0;
}

static void stream_wipe(struct bench_case *c)
{
	const struct stream *s = c->context;

	memset(s->block, 0, c->size);
}

/* If the last block has the expected numbers, no data was lost or repeated. */
static int stream_check(struct bench_case *c)
{
	const struct stream *s = c->context;

	return follow(c, s->block, c->size, (uint32_t)((s->read - c->size) / sizeof(uint32_t)));
}

static void stream_end(struct bench_case *c)
{
	struct stream *s = c->context;

	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->block);
	c->context = s->w;
	work_end(c);
	free(s);
}

/* --- a cyclic op from the counter, as fast as possible --- */

#define RING	     64
#define COUNTER_RATE "/sys/module/dma_sim/parameters/counter_rate"
#define FASTEST	     "17179869184"

static int set_rate(struct bench_case *c, const char *rate)
{
	FILE *file = fopen(COUNTER_RATE, "we");

	if (!file || fputs(rate, file) < 0 || fclose(file))
		return bench_why(c, "%s: %s", COUNTER_RATE, strerror(errno));
	return 0;
}

static int cyclic_begin(struct bench_case *c)
{
	struct work *w;
	int err;

	if (set_rate(c, FASTEST) || work_begin(c))
		return -1;
	w = c->context;
	if (work_memory(c, &w->dst, RING * c->size))
		return -1;
	err = dmauser_batch_cyclic(w->batch, w->chans[0], DMACTL_DIR_DEV_TO_MEM, w->dst.buf, 0,
				   RING * c->size, c->size, 0);
	if (!err)
		err = dmauser_submit(w->session, w->batch, 0) == 1 ? 0 : -EIO;
	return err ? bench_why(c, "cyclic: %s", strerror(-err)) : 0;
}

/* A round is `depth` periods; surplus periods count for the next round. */
static int cyclic_rounds(struct bench_case *c, unsigned int n)
{
	struct work *w = c->context;
	uint64_t wanted = w->periods + (uint64_t)n * c->depth;
	struct dmactl_completion record;

	while (w->arrived < wanted) {
		int err = dmauser_wait(w->session, &record, 1, 1, 10000000000ull);

		if (err < 0 || !(record.flags & DMACTL_COMP_MORE))
			return bench_why(c, "no period came: %s", strerror(err < 0 ? -err : 0));
		w->arrived = record.count;
	}
	w->periods = w->arrived;
	return 0;
}

static int cyclic_check(struct bench_case *c)
{
	const struct work *w = c->context;
	unsigned int whole = 0;

	/* Two periods may be torn: the one being written, and the one where the buffer wraps. */
	for (unsigned int i = 0; i < RING; i++) {
		const uint8_t *period = w->dst.memory + i * c->size;

		whole += !follow(c, period, c->size, *(const uint32_t *)period);
	}
	return whole >= RING - 2 ? 0 : bench_why(c, "%u of %u periods are whole", whole, RING);
}

static void cyclic_end(struct bench_case *c)
{
	work_end(c);
	set_rate(c, "0");
}

void cases_works(struct bench *bench)
{
	static const unsigned int depths[] = {1, 8, 32};
	struct bench_case c;

	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		c = (struct bench_case){
			.peer = "dmactl",
			.work = "sg",
			.buffer = "streaming",
			.size = PIECES * PAGE,
			.depth = depths[i],
			.begin = sg_begin,
			.rounds = work_rounds,
			.wipe = wipe_all,
			.check = sg_check,
			.end = work_end,
		};
		bench_run(bench, &c);
		c.work = "xor";
		c.size = PAGE;
		c.begin = xor_begin;
		c.wipe = xor_wipe;
		c.check = xor_check;
		bench_run(bench, &c);
		c.work = "slave";
		c.channel = bench->counter;
		c.begin = slave_begin;
		c.wipe = wipe_all;
		c.check = slave_check;
		bench_run(bench, &c);
	}
	c = (struct bench_case){
		.peer = "dmactl",
		.work = "stream",
		.channel = bench->counter,
		.buffer = "read",
		.size = 65536,
		.depth = 1,
		.begin = stream_begin,
		.rounds = stream_rounds,
		.wipe = stream_wipe,
		.check = stream_check,
		.end = stream_end,
	};
	bench_run(bench, &c);
	c = (struct bench_case){
		.peer = "dmactl",
		.work = "cyclic",
		.channel = bench->counter,
		.buffer = "coherent",
		.size = PAGE,
		.depth = 256,
		.begin = cyclic_begin,
		.rounds = cyclic_rounds,
		.check = cyclic_check,
		.end = cyclic_end,
	};
	bench_run(bench, &c);
}
