// SPDX-License-Identifier: MIT
/*
 * The calls of a fuzzed program. clang evaluates initializers in the order of a struct's fields, so
 * tests/fuzz/seeds has the numbers in that order, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dmactl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

#define SIM "/sys/module/dma_sim/parameters/"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* A refused setting does not matter. */
	if (write(fd, text, strlen(text)) < 0)
		errno = 0;
	close(fd);
}

static int some_session(struct world *w, struct input *in)
{
	return __atomic_load_n(&w->session[take(in, 1) % SESSIONS], __ATOMIC_RELAXED);
}

static int some_file(struct world *w, struct input *in)
{
	return __atomic_load_n(&w->file[take(in, 1) % FILES], __ATOMIC_RELAXED);
}

static void keep_file(struct world *w, struct input *in, int fd)
{
	int old;

	if (fd < 0)
		return;
	old = __atomic_exchange_n(&w->file[take(in, 1) % FILES], fd, __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
}

static unsigned int keep_handle(struct world *w, struct input *in, uint32_t handle)
{
	unsigned int slot = take(in, 1) % HANDLES;

	if (handle)
		__atomic_store_n(&w->handle[slot], handle, __ATOMIC_RELAXED);
	return slot;
}

static void do_request(struct world *w, struct input *in)
{
	static const char *const names[] = {
		"",	   "",	      "dma-sim.0", "dma-sim.1", "dma0chan0", "dma1chan1",
		"loop-rx", "loop-tx", "counter",   "sink",	"mem",
	};
	struct dmactl_chan_request arg = {
		.size = sizeof(arg),
		.flags = take(in, 1) < 10,
		.by = (uint32_t)(take(in, 1) % (DMACTL_CHAN_BY_END + 1)),
		.depth = (uint32_t)(take(in, 1) % 70),
	};

	snprintf(arg.name, sizeof(arg.name), "%s",
		 names[take(in, 1) % (sizeof(names) / sizeof(names[0]))]);
	if (take(in, 1) < 40)
		arg.caps = 1ull << take(in, 1) % 64;
	if (!ioctl(some_session(w, in), DMACTL_IOC_CHAN_REQUEST, &arg))
		keep_handle(w, in, arg.out_chan);
}

static void do_config(struct world *w, struct input *in)
{
	struct dmactl_chan_config arg = {
		.size = sizeof(arg),
		.chan = some_handle(w, in),
		.direction = (uint32_t)take(in, 1) % 6,
		.src_addr = length(in),
		.dst_addr = length(in),
		.src_addr_width = 1u << take(in, 1) % 8,
		.dst_addr_width = 1u << take(in, 1) % 8,
		.src_maxburst = (uint32_t)take(in, 1),
		.dst_maxburst = (uint32_t)take(in, 1),
	};

	ioctl(some_session(w, in), DMACTL_IOC_CHAN_CONFIG, &arg);
}

static void do_ctrl(struct world *w, struct input *in)
{
	struct dmactl_chan_ctrl arg = {
		.size = sizeof(arg), .chan = some_handle(w, in), .ctrl = (uint32_t)take(in, 1) % 8};

	ioctl(some_session(w, in), DMACTL_IOC_CHAN_CTRL, &arg);
}

static void do_status(struct world *w, struct input *in)
{
	struct dmactl_chan_status arg = {
		.size = sizeof(arg),
		.flags = (uint32_t)take(in, 1) % 4,
		.chan = some_handle(w, in),
		.user_data = take(in, 1),
	};

	ioctl(some_session(w, in), DMACTL_IOC_CHAN_STATUS, &arg);
}

static void do_alloc(struct world *w, struct input *in)
{
	struct dmactl_buf_alloc arg = {
		.size = sizeof(arg),
		.kind = (uint32_t)take(in, 1) % 4,
		.chan = some_handle(w, in),
		.len = take(in, 1) < 200 ? MAP_LEN : number(in) % (8u << 20),
	};
	unsigned int slot;

	if ((arg.kind == DMACTL_BUF_STREAMING || arg.kind == DMACTL_BUF_CONTIGUOUS) &&
	    take(in, 1) < 250)
		arg.chan = 0;
	if (ioctl(some_session(w, in), DMACTL_IOC_BUF_ALLOC, &arg))
		return;
	slot = keep_handle(w, in, arg.out_buf);
	w->offset[slot] = arg.out_mmap_offset;
}

static void do_map_user(struct world *w, struct input *in)
{
	struct dmactl_buf_map_user arg = {
		.size = sizeof(arg),
		.flags = (uint32_t)take(in, 1) % 4,
		.addr = (uintptr_t)w->memory + length(in) % MAP_LEN,
		.len = length(in),
	};

	if (!ioctl(some_session(w, in), DMACTL_IOC_BUF_MAP_USER, &arg))
		keep_handle(w, in, arg.out_buf);
}

static void do_export(struct world *w, struct input *in)
{
	struct dmactl_buf_export arg = {
		.size = sizeof(arg),
		.flags = take(in, 1) < 200 ? 0 : (uint32_t)number(in),
		.buf = some_handle(w, in),
	};

	if (!ioctl(some_session(w, in), DMACTL_IOC_BUF_EXPORT, &arg))
		keep_file(w, in, arg.out_fd);
}

static void do_import(struct world *w, struct input *in)
{
	struct dmactl_buf_import arg = {.size = sizeof(arg), .fd = some_file(w, in)};

	if (!ioctl(some_session(w, in), DMACTL_IOC_BUF_IMPORT, &arg))
		keep_handle(w, in, arg.out_buf);
}

static void do_sync(struct world *w, struct input *in)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg),
		.flags = (uint32_t)take(in, 1) % 16,
		.buf = some_handle(w, in),
		.chan = take(in, 1) < 200 ? 0 : some_handle(w, in),
		.off = length(in),
		.len = length(in),
	};

	ioctl(some_session(w, in), DMACTL_IOC_BUF_SYNC, &arg);
}

static void do_destroy(struct world *w, struct input *in)
{
	struct dmactl_destroy arg = {.size = sizeof(arg), .handle = some_handle(w, in)};

	ioctl(some_session(w, in), DMACTL_IOC_DESTROY, &arg);
}

#define BATCH 4

static void do_submit(struct world *w, struct input *in)
{
	struct dmactl_op ops[BATCH];
	struct op_args args[BATCH];
	struct dmactl_completion records[8];
	struct dmactl_submit arg = {
		.size = sizeof(arg),
		.ops_uptr = (uintptr_t)ops,
		.nr_ops = (uint32_t)take(in, 1) % (BATCH + 1),
		.op_size = sizeof(ops[0]),
		.completions_uptr = (uintptr_t)records,
		.nr_completions = (uint32_t)take(in, 1) % 9,
		.completion_size = sizeof(records[0]),
		/* Waits are short. */
		.timeout_ns = take(in, 1) * 4000,
	};
	uint32_t i;

	for (i = 0; i < arg.nr_ops; i++)
		op_make(w, in, &ops[i], &args[i]);
	if (take(in, 1) < 60)
		arg.flags = 1u << take(in, 1) % 4;
	arg.min_complete = (uint32_t)take(in, 1) % (arg.nr_completions + 1);
	ioctl(some_session(w, in), DMACTL_IOC_SUBMIT, &arg);
}

static void do_eventfd(struct world *w, struct input *in)
{
	struct dmactl_eventfd arg = {.size = sizeof(arg)};
	int fd = take(in, 1) < 200 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;

	arg.fd = fd;
	ioctl(some_session(w, in), DMACTL_IOC_EVENTFD, &arg);
	keep_file(w, in, fd);
}

static void do_stream(struct world *w, struct input *in)
{
	struct dmactl_stream_open arg = {
		.size = sizeof(arg),
		.flags = (uint32_t)take(in, 1) % 4,
		.chan = some_handle(w, in),
		.direction = DMACTL_DIR_MEM_TO_DEV << take(in, 1) % 2,
		.block_len = take(in, 1) < 128 ? 0 : length(in),
		.nr_blocks = take(in, 1) < 128 ? 0 : (uint32_t)take(in, 1),
	};

	if (ioctl(some_session(w, in), DMACTL_IOC_STREAM_OPEN, &arg))
		return;
	fcntl(arg.out_fd, F_SETFL, O_NONBLOCK);
	keep_file(w, in, arg.out_fd);
}

static void do_prepare(struct world *w, struct input *in)
{
	struct dmactl_op op;
	struct op_args args;
	struct dmactl_prepare arg = {
		.size = sizeof(arg), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};

	op_make(w, in, &op, &args);
	if (!ioctl(some_session(w, in), DMACTL_IOC_PREPARE, &arg))
		keep_handle(w, in, arg.out_handle);
}

static void do_ring(struct world *w, struct input *in)
{
	struct dmactl_ring arg = {
		.size = sizeof(arg),
		.entries = 1u << take(in, 1) % 14,
		.record_size =
			take(in, 1) < 200 ? sizeof(struct dmactl_completion) : (uint32_t)number(in),
	};

	ioctl(some_session(w, in), DMACTL_IOC_RING, &arg);
}

static void do_read(struct world *w, struct input *in)
{
	unsigned char bytes[4096];
	int fd = take(in, 1) < 100 ? some_session(w, in) : some_file(w, in);
	size_t len = length(in) % sizeof(bytes);
	struct pollfd p = {.fd = fd, .events = (short)take(in, 1)};

	switch (take(in, 1) % 4) {
	case 0:
		if (read(fd, bytes, len) < 0)
			errno = 0;
		break;
	case 1:
		memset(bytes, 7, sizeof(bytes));
		if (write(fd, bytes, len) < 0)
			errno = 0;
		break;
	case 2:
		poll(&p, 1, 0);
		break;
	default:
		lseek(fd, (off_t)length(in), SEEK_SET);
	}
}

static void do_mmap(struct world *w, struct input *in)
{
	unsigned char *p, *old;
	unsigned int slot = take(in, 1) % MAPS, of = take(in, 1) % HANDLES;
	uint64_t offset = take(in, 1) < 220 ? w->offset[of] : number(in) & ~4095ull;
	int prot = take(in, 1) < 128 ? PROT_READ | PROT_WRITE : PROT_READ;

	p = mmap(NULL, MAP_LEN, prot, MAP_SHARED, some_session(w, in), (off_t)offset);
	if (p == MAP_FAILED)
		return;
	/* Replaces a part. MAP_FIXED keeps another thread's mapping out of the gap. */
	if (take(in, 1) < 40)
		mmap(p + MAP_LEN / 2, MAP_LEN / 4, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	old = __atomic_exchange_n(&w->map[slot], p, __ATOMIC_RELAXED);
	if (old)
		munmap(old, MAP_LEN);
}

static void do_munmap(struct world *w, struct input *in)
{
	unsigned char *p = __atomic_exchange_n(&w->map[take(in, 1) % MAPS], NULL, __ATOMIC_RELAXED);

	if (p)
		munmap(p, MAP_LEN);
}

static void do_close(struct world *w, struct input *in)
{
	int fd = __atomic_exchange_n(&w->file[take(in, 1) % FILES], -1, __ATOMIC_RELAXED);

	if (fd >= 0)
		close(fd);
}

/* Replaces a session, which ends with its ops in flight, by a new one. */
static void do_reopen(struct world *w, struct input *in)
{
	int fd = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK), old;

	old = __atomic_exchange_n(&w->session[take(in, 1) % SESSIONS], fd, __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
}

/* Any ioctl, with any argument. */
static void do_raw(struct world *w, struct input *in)
{
	unsigned char arg[256];
	unsigned int nr = (unsigned int)take(in, 1) % 40, i;

	for (i = 0; i < sizeof(arg); i += 8) {
		uint64_t value = i < 64 ? number(in) : 0;

		memcpy(arg + i, &value, sizeof(value));
	}
	if (take(in, 1) < 250)
		*(uint32_t *)arg = (uint32_t)take(in, 1);
	ioctl(some_session(w, in), _IO(DMACTL_IOC_TYPE, nr), arg);
}

/* Makes the controller hang, slow down, fail or break a promise. */
static void do_sim(struct world *w, struct input *in)
{
	static const struct {
		const char *file, *text;
	} ways[] = {
		{SIM "hold", "1"},
		{SIM "hold", "0"},
		{SIM "latency", "200000"},
		{SIM "latency", "0"},
		{SIM "fail_nth", "2"},
		{SIM "fail_nth", "1"},
		{SIM "bandwidth", "50000000"},
		{SIM "misbehave", "double_completion"},
		{SIM "misbehave", "late_callback"},
		{SIM "misbehave", "status_early"},
		{SIM "misbehave", "none"},
	};
	unsigned int i = take(in, 1) % (sizeof(ways) / sizeof(ways[0]));

	w->strange = true;
	put(ways[i].file, ways[i].text);
}

static void do_unbind(struct world *w, struct input *in)
{
	if (take(in, 1) > 20)
		return;
	w->strange = true;
	put("/sys/bus/platform/drivers/dma-sim/unbind", "dma-sim.1");
	put("/sys/bus/platform/drivers/dma-sim/bind", "dma-sim.1");
}

/* Forks a child that shares everything and exits at once. */
static void do_fork(struct world *w, struct input *in)
{
	pid_t pid;

	(void)w;
	if (take(in, 1) > 20)
		return;
	pid = fork();
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void (*const calls[])(struct world *w, struct input *in) = {
	do_request, do_request, do_alloc,  do_alloc,   do_submit,  do_submit,
	do_submit,  do_submit,	do_config, do_ctrl,    do_status,  do_map_user,
	do_export,  do_import,	do_sync,   do_destroy, do_eventfd, do_stream,
	do_prepare, do_ring,	do_read,   do_read,    do_mmap,	   do_munmap,
	do_close,   do_reopen,	do_raw,	   do_sim,     do_unbind,  do_fork,
};

void world_begin(struct world *w)
{
	static unsigned char *memory;
	unsigned int i;

	if (!memory) {
		memory = mmap(NULL, MAP_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
		if (memory == MAP_FAILED) {
			perror("mmap");
			exit(3);
		}
	}
	*w = (struct world){.memory = memory};
	for (i = 0; i < FILES; i++)
		w->file[i] = -1;
	for (i = 0; i < SESSIONS; i++) {
		w->session[i] = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (w->session[i] < 0) {
			perror(DMACTL_DEVICE);
			exit(3);
		}
	}
}

void world_run(struct world *w, struct input *in)
{
	while (in->at < in->end) {
		calls[take(in, 1) % (sizeof(calls) / sizeof(calls[0]))](w, in);
		__atomic_fetch_add(&w->calls, 1, __ATOMIC_RELAXED);
	}
}

void world_end(struct world *w)
{
	unsigned int i;

	for (i = 0; i < MAPS; i++)
		if (w->map[i])
			munmap(w->map[i], MAP_LEN);
	for (i = 0; i < FILES; i++)
		if (w->file[i] >= 0)
			close(w->file[i]);
	for (i = 0; i < SESSIONS; i++)
		if (w->session[i] >= 0)
			close(w->session[i]);
	if (!w->strange)
		return;
	put(SIM "hold", "0");
	put(SIM "latency", "0");
	put(SIM "bandwidth", "0");
	put(SIM "fail_nth", "0");
	put(SIM "misbehave", "none");
}
