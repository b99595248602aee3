// SPDX-License-Identifier: MIT
/*
 * Ops through io_uring that are in flight when something goes away: the ring, the program, the
 * file, the channel, the device. The hardware hangs meanwhile (dma-sim's hold), so no op ends by
 * itself. As for all tests, the leak check runs after each.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

#include "ring.h"

#define NR 8

struct world {
	int fd;
	uint32_t chan;
	struct mem src, dst;
	struct ring ring;
};

static struct world world_hung(unsigned int ring_flags)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
	struct world w = {.fd = dev_open(0)};

	check_eq(chan_request(w.fd, &arg), 0);
	w.chan = arg.out_chan;
	w.src = mem_get(w.fd, NR * PAGE);
	w.dst = mem_get(w.fd, NR * PAGE);
	memset(w.src.p, 0x77, NR * PAGE);
	ring_new(&w.ring, 2 * NR, ring_flags);
	sim_set("hold", "1");
	return w;
}

/* Waits until the kernel has accepted the ops, which may happen in a thread. */
static void wait_in_flight(const struct world *w, unsigned int nr)
{
	int i;

	for (i = 0; i < 3000; i++) {
		if (chan_status(w->fd, w->chan).out_in_flight == nr)
			return;
		sleep_ms(10);
	}
	fail("%u ops are in flight, not %u", chan_status(w->fd, w->chan).out_in_flight, nr);
}

static void world_fill_with(struct world *w, unsigned int sqe_flags)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		struct dmactl_op op = op_memcpy(w->chan, &w->dst, (uint64_t)i * PAGE, &w->src,
						(uint64_t)i * PAGE, PAGE);

		ring_op(&w->ring, w->fd, &op, i)->flags = (uint8_t)sqe_flags;
	}
	ring_submit(&w->ring);
	wait_in_flight(w, NR);
}

static void world_fill(struct world *w)
{
	world_fill_with(w, 0);
}

static void expect_all(struct world *w, int res)
{
	struct ring_done done;
	unsigned int i;

	for (i = 0; i < NR; i++) {
		done = ring_wait(&w->ring);
		check_eq(done.res, res);
	}
	check(!ring_peek(&w->ring, &done));
}

/* Waits until the channels can be requested again and work, so the memory was released. */
static void wait_until_free(void)
{
	struct dmactl_chan_request arg;
	struct mem src, dst;
	int fd = dev_open(0), i, ret;
	char name[DMACTL_NAME_LEN];

	sim_set("hold", "0");
	for (i = 0; i < 4; i++) {
		int tries = 0;

		snprintf(name, sizeof(name), "dma%dchan%d", 0, i);
		arg = chan_named(DMACTL_CHAN_BY_NAME, name);
		while ((ret = chan_request(fd, &arg)) == -EBUSY && tries++ < 1000)
			sleep_ms(10);
		check_eq(ret, 0);
	}
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	copy_check(fd, arg.out_chan, &dst, 1, &src, 2, 1000);
	dev_close(fd);
}

UAPI_TEST(uring_lifetime, terminate)
{
	struct world w = world_hung(RING_WIDE);
	struct dmactl_op op = op_memset(w.chan, &w.dst, 0, 100, 0x31);

	world_fill(&w);
	check_eq(chan_ctrl(w.fd, w.chan, DMACTL_CTRL_TERMINATE), 0);
	expect_all(&w, -ECANCELED);
	check_eq(w.dst.p[0], 0);
	sim_set("hold", "0");
	check_eq(ring_run(&w.ring, w.fd, &op).res, 100);
	check_eq(w.dst.p[99], 0x31);
	ring_free(&w.ring);
}

UAPI_TEST(uring_lifetime, destroy)
{
	struct world w = world_hung(RING_PLAIN);
	struct dmactl_op op = op_memset(w.chan, &w.dst, 0, 100, 0x31);

	world_fill(&w);
	check_eq(destroy(w.fd, w.dst.buf), -EBUSY);
	check_eq(destroy(w.fd, w.chan), 0);
	/* Destroy the buffer before reading the CQEs. */
	check_eq(destroy(w.fd, w.dst.buf), 0);
	expect_all(&w, -ECANCELED);
	check_eq(ring_run(&w.ring, w.fd, &op).res, -ENOENT);
	ring_free(&w.ring);
}

static void unbind(unsigned int ring_flags)
{
	struct world w = world_hung(ring_flags);
	struct dmactl_op op = op_memset(w.chan, &w.dst, 0, 100, 0x31);

	world_fill(&w);
	check_eq(sim_bind("dma-sim.0", false), 0);
	expect_all(&w, -ENODEV);
	check_eq(ring_run(&w.ring, w.fd, &op).res, -ENODEV);
	check_eq(sim_bind("dma-sim.0", true), 0);
	ring_free(&w.ring);
}

UAPI_TEST(uring_lifetime, unbind)
{
	unbind(RING_PLAIN);
}

UAPI_TEST(uring_lifetime, unbind_with_a_kernel_thread)
{
	unbind(RING_POLL);
}

/* The program goes on, and only closes the ring. */
static void ring_exit(unsigned int ring_flags, unsigned int sqe_flags)
{
	struct world w = world_hung(ring_flags);
	int i;

	world_fill_with(&w, sqe_flags);
	ring_free(&w.ring);
	/* The ops continue without a CQE. */
	check_eq(chan_status(w.fd, w.chan).out_in_flight, NR);
	check_eq(destroy(w.fd, w.dst.buf), -EBUSY);
	/* Enough time for io_uring to release its commands. */
	sleep_ms(1500);
	check_eq(chan_status(w.fd, w.chan).out_in_flight, NR);
	sim_set("hold", "0");
	wait_in_flight(&w, 0);
	for (i = 0; i < NR * (int)PAGE; i++)
		check_eq(w.dst.p[i], 0x77);
	check_eq(fdinfo(w.fd, "completions-queued"), 0);
	check_eq(chan_status(w.fd, w.chan).out_credit, 256);
	check_eq(destroy(w.fd, w.dst.buf), 0);
}

UAPI_TEST(uring_lifetime, the_ring_is_closed)
{
	ring_exit(RING_PLAIN, 0);
}

UAPI_TEST(uring_lifetime, the_ring_of_a_kernel_thread_is_closed)
{
	ring_exit(RING_POLL, 0);
}

UAPI_TEST(uring_lifetime, the_ring_of_workers_is_closed)
{
	ring_exit(RING_PLAIN, IOSQE_ASYNC);
}

/* Closes the ring, then the session, so that the program has nothing left. */
UAPI_TEST(uring_lifetime, everything_is_closed)
{
	struct world w = world_hung(RING_PLAIN);

	world_fill(&w);
	ring_free(&w.ring);
	mem_unmap(&w.src);
	mem_unmap(&w.dst);
	dev_close(w.fd);
	wait_until_free();
}

/* The ring keeps the session open, as the header documents. */
UAPI_TEST(uring_lifetime, the_session_is_closed_first)
{
	struct world w = world_hung(RING_PLAIN);
	int i;

	world_fill(&w);
	dev_close(w.fd);
	sim_set("hold", "0");
	expect_all(&w, PAGE);
	for (i = 0; i < NR * (int)PAGE; i++)
		check_eq(w.dst.p[i], 0x77);
	ring_free(&w.ring);
}

static void *never_ends(void *unused)
{
	pause();
	return unused;
}

struct death {
	unsigned int ring_flags;
	unsigned int sqe_flags;
	int how;
};

enum { BY_EXIT, BY_KILL, BY_EXEC };

static void child_dies(void *arg)
{
	const struct death *death = arg;
	struct world w = world_hung(death->ring_flags);
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, never_ends, NULL), 0);
	world_fill_with(&w, death->sqe_flags);
	if (death->how == BY_KILL)
		kill(getpid(), SIGKILL);
	if (death->how == BY_EXEC)
		execl("/bin/true", "true", NULL);
	_exit(death->how == BY_EXIT ? 0 : 1);
}

/* The program ends although the hardware hangs, and everything is released. */
static void dies(struct death death)
{
	uint64_t start = now_ns();
	pid_t pid = child_start(child_dies, &death);

	if (death.how == BY_KILL)
		child_expect_killed(pid);
	else
		child_expect_ok(pid);
	check(now_ns() - start < 60 * SEC);
	wait_until_free();
}

UAPI_TEST(uring_lifetime, exit)
{
	dies((struct death){RING_PLAIN, 0, BY_EXIT});
}

UAPI_TEST(uring_lifetime, exit_with_a_kernel_thread)
{
	dies((struct death){RING_POLL, 0, BY_EXIT});
}

UAPI_TEST(uring_lifetime, exit_with_workers)
{
	dies((struct death){RING_PLAIN, IOSQE_ASYNC, BY_EXIT});
}

UAPI_TEST(uring_lifetime, exit_with_deferred_task_work)
{
	dies((struct death){RING_PLAIN | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, 0,
			    BY_EXIT});
}

UAPI_TEST(uring_lifetime, kill)
{
	dies((struct death){RING_WIDE, 0, BY_KILL});
}

UAPI_TEST(uring_lifetime, kill_with_a_kernel_thread)
{
	dies((struct death){RING_POLL, 0, BY_KILL});
}

UAPI_TEST(uring_lifetime, exec)
{
	dies((struct death){RING_PLAIN, 0, BY_EXEC});
}

UAPI_TEST(uring_lifetime, exec_with_a_kernel_thread)
{
	dies((struct death){RING_POLL, 0, BY_EXEC});
}

/* A child inherits the fds, but not the ring's thread. */
static void child_leaves(void *arg)
{
	(void)arg;
	_exit(0);
}

UAPI_TEST(uring_lifetime, fork)
{
	struct world w = world_hung(RING_POLL);

	world_fill(&w);
	child_run(child_leaves, NULL);
	sleep_ms(1000);
	check_eq(chan_status(w.fd, w.chan).out_in_flight, NR);
	sim_set("hold", "0");
	expect_all(&w, PAGE);
	ring_free(&w.ring);
}

struct spoiler {
	const struct world *w;
	volatile bool stop;
};

/* Terminates the channel repeatedly while ops are submitted. */
static void *terminates(void *arg)
{
	struct spoiler *spoiler = arg;

	while (!spoiler->stop) {
		int ret = chan_ctrl(spoiler->w->fd, spoiler->w->chan, DMACTL_CTRL_TERMINATE);

		check_eq(ret, 0);
		sleep_ms(1);
	}
	return NULL;
}

static void terminate_under_load(unsigned int ring_flags)
{
	struct world w = world_hung(ring_flags);
	struct spoiler spoiler = {.w = &w};
	unsigned int i, round, good = 0;
	pthread_t thread;

	sim_set("hold", "0");
	sim_set("latency", "20000");
	check_eq(pthread_create(&thread, NULL, terminates, &spoiler), 0);
	for (round = 0; round < 100; round++) {
		for (i = 0; i < NR; i++) {
			struct dmactl_op op =
				op_memcpy(w.chan, &w.dst, (uint64_t)i * PAGE, &w.src, 0, PAGE);

			ring_op(&w.ring, w.fd, &op, i)->flags = round % 3 ? 0 : IOSQE_ASYNC;
		}
		ring_submit(&w.ring);
		for (i = 0; i < NR; i++) {
			struct ring_done done = ring_wait(&w.ring);

			check(done.res == (int)PAGE || done.res == -ECANCELED);
			good += done.res == (int)PAGE;
		}
	}
	spoiler.stop = true;
	pthread_join(thread, NULL);
	check(good);
	check_eq(chan_status(w.fd, w.chan).out_in_flight, 0);
	check_eq(chan_status(w.fd, w.chan).out_credit, 256);
	ring_free(&w.ring);
}

UAPI_TEST(uring_lifetime, terminate_under_load)
{
	terminate_under_load(RING_WIDE);
}

UAPI_TEST(uring_lifetime, terminate_under_load_with_a_kernel_thread)
{
	terminate_under_load(RING_POLL);
}

/* A child that submits all the time; the test kills it at any moment. */
static void child_works(void *arg)
{
	struct world w = world_hung(*(unsigned int *)arg);
	unsigned int i = 0;
	struct ring_done done;

	sim_set("hold", "0");
	for (;; i++) {
		struct dmactl_op op =
			op_memcpy(w.chan, &w.dst, (uint64_t)(i % NR) * PAGE, &w.src, 0, PAGE);

		ring_op(&w.ring, w.fd, &op, i);
		ring_submit(&w.ring);
		if (i >= NR)
			done = ring_wait(&w.ring);
		if (i >= NR)
			check(done.res == (int)PAGE || done.res == -EAGAIN);
	}
}

UAPI_TEST(uring_lifetime, killed_again_and_again)
{
	unsigned int flags[] = {RING_PLAIN, RING_POLL, RING_WIDE};
	unsigned int i;
	pid_t pid;

	for (i = 0; i < 9; i++) {
		pid = child_start(child_works, &flags[i % 3]);
		sleep_ms(60 + 17 * i);
		kill(pid, SIGKILL);
		child_expect_killed(pid);
	}
	wait_until_free();
}

/* Runs in another thread than the one that waits. */
static void *submits_and_ends(void *arg)
{
	world_fill(arg);
	return NULL;
}

UAPI_TEST(uring_lifetime, the_thread_that_submitted_ends)
{
	struct world w = world_hung(RING_PLAIN);
	struct ring_done done;
	pthread_t thread;
	unsigned int i;

	check_eq(pthread_create(&thread, NULL, submits_and_ends, &w), 0);
	pthread_join(thread, NULL);
	sleep_ms(500);
	sim_set("hold", "0");
	for (i = 0; i < NR; i++) {
		done = ring_wait(&w.ring);
		/*
		 * io_uring may cancel the ops when the thread ends; otherwise they complete as
		 * usual.
		 */
		check(done.res == -ECANCELED || done.res == (int)PAGE);
	}
	wait_in_flight(&w, 0);
	check_eq(w.dst.p[NR * PAGE - 1], 0x77);
	ring_free(&w.ring);
}
