/* SPDX-License-Identifier: MIT */
/* The engine of `dmactl test': threads send random transfers through channels. */
#ifndef TEST_RUN_H
#define TEST_RUN_H

#include "out/cli.h"
#include "test/plan.h"

#include <dmauser.h>
#include <pthread.h>

#define TEST_MAX_CHANNELS 256
#define TEST_MAX_THREADS  64
#define TEST_MAX_FAILURES 64 /* failures that are stored in detail */

struct test_options {
	uint32_t ops;	     /* bit n: enum plan_op n */
	bool all_ops;	     /* skip ops that a channel cannot do */
	uint64_t threads;    /* for each channel */
	uint64_t iterations; /* for each thread, 0: no limit */
	uint64_t seconds_ns; /* 0: no limit */
	uint64_t timeout_ns; /* for one transfer */
	uint64_t max_size;
	uint64_t align; /* a power of 2; the channel's own alignment is used if larger */
	uint64_t seed;
	bool coherent;
	bool fence;	/* DMACTL_OPF_FENCE on each op */
	uint64_t reuse; /* prepare each op once and run it this often; 0: do not prepare */
};

enum test_failure_kind { TEST_MISMATCH, TEST_ERROR, TEST_HANG };

struct test_failure {
	enum test_failure_kind kind;
	enum plan_op op;
	char channel[DMACTL_NAME_LEN];
	unsigned int thread;
	uint64_t transfer;
	size_t len;
	int error;		  /* TEST_ERROR: -errno */
	struct mismatch mismatch; /* TEST_MISMATCH */
	uint64_t residue;	  /* TEST_HANG */
};

struct control;
struct test_run;
struct test_channel;

struct test_worker {
	struct test_channel *channel;
	unsigned int index;
	pthread_t thread;
	struct random random;
	struct dmauser_buf *src;
	struct dmauser_buf *dst;
	struct dmauser_buf *scratch;
	uint8_t *src_memory;
	uint8_t *dst_memory;
	size_t buffer_len;
	struct dmauser_batch *batch;
	struct dmauser_prepared *prepared; /* only with `reuse', while its transfers run */
	bool done; /* `record' has arrived; protected by the channel's lock */
	struct dmactl_completion record;
	/* results */
	uint64_t transfers;
	uint64_t by_op[PLAN_OPS];
	uint64_t failures;
	uint64_t bytes;
	uint64_t dma_ns; /* time of the transfers, without filling and checking */
};

/* Each channel has a session of its own, because a session has one completion queue. */
struct test_channel {
	struct test_run *run;
	char name[DMACTL_NAME_LEN];
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
	uint32_t ops; /* ops to test on it */
	struct test_worker *workers;
	unsigned int threads; /* started threads */
	bool dead;	      /* it hangs, so its threads end */
	/* One thread at a time reaps completions, for all threads of the channel. */
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	bool fetching;
};

struct test_run {
	struct cli *cli;
	const struct test_options *options;
	struct test_channel *channels;
	unsigned int channel_count;
	uint64_t deadline_ns; /* 0: none */
	double seconds;
	/* `lock' protects the fields below. */
	pthread_mutex_t lock;
	pthread_cond_t ended;
	unsigned int active;
	struct test_failure failures[TEST_MAX_FAILURES];
	unsigned int failure_count; /* elements of failures */
	uint64_t bytes;
};

/*
 * Allocates the memory of all threads. Returns 0 or -errno after a message;
 * only the last try has a message if memory is short.
 */
int test_alloc(struct test_run *run, bool last);
/*
 * Starts the threads of each open channel and waits for them. Returns 0 or
 * -errno after a message.
 */
int test_run(struct test_run *run);
/* Returns capabilities; an op needs one of them. */
uint64_t test_op_caps(enum plan_op op);
/* Returns the ops in memory that a channel with these capabilities can do. */
uint32_t test_ops_of(const struct dmactl_chan_caps *caps);

/* test/channels.c: add channels to run->channels. They return 0 or -errno after a message. */
int test_open_channel(struct test_run *run, const char *name);
int test_open_all(struct test_run *run); /* all free channels that can do a wanted op */
void test_close_channels(struct test_run *run);

/* test/report.c */
struct test_totals {
	uint64_t transfers;
	uint64_t failures;
	uint64_t bytes;
	uint64_t dma_ns;
};

struct test_totals test_totals(const struct test_channel *channel);
int test_report(const struct test_run *run, bool passed); /* returns the exit status */

/* test/worker.c */
void *test_worker_main(void *context);
/* Returns the bytes of a thread's buffers. */
uint64_t test_worker_bytes(const struct test_options *options);
int test_worker_init(struct test_worker *worker, struct test_channel *channel, unsigned int index);
void test_worker_exit(struct test_worker *worker);

#endif /* TEST_RUN_H */
