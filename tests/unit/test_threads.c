// SPDX-License-Identifier: MIT
/* One session, many threads: the lists and the mapping stay whole. */
#include <pthread.h>
#include <string.h>

#include "mock.h"

#define setup	 mock_start
#define teardown mock_end

#define THREADS 8
#define ROUNDS	200

static uint32_t next_handle;

static int handle_ioctl(unsigned long request, void *arg)
{
	struct dmactl_buf_alloc *alloc = arg;
	struct dmactl_chan_request *req = arg;

	if (request == DMACTL_IOC_BUF_ALLOC) {
		alloc->out_buf = __atomic_add_fetch(&next_handle, 1, __ATOMIC_RELAXED);
		alloc->out_len = MOCK_LEN;
		alloc->out_mmap_offset = MOCK_OFFSET;
	} else if (request == DMACTL_IOC_CHAN_REQUEST) {
		req->out_chan = __atomic_add_fetch(&next_handle, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static struct dmauser_session *s;
static struct dmauser_buf *shared;
static pthread_barrier_t barrier;

/* Returns the address at which this thread saw the shared buffer. */
static void *work(void *unused)
{
	struct dmauser_chan *chan, *kept_chan;
	struct dmauser_buf *buf, *kept;
	void *addr = NULL, *own;
	int i;

	(void)unused;
	pthread_barrier_wait(&barrier);
	if (dmauser_buf_map(shared, &addr) < 0)
		return NULL;
	for (i = 0; i < ROUNDS; i++) {
		if (dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, &buf) < 0 ||
		    dmauser_buf_map(buf, &own) < 0 || dmauser_buf_destroy(buf) < 0 ||
		    dmauser_chan_request_caps(s, 0, NULL, 0, &chan) < 0 ||
		    dmauser_chan_destroy(chan) < 0)
			return NULL;
		if (i % 50 == 0 &&
		    (dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, &kept) < 0 ||
		     dmauser_chan_request_caps(s, 0, NULL, 0, &kept_chan) < 0))
			return NULL;
	}
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

UNIT_TEST(threads, share_a_session)
{
	pthread_t threads[THREADS];
	void *addr[THREADS];
	int i;

	s = mock_session();
	mock.handler = handle_ioctl;
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, &shared), 0);
	cr_assert_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, work, NULL), 0);
	for (i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_join(threads[i], &addr[i]), 0);
	for (i = 0; i < THREADS; i++) {
		cr_assert_not_null(addr[i], "a call failed in thread %d", i);
		cr_assert_eq(addr[i], addr[0]);
	}
	/* What was kept, and nothing else. */
	cr_assert_eq(count_bufs(), 1 + THREADS * ROUNDS / 50);
	cr_assert_eq(count_chans(), THREADS * ROUNDS / 50);
	pthread_barrier_destroy(&barrier);
	dmauser_close(s);
	cr_assert_not(mock_is_mapped(addr[0]));
}
