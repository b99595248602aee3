// SPDX-License-Identifier: MIT
/* A device that goes away while it is in use. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

#include "uapi.h"

static sigjmp_buf on_bus_error;

static void bus_error(int sig)
{
	siglongjmp(on_bus_error, sig);
}

/* 0, or SIGBUS. */
static int touch(volatile unsigned char *p)
{
	int sig;

	signal(SIGBUS, bus_error);
	sig = sigsetjmp(on_bus_error, 1);
	if (!sig)
		*p = 1;
	signal(SIGBUS, SIG_DFL);
	return sig;
}

static void rebind(void)
{
	check_eq(sim_bind("dma-sim.0", true), 0);
}

/* A new session works as if nothing had been. */
static void check_works(void)
{
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem src = mem_get(fd, 3 * PAGE), dst = mem_get(fd, 3 * PAGE);
	struct mem coherent = mem_coherent(fd, chan, 3 * PAGE);

	copy_check(fd, chan, &dst, 1, &src, 2, 2 * PAGE);
	copy_check(fd, chan, &coherent, 1, &src, 2, 2 * PAGE);
}

static void check_gone(int fd, uint32_t chan, const struct mem *mem)
{
	struct dmactl_op op = op_memset(chan, mem, 0, 16, 1);
	struct mem more;

	check_eq(chan_status(fd, chan).out_state, DMACTL_STATE_GONE);
	check_eq(chan_status(fd, chan).out_credit, 0);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_ISSUE), -ENODEV);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), -ENODEV);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_PAUSE), -ENODEV);
	check_eq(submit_flags(fd, &op, 1, 0, NULL), -ENODEV);
	check_eq(buf_alloc(fd, DMACTL_BUF_COHERENT, chan, PAGE, &more), -ENODEV);
}

UAPI_TEST(unbind, in_flight)
{
	struct dmactl_completion records[10];
	struct dmactl_op ops[10];
	int i, fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct mem coherent = mem_coherent(fd, chan, 4 * PAGE), after;

	for (i = 0; i < 10; i++) {
		ops[i] = op_memcpy(chan, &dst, 0, i % 2 ? &src : &coherent, 0, 100);
		ops[i].user_data = i;
	}
	sim_set("hold", "1");
	submit_all(fd, ops, 10);
	check_eq(sim_bind("dma-sim.0", false), 0);
	check(poll_now(fd) & POLLERR);
	check(poll_now(fd) & POLLHUP);
	check(poll_now(fd) & POLLIN);
	reap_all(fd, records, 10);
	for (i = 0; i < 10; i++) {
		check_eq(records[i].user_data, i);
		check_eq(records[i].status, -ENODEV);
	}
	check_gone(fd, chan, &dst);
	/* Device memory is gone, the rest is not. */
	check_eq(touch(coherent.p), SIGBUS);
	check_eq(touch(coherent.p + 3 * PAGE), SIGBUS);
	check_eq(touch(dst.p), 0);
	check(map_at(NULL, PAGE, PROT_READ, MAP_SHARED, fd, coherent.off) == MAP_FAILED);
	check_eq(errno, ENODEV);

	sim_set("hold", "0");
	rebind();
	check_works();
	/* The same session, with another channel. */
	check_gone(fd, chan, &dst);
	check_eq(destroy(fd, chan), 0);
	check(!(poll_now(fd) & (POLLERR | POLLHUP)));
	chan = chan_of_device(fd, "dma-sim.0");
	copy_check(fd, chan, &dst, 3, &src, 5, 1000);
	ops[0] = op_memcpy(chan, &dst, 0, &coherent, 0, 100);
	check_eq(submit_flags(fd, ops, 1, 0, NULL), -EXDEV);
	check_eq(destroy(fd, coherent.buf), 0);
	after = mem_coherent(fd, chan, PAGE);
	copy_check(fd, chan, &after, 3, &src, 5, 1000);
}

/* What belongs to the other controller is not touched. */
UAPI_TEST(unbind, another_device)
{
	int fd = dev_open(0);
	uint32_t here = chan_of_device(fd, "dma-sim.0"), there = chan_of_device(fd, "dma-sim.1");
	struct mem any = mem_get(fd, 2 * PAGE), coherent = mem_coherent(fd, there, 2 * PAGE);

	copy_check(fd, here, &any, 0, &any, PAGE, 100);
	copy_check(fd, there, &coherent, 0, &any, PAGE, 100);
	check_eq(sim_bind("dma-sim.0", false), 0);
	copy_check(fd, there, &any, 0, &coherent, PAGE, 100);
	check_eq(touch(coherent.p), 0);
	rebind();
}

UAPI_TEST(unbind, the_session_ends_first)
{
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem coherent = mem_coherent(fd, chan, PAGE);
	struct dmactl_op op = op_memset(chan, &coherent, 0, 10, 1);

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(sim_bind("dma-sim.0", false), 0);
	dev_close(fd);
	check_eq(touch(coherent.p), SIGBUS);
	mem_unmap(&coherent);
	sim_set("hold", "0");
	rebind();
	check_works();
}

UAPI_TEST(unbind, a_mapping_of_a_closed_session)
{
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem destroyed = mem_coherent(fd, chan, 2 * PAGE);
	struct mem mem = mem_coherent(fd, chan, 2 * PAGE);

	check_eq(destroy(fd, destroyed.buf), 0);
	dev_close(fd);
	check_eq(touch(mem.p), 0);
	check_eq(touch(destroyed.p), 0);
	check_eq(sim_bind("dma-sim.0", false), 0);
	check_eq(touch(mem.p), SIGBUS);
	check_eq(touch(destroyed.p), SIGBUS);
	mem_unmap(&mem);
	mem_unmap(&destroyed);
	rebind();
	check_works();
}

static void *wait_for_record(void *arg)
{
	struct dmactl_completion record;

	check_eq(reap(*(int *)arg, &record, 1, 1, DMACTL_TIMEOUT_INFINITE), 1);
	check_eq(record.status, -ENODEV);
	return NULL;
}

UAPI_TEST(unbind, whoever_waits_is_told)
{
	pthread_t thread;
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim.0");
	struct mem mem = mem_get(fd, PAGE);
	struct dmactl_op op = op_memset(chan, &mem, 0, PAGE, 1);
	struct pollfd p = {.fd = fd, .events = 0};

	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(pthread_create(&thread, NULL, wait_for_record, &fd), 0);
	sleep_ms(30);
	check_eq(sim_bind("dma-sim.0", false), 0);
	pthread_join(thread, NULL);
	check_eq(poll(&p, 1, 10000), 1);
	check_eq(p.revents, POLLERR | POLLHUP);
	sim_set("hold", "0");
	rebind();
}

static volatile bool stop;

/* Sessions that come and go with work under way. */
static void *keep_busy(void *unused)
{
	struct dmactl_completion records[16];

	while (!stop) {
		struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0");
		int i, fd = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
		struct mem streaming, coherent;
		struct dmactl_op op;

		check(fd >= 0);
		if (!chan_request(fd, &arg)) {
			check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &streaming), 0);
			if (buf_alloc(fd, DMACTL_BUF_COHERENT, arg.out_chan, PAGE, &coherent))
				coherent = streaming;
			for (i = 0; i < 20; i++) {
				op = op_memset(arg.out_chan, i % 2 ? &streaming : &coherent, 0, 64,
					       1);
				submit_flags(fd, &op, 1, 0, NULL);
				check(reap(fd, records, 16, 0, 0) >= 0);
			}
		}
		close(fd);
	}
	return unused;
}

/* Channels that come and go, so that all wait for each other. */
static void *request_and_destroy(void *device)
{
	int fd = dev_open(0);

	while (!stop) {
		struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, device);

		if (!chan_request(fd, &arg))
			check_eq(destroy(fd, arg.out_chan), 0);
	}
	dev_close(fd);
	return NULL;
}

static void again_and_again(int times)
{
	int i;

	for (i = 0; i < times; i++) {
		sleep_ms(10 + i % 15);
		check_eq(sim_bind("dma-sim.0", false), 0);
		sleep_ms(i % 4);
		rebind();
	}
}

UAPI_TEST(unbind, again_and_again_under_load)
{
	pthread_t threads[2];
	int i;

	stop = false;
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, keep_busy, NULL), 0);
	again_and_again(15);
	stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	check_works();
}

static void frees_lent_channels(void)
{
	static char here[] = "dma-sim.0", there[] = "dma-sim.1";
	pthread_t threads[4];
	int i;

	stop = false;
	for (i = 0; i < 4; i++)
		check_eq(pthread_create(&threads[i], NULL, request_and_destroy,
					i % 2 ? there : here),
			 0);
	again_and_again(40);
	stop = true;
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check_works();
}

/* dmaengine warns if one is lent when the driver has gone. */
UAPI_TEST(unbind, a_driver_that_frees_its_channels)
{
	with_sim("no_release=1", frees_lent_channels);
}

/* As idxd: the device that does DMA keeps its driver, and the channels go. */
static void a_device_below(void)
{
	struct dmactl_completion record;
	int fd = dev_open(0);
	uint32_t chan = chan_of_device(fd, "dma-sim-parent.0");
	struct mem src = mem_get(fd, PAGE), dst = mem_get(fd, PAGE);
	struct mem coherent = mem_coherent(fd, chan, PAGE);
	struct dmactl_op op = op_memcpy(chan, &dst, 0, &src, 0, 100);

	copy_check(fd, chan, &dst, 3, &src, 5, 1000);
	sim_set("hold", "1");
	submit_all(fd, &op, 1);
	check_eq(sim_bind("dma-sim.0", false), 0);
	reap_all(fd, &record, 1);
	check_eq(record.status, -ENODEV);
	check_gone(fd, chan, &dst);
	check_eq(touch(coherent.p), SIGBUS);
	sim_set("hold", "0");
	check_eq(sim_bind("dma-sim.0", true), 0);
	check_eq(destroy(fd, chan), 0);
	chan = chan_of_device(fd, "dma-sim-parent.0");
	copy_check(fd, chan, &dst, 3, &src, 5, 1000);
}

UAPI_TEST(unbind, a_device_below)
{
	with_sim("below=1", a_device_below);
}

/* Requests a channel while its driver is being unbound. */
struct late_request {
	int fd, ret;
	struct dmactl_chan_request arg;
};

static void *requests_late(void *p)
{
	struct late_request *r = p;

	sleep_ms(5);
	r->ret = chan_request(r->fd, &r->arg);
	return NULL;
}

/* The name of the only channel that a session holds. */
static void name_claimed(char name[64])
{
	char text[256];

	file_read("/sys/class/misc/dmactl/claimed", text, sizeof(text));
	check(sscanf(text, "%63s", name) == 1);
}

/*
 * The driver is bound again while the request waits for it to be unbound. The
 * channel belongs to the driver's new life: it is in use in sysfs.
 */
static void bound_again(void)
{
	struct dmactl_op op;
	struct mem mem;
	int i;

	for (i = 0; i < 40; i++) {
		struct late_request r = {
			.fd = dev_open(0),
			.arg = i % 2 ? chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim.0")
				     : chan_named(DMACTL_CHAN_BY_SLAVE, "sim0.1"),
		};
		char name[64], path[128], in_use[16];
		pthread_t thread;
		int fd = dev_open(0);

		/* dmactl waits for a copy to end, so that unbinding takes its time. */
		mem = mem_get(fd, PAGE);
		op = op_memset(chan_of_device(fd, "dma-sim.0"), &mem, 0, PAGE, 1);
		sim_set("hold", "1");
		submit_all(fd, &op, 1);
		check_eq(pthread_create(&thread, NULL, requests_late, &r), 0);
		check_eq(sim_bind("dma-sim.0", false), 0);
		rebind();
		check_eq(pthread_join(thread, NULL), 0);
		sim_set("hold", "0");
		mem_unmap(&mem);
		dev_close(fd);
		if (r.ret) {
			/* EIO: dma-sim is being unbound. */
			check(r.ret == -ENOENT || r.ret == -EIO);
		} else if (chan_status(r.fd, r.arg.out_chan).out_state != DMACTL_STATE_GONE) {
			/* It did not come before the driver went. */
			name_claimed(name);
			snprintf(path, sizeof(path), "/sys/class/dma/%s/in_use", name);
			file_read(path, in_use, sizeof(in_use));
			check_eq(atoi(in_use), 1);
		}
		dev_close(r.fd);
	}
	check_works();
}

UAPI_TEST(unbind, bound_again_while_a_channel_is_requested)
{
	bound_again();
}

/* dmaengine warns if the request has a channel while it waits. */
UAPI_TEST(unbind, a_request_waits_without_a_channel)
{
	with_sim("no_release=1", bound_again);
}

/* The upper device keeps its driver, so the request does not wait. */
static void requested_below(void)
{
	struct dmactl_op op;
	struct mem mem;
	int i;

	for (i = 0; i < 10; i++) {
		struct late_request r = {
			.fd = dev_open(0),
			.arg = chan_named(DMACTL_CHAN_BY_CAPS, "dma-sim-parent.0"),
		};
		pthread_t thread;
		int fd = dev_open(0);

		mem = mem_get(fd, PAGE);
		op = op_memset(chan_of_device(fd, "dma-sim-parent.0"), &mem, 0, PAGE, 1);
		sim_set("hold", "1");
		submit_all(fd, &op, 1);
		check_eq(pthread_create(&thread, NULL, requests_late, &r), 0);
		check_eq(sim_bind("dma-sim.0", false), 0);
		check_eq(pthread_join(thread, NULL), 0);
		check(!r.ret || r.ret == -ENODEV || r.ret == -ENOENT || r.ret == -EIO);
		sim_set("hold", "0");
		mem_unmap(&mem);
		dev_close(fd);
		dev_close(r.fd);
		rebind();
	}
}

UAPI_TEST(unbind, a_device_below_while_a_channel_is_requested)
{
	with_sim("below=1", requested_below);
}
