// SPDX-License-Identifier: MIT
/* Threads that share one session, with the same and with different objects. */
#include <pthread.h>

#include "uapi.h"

#define NR_THREADS 4
#define NR_OPS	   200
#define PIECE	   512u

struct worker {
	pthread_t thread;
	int fd;
	unsigned int index;
	uint32_t chan;
	struct mem src;
	struct mem dst;
	struct dmactl_op op;
	const char *name;
};

static int submit_one(int fd, const struct dmactl_op *op)
{
	int ret;

	do {
		ret = submit_flags(fd, op, 1, 0, NULL);
		if (ret == -EAGAIN)
			sleep_ms(1);
	} while (ret == -EAGAIN);
	return ret;
}

/* Each thread uses its own piece of both buffers. */
static void *worker_copies(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	for (i = 0; i < NR_OPS; i++) {
		uint64_t off = (w->index * NR_OPS + i) * PIECE;
		struct dmactl_op op = op_memcpy(w->chan, &w->dst, off, &w->src, off, PIECE);

		op.user_data = w->index << 16 | i;
		check_eq(submit_one(w->fd, &op), 0);
	}
	return NULL;
}

/* The same with four descriptors for each op, from the last piece to the first. */
static void *worker_pieces(void *arg)
{
	struct worker *w = arg;
	unsigned int i, j;

	for (i = 0; i < NR_OPS; i++) {
		uint64_t off = (w->index * NR_OPS + i) * PIECE;
		struct dmactl_sg sg[8];
		struct dmactl_op op;

		for (j = 0; j < 4; j++) {
			uint64_t at = off + (3 - j) * (PIECE / 4);

			sg[j] = sg_piece(DMACTL_SG_DST, &w->dst, at, PIECE / 4);
			sg[4 + j] = sg_piece(DMACTL_SG_SRC, &w->src, at, PIECE / 4);
		}
		op = op_sg(w->chan, sg, 8, PIECE);
		op.user_data = w->index << 16 | i;
		check_eq(submit_one(w->fd, &op), 0);
	}
	return NULL;
}

static void *reaper(void *arg)
{
	struct dmactl_completion records[16];
	unsigned int next[NR_THREADS] = {0};
	int i, n, fd = *(int *)arg;
	unsigned int total = 0;

	while (total < NR_THREADS * NR_OPS) {
		n = reap(fd, records, 16, 1, 100 * SEC);
		check(n > 0);
		for (i = 0; i < n; i++) {
			/* The ops of a thread complete in order. */
			check_eq(records[i].user_data & 0xffff, next[records[i].user_data >> 16]++);
			check_eq(records[i].status, 0);
			check_eq(records[i].bytes, PIECE);
		}
		total += n;
	}
	return NULL;
}

static void copy_in_threads(unsigned int nr_chans, void *(*worker)(void *arg))
{
	struct worker workers[NR_THREADS];
	uint32_t chans[NR_THREADS];
	const uint64_t len = NR_THREADS * NR_OPS * PIECE;
	pthread_t reap_thread;
	struct mem src, dst;
	unsigned int i;
	int fd = dev_open(0);

	src = mem_get(fd, len);
	dst = mem_get(fd, len);
	pattern_fill(src.p, 0, len, SRC_BODY);
	for (i = 0; i < nr_chans; i++)
		chans[i] = chan_get_depth(fd, 16);
	check_eq(pthread_create(&reap_thread, NULL, reaper, &fd), 0);
	for (i = 0; i < NR_THREADS; i++) {
		workers[i] = (struct worker){
			.fd = fd, .index = i, .chan = chans[i % nr_chans], .src = src, .dst = dst};
		check_eq(pthread_create(&workers[i].thread, NULL, worker, &workers[i]), 0);
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_join(reap_thread, NULL);
	pattern_check(src.p, 0, len, SRC_BODY, 0);
	pattern_check(dst.p, 0, len, SRC_BODY, 0);
}

UAPI_TEST(threads, four_on_one_channel)
{
	copy_in_threads(1, worker_copies);
}

UAPI_TEST(threads, in_several_descriptors)
{
	copy_in_threads(1, worker_pieces);
}

/*
 * Prep may sleep in this provider, so dmactl must hold no spinlock; and another thread may issue
 * what one thread has half prepared.
 */
UAPI_TEST(threads, a_prep_that_sleeps)
{
	sim_set("prep_sleeps", "Y");
	copy_in_threads(1, worker_copies);
	copy_in_threads(1, worker_pieces);
}

UAPI_TEST(threads, four_on_four_channels)
{
	copy_in_threads(NR_THREADS, worker_copies);
}

static volatile bool stop;

/* Submits until the channel or the buffer is gone, which SUBMIT reports as -ENOENT. */
static void *submit_until_gone(void *arg)
{
	struct worker *w = arg;
	int ret;

	do {
		ret = submit_flags(w->fd, &w->op, 1, 0, NULL);
		if (ret && ret != -EAGAIN && ret != -ENOENT)
			fail("SUBMIT: %d", ret);
	} while (ret != -ENOENT);
	return NULL;
}

UAPI_TEST(threads, destroy_of_a_channel_races_submit)
{
	struct dmactl_completion records[64];
	struct worker workers[2];
	int i, round, fd = dev_open(0), n;
	struct mem mem = mem_get(fd, 2 * PAGE);
	unsigned int seed = 7;

	for (round = 0; round < 20; round++) {
		uint32_t chan = chan_get_depth(fd, 32);

		for (i = 0; i < 2; i++) {
			workers[i] = (struct worker){
				.fd = fd,
				.op = op_fill(fd, chan, &mem, i * PAGE, PAGE, i),
			};
			check_eq(pthread_create(&workers[i].thread, NULL, submit_until_gone,
						&workers[i]),
				 0);
		}
		for (i = rand_r(&seed) % 50; i >= 0; i--)
			check(reap(fd, records, 8, 0, 0) >= 0);
		check_eq(destroy(fd, chan), 0);
		for (i = 0; i < 2; i++)
			pthread_join(workers[i].thread, NULL);
		do
			n = reap(fd, records, 64, 0, 0);
		while (n > 0);
		check_eq(n, 0);
	}
	check_eq(destroy(fd, mem.buf), 0);
}

/* Returns whether the channel was free. */
static bool request_and_destroy(int fd, const char *name)
{
	struct dmactl_chan_request req = chan_named(DMACTL_CHAN_BY_NAME, name);
	int ret = chan_request(fd, &req);

	check(!ret || ret == -EBUSY);
	if (!ret)
		check_eq(destroy(fd, req.out_chan), 0);
	return !ret;
}

static void *request_until_stopped(void *arg)
{
	struct worker *w = arg;

	while (!stop)
		request_and_destroy(w->fd, w->name);
	return NULL;
}

/* A channel that others request and destroy is free or busy, but never unknown. */
UAPI_TEST(threads, request_races_destroy)
{
	struct dmactl_chan_request req = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct worker workers[NR_THREADS];
	char name[DMACTL_NAME_LEN];
	unsigned int i, got = 0;
	int fd = dev_open(0);
	uint64_t end;

	check_eq(chan_request(fd, &req), 0);
	check_eq(destroy(fd, req.out_chan), 0);
	memcpy(name, req.out.name, sizeof(name));
	stop = false;
	for (i = 0; i < NR_THREADS; i++) {
		workers[i] = (struct worker){.fd = dev_open(0), .name = name};
		check_eq(pthread_create(&workers[i].thread, NULL, request_until_stopped,
					&workers[i]),
			 0);
	}
	for (end = now_ns() + 2 * SEC; now_ns() < end || !got;)
		got += request_and_destroy(fd, name);
	stop = true;
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(workers[i].thread, NULL);
}

UAPI_TEST(threads, destroy_of_a_buffer_races_submit)
{
	struct dmactl_completion records[64];
	struct worker w = {.fd = dev_open(0)};
	int round, ret;

	w.chan = chan_get_depth(w.fd, 32);
	for (round = 0; round < 20; round++) {
		check_eq(buf_alloc(w.fd, DMACTL_BUF_STREAMING, 0, PAGE, &w.dst), 0);
		w.op = op_fill(w.fd, w.chan, &w.dst, 0, PAGE, 1);
		check_eq(pthread_create(&w.thread, NULL, submit_until_gone, &w), 0);
		do {
			check(reap(w.fd, records, 64, 0, 0) >= 0);
			ret = destroy(w.fd, w.dst.buf);
			check(!ret || ret == -EBUSY);
		} while (ret);
		pthread_join(w.thread, NULL);
	}
}

static void *terminate_again_and_again(void *arg)
{
	struct worker *w = arg;

	while (!stop)
		check_eq(chan_ctrl(w->fd, w->chan, DMACTL_CTRL_TERMINATE), 0);
	return NULL;
}

/* Each op completes once, whatever the race's result. */
UAPI_TEST(threads, terminate_races_submit)
{
	struct dmactl_completion records[32];
	struct worker w = {.fd = dev_open(0)};
	static unsigned char seen[NR_OPS];
	unsigned int i, total = 0;
	struct dmactl_op op;
	int n, j;

	w.chan = chan_get_depth(w.fd, 32);
	need_terminate();
	w.dst = mem_get(w.fd, 16 * PAGE);
	op = op_fill(w.fd, w.chan, &w.dst, 0, w.dst.len, 3);
	stop = false;
	check_eq(pthread_create(&w.thread, NULL, terminate_again_and_again, &w), 0);
	for (i = 0; i < NR_OPS || total < NR_OPS;) {
		op.user_data = i;
		if (i < NR_OPS)
			i += !submit_flags(w.fd, &op, 1, 0, NULL);
		n = reap(w.fd, records, 32, 0, 0);
		check(n >= 0);
		for (j = 0; j < n; j++) {
			check(!records[j].status || records[j].status == -ECANCELED);
			check(records[j].user_data < NR_OPS);
			seen[records[j].user_data]++;
		}
		total += n;
	}
	stop = true;
	pthread_join(w.thread, NULL);
	for (i = 0; i < NR_OPS; i++)
		check_eq(seen[i], 1);
}

static void *wait_for_ever(void *arg)
{
	struct dmactl_completion record;
	int ret = reap(*(int *)arg, &record, 1, 1, 200 * MSEC);

	/* The fd may have been closed before the call. */
	check(ret == -ETIME || ret == -EBADF);
	return NULL;
}

/* A running call keeps the session until it returns. */
UAPI_TEST(threads, close_races_a_wait)
{
	pthread_t thread;
	int i, fd;

	for (i = 0; i < 4; i++) {
		fd = dev_open(0);
		chan_get(fd);
		check_eq(pthread_create(&thread, NULL, wait_for_ever, &fd), 0);
		sleep_ms(10 * i);
		dev_close(fd);
		pthread_join(thread, NULL);
	}
}

static void *alloc_and_free(void *arg)
{
	struct worker *w = arg;
	struct mem mem;
	int i;

	for (i = 0; i < 50; i++) {
		check_eq(buf_alloc(w->fd, DMACTL_BUF_STREAMING, 0, 4 * PAGE, &mem), 0);
		mem.p = map_at(NULL, mem.len, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, mem.off);
		check(mem.p != MAP_FAILED);
		memset(mem.p, w->index, mem.len);
		check_eq(mem.p[mem.len - 1], w->index);
		if (i % 2)
			munmap(mem.p, mem.len);
		check_eq(destroy(w->fd, mem.buf), 0);
		if (!(i % 2))
			munmap(mem.p, mem.len);
	}
	return NULL;
}

UAPI_TEST(threads, buffers_come_and_go)
{
	struct worker workers[NR_THREADS];
	int i, fd = dev_open(0);

	for (i = 0; i < NR_THREADS; i++) {
		workers[i] = (struct worker){.fd = fd, .index = i};
		check_eq(pthread_create(&workers[i].thread, NULL, alloc_and_free, &workers[i]), 0);
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	check_eq(fdinfo(fd, "buffers"), 0);
}
