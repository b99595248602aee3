// SPDX-License-Identifier: MIT
/* STREAM_OPEN: how long a stream lasts, and what becomes of the bytes in it. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "stream.h"

static const char unbind_name[] = "dma-sim.2";

static void terminated(void)
{
	int fd = dev_open(0);
	uint32_t rx = chan_slave(fd, "loop-rx").out_chan;
	int stream = stream_get(fd, rx, DMACTL_DIR_DEV_TO_MEM, 0);
	int tx = stream_get(fd, chan_slave(fd, "loop-tx").out_chan, DMACTL_DIR_MEM_TO_DEV, 0);
	unsigned char byte;

	check_eq(chan_ctrl(fd, rx, DMACTL_CTRL_TERMINATE), 0);
	/* Told once, and then it goes on. */
	check_eq(read(stream, &byte, 1), -1);
	check_eq(errno, ECANCELED);
	check_eq(fcntl(stream, F_SETFL, O_NONBLOCK), 0);
	check_eq(read(stream, &byte, 1), -1);
	check_eq(errno, EAGAIN);
	check_eq(fcntl(stream, F_SETFL, 0), 0);
	write_all(tx, 0, 65536, 65536);
	read_all(stream, 0, 65536, 65536);
}

UAPI_TEST(stream_end, goes_on_after_terminate)
{
	with_peripherals(terminated);
}

static void check_gone(int stream)
{
	struct pollfd polled = {.fd = stream, .events = POLLIN};
	unsigned char byte;

	check_eq(poll(&polled, 1, 0), 1);
	check(polled.revents & POLLHUP);
	check(polled.revents & POLLERR);
	check_eq(read(stream, &byte, 1), -1);
	check_eq(errno, ENODEV);
}

static void outlives_nothing(void)
{
	int fd = dev_open(0);
	uint32_t rx = chan_slave(fd, "loop-rx").out_chan;
	int stream = stream_get(fd, rx, DMACTL_DIR_DEV_TO_MEM, 0);

	check_eq(destroy(fd, rx), 0);
	check_gone(stream);
	close(stream);
	rx = chan_slave(fd, "loop-rx").out_chan;
	stream = stream_get(fd, rx, DMACTL_DIR_DEV_TO_MEM, 0);
	dev_close(fd);
	check_gone(stream);
	fd = dev_open(0);
	/* The channel is free although the file is open. */
	close(stream_get(fd, chan_slave(fd, "loop-rx").out_chan, DMACTL_DIR_DEV_TO_MEM, 0));
	close(stream);
}

UAPI_TEST(stream_end, ends_with_its_channel)
{
	with_peripherals(outlives_nothing);
}

static void *blocked_reader(void *arg)
{
	unsigned char byte;

	if (read(*(int *)arg, &byte, 1) != -1)
		return NULL;
	return (void *)(intptr_t)errno;
}

static void unbound(void)
{
	struct pair p = pair_get(0);
	pthread_t thread;
	void *result;

	check_eq(pthread_create(&thread, NULL, blocked_reader, &p.rx), 0);
	sleep_ms(50);
	check_eq(sim_bind(unbind_name, false), 0);
	check_eq(pthread_join(thread, &result), 0);
	check_eq((intptr_t)result, ENODEV);
	check_gone(p.rx);
	check_eq(write(p.tx, "x", 1), -1);
	check_eq(errno, ENODEV);
}

UAPI_TEST(stream_end, ends_with_its_device)
{
	with_peripherals(unbound);
}

static void close_drains(void)
{
	uint32_t numbers[5000];
	char value[32];
	int fd = dev_open(0);
	int tx = stream_get(fd, chan_slave(fd, "sink").out_chan, DMACTL_DIR_MEM_TO_DEV, 0);
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		numbers[i] = i;
	/* Slow enough that it cannot be done before the close. */
	sim_set("sink_rate", "100000");
	check_eq(write(tx, numbers, sizeof(numbers)), sizeof(numbers));
	check_eq(fsync(tx), 0);
	sim_get("sink_bytes", value, sizeof(value));
	check_eq(atol(value), sizeof(numbers));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		numbers[i] += ARRAY_SIZE(numbers);
	check_eq(write(tx, numbers, sizeof(numbers)), sizeof(numbers));
	close(tx);
	sim_get("sink_bytes", value, sizeof(value));
	check_eq(atol(value), 2 * sizeof(numbers));
	sim_get("sink_errors", value, sizeof(value));
	check_eq(atol(value), 0);
	sim_set("sink_rate", "0");
}

UAPI_TEST(stream_end, fsync_and_close_lose_nothing)
{
	with_peripherals(close_drains);
}

static void killed_child(void *arg)
{
	struct pair *p = arg;

	write_all(p->tx, 0, 64 * MIB, 65536);
}

static void killed(void)
{
	struct pair p = pair_get(0);
	pid_t pid = child_start(killed_child, &p);

	read_all(p.rx, 0, MIB, 65536);
	kill(pid, SIGKILL);
	child_expect_killed(pid);
	close(p.tx);
	close(p.rx);
	dev_close(p.fd);
	/* Whoever comes next finds it empty. */
	p = pair_get(0);
	write_all(p.tx, 0, 65536, 65536);
	read_all(p.rx, 0, 65536, 65536);
}

UAPI_TEST(stream_end, survives_a_killed_writer)
{
	with_peripherals(killed);
}

static int by_path(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void opened_again(void)
{
	struct pair p = pair_get(0);
	int tx = by_path(p.tx, O_RDWR), rx = by_path(p.rx, O_RDONLY);
	int path = by_path(p.rx, O_PATH);
	unsigned char byte;

	check(tx >= 0);
	check(rx >= 0);
	check(path >= 0);
	check_eq(by_path(p.tx, O_RDONLY), -EACCES);
	check_eq(by_path(p.rx, O_WRONLY), -EACCES);
	check_eq(read(tx, &byte, 1), -1);
	check_eq(errno, EBADF);
	/* The stream is there until the last of its files is closed. */
	close(p.tx);
	close(p.rx);
	write_all(tx, 0, 65536, 65536);
	read_all(rx, 0, 65536, 65536);
	close(rx);
	check_eq(by_path(path, O_RDONLY), -ENODEV);
	dev_close(p.fd);
	check_eq(by_path(path, O_RDONLY), -ENODEV);
	close(path);
	check_eq(write(tx, "x", 1), -1);
	check_eq(errno, ENODEV);
	close(tx);
}

UAPI_TEST(stream_end, can_be_opened_by_its_path)
{
	with_peripherals(opened_again);
}
