// SPDX-License-Identifier: MIT
/* Ports that go while their node is open, and programs that are killed. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>

#include "port.h"

#define LOOP DMACTL_PORT_DIR "loop"

/* ---- a session --------------------------------------------------------- */

PORT_TEST(port_node_gone, a_session_in_flight)
{
	struct dmactl_info info = {.size = sizeof(info)};
	int fd = port_open("win", O_RDWR), idle = port_open("win", O_RDWR);
	uint32_t chan = port_chan(fd, "win");
	struct mem mem = mem_get(fd, PAGE), coherent = mem_coherent(fd, chan, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 256, true);
	struct dmactl_completion record;
	char path[64];

	port_put("hold", "1");
	submit_all(fd, &op, 1);
	port_bind("win", false);
	check_eq(poll_now(fd) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
	reap_all(fd, &record, 1);
	check_eq(record.status, -ENODEV);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	/* What is mapped stays. */
	mem.p[0] = coherent.p[0] = 1;
	port_refused(fd, "win", -ENODEV);
	/* One without a channel is told, too. */
	check_eq(poll_now(idle) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
	port_refused(idle, "win", -ENODEV);
	check_eq(dev_ioctl(idle, DMACTL_IOC_INFO, &info), 0);
	check_eq(dev_try(DMACTL_PORT_DIR "win", O_RDWR), -ENOENT);
	/* The same inode, by another way. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	check_eq(dev_try(path, O_RDWR), -ENODEV);
	port_put("hold", "0");
	/* The port that comes again is another one. */
	port_bind("win", true);
	port_refused(idle, "win", -ENODEV);
	check_eq(dev_try(path, O_RDWR), -ENODEV);
	port_chan(port_open("win", O_RDWR), "win");
	check_eq(destroy(fd, chan), 0);
	port_refused(fd, "win", -ENODEV);
	check_eq(poll_now(fd) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
}

/* Another port that gets the name is not reached by an old file. */
PORT_TEST(port_node_gone, another_port_gets_the_name)
{
	int fd = port_open("win", O_RDWR);

	port_live("win", false);
	port_live("reg", false);
	port_put("reg/properties", "label=string:win dmactl,src-addr-width=u32:8 "
				   "dmactl,dst-addr-width=u32:2");
	port_live("reg", true);
	port_refused(fd, "win:in", -ENOENT);
	port_refused(fd, "win:io", -ENODEV);
	port_chan(port_open("win", O_RDWR), "win:in");
}

/* ---- a stream ---------------------------------------------------------- */

static void *read_until_error(void *arg)
{
	unsigned char byte;
	int fd = *(int *)arg;

	while (read(fd, &byte, 1) > 0)
		;
	return (void *)(intptr_t)errno;
}

PORT_TEST(port_node_gone, a_read_under_way)
{
	int fd = port_open("loop", O_RDWR);
	unsigned char byte = 1;
	pthread_t thread;
	void *result;

	check_eq(pthread_create(&thread, NULL, read_until_error, &fd), 0);
	port_wait_in_use("loop", "rx", true);
	port_bind("loop", false);
	pthread_join(thread, &result);
	check_eq((intptr_t)result, ENODEV);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, ENODEV);
	check_eq(write(fd, &byte, 1), -1);
	check_eq(errno, ENODEV);
	check_eq(poll_now(fd) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
	port_bind("loop", true);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, ENODEV);
	port_loop(port_open("loop", O_RDWR));
}

static void *wait_for_the_end(void *arg)
{
	struct epoll_event event = {.events = 0};

	/* Not poll(2), which looks once more when the time is over. */
	check_eq(epoll_wait(*(int *)arg, &event, 1, 20000), 1);
	return (void *)(uintptr_t)event.events;
}

/* Nothing was requested and nothing is asked for. */
PORT_TEST(port_node_gone, a_poll_under_way)
{
	int fd = port_open("loop", O_RDWR), epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = 0};
	pthread_t thread;
	void *result;

	check(epoll >= 0);
	check_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	check_eq(epoll_wait(epoll, &event, 1, 0), 0);
	check_eq(pthread_create(&thread, NULL, wait_for_the_end, &epoll), 0);
	port_bind("loop", false);
	pthread_join(thread, &result);
	check_eq((uintptr_t)result, EPOLLERR | EPOLLHUP);
	close(epoll);
	port_bind("loop", true);
}

PORT_TEST(port_node_gone, the_controller_goes)
{
	unsigned char byte = 1;
	int fd = port_open("loop", O_RDONLY | O_NONBLOCK);

	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EAGAIN);
	port_put("live", "0");
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, ENODEV);
	/* The port is there, and leads nowhere. */
	fd = port_open("loop", O_RDONLY | O_NONBLOCK);
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, ENODEV);
	port_put("live", "1");
	check_eq(read(fd, &byte, 1), -1);
	check_eq(errno, EAGAIN);
}

/* ---- programs that are killed ------------------------------------------ */

static void stream_for_ever(void *unused)
{
	static unsigned char block[65536];
	int fd = port_open("loop", O_RDWR);

	(void)unused;
	check_eq(poll_now(fd) & (POLLERR | POLLHUP), 0);
	for (;;)
		check(write(fd, block, sizeof(block)) > 0);
}

static void submit_for_ever(void *unused)
{
	int fd = port_open("win", O_RDWR);
	uint32_t chan = port_chan(fd, "win");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 256, true);
	struct dmactl_completion records[8];

	(void)unused;
	for (;;) {
		submit_flags(fd, &op, 1, 0, NULL);
		check(reap(fd, records, 8, 0, 0) >= 0);
	}
}

PORT_TEST(port_node_gone, killed)
{
	int i;

	for (i = 0; i < 3; i++) {
		pid_t stream = child_start(stream_for_ever, NULL);
		pid_t session = child_start(submit_for_ever, NULL);

		port_wait_in_use("loop", "tx", true);
		port_wait_in_use("win", "io", true);
		check_eq(kill(stream, SIGKILL), 0);
		check_eq(kill(session, SIGKILL), 0);
		child_expect_killed(stream);
		child_expect_killed(session);
		port_wait_in_use("loop", "tx", false);
		port_wait_in_use("win", "io", false);
	}
	port_loop(port_open("loop", O_RDWR));
}

/* ---- all at once ------------------------------------------------------- */

static volatile bool stop;

static void use_once(int fd, unsigned int how, unsigned long *had)
{
	static unsigned char block[4096];
	struct dmactl_chan_request arg;
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

	switch (how % 4) {
	case 0:
		*had += write(fd, block, sizeof(block)) > 0;
		break;
	case 1:
		*had += read(fd, block, sizeof(block)) > 0 || errno == EAGAIN;
		break;
	case 2:
		*had += poll(&p, 1, 0) >= 0;
		break;
	default:
		*had += !port_request(fd, "loop:tx", &arg);
	}
}

static void *keep_opening(void *arg)
{
	unsigned int how = (unsigned int)(uintptr_t)arg;
	unsigned long had = 0;

	while (!stop) {
		int fd = open(LOOP, O_RDWR | O_CLOEXEC | O_NONBLOCK);

		if (fd < 0) {
			check(errno == ENOENT || errno == ENXIO || errno == ENODEV);
			continue;
		}
		use_once(fd, how, &had);
		use_once(fd, how + 1, &had);
		how++;
		close(fd);
	}
	return (void *)had;
}

PORT_TEST(port_node_gone, again_and_again_under_load)
{
	pthread_t threads[3];
	unsigned long had = 0;
	void *result;
	int i;

	stop = false;
	for (i = 0; i < 3; i++)
		check_eq(pthread_create(&threads[i], NULL, keep_opening, (void *)(uintptr_t)i), 0);
	for (i = 0; i < 20; i++) {
		sleep_ms(10 + i % 3);
		if (i % 2)
			port_bind("loop", false);
		else
			port_live("loop", false);
		sleep_ms(i % 4);
		if (i % 2)
			port_bind("loop", true);
		else
			port_live("loop", true);
	}
	sleep_ms(20);
	stop = true;
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], &result);
		had += (unsigned long)result;
	}
	if (!had)
		fail("none of the threads ever got through");
	port_loop(port_open("loop", O_RDWR));
}
