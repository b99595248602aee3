// SPDX-License-Identifier: MIT
/* dmactl test CHAN...: tests channels as the kernel's dmatest does, from user space. */
#include "conform/conform.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"
#include "test/run.h"
#include "verb/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAX_SIZE   (64ull << 20)
#define USUAL_SIZE (64ull << 10)
#define LEAST_SIZE 4096
#define MAX_ALIGN  4096

struct test_args {
	struct cli *cli;
	struct test_options options;
	const char *names[TEST_MAX_CHANNELS];
	unsigned int name_count;
	bool all;
	bool conformance;
	bool random_only; /* an option of the random test was given */
	bool slave;
	bool timeout_given;
	bool max_size_given;
	struct slave_options peripheral;
};

enum {
	OPT_OP = 0x400,
	OPT_THREADS,
	OPT_SECONDS,
	OPT_MAX_SIZE,
	OPT_SEED,
	OPT_COHERENT,
	OPT_ALIGN,
	OPT_FENCE,
	OPT_REUSE,
	OPT_CONFORMANCE,
	OPT_SLAVE,
};

static const struct argp_option test_options[] = {
	{.name = "all", .key = 'a', .doc = "Test every free channel that can do the operation"},
	{.name = "op",
	 .key = OPT_OP,
	 .arg = "LIST",
	 .doc = "Operations in turn, with commas: memcpy (default), memset, sg, memset_sg, xor, "
		"xor_val, pq, pq_val, interleave, imm_data, interrupt; or all that a channel "
		"offers"},
	{.name = "threads",
	 .key = OPT_THREADS,
	 .arg = "N",
	 .doc = "Threads on each channel (default 1)"},
	{.name = "iterations",
	 .key = 'i',
	 .arg = "N",
	 .doc = "Transfers of each thread (default 1000, with --seconds no limit)"},
	{.name = "seconds", .key = OPT_SECONDS, .arg = "TIME", .doc = "Stop after this time"},
	{.name = "max-size",
	 .key = OPT_MAX_SIZE,
	 .arg = "SIZE",
	 .doc = "Longest transfer (default 64K)"},
	{.name = "align",
	 .key = OPT_ALIGN,
	 .arg = "SIZE",
	 .doc = "Offsets and lengths are multiples of SIZE, a power of 2 (default: what the "
		"channel needs)"},
	OPTION_TIMEOUT("A channel hangs if a transfer takes longer (default 10s)"),
	{.name = "seed",
	 .key = OPT_SEED,
	 .arg = "N",
	 .doc = "Repeat the transfers of an earlier run"},
	{.name = "coherent", .key = OPT_COHERENT, .doc = "Use coherent memory"},
	{.name = "fence",
	 .key = OPT_FENCE,
	 .doc = "Later transfers depend on each one (DMA_PREP_FENCE)"},
	{.name = "reuse",
	 .key = OPT_REUSE,
	 .arg = "N",
	 .doc = "Prepare each transfer once and run it N times"},
	{.name = "conformance",
	 .key = OPT_CONFORMANCE,
	 .doc = "Check the provider against the contract of dmaengine instead, promise by "
		"promise; takes --seconds (of a channel, default 30), --timeout (default 2s), "
		"--align, "
		"--seed and --slave"},
	{.name = "slave",
	 .key = OPT_SLAVE,
	 .doc = "With --conformance: transfers with the peripheral do no harm, check them too; "
		"CHAN may be a slave name"},
	{0},
};

static void parse_op(const char *word, struct argp_state *state, struct test_options *options)
{
	for (int i = 0; i < PLAN_OPS; i++) {
		if (strcmp(word, plan_op_name((enum plan_op)i)) == 0) {
			options->ops |= 1u << i;
			return;
		}
	}
	argp_error(state,
		   "--op: '%s' is none of memcpy, memset, sg, memset_sg, xor, xor_val, pq, "
		   "pq_val, interleave, imm_data, interrupt, all",
		   word);
}

static void parse_ops(const char *arg, struct argp_state *state, struct test_options *options)
{
	char *copy, *rest, *word;

	options->ops = 0;
	options->all_ops = strcmp(arg, "all") == 0;
	if (options->all_ops) {
		options->ops = (1u << PLAN_OPS) - 1;
		return;
	}
	copy = rest = strdup(arg);
	while (copy && (word = strsep(&rest, ",")))
		parse_op(word, state, options);
	free(copy);
}

static error_t parse_channels(int key, char *arg, struct argp_state *state, struct test_args *args)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (args->name_count == TEST_MAX_CHANNELS)
			argp_error(
				state,
				"%s is one channel too many; %d are the most, and --all takes all",
				arg, TEST_MAX_CHANNELS);
		args->names[args->name_count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (args->options.reuse && !args->options.all_ops &&
		    args->options.ops & (1u << PLAN_XOR_VAL | 1u << PLAN_PQ_VAL))
			argp_error(state, "--reuse: a check has its result in one place; xor_val "
					  "and pq_val are prepared anew each time");
		if (args->all && args->name_count)
			argp_error(state, "--all does not go with the name of a channel, %s",
				   args->names[0]);
		if (!args->all && !args->name_count)
			argp_error(state, "which channel? `dmactl list' shows them all, --all "
					  "tests them all");
		if (args->conformance && args->random_only)
			argp_error(state,
				   "--conformance goes with none of --op, --threads, --iterations, "
				   "--max-size, --coherent, --fence and --reuse");
		if (args->slave && !args->conformance)
			argp_error(state, "--slave goes only with --conformance");
		if (args->peripheral.configured && !args->slave)
			argp_error(
				state,
				"the options of the peripheral go only with --conformance --slave");
		if (args->slave && args->all)
			argp_error(
				state,
				"--slave needs the name of a channel, and does not go with --all");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_test(int key, char *arg, struct argp_state *state)
{
	struct test_args *args = state->input;
	struct test_options *options = &args->options;
	const struct shared_options shared = {.timeout = {&options->timeout_ns, 1}};

	if (key == OPT_OP || key == OPT_THREADS || key == 'i' || key == OPT_MAX_SIZE ||
	    key == OPT_COHERENT || key == OPT_FENCE || key == OPT_REUSE)
		args->random_only = true;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->peripheral;
		return 0;
	case OPT_CONFORMANCE:
		args->conformance = true;
		return 0;
	case OPT_SLAVE:
		args->slave = true;
		return 0;
	case 'a':
		args->all = true;
		return 0;
	case OPT_OP:
		parse_ops(arg, state, options);
		return 0;
	case OPT_THREADS:
		return option_number(state, "threads", arg, 1, TEST_MAX_THREADS, &options->threads);
	case 'i':
		return option_number(state, "iterations", arg, 1, UINT64_MAX, &options->iterations);
	case OPT_SECONDS:
		return option_time(state, "seconds", arg, 1, &options->seconds_ns);
	case OPT_MAX_SIZE:
		args->max_size_given = true;
		return option_size(state, "max-size", arg, 1, MAX_SIZE, &options->max_size);
	case OPT_ALIGN:
		if (!parse_size(arg, &options->align) || !options->align ||
		    options->align & (options->align - 1) || options->align > MAX_ALIGN)
			argp_error(state, "--align: '%s' is not a power of 2 from 1 to 4096", arg);
		return 0;
	case SHARED_TIMEOUT:
		args->timeout_given = true;
		return shared_parse(key, arg, state, &shared);
	case OPT_SEED:
		return option_number(state, "seed", arg, 0, UINT64_MAX, &options->seed);
	case OPT_COHERENT:
		options->coherent = true;
		return 0;
	case OPT_FENCE:
		options->fence = true;
		return 0;
	case OPT_REUSE:
		return option_number(state, "reuse", arg, 1, UINT64_MAX, &options->reuse);
	default:
		return parse_channels(key, arg, state, args);
	}
}

static const struct argp_child test_children[] = {
	{.argp = &slave_argp},
	{0},
};

static const struct argp test_argp = {
	.options = test_options,
	.parser = parse_test,
	.children = test_children,
	.args_doc = "CHAN...\n--all",
	.doc = "Sends transfers of random length and place through DMA channels and checks every "
	       "byte of both buffers: the source, inside and outside the range, must not change, "
	       "the destination must change inside the range and nowhere else."
	       "\vExamples:\n"
	       "  dmactl test dma0chan0\n"
	       "  dmactl test --all --threads 4 --seconds 60\n"
	       "  dmactl test --op sg --max-size 1M --seed 42 dma0chan1\n"
	       "  dmactl test --conformance dma0chan0\n",
};

static int run_channels(struct test_run *run)
{
	bool passed;

	passed = test_run(run) == 0;
	for (unsigned int i = 0; i < run->channel_count; i++) {
		struct test_totals totals = test_totals(&run->channels[i]);

		/* A test without a transfer has not passed. */
		if (totals.failures || !totals.transfers)
			passed = false;
	}
	if (stop_requested())
		cli_note(run->cli, "interrupted; these are the results so far");
	return test_report(run, passed) || !passed ? CLI_FAILED : CLI_OK;
}

/* Unless the user gave a length, takes a shorter one if memory is short. */
static int alloc_memory(struct test_run *run, struct test_options *options, bool given)
{
	char text[UNITS_TEXT];
	int err;

	for (;;) {
		bool last = given || options->max_size <= LEAST_SIZE;

		err = test_alloc(run, last);
		if (last || (err != -EDQUOT && err != -ENOMEM))
			break;
		options->max_size /= 2;
		cli_detail(run->cli, "memory is short: the longest transfer has %s",
			   format_size(text, options->max_size));
	}
	return err;
}

static uint64_t random_seed(void)
{
	uint32_t seed = 0;

	/* 32 bits, so that a user can type the seed. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint32_t)now_ns();
	return seed;
}

/* Tests one channel after the other, so that they do not disturb each other. */
static int conform(struct test_args *args)
{
	struct conform_options options = {
		.seconds_ns = args->options.seconds_ns ? args->options.seconds_ns : 30 * NS_PER_SEC,
		.timeout_ns = args->timeout_given ? args->options.timeout_ns : 2 * NS_PER_SEC,
		.align = args->options.align,
		.seed = args->options.seed,
		.slave = args->slave,
		.peripheral = &args->peripheral,
	};

	return conform_main(args->cli, &options, args->all ? NULL : args->names, args->name_count);
}

static int run_test(struct cli *cli, int argc, char **argv)
{
	struct test_args args = {
		.cli = cli,
		.options =
			{
				.ops = 1u << PLAN_MEMCPY,
				.threads = 1,
				.max_size = USUAL_SIZE,
				.align = 1,
				.timeout_ns = 10 * NS_PER_SEC,
				.seed = random_seed(),
			},
	};
	struct test_run run = {.cli = cli, .options = &args.options};
	int err = 0, status = CLI_FAILED;

	slave_defaults(&args.peripheral);
	cli_parse(&test_argp, argc, argv, 0, &args);
	if (args.conformance)
		return conform(&args);
	if (!args.options.iterations && !args.options.seconds_ns)
		args.options.iterations = 1000;
	run.channels = calloc(TEST_MAX_CHANNELS, sizeof(*run.channels));
	if (!run.channels) {
		cli_error(cli, "out of memory");
		return CLI_FAILED;
	}
	if (args.all)
		err = test_open_all(&run);
	for (unsigned int i = 0; i < args.name_count && !err; i++)
		err = test_open_channel(&run, args.names[i]);
	if (!err)
		err = alloc_memory(&run, &args.options, args.max_size_given);
	if (!err)
		status = run_channels(&run);
	test_close_channels(&run);
	free(run.channels);
	return status;
}

const struct command cmd_test = {
	.name = "test",
	.summary = "send random transfers through channels and check them",
	.argp = &test_argp,
	.run = run_test,
};
