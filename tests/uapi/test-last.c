// SPDX-License-Identifier: MIT
/*
 * The last reference to an object is dropped where sleeping is not allowed; and a waiter ends
 * together with the object that it waits for.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>

#include "cring.h"

#define BIG (8u << 20)

static void wait_for_overflow(const struct cring *ring)
{
	int i;

	for (i = 0; i < 10000 && !cring_overflows(ring); i++)
		sleep_ms(1);
	check(cring_overflows(ring));
}

/*
 * The last completion of a destroyed channel waits for room in the ring. A callback of a channel on
 * another device moves it there after the program has made room without a system call.
 */
static void pour_last_record_of(int fd, uint32_t chan, struct cring *ring, uint64_t user_data)
{
	uint32_t other = chan_of_device(fd, "dma-sim.1");
	struct mem mem = mem_get(fd, BIG);
	struct dmactl_op op;
	uint32_t i;

	wait_for_overflow(ring);
	check_eq(destroy(fd, chan), 0);
	op = op_memcpy(other, &mem, BIG / 2, &mem, 0, BIG / 2);
	op.user_data = 3;
	submit_all(fd, &op, 1);
	for (i = 0; i < 20000 && cring_ready(ring) < 1; i++)
		sleep_ms(1);
	check_eq(cring_take(ring).user_data, 1);
	for (i = 0; i < 20000 && cring_ready(ring) < 1; i++)
		sleep_ms(1);
	check_eq(cring_take(ring).user_data, user_data);
}

UAPI_TEST(last, record_of_a_channel)
{
	struct dmactl_op ops[2];
	int fd = dev_open(0);
	struct cring ring = cring_new(fd, 1);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem mem = mem_get(fd, 2 * PAGE);
	int i;

	for (i = 0; i < 2; i++) {
		ops[i] = op_memcpy(chan, &mem, PAGE, &mem, 0, 100);
		ops[i].user_data = i + 1;
	}
	sim_set("bandwidth", "4000000");
	submit_all(fd, ops, 2);
	pour_last_record_of(fd, chan, &ring, 2);
}

/* The completion of a cyclic op that ended long before. */
UAPI_TEST(last, record_of_periods)
{
	struct dmactl_cyclic periods = {.period_len = PAGE};
	int fd = dev_open(0);
	struct cring ring = cring_new(fd, 1);
	uint32_t chan = chan_slave(fd, "sim0").out_chan;
	struct mem mem = mem_get(fd, 4 * PAGE);
	struct dmactl_op op = op_nop(chan, 1);

	sim_set("bandwidth", "4000000");
	submit_all(fd, &op, 1);
	op = op_single(chan, &mem, 0, 2 * PAGE, true);
	op.opcode = DMACTL_OP_CYCLIC;
	op.user_data = 2;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	submit_all(fd, &op, 1);
	pour_last_record_of(fd, chan, &ring, 2);
}

static int stream_get(int fd, uint32_t chan, uint32_t direction, uint32_t block)
{
	struct dmactl_stream_open arg = {
		.size = sizeof(arg), .chan = chan, .direction = direction, .block_len = block};

	check_eq(dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg), 0);
	return arg.out_fd;
}

/* Blocks complete continuously and wake waiters while the stream is closed. */
static void stream_and_its_wake_up(void)
{
	int fd = dev_open(0), i, out, in, waits = epoll_create1(EPOLL_CLOEXEC);
	uint32_t counter = chan_slave(fd, "counter").out_chan,
		 sink = chan_slave(fd, "sink").out_chan;
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT};
	static unsigned char page[PAGE];

	for (i = 0; i < 400; i++) {
		in = stream_get(fd, counter, DMACTL_DIR_DEV_TO_MEM, PAGE);
		out = stream_get(fd, sink, DMACTL_DIR_MEM_TO_DEV, PAGE);
		check_eq(epoll_ctl(waits, EPOLL_CTL_ADD, in, &event), 0);
		check_eq(epoll_ctl(waits, EPOLL_CTL_ADD, out, &event), 0);
		check_eq(write(out, page, PAGE), PAGE);
		check(epoll_wait(waits, &event, 1, 10000) > 0);
		if (i % 2)
			check(read(in, page, 1 + i) > 0);
		check_eq(close(out), 0);
		check_eq(close(in), 0);
	}
	check_eq(close(waits), 0);
	check_eq(destroy(fd, counter), 0);
	check_eq(destroy(fd, sink), 0);
}

UAPI_TEST(last, stream_and_its_wake_up)
{
	with_sim("peripherals=counter,sink", stream_and_its_wake_up);
}
