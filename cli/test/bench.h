/* SPDX-License-Identifier: MIT */
/* The engine of `dmactl bench': times rounds of copies on one channel, then checks the data. */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include "out/cli.h"
#include "test/pattern.h"

#include <dmauser.h>

#define BENCH_MAX_LIST	16
#define BENCH_MAX_SIZE	(64ull << 20)
#define BENCH_MAX_DEPTH 1024

struct bench_options {
	uint64_t sizes[BENCH_MAX_LIST];
	unsigned int size_count;
	uint64_t depths[BENCH_MAX_LIST];
	unsigned int depth_count;
	uint64_t time_ns;    /* for each size and depth */
	uint64_t timeout_ns; /* for a round */
	bool coherent;
};

/* The result for one size and depth. A time is that of a round divided by the depth, in ns. */
struct bench_result {
	uint64_t size;
	unsigned int depth;
	uint64_t transfers;
	double mean_ns;
	double median_ns;
	double p99_ns;
	double cpu_ns; /* CPU time of this process, user and system */
	double bytes_per_second;
};

struct control;

struct bench_run {
	struct cli *cli;
	const struct bench_options *options;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
	struct dmauser_batch *batch;
	struct dmactl_completion *records;
	struct dmauser_buf *src, *dst;
	uint8_t *src_memory, *dst_memory;
	size_t buffer_len;
	struct bench_result results[BENCH_MAX_LIST * BENCH_MAX_LIST];
	unsigned int result_count;
};

/*
 * Measures all sizes and depths, until a signal comes. The caller opens session
 * and channel. Returns 0 or -errno after a message; `results' keeps what was
 * measured before.
 */
int bench_run(struct bench_run *run);

#endif /* TEST_BENCH_H */
