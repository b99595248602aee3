/* SPDX-License-Identifier: MIT */
/*
 * The engine of `dmactl bench --receive': takes what a peripheral sends, as a program would, and
 * measures how it keeps up.
 */
#ifndef GAUGE_H
#define GAUGE_H

#include "cyclic/ring.h"
#include "test/bench.h"

/* GAUGE_CYCLIC: a ring; GAUGE_QUEUE: transfers that are submitted again; GAUGE_STREAM: read(2) */
enum gauge_way { GAUGE_CYCLIC, GAUGE_QUEUE, GAUGE_STREAM, GAUGE_WAYS };

struct gauge_result {
	enum gauge_way way;
	uint64_t size; /* bytes of a period, a transfer or a block */
	unsigned int depth;
	uint64_t bytes; /* that were taken */
	uint64_t lost;	/* periods that were written over before that; only GAUGE_CYCLIC */
	double seconds;
	/* From a completion to the program that waits for it. Only if there were any. */
	uint64_t wakes;
	uint64_t wake_median_ns;
	uint64_t wake_p99_ns;
	uint64_t wake_p999_ns;
	double cpu_ns_per_gib; /* CPU time of this process, user and system */
};

struct gauge {
	struct cli *cli;
	const struct bench_options *options;
	bool ways[GAUGE_WAYS];
	struct slave slave;
	struct gauge_result results[GAUGE_WAYS * BENCH_MAX_LIST * BENCH_MAX_LIST];
	unsigned int result_count;
};

const char *gauge_way_name(enum gauge_way way);
/*
 * Measures each way, size and depth, until a signal comes. The caller opens the
 * slave. Returns 0 or -errno after a message; `results' keeps what was measured
 * before.
 */
int gauge_run(struct gauge *gauge);

#endif /* GAUGE_H */
