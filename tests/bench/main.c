// SPDX-License-Identifier: MIT
/*
 * bench [-o FILE] [-b MILLISECONDS] [-n TRANSFERS] [-t FILE] [-c COUNTER] [-a CHANNEL] [-l] [-m]
 *       [-k PATTERN]... CHANNEL...
 *
 * -n does that many transfers, however long it takes; -t writes a line to FILE, a trace_marker of
 * tracefs, where the measured stretch of a case begins and ends; -a names a channel that cannot
 * reuse descriptors. The name of a case is
 * PEER/WORK/SIZE/DEPTH/BUFFER/CHANNELS/PROCESSES; a PATTERN is a shell pattern. The exit status is
 * 1 if a case failed.
 */
#include "bench.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void usage(void)
{
	fprintf(stderr, "usage: bench [-o FILE] [-b MILLISECONDS] [-n TRANSFERS] [-t FILE] "
			"[-c COUNTER] [-a CHANNEL] [-l] [-m] [-k PATTERN]... CHANNEL...\n");
	exit(2);
}

static uint64_t clock_cost(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t since = bench_clock(), ns = bench_clock() - since;

		if (ns < least)
			least = ns;
	}
	return least;
}

int main(int argc, char **argv)
{
	struct bench bench = {.out = stdout, .budget_ns = 20000000};
	const char **patterns = calloc((size_t)argc + 1, sizeof(*patterns));
	unsigned int pattern_count = 0;
	int option;

	if (!patterns)
		return 1;
	while ((option = getopt(argc, argv, "a:o:b:c:k:lmn:t:")) != -1) {
		switch (option) {
		case 'o':
			bench.out = fopen(optarg, "ae");
			if (!bench.out) {
				perror(optarg);
				return 1;
			}
			break;
		case 'a':
			bench.anew = optarg;
			break;
		case 'b':
			bench.budget_ns = strtoull(optarg, NULL, 0) * 1000000;
			break;
		case 'c':
			bench.counter = optarg;
			break;
		case 'k':
			patterns[pattern_count++] = optarg;
			break;
		case 'm':
			bench.mark = true;
			break;
		case 'n':
			bench.transfers = strtoull(optarg, NULL, 0);
			break;
		case 't':
			bench.trace = fopen(optarg, "we");
			if (!bench.trace) {
				perror(optarg);
				return 1;
			}
			setvbuf(bench.trace, NULL, _IOLBF, 0);
			break;
		case 'l':
			bench.list = true;
			break;
		default:
			usage();
		}
	}
	for (; optind < argc; optind++) {
		if (bench.channel_count == BENCH_MAX_CHANNELS)
			usage();
		bench.channels[bench.channel_count++] = argv[optind];
	}
	if (!bench.channel_count)
		usage();
	bench.patterns = pattern_count ? patterns : NULL;
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench.clock_ns = clock_cost();
	cases_floors(&bench);
	cases_memcpy(&bench);
	cases_works(&bench);
	cases_sessions(&bench);
	cases_peers(&bench);
	free(patterns);
	if (fclose(bench.out)) {
		perror("bench");
		return 1;
	}
	if (!bench.run) {
		fprintf(stderr, "bench: no case has such a name; -l lists them\n");
		return 2;
	}
	return bench.failed ? 1 : 0;
}
