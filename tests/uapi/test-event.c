// SPDX-License-Identifier: MIT
/* poll(2), epoll(7), eventfd(2) and signals. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/time.h>

#include "uapi.h"

UAPI_TEST(event, poll_tells_of_records_and_credit)
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[2];
	struct pollfd p;
	int fd = dev_open(0);
	uint32_t chan;

	/* Without a channel there is nothing to submit to. */
	check_eq(poll_now(fd), 0);
	chan = chan_get_depth(fd, 2);
	check_eq(poll_now(fd), POLLOUT);
	ops[0] = op_nop(chan, 0);
	ops[1] = op_nop(chan, 1);
	submit_all(fd, ops, 1);
	check_eq(poll_now(fd), POLLIN | POLLOUT);
	submit_all(fd, ops, 1);
	check_eq(poll_now(fd), POLLIN);
	check_eq(submit_flags(fd, ops, 1, 0, NULL), -EAGAIN);
	reap_all(fd, records, 1);
	p = (struct pollfd){.fd = fd, .events = POLLOUT};
	check_eq(poll(&p, 1, 10000), 1);
	check_eq(p.revents, POLLOUT);
	reap_all(fd, records, 1);
	check_eq(poll_now(fd), POLLOUT);
	check_eq(destroy(fd, chan), 0);
	check_eq(poll_now(fd), 0);
}

struct later {
	pthread_t thread;
	int fd;
	void (*fn)(int fd);
};

static void *later_run(void *arg)
{
	struct later *later = arg;

	sleep_ms(100);
	later->fn(later->fd);
	return NULL;
}

static void later_start(struct later *later, int fd, void (*fn)(int fd))
{
	later->fd = fd;
	later->fn = fn;
	check_eq(pthread_create(&later->thread, NULL, later_run, later), 0);
}

static void unhold(int fd)
{
	(void)fd;
	sim_set("hold", "0");
}

static void reap_one(int fd)
{
	struct dmactl_completion record;

	reap_all(fd, &record, 1);
}

UAPI_TEST(event, poll_wakes_up)
{
	struct pollfd p;
	struct later later;
	int fd = dev_open(0);
	uint32_t chan = chan_get_depth(fd, 1);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 1, 1);

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	later_start(&later, fd, unhold);
	p = (struct pollfd){.fd = fd, .events = POLLIN};
	check_eq(poll(&p, 1, 20000), 1);
	check_eq(p.revents, POLLIN);
	pthread_join(later.thread, NULL);
	/* The queue has a completion, but the channel has no credit. */
	check_eq(poll_now(fd), POLLIN);
	later_start(&later, fd, reap_one);
	p = (struct pollfd){.fd = fd, .events = POLLOUT};
	check_eq(poll(&p, 1, 20000), 1);
	check_eq(p.revents, POLLOUT);
	pthread_join(later.thread, NULL);
}

UAPI_TEST(event, epoll_edges)
{
	struct dmactl_completion records[2];
	struct epoll_event event = {.events = EPOLLIN | EPOLLET}, got;
	int fd = dev_open(0), ep = epoll_create1(EPOLL_CLOEXEC);
	uint32_t chan = chan_get(fd);
	struct dmactl_op op = op_nop(chan, 0);

	check_eq(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event), 0);
	check_eq(epoll_wait(ep, &got, 1, 0), 0);
	submit_all(fd, &op, 1);
	check_eq(epoll_wait(ep, &got, 1, 10000), 1);
	check_eq(got.events, EPOLLIN);
	/* An edge is reported once. */
	check_eq(epoll_wait(ep, &got, 1, 30), 0);
	submit_all(fd, &op, 1);
	check_eq(epoll_wait(ep, &got, 1, 10000), 1);
	reap_all(fd, records, 2);
	check_eq(epoll_wait(ep, &got, 1, 30), 0);
	close(ep);
}

static int set_eventfd(int fd, int efd)
{
	struct dmactl_eventfd arg = {.size = sizeof(arg), .fd = efd};

	return dev_ioctl(fd, DMACTL_IOC_EVENTFD, &arg);
}

static bool event_read(int efd)
{
	uint64_t n;

	return read(efd, &n, sizeof(n)) == sizeof(n) && n;
}

UAPI_TEST(event, eventfd_is_signalled)
{
	int fd = dev_open(0), a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);
	uint32_t chan = chan_get(fd);
	struct dmactl_op op = op_nop(chan, 0);
	struct dmactl_completion record;

	check_eq(set_eventfd(fd, a), 0);
	check(!event_read(a));
	run(fd, &op);
	check(event_read(a));
	check(!event_read(a));
	/* Setting another eventfd replaces it. */
	check_eq(set_eventfd(fd, b), 0);
	run(fd, &op);
	check(!event_read(a));
	check(event_read(b));
	/* A completion that is already queued signals a new eventfd. */
	check_eq(set_eventfd(fd, -1), 0);
	submit_all(fd, &op, 1);
	check(!event_read(b));
	check_eq(set_eventfd(fd, a), 0);
	check(event_read(a));
	reap_all(fd, &record, 1);
	check_eq(set_eventfd(fd, -1), 0);
	check_eq(set_eventfd(fd, -1), 0);
	run(fd, &op);
	check(!event_read(a));
	close(a);
	close(b);
}

UAPI_TEST(event, what_is_no_eventfd)
{
	int fd = dev_open(0), pipes[2], closed = dup(fd);

	check_eq(pipe(pipes), 0);
	close(closed);
	check_eq(set_eventfd(fd, closed), -EBADF);
	check_eq(set_eventfd(fd, 1 << 20), -EBADF);
	check_eq(set_eventfd(fd, pipes[0]), -EINVAL);
	check_eq(set_eventfd(fd, fd), -EINVAL);
	check_eq(set_eventfd(fd, -2), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
}

/* The session keeps its eventfd after the program has closed it. */
UAPI_TEST(event, a_closed_eventfd_goes_with_the_session)
{
	int fd = dev_open(0), efd = eventfd(0, EFD_NONBLOCK), copy = dup(efd);
	struct dmactl_op op = op_nop(chan_get(fd), 0);

	check_eq(set_eventfd(fd, efd), 0);
	close(efd);
	run(fd, &op);
	check(event_read(copy));
	dev_close(fd);
	check(!event_read(copy));
	close(copy);
}

static volatile sig_atomic_t signals;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

static void signal_setup(int sig, int flags)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

	check_eq(sigaction(sig, &action, NULL), 0);
	signals = 0;
}

static void alarm_in_100ms(void)
{
	struct itimerval timer = {.it_value = {.tv_usec = 100000}};

	check_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static struct dmactl_submit wait_arg(struct dmactl_completion *records, uint32_t nr)
{
	return (struct dmactl_submit){
		.size = sizeof(struct dmactl_submit),
		.completions_uptr = (uintptr_t)records,
		.nr_completions = nr,
		.min_complete = nr,
		.completion_size = sizeof(*records),
		.timeout_ns = DMACTL_TIMEOUT_INFINITE,
	};
}

UAPI_TEST(event, a_signal_ends_a_wait)
{
	struct dmactl_completion records[2];
	struct dmactl_submit arg;
	int fd = dev_open(0), i;
	uint32_t chan = chan_get(fd);
	struct dmactl_op op = op_nop(chan, 3);

	signal_setup(SIGALRM, SA_RESTART);
	for (i = 0; i < 2; i++) {
		arg = wait_arg(records, 2);
		arg.timeout_ns = i ? 100 * SEC : DMACTL_TIMEOUT_INFINITE;
		alarm_in_100ms();
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), -EINTR);
		check_eq(signals, i + 1);
		check_eq(arg.out_wait, -EINTR);
		check_eq(arg.out_completed, 0);
	}
	/* If a completion was taken or an op accepted, the call succeeds. */
	submit_all(fd, &op, 1);
	arg = wait_arg(records, 2);
	alarm_in_100ms();
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_wait, -EINTR);
	check_eq(arg.out_completed, 1);
	check_eq(records[0].user_data, 3);
}

UAPI_TEST(event, a_signal_does_not_take_back_ops)
{
	struct dmactl_completion record;
	struct dmactl_submit arg = wait_arg(&record, 1);
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, 1, 0x42);

	signal_setup(SIGINT, 0);
	signal_setup(SIGALRM, 0);
	sim_set("hold", "1");
	arg.ops_uptr = (uintptr_t)&op;
	arg.nr_ops = 1;
	arg.op_size = sizeof(op);
	alarm_in_100ms();
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 1);
	check_eq(arg.out_completed, 0);
	check_eq(arg.out_wait, -EINTR);
	sim_set("hold", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, 0);
	check_eq(mem.p[0], 0x42);
}

static void interrupt_thread(int fd)
{
	(void)fd;
	kill(getpid(), SIGINT);
}

UAPI_TEST(event, sigint_ends_read_and_wait)
{
	struct dmactl_completion record;
	sigset_t only_main;
	struct later later;
	int fd = dev_open(0);

	sigemptyset(&only_main);
	sigaddset(&only_main, SIGINT);
	signal_setup(SIGINT, 0);
	/* The new thread inherits the blocked signal. */
	pthread_sigmask(SIG_BLOCK, &only_main, NULL);
	later_start(&later, fd, interrupt_thread);
	pthread_sigmask(SIG_UNBLOCK, &only_main, NULL);
	check_eq(reap(fd, &record, 1, 1, DMACTL_TIMEOUT_INFINITE), -EINTR);
	check_eq(signals, 1);
	pthread_join(later.thread, NULL);
	alarm_in_100ms();
	signal_setup(SIGALRM, 0);
	check_eq(read(fd, &record, sizeof(record)), -1);
	check_eq(errno, EINTR);
}

static void submit_nop_after_signal(int fd)
{
	struct dmactl_op op = op_nop(chan_get(fd), 9);

	kill(getpid(), SIGINT);
	sleep_ms(100);
	submit_all(fd, &op, 1);
}

/* With SA_RESTART read(2) continues after the handler. */
UAPI_TEST(event, read_is_restarted)
{
	struct dmactl_completion record;
	sigset_t only_main;
	struct later later;
	int fd = dev_open(0);

	sigemptyset(&only_main);
	sigaddset(&only_main, SIGINT);
	signal_setup(SIGINT, SA_RESTART);
	pthread_sigmask(SIG_BLOCK, &only_main, NULL);
	later_start(&later, fd, submit_nop_after_signal);
	pthread_sigmask(SIG_UNBLOCK, &only_main, NULL);
	check_eq(read(fd, &record, sizeof(record)), sizeof(record));
	check_eq(signals, 1);
	check_eq(record.user_data, 9);
	pthread_join(later.thread, NULL);
}
