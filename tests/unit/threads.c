// SPDX-License-Identifier: MIT
/*
 * Many threads with one session: its lists and the mapping stay consistent. It is a program of its
 * own, because Criterion does not work with ThreadSanitizer. Prints TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "private.h"

#define THREADS 8
#define ROUNDS	200
#define KEEP	50 /* one of this many is left to dmauser_close() */
#define LEN	4096

int __wrap_dmauser_ioctl(int fd, unsigned long request, void *arg);

/* Ends one op of each channel in turn, and reports each completion once. */
static int answer_submit(struct dmactl_submit *arg);

static uint32_t next_handle;

int __wrap_dmauser_ioctl(int fd, unsigned long request, void *arg)
{
	struct dmactl_buf_alloc *alloc = arg;
	struct dmactl_chan_request *req = arg;
	uint32_t handle = __atomic_add_fetch(&next_handle, 1, __ATOMIC_RELAXED);

	(void)fd;
	if (request == DMACTL_IOC_SUBMIT)
		return answer_submit(arg);
	if (request == DMACTL_IOC_BUF_ALLOC) {
		alloc->out_buf = handle;
		alloc->out_len = LEN;
	} else if (request == DMACTL_IOC_CHAN_REQUEST) {
		req->out_chan = handle;
	}
	return 0;
}

static struct dmauser_session *s;
static struct dmauser_buf *shared;
static pthread_barrier_t barrier;

static uint32_t handles[THREADS];
static unsigned int ended;

static int answer_submit(struct dmactl_submit *arg)
{
	struct dmactl_completion *record = (void *)(uintptr_t)arg->completions_uptr;
	unsigned int i;

	if (ended == THREADS * ROUNDS)
		return -ETIME;
	for (i = 0; i < 3 && i < arg->nr_completions && ended < THREADS * ROUNDS; i++, ended++)
		record[i] = (struct dmactl_completion){
			.chan = handles[ended % THREADS],
			.seq = ended / THREADS,
		};
	arg->out_completed = i;
	return 0;
}

/* Each thread waits for its own channel, and must see its completions in order. */
static void *wait_for_own(void *arg)
{
	struct dmactl_completion records[2];
	struct dmauser_chan *chan = arg;
	unsigned int seq = 0;
	int i, rc;

	pthread_barrier_wait(&barrier);
	while (seq < ROUNDS) {
		rc = dmauser_chan_wait(chan, records, 2, 1, DMACTL_TIMEOUT_INFINITE);
		if (rc < 1)
			return NULL;
		for (i = 0; i < rc; i++, seq++) {
			if (records[i].chan != dmauser_chan_handle(chan) || records[i].seq != seq)
				return NULL;
		}
	}
	return chan;
}

static int wait_in_threads(void)
{
	struct dmauser_chan *chans[THREADS];
	pthread_t threads[THREADS];
	int i, worked = 1;

	for (i = 0; i < THREADS; i++) {
		if (dmauser_chan_request_caps(s, 0, NULL, 0, &chans[i]) < 0)
			abort();
		handles[i] = dmauser_chan_handle(chans[i]);
	}
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, wait_for_own, chans[i]) != 0)
			abort();
	for (i = 0; i < THREADS; i++) {
		void *result = NULL;

		pthread_join(threads[i], &result);
		worked &= result == chans[i];
	}
	for (i = 0; i < THREADS; i++)
		worked &= dmauser_chan_destroy(chans[i]) == 0;
	return worked;
}

static int use_buf(int keep)
{
	struct dmauser_buf *buf;
	void *addr;

	if (dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, LEN, &buf) < 0 ||
	    dmauser_buf_map(buf, &addr) < 0)
		return -1;
	return keep ? 0 : dmauser_buf_destroy(buf);
}

static int use_chan(int keep)
{
	struct dmauser_chan *chan;

	if (dmauser_chan_request_caps(s, 0, NULL, 0, &chan) < 0)
		return -1;
	return keep ? 0 : dmauser_chan_destroy(chan);
}

/* Returns the address at which this thread saw the shared buffer. */
static void *work(void *unused)
{
	void *addr = NULL;
	int i;

	(void)unused;
	pthread_barrier_wait(&barrier);
	if (dmauser_buf_map(shared, &addr) < 0)
		return NULL;
	for (i = 0; i < ROUNDS; i++)
		if (use_buf(i % KEEP == 0) < 0 || use_chan(i % KEEP == 0) < 0)
			return NULL;
	return addr;
}

static unsigned int count_bufs(void)
{
	struct dmauser_buf *buf;
	unsigned int nr = 0;

	LIST_FOREACH(buf, &s->bufs, link)
	nr++;
	return nr;
}

static unsigned int count_chans(void)
{
	struct dmauser_chan *chan;
	unsigned int nr = 0;

	LIST_FOREACH(chan, &s->chans, link)
	nr++;
	return nr;
}

static int failed;

static void report(int ok, const char *what)
{
	static int nr;

	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++nr, what);
	failed |= !ok;
}

static int start(void)
{
	char path[64];
	int fd = memfd_create("dmactl", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, LEN) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (dmauser_open(path, &s) < 0)
		return -1;
	close(fd);
	return dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, LEN, &shared);
}

int main(void)
{
	pthread_t threads[THREADS];
	void *addr[THREADS] = {NULL};
	int i, worked = 1, same = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (start() < 0 || pthread_barrier_init(&barrier, NULL, THREADS) != 0)
		abort();
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			abort();
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &addr[i]);
		worked &= addr[i] != NULL;
		same &= addr[i] == addr[0];
	}
	report(worked, "every call in every thread succeeds");
	report(same, "all threads see one mapping");
	report(count_bufs() == 1 + THREADS * ROUNDS / KEEP, "no buffer is lost");
	report(count_chans() == THREADS * ROUNDS / KEEP, "no channel is lost");
	report(wait_in_threads(), "each thread gets the records of its channel, in order");
	pthread_barrier_destroy(&barrier);
	dmauser_close(s);
	printf("1..5\n");
	return failed;
}
