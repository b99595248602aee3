// SPDX-License-Identifier: MIT
/* What other interfaces do for one transfer, through /dev/bench-peers. */
#include "bench.h"
#include "peers/bench-peers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ull

struct peer {
	int fd;
	unsigned int slots;
	size_t step;
	uint8_t *src[PEERS_MAX_SLOTS];
	uint8_t *dst[PEERS_MAX_SLOTS];
	uint8_t *own_src, *own_dst; /* of a program without special memory */
};

/* Set by the signal handler for peers_signal(). */
static volatile sig_atomic_t arrived, failures;

static uint8_t *map(const struct peer *p, unsigned int index)
{
	void *memory = mmap(NULL, p->step, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, p->fd,
			    (off_t)(index * p->step));

	return memory == MAP_FAILED ? NULL : memory;
}

static int peer_begin(struct bench_case *c)
{
	struct peers_setup setup = {.size = (uint32_t)c->size};
	struct peer *p = calloc(1, sizeof(*p));

	c->context = p;
	if (!p)
		return bench_why(c, "out of memory");
	p->fd = open(PEERS_DEVICE, O_RDWR | O_CLOEXEC);
	if (p->fd < 0)
		return bench_why(c, "%s: %s", PEERS_DEVICE, strerror(errno));
	setup.slots = bench_slots(c);
	snprintf(setup.chan, sizeof(setup.chan), "%s", c->bench->channels[0]);
	if (ioctl(p->fd, PEERS_SETUP, &setup))
		return bench_why(c, "%s: %s", setup.chan, strerror(errno));
	p->step = (c->size + PAGE - 1) / PAGE * PAGE;
	for (; p->slots < setup.slots; p->slots++) {
		p->src[p->slots] = map(p, 2 * p->slots);
		p->dst[p->slots] = map(p, 2 * p->slots + 1);
		if (!p->src[p->slots] || !p->dst[p->slots])
			return bench_why(c, "mmap: %s", strerror(errno));
		data_fill(p->src[p->slots], c->size, p->slots);
	}
	return 0;
}

static void peer_end(struct bench_case *c)
{
	struct peer *p = c->context;

	if (!p)
		return;
	for (unsigned int i = 0; i < PEERS_MAX_SLOTS; i++) {
		if (p->src[i])
			munmap(p->src[i], p->step);
		if (p->dst[i])
			munmap(p->dst[i], p->step);
	}
	if (p->own_src)
		munmap(p->own_src, 2 * p->step);
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

static void peer_wipe(struct bench_case *c)
{
	const struct peer *p = c->context;

	for (unsigned int i = 0; i < p->slots; i++)
		data_wipe(p->dst[i], c->size, i);
}

static int peer_check(struct bench_case *c)
{
	const struct peer *p = c->context;

	for (unsigned int i = 0; i < p->slots; i++) {
		if (data_check(c, p->dst[i], c->size, i, "destination"))
			return -1;
	}
	return 0;
}

static int call(struct bench_case *c, unsigned long request, const void *arg)
{
	const struct peer *p = c->context;

	if (!ioctl(p->fd, request, arg))
		return 0;
	return bench_why(c, "ioctl: %s", strerror(errno));
}

/* --- a client in the kernel --- */

static int loop_sample(struct bench_case *c, uint64_t *ns, unsigned int samples,
		       unsigned int rounds)
{
	struct peers_loop loop = {
		.samples_uptr = (uintptr_t)ns,
		.samples = samples,
		.rounds = rounds,
		.depth = c->depth,
		.size = (uint32_t)c->size,
	};

	return call(c, PEERS_LOOP, &loop);
}

static int loop_rounds(struct bench_case *c, unsigned int n)
{
	uint64_t ns;

	return loop_sample(c, &ns, 1, n);
}

/* --- two blocking calls --- */

static int two_rounds(struct bench_case *c, unsigned int n)
{
	const struct peer *p = c->context;

	while (n--) {
		for (uintptr_t i = 0; i < c->depth; i++) {
			if (call(c, PEERS_START, (void *)(i % p->slots)))
				return -1;
		}
		for (uintptr_t i = 0; i < c->depth; i++) {
			if (call(c, PEERS_FINISH, (void *)(i % p->slots)))
				return -1;
		}
	}
	return 0;
}

/* --- a signal at the end of each --- */

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	arrived++;
	if (info->si_int < 0)
		failures++;
}

static int signal_begin(struct bench_case *c)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, PEERS_SIGNO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(PEERS_SIGNO, &action, NULL);
	failures = 0;
	return peer_begin(c);
}

static int signal_rounds(struct bench_case *c, unsigned int n)
{
	const struct peer *p = c->context;
	sigset_t none;

	sigemptyset(&none);
	while (n--) {
		arrived = 0;
		for (uintptr_t i = 0; i < c->depth; i++) {
			if (call(c, PEERS_SIGNAL, (void *)(i % p->slots)))
				return -1;
		}
		while (arrived < (int)c->depth)
			sigsuspend(&none);
	}
	return failures ? bench_why(c, "%d transfers failed", (int)failures) : 0;
}

/* --- pages are pinned for each transfer --- */

static int pin_begin(struct bench_case *c)
{
	struct peer *p;

	if (peer_begin(c))
		return -1;
	p = c->context;
	p->own_src = mmap(NULL, 2 * p->step, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (p->own_src == MAP_FAILED) {
		p->own_src = NULL;
		return bench_why(c, "out of memory");
	}
	p->own_dst = p->own_src + p->step;
	data_fill(p->own_src, c->size, 0);
	return 0;
}

static int pin_rounds(struct bench_case *c, unsigned int n)
{
	const struct peer *p = c->context;
	struct peers_pin pin = {
		.src = (uintptr_t)p->own_src,
		/* Pin the destination, too, or use the slot's. */
		.dst = c->param ? (uintptr_t)p->own_dst : 0,
		.len = (uint32_t)c->size,
	};

	while (n--) {
		if (call(c, PEERS_PIN, &pin))
			return -1;
	}
	return 0;
}

static uint8_t *pin_target(struct bench_case *c)
{
	const struct peer *p = c->context;

	return c->param ? p->own_dst : p->dst[0];
}

static void pin_wipe(struct bench_case *c)
{
	data_wipe(pin_target(c), c->size, 0);
}

static int pin_check(struct bench_case *c)
{
	return data_check(c, pin_target(c), c->size, 0, "destination");
}

static void run(struct bench *bench, struct bench_case c)
{
	c.work = "memcpy";
	c.end = peer_end;
	bench_run(bench, &c);
}

static void run_size(struct bench *bench, uint64_t size)
{
	static const unsigned int depths[] = {1, 8, 32, 256};
	struct bench_case slots = {
		.buffer = "coherent",
		.size = size,
		.begin = peer_begin,
		.wipe = peer_wipe,
		.check = peer_check,
	};

	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		slots.depth = depths[i];
		slots.peer = "loop";
		slots.rounds = loop_rounds;
		slots.sample = loop_sample;
		slots.begin = peer_begin;
		run(bench, slots);
		/* A slot in flight cannot be started again. */
		if (bench_slots(&slots) < slots.depth)
			continue;
		slots.sample = NULL;
		slots.peer = "two-ioctls";
		slots.rounds = two_rounds;
		run(bench, slots);
		slots.peer = "signal";
		slots.rounds = signal_rounds;
		slots.begin = signal_begin;
		run(bench, slots);
	}
	for (unsigned int both = 0; both < 2; both++) {
		run(bench, (struct bench_case){
				   .peer = both ? "pin-both" : "pin-source",
				   .buffer = "user",
				   .size = size,
				   .depth = 1,
				   .param = both,
				   .begin = pin_begin,
				   .rounds = pin_rounds,
				   .wipe = pin_wipe,
				   .check = pin_check,
			   });
	}
}

void cases_peers(struct bench *bench)
{
	static const uint64_t sizes[] = {64, 4096, 65536, 1048576};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		run_size(bench, sizes[i]);
}
