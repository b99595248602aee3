// SPDX-License-Identifier: MIT
/* A thread of `dmactl test'. */
#include "dev/device.h"
#include "out/stop.h"
#include "out/units.h"
#include "test/plan-op.h"
#include "test/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FETCH_BATCH    16
#define FETCH_SLICE_NS (50 * NS_PER_MS)

static size_t alignment(const struct test_worker *worker, enum plan_op op)
{
	size_t align = plan_alignment(dmauser_chan_caps(worker->channel->chan), op);
	size_t wanted = worker->channel->run->options->align;

	/* Both are powers of 2. */
	return align > wanted ? align : wanted;
}

/* Returns the ops of the channel in turn. */
static enum plan_op next_op(const struct test_worker *worker)
{
	uint32_t ops = worker->channel->ops;
	uint64_t reuse = worker->channel->run->options->reuse;
	uint64_t n = worker->transfers / (reuse ? reuse : 1) % (uint64_t)__builtin_popcount(ops);

	while (n--)
		ops &= ops - 1;
	return (enum plan_op)__builtin_ctz(ops);
}

static int alloc_buffer(struct test_worker *worker, struct dmauser_buf **buf, uint8_t **memory)
{
	struct test_channel *channel = worker->channel;
	enum dmactl_buf_kind kind =
		channel->run->options->coherent ? DMACTL_BUF_COHERENT : DMACTL_BUF_STREAMING;
	/* Streaming memory may be out of reach of the device, so that bouncing is tested, too. */
	struct dmauser_chan *chan = channel->run->options->coherent ? channel->chan : NULL;
	void *address;
	int err;

	err = dmauser_buf_alloc(channel->session, kind, chan, worker->buffer_len, buf);
	if (err) {
		*buf = NULL;
		return err;
	}
	err = dmauser_buf_map(*buf, &address);
	*memory = address;
	return err;
}

static size_t buffer_length(const struct test_options *options)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	/* Add a page to the longest transfer, so that offsets can vary. */
	return (options->max_size + 2 * page - 1) / page * page;
}

uint64_t test_worker_bytes(const struct test_options *options)
{
	return 2 * (uint64_t)buffer_length(options);
}

int test_worker_init(struct test_worker *worker, struct test_channel *channel, unsigned int index)
{
	uint64_t seed = channel->run->options->seed;
	uint8_t *scratch_memory;
	int err;

	worker->channel = channel;
	worker->index = index;
	/* Each thread of each channel has its own sequence, the same in each run. */
	for (const char *c = channel->name; *c; c++)
		seed = pattern_mix(seed + (unsigned char)*c);
	worker->random.state = pattern_mix(seed + index);
	worker->buffer_len = buffer_length(channel->run->options);
	err = dmauser_batch_new(&worker->batch);
	if (!err)
		err = alloc_buffer(worker, &worker->src, &worker->src_memory);
	if (!err)
		err = alloc_buffer(worker, &worker->dst, &worker->dst_memory);
	if (!err && channel->ops & (1u << PLAN_XOR_VAL | 1u << PLAN_PQ_VAL))
		err = alloc_buffer(worker, &worker->scratch, &scratch_memory);
	if (err)
		test_worker_exit(worker);
	return err;
}

void test_worker_exit(struct test_worker *worker)
{
	if (worker->src)
		dmauser_buf_destroy(worker->src);
	if (worker->dst)
		dmauser_buf_destroy(worker->dst);
	if (worker->scratch)
		dmauser_buf_destroy(worker->scratch);
	if (worker->batch)
		dmauser_batch_free(worker->batch);
	worker->src = NULL;
	worker->dst = NULL;
	worker->scratch = NULL;
	worker->batch = NULL;
}

/* The caller holds the channel's lock; fetch() drops it while it waits. */
static int fetch(struct test_channel *channel)
{
	struct dmactl_completion records[FETCH_BATCH];
	int count;

	channel->fetching = true;
	pthread_mutex_unlock(&channel->lock);
	count = dmauser_wait(channel->session, records, FETCH_BATCH, 1, FETCH_SLICE_NS);
	pthread_mutex_lock(&channel->lock);
	channel->fetching = false;
	for (int i = 0; i < count; i++) {
		struct test_worker *owner = &channel->workers[records[i].user_data];

		owner->record = records[i];
		owner->done = true;
	}
	pthread_cond_broadcast(&channel->arrived);
	return count == -ETIME || count == -EINTR || count == -EAGAIN ? 0 : count;
}

/* Returns 0, -ETIME, -EINTR after a signal, or an error of the session. */
static int wait_for_record(struct test_worker *worker, uint64_t deadline)
{
	struct test_channel *channel = worker->channel;
	int err = 0;

	pthread_mutex_lock(&channel->lock);
	while (!worker->done && err >= 0) {
		if (now_ns() >= deadline)
			err = -ETIME;
		else if (stop_requested())
			err = -EINTR;
		else if (channel->fetching)
			pthread_cond_wait(&channel->arrived, &channel->lock);
		else
			err = fetch(channel);
	}
	if (worker->done)
		err = 0;
	/* Another thread must fetch from now on. */
	pthread_cond_broadcast(&channel->arrived);
	pthread_mutex_unlock(&channel->lock);
	return err;
}

/* Adds the op with its flags, or the prepared op. */
static int add(struct test_worker *worker, const struct plan *plan)
{
	const struct test_options *options = worker->channel->run->options;
	const struct plan_target target = {worker->batch, worker->channel->chan, worker->src,
					   worker->dst,	  worker->scratch,	 worker->index};
	const struct dmactl_op *op;
	int err;

	if (worker->prepared)
		return dmauser_batch_prepared(worker->batch, worker->prepared, worker->index);
	err = plan_add(plan, &target);
	op = dmauser_batch_get(worker->batch, 0);
	if (!err && options->fence)
		err = dmauser_batch_set_flags(worker->batch, op->flags | DMACTL_OPF_FENCE);
	if (err || !options->reuse)
		return err;
	err = dmauser_prepare(worker->batch, &worker->prepared);
	if (!err)
		return dmauser_batch_prepared(worker->batch, worker->prepared, worker->index);
	dmauser_batch_clear(worker->batch);
	return err;
}

static int submit(struct test_worker *worker, const struct plan *plan, uint64_t deadline)
{
	int count, err = add(worker, plan);

	if (err)
		return err;
	do {
		count = dmauser_submit(worker->channel->session, worker->batch, 0);
		if (count > 0)
			return 0;
		/* There is no credit until transfers of other threads end. */
		usleep(1000);
	} while (count == -EAGAIN && now_ns() < deadline);
	dmauser_batch_clear(worker->batch);
	return count;
}

static struct test_failure *new_failure(struct test_worker *worker, enum test_failure_kind kind,
					const struct plan *plan)
{
	struct test_run *run = worker->channel->run;
	struct test_failure *failure;

	worker->failures++;
	if (run->failure_count == TEST_MAX_FAILURES)
		return NULL;
	failure = &run->failures[run->failure_count++];
	failure->kind = kind;
	failure->op = plan->op;
	strcpy(failure->channel, worker->channel->name);
	failure->thread = worker->index;
	failure->transfer = worker->transfers;
	failure->len = plan->len;
	return failure;
}

static void report(struct cli *cli, const struct test_failure *failure, const char *op)
{
	const struct mismatch *mismatch = &failure->mismatch;
	char where[160];

	snprintf(where, sizeof(where), "%s, thread %u, transfer %" PRIu64 " (%s of %zu bytes)",
		 failure->channel, failure->thread, failure->transfer, op, failure->len);
	switch (failure->kind) {
	case TEST_MISMATCH:
		if (mismatch->verdict) {
			cli_error(cli, "%s: what begins at offset %zu is %s, and was judged %s",
				  where, mismatch->offset, mismatch->expected ? "bad" : "good",
				  mismatch->got ? "bad" : "good");
			return;
		}
		cli_error(cli, "%s: %s: byte at offset %zu: expected 0x%02x, got 0x%02x", where,
			  region_name(mismatch->region), mismatch->offset, mismatch->expected,
			  mismatch->got);
		return;
	case TEST_ERROR:
		cli_error(cli, "%s: %s", where, device_status_text(failure->error));
		return;
	case TEST_HANG:
		cli_error(cli, "%s: the channel hangs: no end in time, %" PRIu64 " bytes left",
			  where, failure->residue);
		return;
	}
}

static void mismatched(struct test_worker *worker, const struct plan *plan,
		       const struct mismatch *mismatch)
{
	struct test_run *run = worker->channel->run;
	struct test_failure *failure;

	pthread_mutex_lock(&run->lock);
	failure = new_failure(worker, TEST_MISMATCH, plan);
	if (failure) {
		failure->mismatch = *mismatch;
		report(run->cli, failure, plan_op_name(plan->op));
	}
	pthread_mutex_unlock(&run->lock);
}

static void failed(struct test_worker *worker, const struct plan *plan, int err)
{
	struct test_channel *channel = worker->channel;
	struct test_run *run = channel->run;
	struct dmactl_chan_status status = {0};
	struct test_failure *failure;
	bool hangs = err == -ETIME;

	/* Report a hanging channel once, not from each thread. */
	pthread_mutex_lock(&channel->lock);
	if (hangs && channel->dead) {
		pthread_mutex_unlock(&channel->lock);
		return;
	}
	channel->dead |= hangs || err == -ENODEV;
	pthread_mutex_unlock(&channel->lock);
	if (hangs)
		dmauser_chan_status_of(channel->chan, worker->index, &status);
	pthread_mutex_lock(&run->lock);
	failure = new_failure(worker, hangs ? TEST_HANG : TEST_ERROR, plan);
	if (failure) {
		failure->error = err;
		failure->residue = status.out_residue;
		report(run->cli, failure, plan_op_name(plan->op));
	}
	pthread_mutex_unlock(&run->lock);
}

static bool check(const struct test_worker *worker, const struct plan *plan,
		  struct mismatch *mismatch)
{
	struct verdict verdict = {
		.p_bad = worker->record.flags & DMACTL_COMP_P_BAD,
		.q_bad = worker->record.flags & DMACTL_COMP_Q_BAD,
	};

	return plan_check_verdict(plan, verdict, mismatch) &&
	       plan_check(plan, worker->src_memory, worker->dst_memory, mismatch);
}

static int run_plan(struct test_worker *worker, const struct plan *plan)
{
	const struct test_options *options = worker->channel->run->options;
	struct mismatch mismatch;
	uint64_t start;
	int err;

	plan_fill(plan, worker->src_memory, worker->dst_memory);
	worker->done = false;
	start = now_ns();
	err = submit(worker, plan, start + options->timeout_ns);
	if (!err)
		err = wait_for_record(worker, start + options->timeout_ns);
	if (err == -EINTR)
		return err;
	worker->dma_ns += now_ns() - start;
	if (err || worker->record.status)
		failed(worker, plan, err ? err : worker->record.status);
	else if (!check(worker, plan, &mismatch))
		mismatched(worker, plan, &mismatch);
	worker->transfers++;
	worker->by_op[plan->op]++;
	if (!err)
		worker->bytes += plan->len;
	return err;
}

static int transfer_once(struct test_worker *worker)
{
	const struct test_options *options = worker->channel->run->options;
	uint64_t times = options->reuse ? options->reuse : 1;
	enum plan_op op = next_op(worker);
	size_t align = alignment(worker, op);
	struct plan plan;
	int err = 0;

	plan_make(&plan, &worker->random, op, worker->buffer_len,
		  (options->max_size + align - 1) / align * align, align);
	while (!err && times--)
		err = run_plan(worker, &plan);
	/* On a hanging channel the op is still in flight; then the session frees it later. */
	dmauser_unprepare(worker->prepared);
	worker->prepared = NULL;
	return err;
}

static bool has_more(const struct test_worker *worker)
{
	const struct test_run *run = worker->channel->run;
	uint64_t iterations = run->options->iterations;

	if (worker->channel->dead || stop_requested())
		return false;
	if (iterations && worker->transfers >= iterations)
		return false;
	return !run->deadline_ns || now_ns() < run->deadline_ns;
}

void *test_worker_main(void *context)
{
	struct test_worker *worker = context;
	struct test_run *run = worker->channel->run;

	while (has_more(worker)) {
		uint64_t before = worker->bytes;
		int err = transfer_once(worker);

		pthread_mutex_lock(&run->lock);
		run->bytes += worker->bytes - before;
		pthread_mutex_unlock(&run->lock);
		/* An error of the session is permanent. */
		if (err)
			break;
	}
	pthread_mutex_lock(&run->lock);
	run->active--;
	pthread_cond_signal(&run->ended);
	pthread_mutex_unlock(&run->lock);
	return NULL;
}
