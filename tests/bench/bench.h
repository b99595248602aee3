/* SPDX-License-Identifier: MIT */
/*
 * bench: measures cases and writes one JSON object per line for each. A case repeats the same round
 * of transfers; the data is checked afterwards.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_MAX_CHANNELS 64
#define BENCH_MEMORY	   (32ull << 20) /* limit for the sources, and for the destinations */
#define BENCH_WHY	   160

struct bench {
	FILE *out;
	const char *channels[BENCH_MAX_CHANNELS];
	unsigned int channel_count;
	const char *counter;	     /* slave name of dma-sim's counter, or NULL */
	const char *anew;	     /* a channel that cannot reuse descriptors, or NULL */
	const char *const *patterns; /* names of cases, ends with NULL; NULL: all cases */
	uint64_t budget_ns;	     /* for the measured stretch of a case */
	uint64_t clock_ns;	     /* between two readings of the clock in a row */
	bool list;		     /* only print the names */
	bool mark;		     /* for tests/bench/profile */
	FILE *trace;		     /* receives begin and end of each measured stretch, or NULL */
	uint64_t transfers;	     /* minimum for a measured stretch; 0: budget_ns decides */
	unsigned int run;
	unsigned int failed;
};

struct bench_case {
	/* What the case is; most of it is part of the name. */
	const char *peer;   /* dmactl, loop, two-ioctls ... */
	const char *work;   /* memcpy, sg, xor ... */
	const char *buffer; /* streaming, coherent, user, imported */
	uint64_t size;	    /* bytes of a transfer */
	unsigned int depth; /* transfers of a round, on each channel */
	unsigned int channels;
	unsigned int processes;
	unsigned int repeat; /* how often a round repeats its transfers */
	const char *channel; /* NULL: the channels of the bench */
	/*
	 * Callbacks; each returns 0, or -1 after bench_why(). `sample` is set if the case measures
	 * its samples itself; otherwise the runner measures `rounds`.
	 */
	int (*begin)(struct bench_case *c);
	int (*rounds)(struct bench_case *c, unsigned int n);
	int (*sample)(struct bench_case *c, uint64_t *ns, unsigned int samples,
		      unsigned int rounds);
	void (*wipe)(struct bench_case *c); /* NULL: there is no data */
	int (*check)(struct bench_case *c);
	void (*end)(struct bench_case *c);
	/* State. */
	struct bench *bench;
	void *context;
	const struct bench_case *inner; /* the case that each process runs */
	unsigned int param;
	bool grouped; /* a batch has all ops of one channel before those of the next */
	char name[128];
	char why[BENCH_WHY];
};

/* Runs a case if the patterns select it, and writes its line. */
void bench_run(struct bench *bench, struct bench_case *c);
/* Runs `inner` in `count` processes at once, each with a channel of its own. */
void bench_run_processes(struct bench *bench, const struct bench_case *inner, unsigned int count);
/* Stores why the case failed. Always returns -1. */
int bench_why(struct bench_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

uint64_t bench_clock(void);

/* Data: words that depend on their place and on a salt. */
void data_fill(void *memory, size_t bytes, uint64_t salt);
void data_wipe(void *memory, size_t bytes, uint64_t salt); /* makes every byte wrong */
int data_check(struct bench_case *c, const void *memory, size_t bytes, uint64_t salt,
	       const char *what);

/* Number of transfers that have memory of their own. */
unsigned int bench_slots(const struct bench_case *c);

/* Lets dma-sim count the time that it takes itself; false without dma-sim. */
bool share_start(void);
/* Returns what dma-sim counted since share_start(), in ns. */
uint64_t share_stop(void);

/* The cases. */
void cases_memcpy(struct bench *bench);
void cases_works(struct bench *bench);
void cases_sessions(struct bench *bench);
void cases_peers(struct bench *bench);
void cases_floors(struct bench *bench);

#endif /* BENCH_H */
