// SPDX-License-Identifier: MIT
/* Ports that are removed, or lose their controller, with transfers in flight. */
#include <poll.h>
#include <pthread.h>

#include "port.h"

/* `move` removes the port and adds it again. */
static void goes_in_flight(void (*move)(const char *port, bool there))
{
	struct dmactl_completion records[4];
	struct dmactl_op ops[4];
	int i, fd = dev_open(0);
	uint32_t chan = port_chan(fd, "win");
	struct dmactl_chan_config config = config_of(chan);
	struct mem mem = mem_get(fd, PAGE), coherent = mem_coherent(fd, chan, PAGE);

	for (i = 0; i < 4; i++) {
		ops[i] = op_single(chan, i % 2 ? &mem : &coherent, 0, 256, true);
		ops[i].user_data = i;
	}
	port_put("hold", "1");
	submit_all(fd, ops, 4);
	move("win", false);
	check(poll_now(fd) & POLLERR);
	check(poll_now(fd) & POLLHUP);
	reap_all(fd, records, 4);
	for (i = 0; i < 4; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, -ENODEV);
	}
	check_eq(chan_status(fd, chan).out_state, DMACTL_STATE_GONE);
	check_eq(submit_flags(fd, ops, 1, 0, NULL), -ENODEV);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -ENODEV);
	check_eq(chan_config(fd, &config), -ENODEV);
	port_refused(fd, "win", -ENOENT);
	port_put("hold", "0");
	/* The controller is still there, so the channel can be requested at once. */
	check_eq(destroy(fd, chan_slave(fd, "mem").out_chan), 0);
	/* The device of the memory has not changed. */
	coherent.p[0] = 1;
	move("win", true);
	/* The old channel is still held. */
	check_eq(poll_now(fd) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
	port_chan(fd, "win");
	check_eq(destroy(fd, chan), 0);
	check(!(poll_now(fd) & (POLLERR | POLLHUP)));
	port_refused(fd, "win", -EBUSY);
}

PORT_TEST(port, unbound_in_flight)
{
	goes_in_flight(port_bind);
}

PORT_TEST(port, removed_in_flight)
{
	goes_in_flight(port_live);
}

PORT_TEST(port, the_session_ends_after_the_port)
{
	int fd = dev_open(0);
	uint32_t chan = port_chan(fd, "win");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 256, true);

	port_put("hold", "1");
	submit_all(fd, &op, 1);
	port_live("win", false);
	dev_close(fd);
	port_put("hold", "0");
	port_live("win", true);
	fd = dev_open(0);
	port_chan(fd, "win");
}

PORT_TEST(port, the_controller_goes)
{
	int fd = dev_open(0), other = dev_open(0);
	uint32_t chan = port_chan(fd, "win");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_single(chan, &mem, 0, 256, true);
	struct dmactl_completion record;

	port_put("hold", "1");
	submit_all(fd, &op, 1);
	port_put("live", "0");
	reap_all(fd, &record, 1);
	check_eq(record.status, -ENODEV);
	/* The port exists, but its controller does not. */
	port_refused(other, "win", -ENODEV);
	port_put("hold", "0");
	port_put("live", "1");
	/* The first session still has the dead channel, which does not block the port. */
	port_chan(other, "win");
	check_eq(destroy(fd, chan), 0);
	port_refused(fd, "win", -EBUSY);
	/* The port can also be removed before a channel that lost its controller. */
	chan = port_chan(fd, "loop:tx");
	port_put("live", "0");
	port_live("loop", false);
	check_eq(destroy(fd, chan), 0);
}

PORT_TEST(port, hardware_that_does_not_stop)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	struct dmactl_op op;
	struct mem mem;
	uint32_t chan;

	/* If the channel cannot be stopped, unbinding the port waits for its ops. */
	port_put("live", "0");
	port_put("no_terminate", "1");
	port_put("live", "1");
	chan = port_chan(fd, "win");
	mem = mem_get(fd, PAGE);
	op = op_single(chan, &mem, 0, 256, true);
	port_put("latency", "200000000");
	submit_all(fd, &op, 1);
	port_bind("win", false);
	/* The op has ended, successfully. */
	check_eq(reap(fd, &record, 1, 0, 0), 1);
	check_eq(record.status, 0);
	check_eq(record.bytes, 256);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	port_put("latency", "0");
	port_bind("win", true);
}

static volatile bool stop;

static void *keep_asking(void *name)
{
	struct dmactl_completion records[8];
	unsigned long had = 0;

	while (!stop) {
		struct dmactl_chan_request arg;
		int i, ret, fd = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
		struct mem mem;

		check(fd >= 0);
		ret = port_request(fd, name, &arg);
		if (ret && ret != -ENOENT && ret != -EBUSY && ret != -ENODEV)
			fail("%s: %d", (char *)name, ret);
		if (!ret) {
			had++;
			check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &mem), 0);
			for (i = 0; i < 8; i++) {
				struct dmactl_op op = op_single(arg.out_chan, &mem, 0, 256, true);

				submit_flags(fd, &op, 1, 0, NULL);
				check(reap(fd, records, 8, 0, 0) >= 0);
			}
		}
		close(fd);
	}
	return (void *)had;
}

PORT_TEST(port, again_and_again_under_load)
{
	static char name[] = "win";
	pthread_t threads[2];
	unsigned long had = 0;
	void *result;
	int i;

	stop = false;
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, keep_asking, name), 0);
	for (i = 0; i < 20; i++) {
		sleep_ms(10 + i % 3);
		if (i % 2)
			port_bind("win", false);
		else
			port_live("win", false);
		sleep_ms(i % 4);
		if (i % 2)
			port_bind("win", true);
		else
			port_live("win", true);
	}
	sleep_ms(20);
	stop = true;
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &result);
		had += (unsigned long)result;
	}
	if (!had)
		fail("none of the threads ever got the channel");
	i = dev_open(0);
	port_chan(i, "win");
}
