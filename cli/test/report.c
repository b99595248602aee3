// SPDX-License-Identifier: MIT
/* Prints the results of `dmactl test' as text or JSON. */
#include "test/run.h"
#include "dev/device.h"
#include "out/print.h"

struct test_totals test_totals(const struct test_channel *channel)
{
	struct test_totals totals = {0};

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

/* Prints how often each op was tested, for programs. */
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
	struct test_totals totals = test_totals(channel);
	/* The threads wait at the same time, so divide by their number. */
	double seconds = channel->threads ? (double)totals.dma_ns / 1e9 / channel->threads : 0;

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", "CHANNEL", channel->name);
	print_string(printer, "device", "DEVICE", caps->device);
	print_unsigned(printer, "threads", "THREADS", channel->threads, UNIT_NONE);
	print_unsigned(printer, "transfers", "TRANSFERS", totals.transfers, UNIT_NONE);
	print_unsigned(printer, "failed", "FAILURES", totals.failures, UNIT_NONE);
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
		print_string(printer, "reason", NULL, device_status_text(failure->error));
	} else {
		print_unsigned(printer, "residue", NULL, failure->residue, UNIT_NONE);
	}
	print_close(printer);
}

int test_report(const struct test_run *run, bool passed)
{
	const struct test_options *options = run->options;
	const char *names[PLAN_OPS + 1];
	struct printer *printer;

	if (run->cli->quiet && !run->cli->json)
		return CLI_OK;
	printer = printer_new(run->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	ops_names(options->ops, names);
	print_names(printer, "ops", names[1] ? "Operations" : "Operation", names);
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
