// SPDX-License-Identifier: MIT
/*
 * Prints the frequency of this processor's TSC in kHz, measured against the kernel's clock. Status
 * 1 if the TSC is no usable clock: other processors have none, and on old ones its rate follows the
 * processor's.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <x86intrin.h>

struct point {
	uint64_t ns, tsc;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Takes the least interrupted of many readings. */
static struct point measure(void)
{
	struct point best = {0};
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t before = now(), tsc = __rdtsc(), after = now();

		if (after - before < least) {
			least = after - before;
			best.ns = before + least / 2;
			best.tsc = tsc;
		}
	}
	return best;
}

static int invariant(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1 << 8);
}

int main(void)
{
	struct timespec pause = {.tv_nsec = 100000000};
	struct point from, to;

	if (!invariant())
		return 1;
	from = measure();
	nanosleep(&pause, NULL);
	to = measure();
	printf("%llu\n", (unsigned long long)((to.tsc - from.tsc) * 1000000 / (to.ns - from.ns)));
	return 0;
}
#else
int main(void)
{
	return 1;
}
#endif
