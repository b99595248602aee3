// SPDX-License-Identifier: MIT
/*
 * Waits for completions of one channel. The module has one completion queue for
 * each session, so a thread that waits reaps completions of all channels. Only
 * one thread at a time does so; the others sleep on the condition until it has
 * distributed the completions.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "private.h"

/* Most completions that one system call reaps. */
#define TAKE 32u

#define NS_PER_S 1000000000ull

int dmauser_aside_init(struct dmauser_aside *aside)
{
	pthread_condattr_t attr;
	int rc;

	STAILQ_INIT(&aside->spare);
	LIST_INIT(&aside->chans);
	pthread_condattr_init(&attr);
	/* All timeouts use this clock, which cannot be set. */
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	rc = pthread_cond_init(&aside->turn, &attr);
	pthread_condattr_destroy(&attr);
	if (rc)
		return -rc;
	pthread_mutex_init(&aside->lock, NULL);
	return 0;
}

static void free_kept(struct dmauser_kept_list *list)
{
	struct dmauser_kept *kept;

	while ((kept = STAILQ_FIRST(list))) {
		STAILQ_REMOVE_HEAD(list, link);
		free(kept);
	}
}

void dmauser_aside_release(struct dmauser_aside *aside)
{
	struct dmauser_chan *chan;

	LIST_FOREACH(chan, &aside->chans, kept_link)
	free_kept(&chan->kept);
	free_kept(&aside->spare);
	pthread_cond_destroy(&aside->turn);
	pthread_mutex_destroy(&aside->lock);
}

void dmauser_aside_add(struct dmauser_chan *chan)
{
	struct dmauser_aside *aside = &chan->session->aside;

	STAILQ_INIT(&chan->kept);
	pthread_mutex_lock(&aside->lock);
	LIST_INSERT_HEAD(&aside->chans, chan, kept_link);
	pthread_mutex_unlock(&aside->lock);
}

void dmauser_aside_remove(struct dmauser_chan *chan)
{
	struct dmauser_aside *aside = &chan->session->aside;

	pthread_mutex_lock(&aside->lock);
	LIST_REMOVE(chan, kept_link);
	free_kept(&chan->kept);
	pthread_mutex_unlock(&aside->lock);
}

/*
 * Allocates room for all completions of one system call in advance, because a
 * reaped completion cannot be put back.
 */
static int reserve(struct dmauser_aside *aside)
{
	while (aside->nr_spare < TAKE) {
		struct dmauser_kept *kept = calloc(1, sizeof(*kept));

		if (!kept)
			return -ENOMEM;
		STAILQ_INSERT_HEAD(&aside->spare, kept, link);
		aside->nr_spare++;
	}
	return 0;
}

static void keep(struct dmauser_aside *aside, const struct dmactl_completion *record)
{
	struct dmauser_chan *chan;
	struct dmauser_kept *kept;

	LIST_FOREACH(chan, &aside->chans, kept_link)
	{
		if (chan->handle == record->chan)
			break;
	}
	/* The channel was destroyed meanwhile. */
	if (!chan)
		return;
	kept = STAILQ_FIRST(&aside->spare);
	STAILQ_REMOVE_HEAD(&aside->spare, link);
	aside->nr_spare--;
	kept->record = *record;
	STAILQ_INSERT_TAIL(&chan->kept, kept, link);
}

/* Moves up to @nr kept completions of the channel to @records. */
static unsigned int give(struct dmauser_chan *chan, struct dmactl_completion *records,
			 unsigned int nr)
{
	struct dmauser_aside *aside = &chan->session->aside;
	struct dmauser_kept *kept;
	unsigned int i;

	for (i = 0; i < nr && (kept = STAILQ_FIRST(&chan->kept)); i++) {
		STAILQ_REMOVE_HEAD(&chan->kept, link);
		records[i] = kept->record;
		if (aside->nr_spare < TAKE) {
			STAILQ_INSERT_HEAD(&aside->spare, kept, link);
			aside->nr_spare++;
		} else {
			free(kept);
		}
	}
	return i;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/*
 * Returns the deadline. It is DMACTL_TIMEOUT_INFINITE for that timeout and for
 * one beyond the clock's range.
 */
static uint64_t deadline_of(uint64_t timeout_ns)
{
	uint64_t now;

	if (!timeout_ns || timeout_ns == DMACTL_TIMEOUT_INFINITE)
		return timeout_ns;
	now = now_ns();
	return timeout_ns < INT64_MAX - now ? now + timeout_ns : DMACTL_TIMEOUT_INFINITE;
}

static uint64_t left_of(uint64_t deadline)
{
	uint64_t now;

	if (!deadline || deadline == DMACTL_TIMEOUT_INFINITE)
		return deadline;
	now = now_ns();
	return deadline > now ? deadline - now : 0;
}

/*
 * The caller holds aside->lock. Returns 0 or -ETIME, never -EINTR: a signal
 * interrupts only the thread in the system call.
 */
static int sleep_until(struct dmauser_aside *aside, uint64_t deadline)
{
	struct timespec ts = {
		.tv_sec = (time_t)(deadline / NS_PER_S),
		.tv_nsec = (long)(deadline % NS_PER_S),
	};

	if (deadline == DMACTL_TIMEOUT_INFINITE)
		pthread_cond_wait(&aside->turn, &aside->lock);
	else if (!deadline || pthread_cond_timedwait(&aside->turn, &aside->lock, &ts))
		return -ETIME;
	return 0;
}

/*
 * The caller holds aside->lock, which is dropped during the system call. Reaps
 * at least @min completions of all channels and distributes them.
 */
static int take(struct dmauser_session *s, unsigned int min, uint64_t timeout_ns)
{
	struct dmauser_aside *aside = &s->aside;
	struct dmactl_completion records[TAKE];
	int rc = reserve(aside);

	if (rc < 0)
		return rc;
	aside->taken = true;
	pthread_mutex_unlock(&aside->lock);
	rc = dmauser_wait(s, records, TAKE, min, timeout_ns);
	pthread_mutex_lock(&aside->lock);
	aside->taken = false;
	for (int i = 0; i < rc; i++)
		keep(aside, &records[i]);
	pthread_cond_broadcast(&aside->turn);
	return rc;
}

static int wait_locked(struct dmauser_chan *chan, struct dmactl_completion *records,
		       unsigned int nr, unsigned int min, uint64_t timeout_ns)
{
	struct dmauser_session *s = chan->session;
	uint64_t deadline = deadline_of(timeout_ns);
	unsigned int got = 0;
	int rc = 0, look = 1;

	for (;;) {
		got += give(chan, records + got, nr - got);
		/* Look at the queue once even if there are enough completions for @min. */
		if (got == nr || rc < 0 || (got >= min && !look))
			break;
		if (s->aside.taken) {
			/*
			 * The other thread has distributed the completions so
			 * far, and may sleep for long.
			 */
			look = 0;
			if (got < min)
				rc = sleep_until(&s->aside, deadline);
			continue;
		}
		rc = take(s, got < min ? 1 : 0, got < min ? left_of(deadline) : 0);
		look = rc == (int)TAKE;
	}
	return got ? (int)got : (rc < 0 ? rc : 0);
}

DMAUSER_EXPORT int dmauser_chan_wait(struct dmauser_chan *chan, struct dmactl_completion *records,
				     unsigned int nr, unsigned int min, uint64_t timeout_ns)
{
	struct dmauser_aside *aside;
	int rc;

	if (!chan || (nr && !records) || min > nr)
		return -EINVAL;
	aside = &chan->session->aside;
	pthread_mutex_lock(&aside->lock);
	rc = wait_locked(chan, records, nr, min, timeout_ns);
	pthread_mutex_unlock(&aside->lock);
	return rc;
}
