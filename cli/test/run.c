// SPDX-License-Identifier: MIT
#include "test/run.h"
#include "dev/limits.h"
#include "out/progress.h"
#include "out/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t test_op_caps(enum plan_op op)
{
	switch (op) {
	case PLAN_MEMSET:
		return DMACTL_CAP_MEMSET;
	case PLAN_MEMSET_SG:
		/* The module can make MEMSET_SG of single fills. */
		return DMACTL_CAP_MEMSET_SG | DMACTL_CAP_MEMSET;
	case PLAN_XOR:
		return DMACTL_CAP_XOR;
	case PLAN_XOR_VAL:
		return DMACTL_CAP_XOR_VAL;
	case PLAN_PQ:
		return DMACTL_CAP_PQ;
	case PLAN_PQ_VAL:
		return DMACTL_CAP_PQ_VAL;
	case PLAN_INTERLEAVE:
		return DMACTL_CAP_INTERLEAVE;
	case PLAN_IMM_DATA:
		return DMACTL_CAP_IMM_DATA;
	case PLAN_INTERRUPT:
		return DMACTL_CAP_INTERRUPT;
	default:
		/* The module makes lists of single copies. */
		return DMACTL_CAP_MEMCPY;
	}
}

/*
 * INTERLEAVE may work only with peripherals. `directions' describes slave
 * transfers, so a channel that copies may do INTERLEAVE in memory without
 * declaring MEM_TO_MEM.
 */
static bool within_memory(const struct dmactl_chan_caps *caps)
{
	return !caps->directions || caps->directions & DMACTL_DIR_MEM_TO_MEM ||
	       caps->caps & DMACTL_CAP_MEMCPY;
}

uint32_t test_ops_of(const struct dmactl_chan_caps *caps)
{
	uint32_t ops = 0;

	for (unsigned int op = 0; op < PLAN_OPS; op++) {
		if (caps->caps & test_op_caps((enum plan_op)op))
			ops |= 1u << op;
	}
	if (!within_memory(caps))
		ops &= ~(1u << PLAN_INTERLEAVE);
	return ops;
}

static int start_worker(struct test_channel *channel)
{
	struct test_run *run = channel->run;
	struct test_worker *worker = &channel->workers[channel->threads];
	int err;

	pthread_mutex_lock(&run->lock);
	run->active++;
	pthread_mutex_unlock(&run->lock);
	err = -pthread_create(&worker->thread, NULL, test_worker_main, worker);
	if (!err) {
		channel->threads++;
		return 0;
	}
	cli_error(run->cli, "cannot start a thread: %s", strerror(-err));
	pthread_mutex_lock(&run->lock);
	run->active--;
	pthread_mutex_unlock(&run->lock);
	return err;
}

static int start_channel(struct test_channel *channel)
{
	int err = 0;

	pthread_mutex_init(&channel->lock, NULL);
	pthread_cond_init(&channel->arrived, NULL);
	for (unsigned int i = 0; i < channel->run->options->threads && !err; i++)
		err = start_worker(channel);
	return err;
}

static void free_memory(struct test_run *run)
{
	for (unsigned int i = 0; i < run->channel_count; i++) {
		struct test_worker *workers = run->channels[i].workers;

		for (unsigned int j = 0; workers && j < run->options->threads; j++)
			test_worker_exit(&workers[j]);
	}
}

static int alloc_channel(struct test_channel *channel)
{
	int err = 0;

	if (!channel->workers)
		channel->workers =
			calloc(channel->run->options->threads, sizeof(*channel->workers));
	if (!channel->workers)
		return -ENOMEM;
	for (unsigned int i = 0; i < channel->run->options->threads && !err; i++)
		err = test_worker_init(&channel->workers[i], channel, i);
	return err;
}

int test_alloc(struct test_run *run, bool last)
{
	const struct test_options *options = run->options;
	int err = 0;

	for (unsigned int i = 0; i < run->channel_count && !err; i++) {
		struct test_channel *channel = &run->channels[i];

		err = alloc_channel(channel);
		if (err && (last || (err != -EDQUOT && err != -ENOMEM))) {
			limits_memory_refused(run->cli, channel->session, channel->name,
					      test_worker_bytes(options), err);
			cli_note(run->cli, "%s: try a smaller --max-size or fewer --threads",
				 channel->name);
		}
	}
	if (err)
		free_memory(run);
	return err;
}

static void wait_for_workers(struct test_run *run)
{
	struct timespec until;

	progress_begin_until(run->cli, "testing", 0, run->options->seconds_ns);
	pthread_mutex_lock(&run->lock);
	while (run->active) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_INTERVAL_NS;
		if (until.tv_nsec >= (long)NS_PER_SEC) {
			until.tv_nsec -= (long)NS_PER_SEC;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&run->ended, &run->lock, &until);
		progress_update(run->bytes);
	}
	pthread_mutex_unlock(&run->lock);
	progress_end();
}

static void end_channel(struct test_channel *channel)
{
	for (unsigned int i = 0; i < channel->threads; i++)
		pthread_join(channel->workers[i].thread, NULL);
	/* Terminate also the transfers of a hanging channel, because their memory is freed next. */
	dmauser_chan_terminate(channel->chan);
	pthread_mutex_destroy(&channel->lock);
	pthread_cond_destroy(&channel->arrived);
}

int test_run(struct test_run *run)
{
	uint64_t start = now_ns();
	unsigned int started = 0;
	int err = 0;

	pthread_mutex_init(&run->lock, NULL);
	pthread_cond_init(&run->ended, NULL);
	if (run->options->seconds_ns)
		run->deadline_ns = start + run->options->seconds_ns;
	while (started < run->channel_count && !err)
		err = start_channel(&run->channels[started++]);
	/* Let the threads that did start end immediately. */
	if (err)
		run->deadline_ns = 1;
	wait_for_workers(run);
	run->seconds = (double)(now_ns() - start) / 1e9;
	for (unsigned int i = 0; i < started; i++)
		end_channel(&run->channels[i]);
	free_memory(run);
	pthread_mutex_destroy(&run->lock);
	pthread_cond_destroy(&run->ended);
	return err;
}
