// SPDX-License-Identifier: MIT
#include "slave/transfer.h"
#include "dev/control.h"
#include "dev/device.h"
#include "out/print.h"
#include "out/progress.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_BLOCK     (64ull << 20)
#define MAX_DEPTH     256
#define DEFAULT_DEPTH 4

void slave_transfer_defaults(struct slave_transfer_options *options)
{
	slave_defaults(&options->slave);
	options->block = 64 * 1024;
	options->timeout_ns = SHARED_TIMEOUT_NS;
	options->size = SIZE_UNKNOWN;
	options->metadata_size = 64;
}

enum {
	OPT_SINGLE = 0x600,
	OPT_SG,
	OPT_VEC,
	OPT_STREAM,
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

/* The options of both send and recv. */
#define COMMON_OPTIONS                                                                             \
	OPTION_BLOCK("Bytes in one transfer (default 64K)"),                                       \
		OPTION_DEPTH("Transfers that are submitted at once (default 4)"),                  \
		{.name = "single",                                                                 \
		 .key = OPT_SINGLE,                                                                \
		 .doc = "Each transfer in one piece (default)"},                                   \
		{.name = "sg", .key = OPT_SG, .doc = "Each transfer as a list of pages"},          \
		{.name = "vec", .key = OPT_VEC, .doc = "The same as a peripheral DMA vector"},     \
		{.name = "stream", .key = OPT_STREAM, .doc = "Through a stream of the kernel"},    \
		{.name = "frame",                                                                  \
		 .key = OPT_FRAME,                                                                 \
		 .arg = "LINE[/STRIDE]",                                                           \
		 .doc = "Each transfer interleaved: of each STRIDE bytes of the block, the first " \
			"LINE "                                                                    \
			"(default: all)"},                                                         \
		{.name = "rapidio",                                                                \
		 .key = OPT_RAPIDIO,                                                               \
		 .arg = "DESTID:ADDR",                                                             \
		 .doc = "Memory behind RapidIO, instead of a peripheral"},                         \
		OPTION_TIMEOUT("Give up when no byte moves for this time (default 30s, 0 never)"), \
		{.name = "metadata-mode",                                                          \
		 .key = OPT_METADATA_MODE,                                                         \
		 .arg = "MODE",                                                                    \
		 .doc = "client or engine: who owns the metadata's memory (default: what the "     \
			"channel has)"},                                                           \
	{                                                                                          \
		.name = "fence", .key = OPT_FENCE,                                                 \
		.doc = "Each transfer starts when the one before it has ended"                     \
	}

const struct argp_option slave_send_options[] = {
	COMMON_OPTIONS,
	OPTION_SIZE("Bytes to move (default: all of FILE)"),
	{.name = "metadata",
	 .key = OPT_METADATA,
	 .arg = "FILE",
	 .doc = "Metadata for each transfer"},
	{.name = "repeat",
	 .key = OPT_REPEAT,
	 .arg = "TIME",
	 .doc = "With --frame: send each block repeatedly, at least once and for this time, until "
		"the next one replaces it"},
	{.name = "command", .key = OPT_COMMAND, .doc = "The bytes are commands"},
	{0},
};

const struct argp_option slave_recv_options[] = {
	COMMON_OPTIONS,
	OPTION_SIZE("Bytes to receive; it must be given"),
	{.name = "metadata",
	 .key = OPT_METADATA,
	 .arg = "FILE",
	 .doc = "File for the metadata of each transfer"},
	{.name = "metadata-size",
	 .key = OPT_METADATA_SIZE,
	 .arg = "SIZE",
	 .doc = "Metadata of one transfer, up to 4096 (default 64)"},
	{.name = "packets",
	 .key = OPT_PACKETS,
	 .doc = "End with the first transfer that is shorter than it could be; --depth is 1 by "
		"default, so that nothing of the next packet is taken"},
	{0},
};

static void parse_frame(char *arg, struct argp_state *state, struct slave_transfer_options *options)
{
	char *stride = strchr(arg, '/');

	options->mode = SLAVE_FRAME;
	if (stride)
		*stride++ = '\0';
	option_size(state, "frame", arg, 1, MAX_BLOCK, &options->line);
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
		argp_error(state, "--rapidio: '%s%s%s' is not DESTID:ADDR, such as 1:0x40000000",
			   arg, address ? ":" : "", address ? address : "");
	options->mode = SLAVE_RIO;
	options->rio = (struct dmactl_rio){.destid = (uint32_t)destid, .rio_addr = value};
}

static error_t parse_flags(int key, char *arg, struct argp_state *state,
			   struct slave_transfer_options *options)
{
	bool first = false;

	switch (key) {
	case OPT_FRAME:
		parse_frame(arg, state, options);
		return 0;
	case OPT_REPEAT:
		options->repeat = true;
		return option_time(state, "repeat", arg, 0, &options->repeat_ns);
	case OPT_RAPIDIO:
		parse_rapidio(arg, state, options);
		return 0;
	case OPT_METADATA_MODE:
		option_either(state, "metadata-mode", arg, "client", "engine", &first);
		options->metadata_mode =
			first ? DMACTL_CAP_METADATA_CLIENT : DMACTL_CAP_METADATA_ENGINE;
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
		return option_size(state, "metadata-size", arg, 1, 4096, &options->metadata_size);
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

/* Refuses combinations of options that cannot work. */
static void check_mode(struct argp_state *state, struct slave_transfer_options *options)
{
	if (options->mode == SLAVE_STREAM &&
	    (options->metadata || options->command || options->fence))
		argp_error(state, "--stream goes with none of --metadata, --command and --fence");
	if (options->packets && (options->mode == SLAVE_SG || options->mode == SLAVE_VEC))
		argp_error(state, "--packets goes with neither --sg nor --vec: behind the end of a "
				  "packet, the rest of a list may take the next one");
	if (options->mode == SLAVE_FRAME && options->metadata)
		argp_error(state, "--frame does not go with --metadata");
	if (options->mode == SLAVE_FRAME && options->block < options->line)
		argp_error(state,
			   "--block: %" PRIu64
			   " bytes are less than a line of --frame, which has %" PRIu64,
			   options->block, options->line);
	/* Use whole lines, as many as fit. */
	if (options->mode == SLAVE_FRAME && options->block > options->stride)
		options->block -= options->block % options->stride;
	if (options->repeat && options->mode != SLAVE_FRAME)
		argp_error(state, "--repeat goes only with --frame");
}

static error_t parse_arguments(int key, char *arg, struct argp_state *state,
			       struct slave_transfer_options *options)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->slave;
		return 0;
	case ARGP_KEY_ARG:
	case ARGP_KEY_END:
		shared_channel_and_file(key, arg, state, options->cli, &options->channel,
					&options->file);
		if (key == ARGP_KEY_END)
			check_mode(state, options);
		return 0;
	default:
		return parse_mode(key, arg, state, options);
	}
}

error_t slave_transfer_parse(int key, char *arg, struct argp_state *state)
{
	struct slave_transfer_options *options = state->input;
	const struct shared_options shared = {
		.block = {&options->block, 1, MAX_BLOCK},
		.depth = {&options->depth, 1, MAX_DEPTH},
		.size = {&options->size, 1, INT64_MAX},
		.timeout = {&options->timeout_ns},
	};
	error_t err = shared_parse(key, arg, state, &shared);

	return err == ARGP_ERR_UNKNOWN ? parse_arguments(key, arg, state, options) : err;
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

unsigned int slave_depth(const struct slave_transfer_options *options)
{
	if (options->depth)
		return (unsigned int)options->depth;
	return options->packets ? 1 : DEFAULT_DEPTH;
}

void slave_failed(const struct slave_transfer *transfer, size_t length, int status)
{
	const struct slave_options *slave = &transfer->options->slave;
	bool given = transfer->source ? slave->dst_given : slave->src_given;
	uint64_t address = transfer->source ? slave->config.dst_addr : slave->config.src_addr;

	if (status == -EIO && given)
		cli_error(transfer->cli,
			  "%s: the transfer of byte %" PRIu64 " failed: its driver does not take "
			  "%zu bytes at 0x%" PRIx64 ", or reported an error: they may reach "
			  "beyond what the peripheral has there; a smaller --size or --block may "
			  "do",
			  transfer->options->channel, transfer->bytes, length, address);
	else
		cli_error(transfer->cli, "%s: the transfer of byte %" PRIu64 " failed: %s",
			  transfer->options->channel, transfer->bytes, device_status_text(status));
}

void slave_timed_out(const struct slave_transfer *transfer, uint64_t left)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(transfer->slave.chan);
	const struct slave_transfer_options *options = transfer->options;
	char text[UNITS_TEXT];

	format_time(text, options->timeout_ns);
	if (caps->residue_granularity == DMACTL_RESIDUE_DESCRIPTOR)
		cli_error(transfer->cli,
			  "%s: no transfer ended for %s, and this channel does not tell what moves "
			  "within one: does the peripheral run? If it is only slow, a smaller "
			  "--block or a longer --timeout (0: for ever) waits for it",
			  options->channel, text);
	else
		cli_error(transfer->cli,
			  "%s: no byte moved for %s; the oldest transfer has %" PRIu64
			  " bytes to go: does the peripheral run? --timeout 0 waits for ever",
			  options->channel, text, left);
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
	if (err && transfer->source && transfer->begun)
		cli_error(transfer->cli, "%s: %" PRIu64 " bytes had been moved by then",
			  options->channel, transfer->bytes);
	return err;
}

static int print_summary(const struct slave_transfer *transfer, const char *chan, double seconds)
{
	static const char *const modes[] = {"single", "sg", "vec", "stream", "frame", "rapidio"};
	const char *file = transfer->source ? transfer->source->name : transfer->target->name;
	const char *asked = transfer->options->channel;
	double speed = seconds > 0 ? (double)transfer->bytes / seconds : 0;
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	struct printer *printer;

	if (!transfer->cli->json) {
		if (!transfer->cli->quiet)
			fprintf(transfer->target && transfer->target->stream ? stderr : stdout,
				"%s -> %s: %s in %s, %s\n", transfer->source ? file : asked,
				transfer->source ? asked : file,
				format_size(bytes, transfer->bytes),
				format_time(time, (uint64_t)(seconds * 1e9)),
				format_rate(rate, speed));
		return CLI_OK;
	}
	printer = printer_new(transfer->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "asked", NULL, asked);
	print_string(printer, "channel", NULL, chan);
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

static int check_words(const struct slave_transfer *transfer)
{
	const struct slave_transfer_options *options = transfer->options;
	const struct source *source = transfer->source;
	uint64_t size = options->size;
	int err;

	err = slave_check_words(&transfer->slave, transfer->direction, "--block", options->block);
	if (source && source->size != SIZE_UNKNOWN && source->size < size)
		size = source->size;
	if (!err && size != SIZE_UNKNOWN)
		err = slave_check_words(&transfer->slave, transfer->direction,
					source ? source->name : "--size", size);
	return err;
}

/* Keeps the file after a failure, too, because the bytes cannot be received again. */
static int finish_target(const struct slave_transfer *transfer, int err)
{
	const struct slave_transfer_options *options = transfer->options;
	struct target *target = transfer->target;

	if (err && !transfer->bytes) {
		if (transfer->begun)
			cli_error(transfer->cli, "%s: no byte has arrived", options->channel);
		return 0;
	}
	if (err)
		cli_error(transfer->cli, "%s: has the first %" PRIu64 " of %" PRIu64 " bytes",
			  target->name, transfer->bytes, options->size);
	if (target_begin(target, transfer->cli))
		return -EIO;
	return target_commit_anyway(target, transfer->cli);
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
	/* Check this before the first byte is moved. */
	err = check_words(&transfer);
	if (!err)
		err = move(&transfer);
	slave_close(&transfer.slave);
	if (transfer.metadata_fd >= 0 && close(transfer.metadata_fd) < 0 && !err) {
		err = -errno;
		cli_error(options->cli, "%s: %s", options->metadata, strerror(-err));
	}
	if (target && finish_target(&transfer, err))
		err = err ? err : -EIO;
	if (err && (!target || !transfer.bytes || !options->cli->json))
		return CLI_FAILED;
	if (err) {
		print_summary(&transfer, chan, (double)(now_ns() - start) / 1e9);
		return CLI_FAILED;
	}
	return print_summary(&transfer, chan, (double)(now_ns() - start) / 1e9);
}
