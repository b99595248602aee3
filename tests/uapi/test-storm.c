// SPDX-License-Identifier: MIT
/*
 * Everything at once: threads submit, prepare, map and stream with one session, while others remove
 * its channels, buffers and the device, and children are killed. Nothing is synchronized: the tests
 * check that all threads return, that the kernel reports nothing, and that the session works
 * afterwards. UAPI_STORM_SECONDS sets the duration of each test.
 */
#include <pthread.h>
#include <signal.h>

#include "cring.h"
#include "ring.h"

#define NR  4
#define LEN (64u << 10)

struct storm {
	int fd;
	bool stop;
	bool hangs; /* the hardware hangs at times */
	uint32_t chans[NR], bufs[NR], prepared[NR];
	uint64_t offs[NR];
	uint64_t done;
};

struct actor {
	struct storm *storm;
	pthread_t thread;
	void (*act)(struct actor *a);
	uint32_t random;
	struct ring ring;
	bool uring;
};

static uint32_t dice(struct actor *a, uint32_t n)
{
	a->random = a->random * 1664525u + 1013904223u;
	return (a->random >> 8) % n;
}

static uint32_t any(struct actor *a, const uint32_t *handles)
{
	return __atomic_load_n(&handles[dice(a, NR)], __ATOMIC_RELAXED);
}

static struct dmactl_op some_op(struct actor *a, struct dmactl_sg *sg)
{
	struct storm *s = a->storm;
	struct mem dst = {.buf = any(a, s->bufs)}, src = {.buf = any(a, s->bufs)};
	uint32_t chan = any(a, s->chans), i;
	struct dmactl_op op;

	switch (dice(a, 6)) {
	case 0:
		return op_nop(chan, 1);
	case 1:
		return op_memset(chan, &dst, dice(a, LEN / 2), 1 + dice(a, LEN / 2), 7);
	case 2:
		for (i = 0; i < 8; i++)
			sg[i] = sg_piece(DMACTL_SG_DST, &dst, 0, LEN);
		return op_list(DMACTL_OP_MEMSET_SG, chan, sg, 8, 8 * (uint64_t)LEN);
	case 3:
		return (struct dmactl_op){
			.opcode = DMACTL_OP_PREPARED, .chan = chan, .src_buf = any(a, s->prepared)};
	case 4:
		sg[0] = sg_piece(DMACTL_SG_METADATA, &dst, 0, 64);
		op = op_memcpy(chan, &dst, LEN / 2, &src, 0, 1 + dice(a, LEN / 2));
		op.args_uptr = (uintptr_t)sg;
		op.nr_args = 1;
		op.arg_size = sizeof(*sg);
		return op;
	}
	return op_memcpy(chan, &dst, LEN / 2, &src, 0, 1 + dice(a, LEN / 2));
}

static void submits(struct actor *a)
{
	struct dmactl_completion records[8];
	struct dmactl_sg sg[4][8];
	struct dmactl_op ops[4];
	uint32_t i, nr = 1 + dice(a, 4), accepted = 0;
	int ret;

	for (i = 0; i < nr; i++)
		ops[i] = some_op(a, sg[i]);
	submit_flags(a->storm->fd, ops, nr, dice(a, 4) ? 0 : DMACTL_SUBMIT_HOLD, &accepted);
	ret = reap(a->storm->fd, records, 8, dice(a, 2), 1 * MSEC);
	if (ret > 0)
		__atomic_fetch_add(&a->storm->done, ret, __ATOMIC_RELAXED);
}

static void goes_round(struct actor *a)
{
	struct dmactl_sg sg[8];
	struct ring_done done;
	struct dmactl_op op;
	uint32_t i;

	if (!a->uring)
		ring_new(&a->ring, 8, RING_PLAIN);
	a->uring = true;
	for (i = 0; i < 4; i++) {
		op = some_op(a, sg);
		ring_op(&a->ring, a->storm->fd, &op, i);
		ring_submit(&a->ring);
	}
	for (i = 0; i < 4; i++)
		if (!ring_wait_for(&a->ring, &done, 20 * MSEC))
			break;
	/* Free the ring with ops in flight. */
	if (i < 4 || !dice(a, 8)) {
		ring_free(&a->ring);
		a->uring = false;
	}
}

static void new_chan(struct actor *a, uint32_t slot)
{
	struct storm *s = a->storm;
	struct dmactl_chan_request arg =
		chan_named(DMACTL_CHAN_BY_CAPS, dice(a, 4) ? "dma-sim.0" : "dma-sim.1");

	arg.depth = 1 + dice(a, 32);
	if (!chan_request(s->fd, &arg))
		__atomic_store_n(&s->chans[slot], arg.out_chan, __ATOMIC_RELAXED);
}

static void channels_come_and_go(struct actor *a)
{
	struct storm *s = a->storm;
	uint32_t slot = dice(a, NR), chan = s->chans[slot];

	switch (dice(a, 4)) {
	case 0:
		destroy(s->fd, chan);
		new_chan(a, slot);
		break;
	case 1:
		/* Destroy all channels: the last one unmaps the buffers. */
		for (slot = 0; slot < NR; slot++)
			destroy(s->fd, s->chans[slot]);
		for (slot = 0; slot < NR; slot++)
			new_chan(a, slot);
		break;
	default:
		chan_ctrl(s->fd, chan, 1 + dice(a, DMACTL_CTRL_END - 1));
		chan_ctrl(s->fd, chan, DMACTL_CTRL_RESUME);
		chan_ctrl(s->fd, chan, DMACTL_CTRL_ISSUE);
	}
}

static void buffers_come_and_go(struct actor *a)
{
	struct storm *s = a->storm;
	uint32_t slot = dice(a, NR);
	struct mem mem;
	void *p;

	destroy(s->fd, s->bufs[slot]);
	if (buf_alloc(s->fd, dice(a, 4) ? DMACTL_BUF_STREAMING : DMACTL_BUF_COHERENT,
		      any(a, s->chans), LEN, &mem))
		return;
	__atomic_store_n(&s->bufs[slot], mem.buf, __ATOMIC_RELAXED);
	p = map_at(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, mem.off);
	if (p == MAP_FAILED)
		return;
	/* Replaces a part. MAP_FIXED keeps another thread's mapping out of the gap. */
	check(mmap((char *)p + PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) != MAP_FAILED);
	check_eq(munmap(p, LEN), 0);
}

static void prepared_come_and_go(struct actor *a)
{
	struct storm *s = a->storm;
	struct mem dst = {.buf = any(a, s->bufs)}, src = {.buf = any(a, s->bufs)};
	struct dmactl_op op = op_memcpy(any(a, s->chans), &dst, LEN / 2, &src, 0, LEN / 2);
	struct dmactl_prepare arg = {
		.size = sizeof(arg), .op_uptr = (uintptr_t)&op, .op_size = sizeof(op)};
	uint32_t slot = dice(a, NR);

	destroy(s->fd, s->prepared[slot]);
	if (!dev_ioctl(s->fd, DMACTL_IOC_PREPARE, &arg))
		__atomic_store_n(&s->prepared[slot], arg.out_handle, __ATOMIC_RELAXED);
}

/* Unbinds and binds the device; the hardware may hang meanwhile. */
static void the_device_goes(struct actor *a)
{
	sleep_ms(20 + dice(a, 80));
	if (a->storm->hangs && dice(a, 2))
		sim_set("hold", "1");
	sleep_ms(dice(a, 20));
	if (dice(a, 2)) {
		sim_bind("dma-sim.0", false);
		sim_bind("dma-sim.0", true);
	}
	sim_set("hold", "0");
}

static void submit_until_killed(void *p)
{
	struct actor *a = p;

	/* The child has the session, and its own mappings. */
	for (;;)
		submits(a);
}

/* Does not use dev_open(), whose list is for one thread. */
static int session_of_its_own(void)
{
	int fd = open(DMACTL_DEVICE, O_RDWR | O_CLOEXEC);

	check(fd >= 0);
	return fd;
}

static void children_are_killed(struct actor *a)
{
	struct storm own = {.fd = session_of_its_own()}, *shared = a->storm;
	pid_t pid;

	if (dice(a, 2))
		a->storm = &own;
	pid = child_start(submit_until_killed, a);
	a->storm = shared;
	sleep_ms(dice(a, 30));
	kill(pid, SIGKILL);
	child_expect_killed(pid);
	check_eq(close(own.fd), 0);
}

static void streams_open_and_close(struct actor *a)
{
	struct dmactl_stream_open arg = {.size = sizeof(arg), .block_len = PAGE};
	struct dmactl_chan_request slave =
		chan_named(DMACTL_CHAN_BY_SLAVE, dice(a, 2) ? "sim0.0" : "sim0.1");
	static unsigned char page[PAGE];
	int fd = session_of_its_own();

	arg.direction = dice(a, 2) ? DMACTL_DIR_MEM_TO_DEV : DMACTL_DIR_DEV_TO_MEM;
	arg.flags = DMACTL_STREAM_NONBLOCK;
	if (!chan_request(fd, &slave)) {
		arg.chan = slave.out_chan;
		if (!dev_ioctl(fd, DMACTL_IOC_STREAM_OPEN, &arg)) {
			if (read(arg.out_fd, page, 1 + dice(a, PAGE)) < 0)
				(void)!write(arg.out_fd, page, 1 + dice(a, PAGE));
			if (dice(a, 2))
				destroy(fd, arg.chan);
			close(arg.out_fd);
		}
	}
	check_eq(close(fd), 0);
}

static void *actor_run(void *p)
{
	struct actor *a = p;

	while (!__atomic_load_n(&a->storm->stop, __ATOMIC_RELAXED))
		a->act(a);
	if (a->uring)
		ring_free(&a->ring);
	return NULL;
}

static void blow(bool records_in_ring, bool hangs)
{
	static void (*const acts[])(struct actor * a) = {
		submits,
		submits,
		goes_round,
		channels_come_and_go,
		buffers_come_and_go,
		prepared_come_and_go,
		the_device_goes,
		children_are_killed,
		streams_open_and_close,
	};
	const char *seconds = getenv("UAPI_STORM_SECONDS");
	struct actor actors[ARRAY_SIZE(acts)] = {0};
	struct storm s = {.fd = dev_open(0), .hangs = hangs};
	uint64_t end = now_ns() + (seconds ? atoi(seconds) : 4) * SEC;
	struct cring ring = {0};
	struct mem mem;
	uint32_t chan;
	size_t i;

	if (records_in_ring)
		ring = cring_new(s.fd, 16);
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		actors[i] = (struct actor){.storm = &s, .act = acts[i], .random = i + 1};
		check_eq(pthread_create(&actors[i].thread, NULL, actor_run, &actors[i]), 0);
	}
	while (now_ns() < end) {
		while (records_in_ring && cring_ready(&ring)) {
			cring_take(&ring);
			__atomic_fetch_add(&s.done, 1, __ATOMIC_RELAXED);
		}
		sleep_ms(1);
	}
	__atomic_store_n(&s.stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < ARRAY_SIZE(acts); i++)
		check_eq(pthread_join(actors[i].thread, NULL), 0);
	/* Some ops have completed. */
	check(s.done > 0);
	if (records_in_ring)
		mem_unmap(&ring.mem);
	dev_close(s.fd);

	s.fd = dev_open(0);
	chan = chan_get(s.fd);
	mem = mem_get(s.fd, 2 * PAGE);
	copy_check(s.fd, chan, &mem, PAGE, &mem, 0, 100);
	dev_close(s.fd);
}

static void blow_reaped(void)
{
	blow(false, true);
}

static void blow_poured(void)
{
	blow(true, true);
}

UAPI_TEST(storm, records_are_reaped)
{
	blow_reaped();
}

UAPI_TEST(storm, records_are_poured)
{
	blow_poured();
}

/* With hanging hardware the channel would be quarantined: see test-faults. */
static void blow_no_hang(void)
{
	blow(true, false);
}

UAPI_TEST(storm, provider_cannot_terminate)
{
	with_sim("no_terminate=1", blow_no_hang);
}

UAPI_TEST(storm, provider_cannot_synchronize)
{
	with_sim("no_synchronize=1", blow_reaped);
}

UAPI_TEST(storm, memory_is_bounced)
{
	with_sim("dma_mask=32", blow_reaped);
}
