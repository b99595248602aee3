// SPDX-License-Identifier: MIT
#include "slave-transfer.h"
#include "control.h"
#include "print.h"
#include "progress.h"
#include "stop.h"
#include "transfer.h"
#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_BLOCK (64ull << 20)
#define MAX_DEPTH 256

void slave_transfer_defaults(struct slave_transfer_options *options)
{
	slave_defaults(&options->slave);
	options->block = 64 * 1024;
	options->depth = 4;
	options->timeout_ns = 30 * NS_PER_SEC;
	options->size = SIZE_UNKNOWN;
	options->metadata_size = 64;
}

enum {
	OPT_SINGLE = 0x600,
	OPT_SG,
	OPT_VEC,
	OPT_STREAM,
	OPT_TIMEOUT,
	OPT_METADATA,
	OPT_METADATA_SIZE,
	OPT_PACKETS,
	OPT_COMMAND,
	OPT_FRAME,
	OPT_REPEAT,
	OPT_RAPIDIO,
	OPT_METADATA_MODE,
	OPT_FENCE,
};

const struct argp_option slave_transfer_argp_options[] = {
	{.name = "size", .key = 's', .arg = "SIZE", .doc = "Bytes to move"},
	{.name = "block", .key = 'b', .arg = "SIZE", .doc = "Bytes in one transfer (default 64K)"},
	{.name = "depth",
	 .key = 'd',
	 .arg = "N",
	 .doc = "Transfers that wait at the channel at once (default 4)"},
	{.name = "single", .key = OPT_SINGLE, .doc = "Each transfer in one piece (default)"},
	{.name = "sg", .key = OPT_SG, .doc = "Each transfer as a list of pages"},
	{.name = "vec", .key = OPT_VEC, .doc = "The same as a peripheral DMA vector"},
	{.name = "stream", .key = OPT_STREAM, .doc = "Through a stream of the kernel"},
	{.name = "frame",
	 .key = OPT_FRAME,
	 .arg = "LINE[/STRIDE]",
	 .doc = "Each transfer interleaved: of each STRIDE bytes of the block, the first LINE "
		"(default: all)"},
	{.name = "repeat",
	 .key = OPT_REPEAT,
	 .arg = "TIME",
	 .doc = "send --frame: each block over and over, at least once and for so long, until the "
		"next one takes over"},
	{.name = "rapidio",
	 .key = OPT_RAPIDIO,
	 .arg = "DESTID:ADDR",
	 .doc = "Memory behind RapidIO, instead of a peripheral"},
	{.name = "timeout",
	 .key = OPT_TIMEOUT,
	 .arg = "TIME",
	 .doc = "Give up when the channel moves nothing for so long (default 30s, 0 never)"},
	{.name = "metadata",
	 .key = OPT_METADATA,
	 .arg = "FILE",
	 .doc = "send: metadata that goes with each transfer; recv: where that of each goes"},
	{.name = "metadata-size",
	 .key = OPT_METADATA_SIZE,
	 .arg = "SIZE",
	 .doc = "recv: metadata of one transfer, up to 4096 (default 64)"},
	{.name = "metadata-mode",
	 .key = OPT_METADATA_MODE,
	 .arg = "MODE",
	 .doc = "client or engine: who owns the metadata's memory (default: what the channel has)"},
	{.name = "packets",
	 .key = OPT_PACKETS,
	 .doc = "recv: end with the first transfer that is shorter than it could be"},
	{.name = "command", .key = OPT_COMMAND, .doc = "send: the bytes are commands"},
	{.name = "fence",
	 .key = OPT_FENCE,
	 .doc = "Each transfer starts when the one before it has ended"},
	{0},
};

static void parse_frame(char *arg, struct argp_state *state, struct slave_transfer_options *options)
{
	char *stride = strchr(arg, '/');

	options->mode = SLAVE_FRAME;
	if (stride)
		*stride++ = '\0';
	if (!parse_size(arg, &options->line) || !options->line || options->line > MAX_BLOCK)
		argp_error(state, "--frame: '%s' is not a size from 1 to 64M", arg);
	options->stride = options->line;
	if (stride && (!parse_size(stride, &options->stride) || options->stride < options->line ||
		       options->stride > MAX_BLOCK))
		argp_error(state, "--frame: a stride of '%s' is not a size from %s to 64M", stride,
			   arg);
}

static void parse_rapidio(char *arg, struct argp_state *state,
			  struct slave_transfer_options *options)
{
	char *address = strchr(arg, ':');
	uint64_t destid = 0, value = 0;

	if (address)
		*address++ = '\0';
	if (!address || !parse_number(arg, 0, UINT16_MAX, &destid) ||
	    !parse_number(address, 0, UINT64_MAX, &value))
		argp_error(state, "--rapidio: wants DESTID:ADDR, such as 1:0x40000000");
	options->mode = SLAVE_RIO;
	options->rio = (struct dmactl_rio){.destid = (uint32_t)destid, .rio_addr = value};
}

static error_t parse_flags(int key, char *arg, struct argp_state *state,
			   struct slave_transfer_options *options)
{
	switch (key) {
	case OPT_FRAME:
		parse_frame(arg, state, options);
		return 0;
	case OPT_REPEAT:
		options->repeat = true;
		if (!parse_time(arg, &options->repeat_ns))
			argp_error(state, "--repeat: '%s' is not a time, such as 40ms or 10s", arg);
		return 0;
	case OPT_RAPIDIO:
		parse_rapidio(arg, state, options);
		return 0;
	case OPT_METADATA_MODE:
		if (strcmp(arg, "client") == 0)
			options->metadata_mode = DMACTL_CAP_METADATA_CLIENT;
		else if (strcmp(arg, "engine") == 0)
			options->metadata_mode = DMACTL_CAP_METADATA_ENGINE;
		else
			argp_error(state, "--metadata-mode: '%s' is neither client nor engine",
				   arg);
		return 0;
	case OPT_FENCE:
		options->fence = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_mode(int key, char *arg, struct argp_state *state,
			  struct slave_transfer_options *options)
{
	switch (key) {
	case OPT_SINGLE:
		options->mode = SLAVE_SINGLE;
		return 0;
	case OPT_SG:
		options->mode = SLAVE_SG;
		return 0;
	case OPT_VEC:
		options->mode = SLAVE_VEC;
		return 0;
	case OPT_STREAM:
		options->mode = SLAVE_STREAM;
		return 0;
	case OPT_METADATA:
		options->metadata = arg;
		return 0;
	case OPT_METADATA_SIZE:
		if (!parse_size(arg, &options->metadata_size) || !options->metadata_size ||
		    options->metadata_size > 4096)
			argp_error(state, "--metadata-size: '%s' is not a size from 1 to 4096",
				   arg);
		return 0;
	case OPT_PACKETS:
		options->packets = true;
		return 0;
	case OPT_COMMAND:
		options->command = true;
		return 0;
	default:
		return parse_flags(key, arg, state, options);
	}
}

/* What does not go together. */
static void check_mode(struct argp_state *state, struct slave_transfer_options *options)
{
	if (options->mode == SLAVE_STREAM &&
	    (options->metadata || options->command || options->fence))
		argp_error(state, "--stream has no metadata, commands or fences");
	if (options->mode == SLAVE_FRAME && options->metadata)
		argp_error(state, "--frame has no metadata");
	if (options->mode == SLAVE_FRAME && options->block < options->line)
		argp_error(state, "--block: a block must have a line at least");
	/* Whole lines, as many as fit. */
	if (options->mode == SLAVE_FRAME && options->block > options->stride)
		options->block -= options->block % options->stride;
	if (options->repeat &&
	    (options->mode != SLAVE_FRAME || strcmp(options->cli->verb, "send") != 0))
		argp_error(state, "--repeat is for `send --frame'");
}

static error_t parse_arguments(int key, char *arg, struct argp_state *state,
			       struct slave_transfer_options *options)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->slave;
		return 0;
	case ARGP_KEY_ARG:
		if (options->file)
			argp_error(state, "'%s' is one argument too many", arg);
		if (options->channel)
			options->file = arg;
		else
			options->channel = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->file)
			argp_error(state, "%s needs a channel and a file", options->cli->verb);
		check_mode(state, options);
		return 0;
	default:
		return parse_mode(key, arg, state, options);
	}
}

error_t slave_transfer_parse(int key, char *arg, struct argp_state *state)
{
	struct slave_transfer_options *options = state->input;

	switch (key) {
	case 's':
		if (!parse_size(arg, &options->size) || !options->size || options->size > INT64_MAX)
			argp_error(state, "--size: '%s' is not a size, such as 4096 or 1M", arg);
		return 0;
	case 'b':
		if (!parse_size(arg, &options->block) || !options->block ||
		    options->block > MAX_BLOCK)
			argp_error(state, "--block: '%s' is not a size from 1 to 64M", arg);
		return 0;
	case 'd':
		if (!parse_number(arg, 1, MAX_DEPTH, &options->depth))
			argp_error(state, "--depth: '%s' is not a number from 1 to %d", arg,
				   MAX_DEPTH);
		return 0;
	case OPT_TIMEOUT:
		if (!parse_time(arg, &options->timeout_ns))
			argp_error(state, "--timeout: '%s' is not a time, such as 500ms or 10s",
				   arg);
		return 0;
	default:
		return parse_arguments(key, arg, state, options);
	}
}

static int open_metadata(struct slave_transfer *transfer)
{
	const char *path = transfer->options->metadata;
	int flags = transfer->source ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
	int err;

	if (!path)
		return 0;
	transfer->metadata_fd = open(path, flags | O_CLOEXEC, 0666);
	if (transfer->metadata_fd >= 0)
		return 0;
	err = -errno;
	cli_error(transfer->cli, "%s: cannot open it for metadata: %s", path, strerror(-err));
	return err;
}

static uint64_t mode_caps(const struct slave_transfer_options *options)
{
	uint64_t caps = DMACTL_CAP_SLAVE;

	if (options->mode == SLAVE_VEC)
		caps |= DMACTL_CAP_PERIPHERAL_VEC;
	if (options->mode == SLAVE_FRAME)
		caps |= DMACTL_CAP_INTERLEAVE;
	if (options->mode == SLAVE_RIO)
		caps |= DMACTL_CAP_RIO_SG;
	if (options->repeat)
		caps |= DMACTL_CAP_REPEAT | DMACTL_CAP_LOAD_EOT;
	return caps;
}

static int move(struct slave_transfer *transfer)
{
	const struct slave_transfer_options *options = transfer->options;
	uint64_t total = options->size;
	int err;

	if (total == SIZE_UNKNOWN)
		total = transfer->source && transfer->source->size != SIZE_UNKNOWN
				? transfer->source->size
				: 0;
	err = open_metadata(transfer);
	if (err)
		return err;
	progress_begin(transfer->cli, options->channel, total);
	if (options->mode == SLAVE_STREAM)
		err = slave_stream_run(transfer);
	else if (options->repeat)
		err = slave_repeat_run(transfer);
	else
		err = slave_queue_run(transfer);
	progress_end();
	if (err == -ECANCELED && control_terminated(transfer->slave.control))
		cli_error(transfer->cli, "%s: was terminated by `dmactl terminate'",
			  options->channel);
	if (err == -EINTR && stop_requested())
		cli_error(transfer->cli, "interrupted");
	if (err)
		cli_error(transfer->cli, "%s: %" PRIu64 " bytes had been moved by then",
			  options->channel, transfer->bytes);
	return err;
}

static int print_summary(const struct slave_transfer *transfer, const char *chan, double seconds)
{
	static const char *const modes[] = {"single", "sg", "vec", "stream", "frame", "rapidio"};
	const char *file = transfer->source ? transfer->source->name : transfer->target->name;
	double speed = seconds > 0 ? (double)transfer->bytes / seconds : 0;
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	struct printer *printer;

	if (!transfer->cli->json) {
		if (!transfer->cli->quiet)
			fprintf(transfer->target && transfer->target->stream ? stderr : stdout,
				"%s -> %s: %s in %s, %s\n", transfer->source ? file : chan,
				transfer->source ? chan : file, format_size(bytes, transfer->bytes),
				format_time(time, (uint64_t)(seconds * 1e9)),
				format_rate(rate, speed));
		return CLI_OK;
	}
	printer = printer_new(transfer->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "channel", NULL, transfer->options->channel);
	print_string(printer, "chan", NULL, chan);
	print_string(printer, "file", NULL, file);
	print_string(printer, "mode", NULL, modes[transfer->options->mode]);
	print_unsigned(printer, "bytes", NULL, transfer->bytes, UNIT_NONE);
	print_real(printer, "seconds", NULL, seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, speed, UNIT_NONE);
	print_unsigned(printer, "dma_ops", NULL, transfer->ops, UNIT_NONE);
	print_unsigned(printer, "short_ops", NULL, transfer->short_ops, UNIT_NONE);
	if (transfer->options->repeat)
		print_unsigned(printer, "repetitions", NULL, transfer->repetitions, UNIT_NONE);
	print_unsigned(printer, "block", NULL, transfer->block, UNIT_NONE);
	print_close(printer);
	return printer_end(printer);
}

int slave_transfer_run(struct slave_transfer_options *options, struct source *source,
		       struct target *target)
{
	struct slave_transfer transfer = {
		.options = options,
		.cli = options->cli,
		.source = source,
		.target = target,
		.direction = source ? DMACTL_DIR_MEM_TO_DEV : DMACTL_DIR_DEV_TO_MEM,
		.metadata_fd = -1,
		.block = options->block,
	};
	char chan[DMACTL_NAME_LEN];
	uint64_t start;
	int err;

	err = slave_open(&transfer.slave, options->cli, &options->slave, options->channel,
			 mode_caps(options), transfer.direction);
	if (err)
		return CLI_FAILED;
	strcpy(chan, dmauser_chan_name(transfer.slave.chan));
	start = now_ns();
	err = move(&transfer);
	slave_close(&transfer.slave);
	if (transfer.metadata_fd >= 0 && close(transfer.metadata_fd) < 0 && !err) {
		err = -errno;
		cli_error(options->cli, "%s: %s", options->metadata, strerror(-err));
	}
	if (!err && target)
		err = target_commit(target, options->cli);
	if (err)
		return CLI_FAILED;
	return print_summary(&transfer, chan, (double)(now_ns() - start) / 1e9);
}
