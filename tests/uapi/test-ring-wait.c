// SPDX-License-Identifier: MIT
/* RING: waiting for records, by SUBMIT, poll(2) and eventfd. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>

#include "cring-session.h"

static void *release_later(void *unused)
{
	sleep_ms(100);
	sim_set("hold", "0");
	return unused;
}

static void on_signal(int sig)
{
	(void)sig;
}

UAPI_TEST(ring_wait, waits)
{
	struct itimerval timer = {.it_value = {.tv_usec = 100000}};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct dmactl_submit arg = submit_arg(NULL, 0);
	struct dmactl_op ops[3];
	struct cring ring;
	pthread_t thread;
	unsigned int i;

	setup(0);
	ring = cring_new(fd, 4);
	check_eq(cring_wait(&ring, 1, 0), -ETIME);
	check_eq(cring_wait(&ring, 1, 30 * MSEC), -ETIME);
	sim_set("hold", "1");
	for (i = 0; i < 3; i++)
		ops[i] = op_small(i);
	submit_all(fd, ops, 3);
	check_eq(pthread_create(&thread, NULL, release_later, NULL), 0);
	check_eq(cring_wait(&ring, 3, DMACTL_TIMEOUT_INFINITE), 3);
	pthread_join(thread, NULL);
	take_check(&ring, 0, 2);
	/* One is there, and stays. */
	arg.min_complete = 2;
	arg.timeout_ns = 30 * MSEC;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_wait, -ETIME);
	check_eq(arg.out_completed, 1);
	take_check(&ring, 2, 1);
	check_eq(sigaction(SIGALRM, &action, NULL), 0);
	check_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	check_eq(cring_wait(&ring, 1, DMACTL_TIMEOUT_INFINITE), -EINTR);
}

struct waiter {
	pthread_t thread;
	int ret;
};

static void *wait_for_two(void *arg)
{
	struct waiter *w = arg;
	struct dmactl_completion records[2];

	w->ret = reap(fd, records, 2, 2, DMACTL_TIMEOUT_INFINITE);
	return NULL;
}

static void *read_one(void *arg)
{
	struct waiter *w = arg;
	struct dmactl_completion record;

	w->ret = read(fd, &record, sizeof(record)) < 0 ? -errno : 0;
	return NULL;
}

/* Who waits with memory of its own for what then comes into the ring. */
UAPI_TEST(ring_wait, made_while_others_wait)
{
	struct waiter waiters[2];
	struct cring ring;

	setup(0);
	check_eq(pthread_create(&waiters[0].thread, NULL, wait_for_two, &waiters[0]), 0);
	check_eq(pthread_create(&waiters[1].thread, NULL, read_one, &waiters[1]), 0);
	/* Time to fall asleep; it is right without, too. */
	sleep_ms(100);
	ring = cring_new(fd, 4);
	put_nops(0, 2);
	pthread_join(waiters[0].thread, NULL);
	pthread_join(waiters[1].thread, NULL);
	check_eq(waiters[0].ret, -EBUSY);
	check_eq(waiters[1].ret, -EBUSY);
	take_check(&ring, 0, 2);
}

UAPI_TEST(ring_wait, poll)
{
	struct pollfd p;
	struct dmactl_op op;
	struct cring ring;
	pthread_t thread;

	setup(1);
	ring = cring_new(fd, 2);
	p = (struct pollfd){.fd = fd, .events = POLLIN};
	check_eq(poll(&p, 1, 0), 0);
	put_nops(0, 1);
	check_eq(poll(&p, 1, 0), 1);
	take_check(&ring, 0, 1);
	check_eq(poll(&p, 1, 0), 0);
	sim_set("hold", "1");
	op = op_small(1);
	submit_all(fd, &op, 1);
	p.events = POLLOUT;
	check_eq(poll(&p, 1, 0), 0);
	check_eq(pthread_create(&thread, NULL, release_later, NULL), 0);
	p.events = POLLIN;
	check_eq(poll(&p, 1, 60000), 1);
	pthread_join(thread, NULL);
	take_check(&ring, 1, 1);
	p.events = POLLOUT;
	check_eq(poll(&p, 1, 60000), 1);
}

#define NR_TOLD 6000

static void *submit_many(void *unused)
{
	struct dmactl_op op;
	uint32_t accepted;
	unsigned int i;
	int ret;

	for (i = 0; i < NR_TOLD;) {
		op = i % 5 ? op_small(i) : op_nop(chan, i);
		/* With records in the ring, no credit is no error. */
		ret = submit_flags(fd, &op, 1, 0, &accepted);
		check(!ret || ret == -EAGAIN);
		i += ret ? 0 : accepted;
	}
	return unused;
}

/* Whoever finds nothing after the barrier is told of the next record. */
UAPI_TEST(ring_wait, the_eventfd_misses_nothing)
{
	int efd = eventfd(0, EFD_CLOEXEC);
	struct dmactl_eventfd arg = {.size = sizeof(arg), .fd = efd};
	struct pollfd p = {.fd = efd, .events = POLLIN};
	unsigned int taken = 0;
	struct cring ring;
	pthread_t thread;
	uint64_t hints;

	setup(0);
	check_eq(dev_ioctl(fd, DMACTL_IOC_EVENTFD, &arg), 0);
	ring = cring_new(fd, 4);
	check_eq(pthread_create(&thread, NULL, submit_many, NULL), 0);
	while (taken < NR_TOLD) {
		if (poll(&p, 1, 60000) != 1)
			fail("not told of record %u; %u are there", taken, cring_ready(&ring));
		check_eq(read(efd, &hints, sizeof(hints)), sizeof(hints));
		do {
			while (cring_ready(&ring))
				take_check(&ring, taken++, 1);
			if (cring_overflows(&ring))
				check(cring_wait(&ring, 0, 0) >= 0);
		} while (cring_look_again(&ring) || cring_overflows(&ring));
	}
	pthread_join(thread, NULL);
	check_eq(cring_ready(&ring), 0);
	close(efd);
}
