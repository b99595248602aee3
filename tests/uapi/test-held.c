// SPDX-License-Identifier: MIT
/*
 * Objects that a call uses stay until it returns: mappings, lists, channels. KASAN detects errors
 * that these tests provoke; on other kernels they check that nobody waits, and the error code.
 */
#include <pthread.h>

#include "ring.h"
#include "stall.h"

#define META 64u

/* A copy with metadata: its buffers are looked up before its array is read. */
struct world {
	int fd;
	uint32_t chan;
	struct mem mem;
	struct dmactl_op op;
	struct stall args;
};

static uint32_t chan_on(int fd, const char *device, uint64_t caps)
{
	struct dmactl_chan_request arg = chan_named(DMACTL_CHAN_BY_CAPS, device);

	arg.caps = caps;
	check_eq(chan_request(fd, &arg), 0);
	return arg.out_chan;
}

static void world_new(struct world *w)
{
	struct dmactl_sg sg;

	w->fd = dev_open(0);
	w->chan = chan_on(w->fd, "dma-sim.0",
			  DMACTL_CAP_MEMCPY | DMACTL_CAP_METADATA_CLIENT | DMACTL_CAP_REUSE);
	w->mem = mem_get(w->fd, 4 * PAGE);
	copy_check(w->fd, w->chan, &w->mem, PAGE, &w->mem, 0, 100);
	sg = sg_piece(DMACTL_SG_METADATA, &w->mem, 3 * PAGE, META);
	stall_new(&w->args, &sg, sizeof(sg));
	w->op = op_memcpy(w->chan, &w->mem, PAGE, &w->mem, 0, 100);
	w->op.args_uptr = (uintptr_t)w->args.p;
	w->op.nr_args = 1;
	w->op.arg_size = sizeof(sg);
}

/* A call in a thread of its own. */
struct call {
	pthread_t thread;
	int (*fn)(const struct world *w);
	const struct world *w;
	int ret;
};

static void *call_run(void *p)
{
	struct call *call = p;

	call->ret = call->fn(call->w);
	return NULL;
}

static void call_start(struct call *call, int (*fn)(const struct world *w), const struct world *w)
{
	*call = (struct call){.fn = fn, .w = w};
	check_eq(pthread_create(&call->thread, NULL, call_run, call), 0);
}

static int call_join(struct call *call)
{
	check_eq(pthread_join(call->thread, NULL), 0);
	return call->ret;
}

static int by_submit(const struct world *w)
{
	return submit_flags(w->fd, &w->op, 1, 0, NULL);
}

static int by_prepare(const struct world *w)
{
	struct dmactl_prepare arg = {
		.size = sizeof(arg),
		.op_uptr = (uintptr_t)&w->op,
		.op_size = sizeof(w->op),
	};

	return dev_ioctl(w->fd, DMACTL_IOC_PREPARE, &arg);
}

static int by_uring(const struct world *w)
{
	struct ring_done done;
	struct ring ring;

	ring_new(&ring, 4, RING_PLAIN);
	done = ring_run(&ring, w->fd, &w->op);
	ring_free(&ring);
	return done.res;
}

static void destroy_chan(const struct world *w)
{
	uint64_t start = now_ns();

	check_eq(destroy(w->fd, w->chan), 0);
	/* DESTROY does not wait for the page of the program. */
	check(now_ns() - start < 5 * SEC);
}

static void unbind(const struct world *w)
{
	(void)w;
	check_eq(sim_bind("dma-sim.0", false), 0);
}

static void gone_under(int (*fn)(const struct world *w), void (*go)(const struct world *w),
		       int want)
{
	struct world w;
	struct call call;

	world_new(&w);
	call_start(&call, fn, &w);
	stall_wait(&w.args);
	go(&w);
	stall_give(&w.args);
	check_eq(call_join(&call), want);
	stall_free(&w.args);
	if (go == unbind)
		check_eq(sim_bind("dma-sim.0", true), 0);
}

UAPI_TEST(held, submit_and_destroy)
{
	gone_under(by_submit, destroy_chan, -ENOENT);
}

UAPI_TEST(held, submit_and_unbind)
{
	gone_under(by_submit, unbind, -ENODEV);
}

/* An op with metadata cannot be prepared; that check comes last. */
UAPI_TEST(held, prepare_and_destroy)
{
	gone_under(by_prepare, destroy_chan, -EOPNOTSUPP);
}

UAPI_TEST(held, prepare_and_unbind)
{
	gone_under(by_prepare, unbind, -EOPNOTSUPP);
}

UAPI_TEST(held, uring_and_destroy)
{
	gone_under(by_uring, destroy_chan, -ENOENT);
}

UAPI_TEST(held, uring_and_unbind)
{
	gone_under(by_uring, unbind, -ENODEV);
}

/* Submits two ops, and the page of the second is not there yet. */
static int by_batch(const struct world *w)
{
	struct dmactl_submit arg =
		submit_arg((const struct dmactl_op *)(uintptr_t)w->op.user_data, 2);

	return dev_ioctl(w->fd, DMACTL_IOC_SUBMIT, &arg);
}

/*
 * The channel is destroyed while its batch is read, and its device gets a new channel. Mappings
 * made for the new one must not be used for the first.
 */
UAPI_TEST(held, found_for_another_channel)
{
	struct dmactl_op *ops;
	unsigned char *two;
	struct stall second;
	struct world w;
	struct call call;
	uint32_t other;

	world_new(&w);
	stall_new(&second, &w.op, sizeof(w.op));
	/* One op at the end of a page, the next at the start of the next page. */
	two = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(two != MAP_FAILED);
	check(mmap(two + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, second.file, 0) ==
	      two + PAGE);
	ops = (struct dmactl_op *)(two + PAGE) - 1;
	ops[0] = op_memcpy(w.chan, &w.mem, PAGE, &w.mem, 0, 100);
	w.op.user_data = (uintptr_t)ops;
	call_start(&call, by_batch, &w);
	stall_wait(&second);
	destroy_chan(&w);
	other = chan_on(w.fd, "dma-sim.0", DMACTL_CAP_MEMCPY);
	copy_check(w.fd, other, &w.mem, PAGE, &w.mem, 0, 100);
	stall_give(&second);
	/* By now the call has failed, or waits for the array. */
	sleep_ms(200);
	check_eq(destroy(w.fd, other), 0);
	stall_give(&w.args);
	check_eq(call_join(&call), -ENOENT);
	check_eq(munmap(two, 2 * PAGE), 0);
	stall_free(&second);
	stall_free(&w.args);
}

/* A prepared op of a channel that was drained, because its provider cannot terminate. */
static void prepared_drained(void)
{
	struct dmactl_prepare arg = {.size = sizeof(arg), .op_size = sizeof(struct dmactl_op)};
	struct dmactl_op op, again;
	int fd = dev_open(0);
	struct mem mem;

	again = (struct dmactl_op){.opcode = DMACTL_OP_PREPARED};
	again.chan = chan_on(fd, "dma-sim.0", DMACTL_CAP_MEMCPY | DMACTL_CAP_REUSE);
	mem = mem_get(fd, 2 * PAGE);
	op = op_memcpy(again.chan, &mem, PAGE, &mem, 0, 100);
	arg.op_uptr = (uintptr_t)&op;
	check_eq(dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg), 0);
	again.src_buf = arg.out_handle;
	check_eq(run(fd, &again).status, 0);
	check_eq(sim_bind("dma-sim.0", false), 0);
	/* After this time kfree_rcu() has certainly freed the memory. */
	sleep_ms(12000);
	check_eq(submit_flags(fd, &again, 1, 0, NULL), -ENODEV);
	check_eq(sim_bind("dma-sim.0", true), 0);
	check_eq(destroy(fd, arg.out_handle), 0);
	check_eq(destroy(fd, again.chan), 0);
}

UAPI_TEST(held, prepared_drained)
{
	with_sim("no_terminate=1", prepared_drained);
}

/* Two threads that run at the same time. */
struct race {
	int fd;
	struct dmactl_op list, copy;
	pthread_barrier_t start;
	unsigned int delay;
};

static void *race_copy(void *p)
{
	struct race *race = p;
	volatile unsigned int i;

	pthread_barrier_wait(&race->start);
	for (i = 0; i < race->delay; i++)
		;
	/* Nothing is in flight and no descriptor is free, so dmactl tries a smaller length. */
	submit_flags(race->fd, &race->copy, 1, 0, NULL);
	return NULL;
}

/* Takes all descriptors of the channel. */
static void prepare_all(int fd, const struct dmactl_op *op)
{
	struct dmactl_prepare arg = {
		.size = sizeof(arg),
		.op_uptr = (uintptr_t)op,
		.op_size = sizeof(*op),
	};
	int ret;

	do
		ret = dev_ioctl(fd, DMACTL_IOC_PREPARE, &arg);
	while (!ret);
	check_eq(ret, -EAGAIN);
}

static void list_once(struct dmactl_sg *sg, uint32_t nr, unsigned int delay)
{
	struct race race = {.fd = dev_open(0), .delay = delay};
	struct dmactl_completion record;
	pthread_t thread;
	struct mem mem;
	uint32_t chan, i;
	int ret;

	chan = chan_on(race.fd, "dma-sim.0",
		       DMACTL_CAP_MEMSET_SG | DMACTL_CAP_MEMCPY | DMACTL_CAP_REUSE);
	mem = mem_get(race.fd, 1u << 20);
	race.copy = op_memcpy(chan, &mem, PAGE, &mem, 0, 100);
	prepare_all(race.fd, &race.copy);
	for (i = 0; i < nr; i++)
		sg[i] = sg_piece(DMACTL_SG_DST, &mem, 0, mem.len);
	race.list = op_list(DMACTL_OP_MEMSET_SG, chan, sg, nr, nr * mem.len);
	check_eq(pthread_barrier_init(&race.start, NULL, 2), 0);
	check_eq(pthread_create(&thread, NULL, race_copy, &race), 0);
	pthread_barrier_wait(&race.start);
	ret = submit_flags(race.fd, &race.list, 1, 0, NULL);
	check(!ret || ret == -EAGAIN);
	check_eq(pthread_join(thread, NULL), 0);
	while (reap(race.fd, &record, 1, 1, 0) == 1)
		check_eq(record.status, -EIO);
	check_eq(pthread_barrier_destroy(&race.start), 0);
	mem_unmap(&mem);
	dev_close(race.fd);
}

/* The channel's longest transfer shrinks while another thread splits a list. */
static void list_of_one_length(void)
{
	static struct dmactl_sg sg[1024];
	uint64_t start = now_ns();
	unsigned int i;

	/*
	 * All delays, in an order whose beginning is a good sample, because debug kernels are slow.
	 */
	for (i = 0; i < 300 && now_ns() - start < 90 * SEC; i++)
		list_once(sg, ARRAY_SIZE(sg), i * 37 % 300 * 1000);
}

UAPI_TEST(held, list_of_one_length)
{
	with_sim("descriptors=4", list_of_one_length);
}
