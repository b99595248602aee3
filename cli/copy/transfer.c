// SPDX-License-Identifier: MIT
#include "copy/transfer.h"
#include "copy/pipeline.h"
#include "copy/verify.h"
#include "dev/control.h"
#include "dev/device.h"
#include "out/print.h"
#include "out/progress.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_BLOCK (1ull << 30)

void transfer_defaults(struct transfer_options *options)
{
	*options = (struct transfer_options){
		.block = 1024 * 1024,
		.depth = 4,
		.timeout_ns = SHARED_TIMEOUT_NS,
	};
}

enum { OPT_NO_DIRECT = 0x300, OPT_VERIFY };

static const struct argp_option transfer_argp_options[] = {
	OPTION_CHANNEL,
	OPTION_BLOCK("Bytes in one transfer (default 1M)"),
	OPTION_DEPTH("Transfers in flight at once (default 4)"),
	{.name = "no-direct",
	 .key = OPT_NO_DIRECT,
	 .doc = "Go through the page cache instead of O_DIRECT"},
	OPTION_TIMEOUT(
		"Give up when the channel completes nothing for this time (default 30s, 0 never)"),
	{.name = "verify", .key = OPT_VERIFY, .doc = "Read the result again and compare it"},
	{0},
};

static error_t parse_transfer(int key, char *arg, struct argp_state *state)
{
	struct transfer_options *options = state->input;
	const struct shared_options shared = {
		.channel = &options->channel,
		.block = {&options->block, 1, MAX_BLOCK},
		.depth = {&options->depth, 1, PIPELINE_MAX_DEPTH},
		.timeout = {&options->timeout_ns},
	};

	switch (key) {
	case OPT_NO_DIRECT:
		options->no_direct = true;
		return 0;
	case OPT_VERIFY:
		options->verify = true;
		return 0;
	default:
		return shared_parse(key, arg, state, &shared);
	}
}

static const struct argp transfer_argp = {
	.options = transfer_argp_options,
	.parser = parse_transfer,
};

const struct argp_child transfer_children[] = {
	{.argp = &transfer_argp},
	{0},
};

struct transfer {
	struct cli *cli;
	const struct transfer_options *options;
	struct source *source;
	struct target *target;
	uint8_t value;
	uint64_t size;
	char channel[DMACTL_NAME_LEN];
	char device[DMACTL_NAME_LEN];
	struct pipeline_result result;
	double seconds;
};

static void print_summary_text(const struct transfer *transfer)
{
	const struct pipeline_result *result = &transfer->result;
	char bytes[UNITS_TEXT], seconds[UNITS_TEXT], rate[UNITS_TEXT];
	double speed = transfer->seconds > 0 ? (double)result->bytes / transfer->seconds : 0;
	/* Standard output may be the target. */
	FILE *stream = transfer->target->stream ? stderr : stdout;

	if (transfer->cli->quiet)
		return;
	fprintf(stream, "%s%s%s: %s%s in %s, %s, through %s\n",
		transfer->source ? transfer->source->name : "", transfer->source ? " -> " : "",
		transfer->target->name, format_size(bytes, result->bytes),
		transfer->options->verify ? " and verified" : "",
		format_time(seconds, (uint64_t)(transfer->seconds * 1e9)), format_rate(rate, speed),
		transfer->channel);
}

static int print_summary_json(const struct transfer *transfer)
{
	const struct pipeline_result *result = &transfer->result;
	double speed = transfer->seconds > 0 ? (double)result->bytes / transfer->seconds : 0;
	struct printer *printer = printer_new(transfer->cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	if (transfer->source)
		print_string(printer, "source", NULL, transfer->source->name);
	else
		print_unsigned(printer, "value", NULL, transfer->value, UNIT_NONE);
	print_string(printer, "target", NULL, transfer->target->name);
	print_unsigned(printer, "bytes", NULL, result->bytes, UNIT_NONE);
	print_real(printer, "seconds", NULL, transfer->seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, speed, UNIT_NONE);
	print_string(printer, "channel", NULL, transfer->channel);
	print_string(printer, "device", NULL, transfer->device);
	print_unsigned(printer, "dma_ops", NULL, result->ops, UNIT_NONE);
	print_unsigned(printer, "block", NULL, result->block, UNIT_NONE);
	print_unsigned(printer, "depth", NULL, result->depth, UNIT_NONE);
	if (transfer->source)
		print_bool(printer, "direct_read", NULL, transfer->source->direct);
	print_bool(printer, "direct_write", NULL, transfer->target->direct);
	print_bool(printer, "in_place", NULL, transfer->target->in_place);
	print_bool(printer, "verified", NULL, transfer->options->verify);
	print_close(printer);
	return printer_end(printer);
}

static int run_pipeline(struct transfer *transfer)
{
	uint64_t total = transfer->size == SIZE_UNKNOWN ? 0 : transfer->size;
	struct pipeline_config config = {
		.cli = transfer->cli,
		.source = transfer->source,
		.target = transfer->target,
		.value = transfer->value,
		.size = transfer->size,
		.block = direct_round_up(transfer->options->block),
		.depth = (unsigned int)transfer->options->depth,
		.timeout_ns = transfer->options->timeout_ns,
	};
	uint64_t caps = transfer->source ? DMACTL_CAP_MEMCPY : DMACTL_CAP_MEMSET;
	int err;

	err = device_open(transfer->cli, transfer->options->channel, &config.session);
	if (err)
		return err;
	err = device_channel(transfer->cli, config.session, transfer->options->channel, caps, 0,
			     &config.chan);
	if (err)
		goto close;
	config.control = control_start(transfer->cli, config.chan, NULL);
	strcpy(transfer->channel, dmauser_chan_name(config.chan));
	strcpy(transfer->device, dmauser_chan_caps(config.chan)->device);
	err = target_reserve(transfer->target, transfer->cli, transfer->size);
	if (!err) {
		progress_begin(transfer->cli, transfer->target->name, total);
		err = pipeline_run(&config, &transfer->result);
		progress_end();
	}
	control_stop(config.control);
	dmauser_chan_destroy(config.chan);
close:
	dmauser_close(config.session);
	return err;
}

static int complete(struct transfer *transfer)
{
	int err = 0;

	if (transfer->source)
		err = source_check_unchanged(transfer->source, transfer->cli);
	if (!err && transfer->options->verify)
		err = verify_target(transfer->cli, transfer->source, transfer->target,
				    transfer->value, transfer->result.bytes);
	/* The source must not have changed while it was verified either. */
	if (!err && transfer->source && transfer->options->verify)
		err = source_check_unchanged(transfer->source, transfer->cli);
	return err ? err : target_commit(transfer->target, transfer->cli);
}

static void report_failure(const struct transfer *transfer, int err)
{
	const struct target *target = transfer->target;

	if (err == -EINTR && stop_requested())
		cli_error(transfer->cli, "interrupted");
	if (!target->in_place)
		cli_error(transfer->cli, "%s: %s", target->name,
			  target->replaces ? "the old file is as it was" : "was not written");
	else
		cli_error(transfer->cli, "%s: is incomplete: about %" PRIu64 " bytes were written",
			  target->name, transfer->result.bytes);
}

static bool can_verify(const struct transfer *transfer)
{
	const char *name;

	if (!transfer->options->verify)
		return true;
	if (transfer->target->stream)
		name = transfer->target->name;
	else if (transfer->source && !transfer->source->rereadable)
		name = transfer->source->name;
	else
		return true;
	cli_error(transfer->cli, "%s: cannot be read a second time, so --verify cannot work", name);
	return false;
}

int transfer_run(struct cli *cli, const struct transfer_options *options, struct source *source,
		 struct target *target, uint8_t value, uint64_t size)
{
	struct transfer transfer = {
		.cli = cli,
		.options = options,
		.source = source,
		.target = target,
		.value = value,
		.size = size,
	};
	uint64_t start = now_ns();
	int err;

	if (!can_verify(&transfer))
		return CLI_FAILED;
	err = run_pipeline(&transfer);
	if (!err)
		err = complete(&transfer);
	transfer.seconds = (double)(now_ns() - start) / 1e9;
	if (err) {
		report_failure(&transfer, err);
		return CLI_FAILED;
	}
	if (cli->json)
		return print_summary_json(&transfer);
	print_summary_text(&transfer);
	return CLI_OK;
}
