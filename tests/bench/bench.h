/* SPDX-License-Identifier: MIT */
/*
 * bench: measures cases and writes one JSON object a line for each. A case does
 * the same round of transfers over and over; the data is checked afterwards.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_MAX_CHANNELS 64
#define BENCH_MEMORY	   (32ull << 20) /* of each side, at most */
#define BENCH_WHY	   160

struct bench {
	FILE *out;
	const char *channels[BENCH_MAX_CHANNELS];
	unsigned int channel_count;
	const char *counter;	     /* slave name of dma-sim's counter, or NULL */
	const char *const *patterns; /* names of cases, ends with NULL; none: all */
	uint64_t budget_ns;	     /* for the measured stretch of a case */
	uint64_t clock_ns;	     /* from one look at the clock to the next */
	bool list;		     /* only say the names */
	bool mark;		     /* for tests/bench/profile */
	FILE *trace;		     /* where the measured stretch is told of, or NULL */
	uint64_t transfers;	     /* of a measured stretch, at least; 0: by the budget */
	unsigned int run;
	unsigned int failed;
};

struct bench_case {
	/* what it is */
	const char *peer;   /* who: dmactl, loop, two-ioctls ... */
	const char *work;   /* memcpy, sg, xor ... */
	const char *buffer; /* streaming, coherent, user, imported */
	uint64_t size;	    /* bytes of a transfer */
	unsigned int depth; /* transfers of a round, on each channel */
	unsigned int channels;
	unsigned int processes;
	unsigned int repeat; /* a round does its transfers so often */
	const char *channel; /* NULL: those of the bench */
	/*
	 * What it does. 0, or -1 after bench_why(). `sample` is for what looks
	 * at the clock itself: NULL: `rounds` does not.
	 */
	int (*begin)(struct bench_case *c);
	int (*rounds)(struct bench_case *c, unsigned int n);
	int (*sample)(struct bench_case *c, uint64_t *ns, unsigned int samples,
		      unsigned int rounds);
	void (*wipe)(struct bench_case *c); /* NULL: there is no data */
	int (*check)(struct bench_case *c);
	void (*end)(struct bench_case *c);
	/* its own */
	struct bench *bench;
	void *context;
	const struct bench_case *inner; /* what each process does */
	unsigned int param;
	bool grouped; /* of several channels, one after the other in a batch */
	char name[128];
	char why[BENCH_WHY];
};

/* Runs a case, unless it is not wanted, and writes its line. */
void bench_run(struct bench *bench, struct bench_case *c);
/* In so many processes at once, each with a channel of its own. */
void bench_run_processes(struct bench *bench, const struct bench_case *inner, unsigned int count);
/* Always -1. */
int bench_why(struct bench_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

uint64_t bench_clock(void);

/* Data: words that depend on their place and on a salt. */
void data_fill(void *memory, size_t bytes, uint64_t salt);
void data_wipe(void *memory, size_t bytes, uint64_t salt); /* no byte is right */
int data_check(struct bench_case *c, const void *memory, size_t bytes, uint64_t salt,
	       const char *what);

/* How many transfers have memory of their own. */
unsigned int bench_slots(const struct bench_case *c);

/* The share of dma-sim, where there is one. */
bool share_start(void);
/* ns since then. */
uint64_t share_stop(void);

/* The cases. */
void cases_memcpy(struct bench *bench);
void cases_works(struct bench *bench);
void cases_sessions(struct bench *bench);
void cases_peers(struct bench *bench);
void cases_floors(struct bench *bench);

#endif /* BENCH_H */
