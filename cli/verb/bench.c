// SPDX-License-Identifier: MIT
/* dmactl bench [CHAN]: measures the cost of copies, for each size and depth. */
#include "cyclic/gauge.h"
#include "dev/control.h"
#include "dev/device.h"
#include "out/print.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"
#include "test/bench.h"
#include "verb/bench.h"
#include "verb/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct bench_args {
	struct cli *cli;
	struct bench_options options;
	struct slave_options slave;
	bool ways[GAUGE_WAYS];
	bool receive;
	const char *channel;
};

enum {
	OPT_SIZES = 0x500,
	OPT_DEPTHS,
	OPT_TIME,
	OPT_MEMORY,
	OPT_RECEIVE,
};

static const struct argp_option bench_options[] = {
	{.name = "sizes",
	 .key = OPT_SIZES,
	 .arg = "LIST",
	 .doc = "Bytes of a copy, with commas, each up to 64M (default 64,4K,64K,1M); with "
		"--receive, of a period, a transfer or a block (default 4K,64K)"},
	{.name = "depths",
	 .key = OPT_DEPTHS,
	 .arg = "LIST",
	 .doc = "Copies that are submitted at once and awaited, with commas, each up to 1024 "
		"(default 1,8,32,256); with --receive, periods, transfers or blocks, at least 3 "
		"(default 8,32)"},
	{.name = "time",
	 .key = OPT_TIME,
	 .arg = "TIME",
	 .doc = "For each size and depth (default 500ms)"},
	OPTION_TIMEOUT("The channel hangs if copies take longer (default 10s)"),
	{.name = "memory",
	 .key = OPT_MEMORY,
	 .arg = "KIND",
	 .doc = "streaming (default) or coherent"},
	{.name = "receive",
	 .key = OPT_RECEIVE,
	 .arg = "WAYS",
	 .doc = "Measure how a program keeps up with what the peripheral behind CHAN sends, "
		"instead of copies: cyclic (a ring, as of capture), queue (transfers that are "
		"submitted again, as of recv) and stream (read(2)), with commas, or all"},
	{0},
};

/* Parses one word of a list. Returns false if the word is invalid. */
typedef bool (*parse_word)(const char *word, uint64_t *value);

static bool parse_one_size(const char *word, uint64_t *value)
{
	return parse_size(word, value) && *value && *value <= BENCH_MAX_SIZE;
}

static bool parse_one_depth(const char *word, uint64_t *value)
{
	return parse_number(word, 1, BENCH_MAX_DEPTH, value);
}

static bool parse_list(const char *arg, parse_word parse, uint64_t *values, unsigned int *count)
{
	char *copy = strdup(arg), *rest = copy, *word;
	bool ok = copy;

	*count = 0;
	while (ok && (word = strsep(&rest, ",")))
		ok = *count < BENCH_MAX_LIST && parse(word, &values[(*count)++]);
	free(copy);
	return ok;
}

static void parse_ways(const char *arg, struct argp_state *state, bool *ways)
{
	char *copy = strdup(arg), *rest = copy, *word;
	bool known = copy;

	while (known && (word = strsep(&rest, ","))) {
		known = false;
		for (enum gauge_way way = 0; way < GAUGE_WAYS; way++) {
			if (strcmp(word, "all") && strcmp(word, gauge_way_name(way)))
				continue;
			known = true;
			ways[way] = true;
		}
	}
	free(copy);
	if (!known)
		argp_error(state,
			   "--receive: '%s' is not a list of cyclic, queue and stream, or all",
			   arg);
}

/* Sets what was not given, and checks what depends on --receive. */
static void check_args(struct argp_state *state, struct bench_args *args)
{
	static const uint64_t sizes[] = {64, 4096, 65536, 1048576}, depths[] = {1, 8, 32, 256};
	static const uint64_t blocks[] = {4096, 65536}, numbers[] = {8, 32};
	struct bench_options *options = &args->options;

	if (!options->size_count) {
		options->size_count = args->receive ? 2 : 4;
		memcpy(options->sizes, args->receive ? blocks : sizes,
		       options->size_count * sizeof(*sizes));
	}
	if (!options->depth_count) {
		options->depth_count = args->receive ? 2 : 4;
		memcpy(options->depths, args->receive ? numbers : depths,
		       options->depth_count * sizeof(*depths));
	}
	if (args->receive && !args->channel)
		argp_error(state, "--receive: which channel? `dmactl list' shows them all");
	for (unsigned int i = 0; args->receive && i < options->depth_count; i++) {
		if (options->depths[i] < RING_MIN_PERIODS)
			argp_error(state, "--depths: with --receive, at least %d, not %" PRIu64,
				   RING_MIN_PERIODS, options->depths[i]);
	}
	if (!args->receive && args->slave.configured)
		argp_error(state, "options of a peripheral are for --receive");
}

static error_t parse_bench(int key, char *arg, struct argp_state *state)
{
	struct bench_args *args = state->input;
	struct bench_options *options = &args->options;
	const struct shared_options shared = {.timeout = {&options->timeout_ns, 1}};
	bool streaming = true;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->slave;
		return 0;
	case ARGP_KEY_END:
		check_args(state, args);
		return 0;
	case OPT_RECEIVE:
		args->receive = true;
		parse_ways(arg, state, args->ways);
		return 0;
	case OPT_SIZES:
		if (!parse_list(arg, parse_one_size, options->sizes, &options->size_count))
			argp_error(state,
				   "--sizes: '%s' is not a list of up to %d sizes from 1 to 64M",
				   arg, BENCH_MAX_LIST);
		return 0;
	case OPT_DEPTHS:
		if (!parse_list(arg, parse_one_depth, options->depths, &options->depth_count))
			argp_error(state,
				   "--depths: '%s' is not a list of up to %d numbers from 1 to %d",
				   arg, BENCH_MAX_LIST, BENCH_MAX_DEPTH);
		return 0;
	case OPT_TIME:
		return option_time(state, "time", arg, 1, &options->time_ns);
	case OPT_MEMORY:
		option_either(state, "memory", arg, "streaming", "coherent", &streaming);
		options->coherent = !streaming;
		return 0;
	case ARGP_KEY_ARG:
		if (args->channel)
			argp_error(state, "'%s' is one argument too many, after the channel %s",
				   arg, args->channel);
		args->channel = arg;
		return 0;
	default:
		return shared_parse(key, arg, state, &shared);
	}
}

static const struct argp_child bench_children[] = {
	{.argp = &slave_argp},
	{0},
};

static const struct argp bench_argp = {
	.options = bench_options,
	.parser = parse_bench,
	.children = bench_children,
	.args_doc = "[CHAN]",
	.doc = "Measures what copies through a DMA channel cost, for each size and depth: the time "
	       "from submitting them to having them back, and the CPU time of this process. After "
	       "each, all bytes are checked: copies that did not move them do not count. Without "
	       "CHAN, any free channel that can copy is taken. With --receive, measures instead "
	       "how a program keeps up with what a peripheral sends."
	       "\vExamples:\n"
	       "  dmactl bench dma0chan0\n"
	       "  dmactl bench --sizes 4K --depths 1,32 --time 5s --json\n"
	       "  dmactl bench --receive all adc\n",
};

static void print_one(struct printer *printer, const struct bench_result *result)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_unsigned(printer, "size", "SIZE", result->size, UNIT_NONE);
	print_unsigned(printer, "depth", "DEPTH", result->depth, UNIT_NONE);
	print_unsigned(printer, "transfers", "COPIES", result->transfers, UNIT_NONE);
	print_time(printer, "mean_ns", "MEAN", result->mean_ns);
	print_time(printer, "median_ns", "MEDIAN", result->median_ns);
	print_time(printer, "p99_ns", "99 %", result->p99_ns);
	print_time(printer, "cpu_ns", "CPU", result->cpu_ns);
	print_real(printer, "bytes_per_second", "RATE", result->bytes_per_second, UNIT_RATE);
	print_close(printer);
}

static int print_results(const struct bench_run *run, bool complete)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(run->chan);
	struct printer *printer = printer_new(run->cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "channel", "Channel", caps->name);
	print_string(printer, "device", "Device", caps->device);
	print_string(printer, "driver", "Driver", caps->driver);
	print_string(printer, "memory", "Memory",
		     run->options->coherent ? "coherent" : "streaming");
	print_bool(printer, "complete", NULL, complete);
	print_open(printer, GROUP_TABLE, "results", NULL);
	for (unsigned int i = 0; i < run->result_count; i++)
		print_one(printer, &run->results[i]);
	print_close(printer);
	print_close(printer);
	return printer_end(printer);
}

static int check_alignment(const struct bench_run *run)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(run->chan);

	for (unsigned int i = 0; i < run->options->size_count; i++) {
		if (caps->copy_align > 1 && run->options->sizes[i] % caps->copy_align) {
			cli_error(run->cli, "%s copies multiples of %u bytes only, not %" PRIu64,
				  caps->name, caps->copy_align, run->options->sizes[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static int measure(struct bench_run *run, const char *channel)
{
	const struct bench_options *options = run->options;
	uint64_t deepest = 1;
	int err, status;

	for (unsigned int i = 0; i < options->depth_count; i++) {
		if (options->depths[i] > deepest)
			deepest = options->depths[i];
	}
	err = device_channel(run->cli, run->session, channel, DMACTL_CAP_MEMCPY,
			     (unsigned int)deepest, &run->chan);
	if (err)
		return CLI_FAILED;
	err = check_alignment(run);
	if (!err) {
		run->control = control_start(run->cli, run->chan, NULL);
		err = bench_run(run);
		control_stop(run->control);
		if (stop_requested())
			cli_note(run->cli, "interrupted; these are the results so far");
		status = run->result_count || !err ? print_results(run, !err && !stop_requested())
						   : CLI_FAILED;
	} else {
		status = CLI_FAILED;
	}
	dmauser_chan_destroy(run->chan);
	return err ? CLI_FAILED : status;
}

static int measure_copies(struct cli *cli, const struct bench_args *args)
{
	struct bench_run *run = calloc(1, sizeof(*run));
	int status = CLI_FAILED;

	if (!run) {
		cli_error(cli, "out of memory");
		return CLI_FAILED;
	}
	run->cli = cli;
	run->options = &args->options;
	if (!device_open(cli, args->channel, &run->session)) {
		status = measure(run, args->channel);
		dmauser_close(run->session);
	}
	free(run);
	return status;
}

static int run_bench(struct cli *cli, int argc, char **argv)
{
	struct bench_args args = {
		.cli = cli,
		.options = {.time_ns = 500 * NS_PER_MS, .timeout_ns = 10 * NS_PER_SEC},
	};

	slave_defaults(&args.slave);
	cli_parse(&bench_argp, argc, argv, 0, &args);
	if (!args.receive)
		return measure_copies(cli, &args);
	return bench_receive(cli, &args.options, &args.slave, args.ways, args.channel);
}

const struct command cmd_bench = {
	.name = "bench",
	.summary = "measure copies through a channel, or what a peripheral sends",
	.argp = &bench_argp,
	.run = run_bench,
};
