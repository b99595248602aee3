// SPDX-License-Identifier: MIT
/*
 * libFuzzer on /dev/dmactl. The kernel's KCOV reports which instrumented points of the module the
 * calls of this thread have reached; libFuzzer uses them as its counters. Only the module may be
 * built with KCOV_INSTRUMENT=y, so that nothing else guides the fuzzer.
 *
 * FUZZ_BLIND=1 works without KCOV, to replay inputs or for speed. With FUZZ_THREADS=2 a second
 * thread makes the second half of the calls at the same time. At the end of the process the number
 * of calls is written to FUZZ_COUNT.
 */
#include <fcntl.h>
#include <linux/kcov.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "world.h"

#define POINTS (256ul << 10)

__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[1 << 16];

static unsigned long *points;
static bool two_threads;
static unsigned long runs, calls;

static void say_count(void)
{
	const char *path = getenv("FUZZ_COUNT");
	FILE *f = path ? fopen(path, "we") : NULL;

	if (!f)
		return;
	fprintf(f, "%lu inputs, %lu calls\n", runs, calls);
	fclose(f);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	void *p;

	(void)argc;
	(void)argv;
	two_threads = getenv("FUZZ_THREADS") && atoi(getenv("FUZZ_THREADS")) > 1;
	atexit(say_count);
	if (getenv("FUZZ_BLIND"))
		return 0;
	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, POINTS)) {
		perror("/sys/kernel/debug/kcov");
		exit(3);
	}
	p = mmap(NULL, POINTS * sizeof(*points), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		perror("kcov");
		exit(3);
	}
	points = p;
	return 0;
}

struct half {
	struct world *world;
	struct input in;
};

static void *run_half(void *arg)
{
	struct half *half = arg;

	world_run(half->world, &half->in);
	return NULL;
}

static void run_both(struct world *w, const uint8_t *data, size_t size)
{
	struct half first = {w, {data, data + size / 2}},
		    second = {w, {data + size / 2, data + size}};
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_half, &second)) {
		perror("pthread_create");
		exit(3);
	}
	run_half(&first);
	pthread_join(thread, NULL);
}

static void count_points(void)
{
	unsigned long n, i;

	if (!points)
		return;
	n = __atomic_load_n(&points[0], __ATOMIC_RELAXED);
	if (n >= POINTS)
		n = POINTS - 1;
	for (i = 1; i <= n; i++) {
		uint8_t *counter = &counters[points[i] * 0x9e3779b97f4a7c15ull >> 48];

		*counter += *counter < 255;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	struct world w;

	world_begin(&w);
	if (points)
		__atomic_store_n(&points[0], 0, __ATOMIC_RELAXED);
	if (two_threads)
		run_both(&w, data, size);
	else
		world_run(&w, &in);
	count_points();
	world_end(&w);
	runs++;
	calls += w.calls;
	return 0;
}
