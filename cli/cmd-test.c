// SPDX-License-Identifier: MIT
/* dmactl test CHAN...: what the kernel's dmatest does, from user space */
#include "conform.h"
#include "control.h"
#include "device.h"
#include "print.h"
#include "stop.h"
#include "testrun.h"
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAX_CHANNELS 256
#define MAX_SIZE     (64ull << 20)
#define MAX_ALIGN    4096

struct test_args {
	struct cli *cli;
	struct test_options options;
	const char *names[MAX_CHANNELS];
	unsigned int name_count;
	bool all;
	bool conformance;
	bool random_only; /* an option was given that only the random test has */
	bool slave;
	bool timeout_given;
	struct slave_options peripheral;
};

enum {
	OPT_MAX_SIZE = 0x400,
	OPT_TIMEOUT,
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
	 .key = 'o',
	 .arg = "LIST",
	 .doc = "Operations in turn, with commas: memcpy (default), memset, sg, memset_sg, xor, "
		"xor_val, pq, pq_val, interleave, imm_data, interrupt; or all that a channel "
		"offers"},
	{.name = "threads", .key = 't', .arg = "N", .doc = "Threads on each channel (default 1)"},
	{.name = "iterations",
	 .key = 'i',
	 .arg = "N",
	 .doc = "Transfers of each thread (default 1000, with --seconds no limit)"},
	{.name = "seconds", .key = 's', .arg = "N", .doc = "Stop after so long"},
	{.name = "max-size",
	 .key = OPT_MAX_SIZE,
	 .arg = "SIZE",
	 .doc = "Longest transfer (default 64K)"},
	{.name = "align",
	 .key = OPT_ALIGN,
	 .arg = "SIZE",
	 .doc = "Places and lengths are multiples of SIZE, a power of 2 (default: what the "
		"channel asks for)"},
	{.name = "timeout",
	 .key = OPT_TIMEOUT,
	 .arg = "TIME",
	 .doc = "A channel hangs if a transfer takes so long (default 10s)"},
	{.name = "seed",
	 .key = OPT_SEED,
	 .arg = "N",
	 .doc = "Repeat the transfers of an earlier run"},
	{.name = "coherent", .key = OPT_COHERENT, .doc = "Use coherent memory"},
	{.name = "fence",
	 .key = OPT_FENCE,
	 .doc = "Later transfers depend on each (DMA_PREP_FENCE)"},
	{.name = "reuse",
	 .key = OPT_REUSE,
	 .arg = "N",
	 .doc = "Prepare each transfer once and run it N times (DMA_CTRL_REUSE)"},
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
		if (args->name_count == MAX_CHANNELS)
			argp_error(state, "too many channels");
		args->names[args->name_count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (args->options.reuse && !args->options.all_ops &&
		    args->options.ops & (1u << PLAN_XOR_VAL | 1u << PLAN_PQ_VAL))
			argp_error(state, "--reuse: a check has its result in one place; xor_val "
					  "and pq_val are prepared anew each time");
		if (args->all && args->name_count)
			argp_error(state, "--all or channels, not both");
		if (!args->all && !args->name_count)
			argp_error(state, "which channel? `dmactl list' shows them all, --all "
					  "tests them all");
		if (args->conformance && args->random_only)
			argp_error(state, "--conformance does not go with --op, --threads, "
					  "--iterations, --max-size and --coherent");
		if (args->slave && !args->conformance)
			argp_error(state, "--slave goes with --conformance");
		if (args->peripheral.configured && !args->slave)
			argp_error(state,
				   "where the peripheral is goes with --conformance --slave");
		if (args->slave && args->all)
			argp_error(state, "--slave needs a channel, not --all");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_test(int key, char *arg, struct argp_state *state)
{
	struct test_args *args = state->input;
	struct test_options *options = &args->options;

	if (key == 'o' || key == 't' || key == 'i' || key == OPT_MAX_SIZE || key == OPT_COHERENT ||
	    key == OPT_FENCE || key == OPT_REUSE)
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
	case 'o':
		parse_ops(arg, state, options);
		return 0;
	case 't':
		if (!parse_number(arg, 1, TEST_MAX_THREADS, &options->threads))
			argp_error(state, "--threads: '%s' is not a number from 1 to %d", arg,
				   TEST_MAX_THREADS);
		return 0;
	case 'i':
		if (!parse_number(arg, 1, UINT64_MAX, &options->iterations))
			argp_error(state, "--iterations: '%s' is not a number above 0", arg);
		return 0;
	case 's':
		if (!parse_time(arg, &options->seconds_ns) || !options->seconds_ns)
			argp_error(state, "--seconds: '%s' is not a time, such as 10 or 500ms",
				   arg);
		return 0;
	case OPT_MAX_SIZE:
		if (!parse_size(arg, &options->max_size) || !options->max_size ||
		    options->max_size > MAX_SIZE)
			argp_error(state, "--max-size: '%s' is not a size from 1 to 64M", arg);
		return 0;
	case OPT_ALIGN:
		if (!parse_size(arg, &options->align) || !options->align ||
		    options->align & (options->align - 1) || options->align > MAX_ALIGN)
			argp_error(state, "--align: '%s' is not a power of 2 from 1 to 4096", arg);
		return 0;
	case OPT_TIMEOUT:
		if (!parse_time(arg, &options->timeout_ns) || !options->timeout_ns)
			argp_error(state, "--timeout: '%s' is not a time, such as 500ms or 10s",
				   arg);
		args->timeout_given = true;
		return 0;
	case OPT_SEED:
		if (!parse_number(arg, 0, UINT64_MAX, &options->seed))
			argp_error(state, "--seed: '%s' is not a number", arg);
		return 0;
	case OPT_COHERENT:
		options->coherent = true;
		return 0;
	case OPT_FENCE:
		options->fence = true;
		return 0;
	case OPT_REUSE:
		if (!parse_number(arg, 1, UINT64_MAX, &options->reuse))
			argp_error(state, "--reuse: '%s' is not a number above 0", arg);
		return 0;
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

/* What a channel lacks for the first of these ops. */
static const char *lacking(const struct dmactl_chan_caps *caps, uint32_t ops)
{
	uint64_t needed = test_op_caps((enum plan_op)__builtin_ctz(ops));

	return caps->caps & needed ? "transfers from memory to memory" : cap_name(needed);
}

/* The ops to test on this channel; 0 after a message if it lacks one. */
static uint32_t choose_ops(const struct test_run *run, struct dmauser_chan *chan, bool optional)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(chan);
	uint32_t offered = test_ops_of(caps), wanted = run->options->ops;
	uint32_t missing = wanted & ~offered;

	if (run->options->reuse && !(caps->caps & DMACTL_CAP_REUSE)) {
		if (optional)
			cli_detail(run->cli, "%s: left out: its descriptors serve once",
				   caps->name);
		else
			cli_error(run->cli,
				  "%s: the channel cannot use a descriptor again (DMA_CTRL_REUSE)",
				  caps->name);
		return 0;
	}
	/* Its result goes to a place that a descriptor keeps. */
	if (run->options->reuse && run->options->all_ops)
		offered &= ~(1u << PLAN_XOR_VAL | 1u << PLAN_PQ_VAL);
	if (!missing || (run->options->all_ops && wanted & offered))
		return wanted & offered;
	if (optional)
		cli_detail(run->cli, "%s: left out: it lacks %s", caps->name,
			   lacking(caps, missing));
	else
		cli_error(run->cli,
			  "%s: the channel lacks %s; `dmactl info %s' shows what it can do",
			  caps->name, lacking(caps, missing), caps->name);
	return 0;
}

/* 0, a positive number if the channel was left out, or -errno after a message. */
static int open_channel(struct test_run *run, const char *name, bool optional)
{
	struct test_channel *channel = &run->channels[run->channel_count];
	int err;

	memset(channel, 0, sizeof(*channel));
	channel->run = run;
	err = device_open(run->cli, &channel->session);
	if (err)
		return err;
	if (optional) {
		err = dmauser_chan_request_name(channel->session, name, 0, &channel->chan);
		if (err)
			cli_detail(run->cli, "%s: left out: %s", name, strerror(-err));
	} else {
		err = device_channel(run->cli, channel->session, name, 0, 0, &channel->chan);
	}
	if (!err) {
		channel->ops = choose_ops(run, channel->chan, optional);
		err = channel->ops ? 0 : -EOPNOTSUPP;
	}
	if (err) {
		dmauser_close(channel->session);
		return optional ? 1 : err;
	}
	strcpy(channel->name, dmauser_chan_name(channel->chan));
	channel->control = control_start(run->cli, channel->chan, NULL);
	run->channel_count++;
	return 0;
}

static int open_all(struct test_run *run)
{
	struct dmauser_chan_list *list;
	int err;

	err = dmauser_discover(&list);
	if (err) {
		cli_error(run->cli, "/sys/class/dma: %s", strerror(-err));
		return err;
	}
	for (size_t i = 0; i < dmauser_chan_list_count(list) && err >= 0; i++) {
		if (run->channel_count < MAX_CHANNELS)
			err = open_channel(run, dmauser_chan_list_get(list, i)->name, true);
	}
	dmauser_chan_list_free(list);
	if (err >= 0 && !run->channel_count) {
		cli_error(run->cli,
			  "no free DMA channel can do %s; `dmactl list' shows them all, and "
			  "`modprobe dma-sim' adds simulated ones",
			  cap_name(test_op_caps((enum plan_op)__builtin_ctz(run->options->ops))));
		return -ENOENT;
	}
	return err < 0 ? err : 0;
}

static void close_channels(struct test_run *run)
{
	for (unsigned int i = 0; i < run->channel_count; i++) {
		control_stop(run->channels[i].control);
		dmauser_chan_destroy(run->channels[i].chan);
		dmauser_close(run->channels[i].session);
		free(run->channels[i].workers);
	}
}

struct totals {
	uint64_t transfers;
	uint64_t failures;
	uint64_t bytes;
	uint64_t dma_ns;
};

static struct totals add_up(const struct test_channel *channel)
{
	struct totals totals = {0};

	for (unsigned int i = 0; i < channel->threads; i++) {
		const struct test_worker *worker = &channel->workers[i];

		totals.transfers += worker->transfers;
		totals.failures += worker->failures;
		totals.bytes += worker->bytes;
		totals.dma_ns += worker->dma_ns;
	}
	return totals;
}

static void ops_names(uint32_t ops, const char **names)
{
	unsigned int used = 0;

	for (unsigned int op = 0; op < PLAN_OPS; op++) {
		if (ops >> op & 1)
			names[used++] = plan_op_name((enum plan_op)op);
	}
	names[used] = NULL;
}

static uint64_t count_op(const struct test_channel *channel, unsigned int op)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < channel->threads; i++)
		count += channel->workers[i].by_op[op];
	return count;
}

/* How often each was tested, for programs. */
static void print_by_op(struct printer *printer, const struct test_channel *channel)
{
	print_open(printer, GROUP_OBJECT, "by_op", NULL);
	for (unsigned int op = 0; op < PLAN_OPS; op++) {
		if (channel->ops >> op & 1)
			print_unsigned(printer, plan_op_name((enum plan_op)op), NULL,
				       count_op(channel, op), UNIT_NONE);
	}
	print_close(printer);
}

static void print_channel(struct printer *printer, const struct test_channel *channel)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(channel->chan);
	struct totals totals = add_up(channel);
	/* The threads wait at the same time. */
	double seconds = channel->threads ? (double)totals.dma_ns / 1e9 / channel->threads : 0;

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", "CHANNEL", channel->name);
	print_string(printer, "device", "DEVICE", caps->device);
	print_unsigned(printer, "threads", "THREADS", channel->threads, UNIT_NONE);
	print_unsigned(printer, "transfers", "TRANSFERS", totals.transfers, UNIT_NONE);
	print_unsigned(printer, "failures", "FAILURES", totals.failures, UNIT_NONE);
	print_unsigned(printer, "bytes", "BYTES", totals.bytes, UNIT_NONE);
	print_real(printer, "dma_seconds", NULL, seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", "RATE",
		   seconds > 0 ? (double)totals.bytes / seconds : 0, UNIT_RATE);
	print_by_op(printer, channel);
	print_close(printer);
}

static void print_failure(struct printer *printer, const struct test_failure *failure)
{
	static const char *const kinds[] = {"mismatch", "error", "hang"};
	const struct mismatch *mismatch = &failure->mismatch;

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "kind", NULL,
		     failure->kind == TEST_MISMATCH && mismatch->verdict ? "verdict"
									 : kinds[failure->kind]);
	print_string(printer, "op", NULL, plan_op_name(failure->op));
	print_string(printer, "channel", NULL, failure->channel);
	print_unsigned(printer, "thread", NULL, failure->thread, UNIT_NONE);
	print_unsigned(printer, "transfer", NULL, failure->transfer, UNIT_NONE);
	print_unsigned(printer, "length", NULL, failure->len, UNIT_NONE);
	if (failure->kind == TEST_MISMATCH) {
		print_string(printer, "region", NULL, region_name(mismatch->region));
		print_unsigned(printer, "offset", NULL, mismatch->offset, UNIT_NONE);
		print_unsigned(printer, "expected", NULL, mismatch->expected, UNIT_NONE);
		print_unsigned(printer, "got", NULL, mismatch->got, UNIT_NONE);
	} else if (failure->kind == TEST_ERROR) {
		print_string(printer, "error", NULL, device_status_text(failure->error));
	} else {
		print_unsigned(printer, "residue", NULL, failure->residue, UNIT_NONE);
	}
	print_close(printer);
}

static int print_result(const struct test_run *run, bool passed)
{
	const struct test_options *options = run->options;
	const char *names[PLAN_OPS + 1];
	struct printer *printer;

	if (run->cli->quiet && !run->cli->json)
		return CLI_OK;
	printer = printer_new(run->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	if (options->ops & (options->ops - 1)) {
		ops_names(options->ops, names);
		print_names(printer, "ops", "Operations", names);
	} else {
		print_string(printer, "op", "Operation",
			     plan_op_name((enum plan_op)__builtin_ctz(options->ops)));
	}
	print_unsigned(printer, "max_size", "Longest transfer", options->max_size, UNIT_BYTES);
	print_unsigned(printer, "seed", "Seed", options->seed, UNIT_NONE);
	print_real(printer, "seconds", "Time", run->seconds, UNIT_SECONDS);
	print_open(printer, GROUP_TABLE, "channels", NULL);
	for (unsigned int i = 0; i < run->channel_count; i++)
		print_channel(printer, &run->channels[i]);
	print_close(printer);
	print_open(printer, GROUP_LIST, "failures", NULL);
	for (unsigned int i = 0; i < run->failure_count; i++)
		print_failure(printer, &run->failures[i]);
	print_close(printer);
	print_bool(printer, "passed", NULL, passed);
	print_string(printer, NULL, "Result", passed ? "passed" : "FAILED");
	print_close(printer);
	return printer_end(printer);
}

static int run_channels(struct test_run *run)
{
	bool passed;

	passed = test_run(run) == 0;
	for (unsigned int i = 0; i < run->channel_count; i++) {
		struct totals totals = add_up(&run->channels[i]);

		/* No transfer at all proves nothing. */
		if (totals.failures || !totals.transfers)
			passed = false;
	}
	if (stop_requested())
		cli_note(run->cli, "interrupted; these are the results so far");
	return print_result(run, passed) || !passed ? CLI_FAILED : CLI_OK;
}

static uint64_t random_seed(void)
{
	uint32_t seed = 0;

	/* Short enough to be typed in. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint32_t)now_ns();
	return seed;
}

/* One channel after the other: what one does must not disturb the next. */
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
				.max_size = 64 * 1024,
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
	run.channels = calloc(MAX_CHANNELS, sizeof(*run.channels));
	if (!run.channels) {
		cli_error(cli, "out of memory");
		return CLI_FAILED;
	}
	if (args.all)
		err = open_all(&run);
	for (unsigned int i = 0; i < args.name_count && !err; i++)
		err = open_channel(&run, args.names[i], false);
	if (!err)
		status = run_channels(&run);
	close_channels(&run);
	free(run.channels);
	return status;
}

const struct command cmd_test = {
	.name = "test",
	.summary = "send random transfers through channels and check them",
	.run = run_test,
};
