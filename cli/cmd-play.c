// SPDX-License-Identifier: MIT
/* dmactl play CHAN FILE: a file to a peripheral, without a gap */
#include "control.h"
#include "device.h"
#include "print.h"
#include "progress.h"
#include "ring-options.h"
#include "slave-transfer.h"
#include "stop.h"
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct play_args {
	struct ring_options ring; /* first, see cli_parse() */
	bool no_cyclic;
};

enum { OPT_LOOP = 'l', OPT_NO_CYCLIC = 0x800 };

static const struct argp_option play_options[] = {
	{.name = "loop", .key = OPT_LOOP, .doc = "Begin again at the end of the file"},
	{.name = "no-cyclic",
	 .key = OPT_NO_CYCLIC,
	 .doc = "As a queue of slave transfers: exact to the byte, without zeros at the end"},
	{0},
};

static error_t parse_play(int key, char *arg, struct argp_state *state)
{
	struct play_args *args = state->input;

	switch (key) {
	case OPT_LOOP:
		args->ring.loop = true;
		return 0;
	case OPT_NO_CYCLIC:
		args->no_cyclic = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (args->no_cyclic && (args->ring.loop || args->ring.time_ns))
			argp_error(state, "--no-cyclic goes with neither --loop nor --time");
		return 0;
	default:
		return ring_options_arguments(key, arg, state, &args->ring);
	}
}

static const struct argp_child play_children[] = {
	{.argp = &ring_options_argp},
	{.argp = &slave_argp},
	{0},
};

static const struct argp play_argp = {
	.options = play_options,
	.parser = parse_play,
	.children = play_children,
	.args_doc = "CHAN FILE",
	.doc = "Plays FILE to the peripheral behind the slave channel CHAN. The channel goes round "
	       "a ring that is refilled behind it; a period that was not refilled in time is "
	       "counted as an underrun, and makes the exit status 1. After the last byte come "
	       "zeros, to the end of a period and until the channel is stopped. `-' is standard "
	       "input."
	       "\vExamples:\n"
	       "  dmactl play dac waveform --loop --time 1m\n"
	       "  xzcat samples.xz | dmactl play dac - --period 16K --periods 64\n",
};

struct play {
	const struct ring_options *options;
	struct cli *cli;
	struct slave slave;
	struct ring ring;
	struct ring_events events;
	struct source source;
	uint8_t *next;	 /* the period that comes next */
	size_t length;	 /* bytes of the file in it */
	uint64_t filled; /* periods in the ring so far: the next one's number */
	bool file_ended;
	uint64_t last;	/* with file_ended: periods up to the end of the file */
	uint64_t bytes; /* of the file */
	uint64_t underruns;
	uint64_t start_ns;
	double seconds;
};

static int rewind_source(struct play *p)
{
	if (!p->options->loop || !p->bytes || lseek(p->source.fd, 0, SEEK_SET) == 0)
		return 0;
	cli_error(p->cli, "%s: cannot be read from its beginning again, so --loop cannot work",
		  p->source.name);
	return -ESPIPE;
}

static bool may_read(const struct play *p)
{
	uint64_t rate = p->options->rate;

	if (p->file_ended || !p->events.file_ready || p->length == p->ring.period)
		return false;
	return !rate || (double)p->bytes <= (double)(now_ns() - p->start_ns) / 1e9 * (double)rate;
}

/* Reads what there is, once: the file may be slow. */
static int read_some(struct play *p)
{
	uint64_t left = p->options->size - p->bytes;
	size_t room = p->ring.period - p->length;
	bool looping = p->options->loop && p->bytes < p->options->size;
	ssize_t got;

	if (!may_read(p))
		return 0;
	got = read(p->source.fd, p->next + p->length, left < room ? (size_t)left : room);
	if (got < 0 && errno != EINTR && errno != EAGAIN) {
		int err = -errno;

		cli_error(p->cli, "%s: cannot read it: %s", p->source.name, strerror(errno));
		return err;
	}
	/* Of a pipe, nobody knows whether there is more now. */
	p->events.file_ready = p->events.file_fd < 0;
	if (got > 0) {
		p->length += (size_t)got;
		p->bytes += (size_t)got;
		return 0;
	}
	if (got < 0)
		return 0;
	if (looping && p->bytes)
		return rewind_source(p);
	p->file_ended = true;
	return 0;
}

static int put(struct play *p)
{
	int err = 0;

	memcpy(ring_slot(&p->ring, p->filled), p->next, p->ring.period);
	if (!p->ring.coherent)
		err = dmauser_buf_sync(p->ring.buf, p->filled % p->ring.count * p->ring.period,
				       p->ring.period, DMACTL_SYNC_END | DMACTL_SYNC_WRITE);
	if (err)
		cli_error(p->cli, "%s: cannot hand over the ring: %s", p->options->channel,
			  strerror(-err));
	return err;
}

/*
 * Puts the next period where the channel has not been yet. If it is there
 * already, it plays old bytes: they are counted, and ours come after them.
 */
static int place(struct play *p)
{
	uint64_t position;
	int err;

	memset(p->next + p->length, 0, p->ring.period - p->length);
	for (;;) {
		err = put(p);
		if (!err && p->ring.running)
			err = ring_position(&p->ring, &position);
		if (err || !p->ring.running || position + p->ring.slack < p->filled)
			break;
		/* What comes after the end of the file is no loss. */
		if (!p->file_ended || p->filled < p->last)
			p->underruns += position + p->ring.slack + 1 - p->filled;
		p->filled = position + p->ring.slack + 1;
		if (p->options->strict && p->underruns)
			return -EOVERFLOW;
	}
	if (p->length)
		p->last = p->filled + 1;
	p->filled++;
	p->length = 0;
	return err;
}

static bool has_room(const struct play *p)
{
	return p->filled < p->ring.ended + p->ring.count;
}

static bool is_full(const struct play *p)
{
	return p->length == p->ring.period || p->file_ended;
}

/* Reads and places until the ring is full or the file has nothing now. */
static int refill(struct play *p)
{
	int err = 0;

	while (!err && has_room(p) && !stop_requested()) {
		uint64_t bytes = p->bytes;
		bool ended = p->file_ended;

		if (p->bytes == p->options->size)
			p->file_ended = true;
		if (!is_full(p))
			err = read_some(p);
		if (!err && is_full(p) && has_room(p))
			err = place(p);
		else if (p->bytes == bytes && p->file_ended == ended)
			break;
	}
	return err;
}

static bool is_over(const struct play *p)
{
	if (stop_requested() || p->ring.over || ring_events_time_is_up(&p->events))
		return true;
	return p->file_ended && p->ring.ended >= p->last;
}

/* A ring full to start with, unless the file is shorter. */
static int prefill(struct play *p)
{
	int err = refill(p);

	while (!err && has_room(p) && !stop_requested()) {
		err = ring_events_wait(&p->events, !p->events.file_ready);
		if (!err)
			err = refill(p);
	}
	if (!err && !p->bytes) {
		cli_error(p->cli, "%s: is empty: there is nothing to play", p->source.name);
		return -ENODATA;
	}
	return err;
}

static int loop(struct play *p)
{
	int err = 0;

	while (!err && !is_over(p)) {
		err = ring_reap(&p->ring);
		if (!err && !p->ring.over)
			err = refill(p);
		progress_update(p->bytes);
		if (!err && !is_over(p))
			err = ring_events_wait(&p->events, !p->file_ended && !p->events.file_ready);
	}
	return err;
}

/* The channel stopped by itself: why? */
static int check_end(const struct play *p)
{
	if (!p->ring.over || control_terminated(p->slave.control) || !p->ring.status)
		return 0;
	cli_error(p->cli, "%s: the playback ended: %s", p->options->channel,
		  device_status_text(p->ring.status));
	return p->ring.status;
}

static int run(struct play *p)
{
	uint64_t total = p->options->size;
	int err;

	if (total == SIZE_UNKNOWN)
		total = p->options->loop || p->source.size == SIZE_UNKNOWN ? 0 : p->source.size;
	err = ring_alloc(&p->ring, &p->slave, DMACTL_DIR_MEM_TO_DEV, (size_t)p->options->period,
			 (unsigned int)p->options->periods, p->options->memory);
	if (err)
		return err;
	p->next = malloc(p->ring.period);
	if (!p->next) {
		cli_error(p->cli, "out of memory");
		return -ENOMEM;
	}
	err = ring_events_open(&p->events, p->options, &p->ring, p->source.fd, EPOLLIN);
	p->start_ns = now_ns();
	if (!err)
		err = prefill(p);
	if (!err)
		err = ring_start(&p->ring);
	if (!err) {
		progress_begin(p->cli, p->options->channel, total);
		err = loop(p);
		if (err == -EOVERFLOW)
			err = 0;
		ring_stop(&p->ring);
		progress_end();
	}
	p->seconds = (double)(now_ns() - p->start_ns) / 1e9;
	return err ? err : check_end(p);
}

static int print_summary(const struct play *p, const char *chan)
{
	double speed = p->seconds > 0 ? (double)p->bytes / p->seconds : 0;
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	struct printer *printer;

	if (!p->cli->json) {
		if (!p->cli->quiet)
			printf("%s -> %s: %s in %s, %s, %" PRIu64 " periods, %" PRIu64
			       " underruns\n",
			       p->source.name, p->options->channel, format_size(bytes, p->bytes),
			       format_time(time, (uint64_t)(p->seconds * 1e9)),
			       format_rate(rate, speed), p->ring.ended, p->underruns);
		return CLI_OK;
	}
	printer = printer_new(p->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "channel", NULL, p->options->channel);
	print_string(printer, "chan", NULL, chan);
	print_string(printer, "file", NULL, p->source.name);
	print_unsigned(printer, "bytes", NULL, p->bytes, UNIT_NONE);
	print_real(printer, "seconds", NULL, p->seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, speed, UNIT_NONE);
	print_unsigned(printer, "period", NULL, p->ring.period, UNIT_NONE);
	print_unsigned(printer, "ring_periods", NULL, p->ring.count, UNIT_NONE);
	print_string(printer, "memory", NULL, p->ring.coherent ? "coherent" : "streaming");
	print_unsigned(printer, "periods", NULL, p->ring.ended, UNIT_NONE);
	print_unsigned(printer, "underruns", NULL, p->underruns, UNIT_NONE);
	print_close(printer);
	return printer_end(printer);
}

/* The same options, for the queue of `send'. */
static int play_queue(struct cli *cli, const struct ring_options *ring, struct source *source)
{
	struct slave_transfer_options options = {.cli = cli};

	slave_transfer_defaults(&options);
	options.slave = ring->slave;
	options.size = ring->size;
	options.block = ring->period;
	options.depth = ring->periods < 256 ? ring->periods : 256;
	options.channel = ring->channel;
	options.file = ring->file;
	return slave_transfer_run(&options, source, NULL);
}

static int play_ring(struct cli *cli, struct play *p)
{
	char chan[DMACTL_NAME_LEN];
	int err, status;

	if (slave_open(&p->slave, cli, &p->options->slave, p->options->channel, DMACTL_CAP_CYCLIC,
		       DMACTL_DIR_MEM_TO_DEV))
		return CLI_FAILED;
	strcpy(chan, dmauser_chan_name(p->slave.chan));
	err = run(p);
	ring_events_close(&p->events);
	ring_free(&p->ring);
	free(p->next);
	slave_close(&p->slave);
	if (err)
		return CLI_FAILED;
	status = print_summary(p, chan);
	if (!p->underruns)
		return status;
	cli_error(cli,
		  "%s: %" PRIu64
		  " periods were played before %s had filled them; try larger or more "
		  "periods",
		  p->options->channel, p->underruns, p->source.name);
	return CLI_FAILED;
}

static int run_play(struct cli *cli, int argc, char **argv)
{
	struct play_args args = {.ring = {.cli = cli}};
	struct play p = {
		.options = &args.ring, .cli = cli, .events = {.epoll_fd = -1, .tick_fd = -1}};
	int status;

	ring_options_defaults(&args.ring);
	cli_parse(&play_argp, argc, argv, 0, &args);
	if (source_open(&p.source, cli, args.ring.file, false))
		return CLI_FAILED;
	if (args.no_cyclic)
		status = play_queue(cli, &args.ring, &p.source);
	else
		status = play_ring(cli, &p);
	source_close(&p.source);
	return status;
}

const struct command cmd_play = {
	.name = "play",
	.summary = "play a file to a peripheral, without a gap",
	.run = run_play,
};
