// SPDX-License-Identifier: MIT
/* dmactl play CHAN FILE: sends a file to a peripheral, without a gap. */
#include "cyclic/filler.h"
#include "cyclic/options.h"
#include "dev/control.h"
#include "dev/device.h"
#include "out/print.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"
#include "slave/transfer.h"
#include "verb/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct play_args {
	struct ring_options ring; /* first, see cli_parse() */
	bool no_cyclic;
};

/* Delay of a live source. The source may be late by this time without causing a gap. */
#define DEFAULT_LATENCY_NS (200 * NS_PER_MS)

enum { OPT_LOOP = 'l', OPT_NO_CYCLIC = 0x800, OPT_LATENCY };

static const struct argp_option play_options[] = {
	{.name = "loop",
	 .key = OPT_LOOP,
	 .doc = "At the end of the file, start again at its beginning"},
	{.name = "no-cyclic",
	 .key = OPT_NO_CYCLIC,
	 .doc = "Use a queue of slave transfers: exact to the byte, without zeros at the end"},
	{.name = "latency",
	 .key = OPT_LATENCY,
	 .arg = "TIME",
	 .doc = "Start this long after the first byte came, or when the ring is full; a source "
		"may be late by this time without a gap (default 200ms)"},
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
	case OPT_LATENCY:
		return option_time(state, "latency", arg, 0, &args->ring.latency_ns);
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
	struct filler filler;
	struct source source;
	uint64_t taken;	   /* bytes read from the file */
	uint64_t first_ns; /* when the first byte came */
	uint64_t read_ns;  /* when reading began */
	uint64_t start_ns; /* when playing began */
	uint64_t bytes;	   /* bytes played */
	double seconds;
};

static int rewind_source(struct play *p)
{
	if (!p->options->loop || !p->taken || lseek(p->source.fd, 0, SEEK_SET) == 0)
		return 0;
	cli_error(p->cli, "%s: cannot be read from its beginning again, so --loop cannot work",
		  p->source.name);
	return -ESPIPE;
}

static bool may_read(const struct play *p)
{
	uint64_t rate = p->options->rate;

	if (p->filler.file_ended || !p->events.file_ready || !filler_room(&p->filler))
		return false;
	return !rate || (double)p->taken <= (double)(now_ns() - p->read_ns) / 1e9 * (double)rate;
}

/* Reads at most once, because the file may be slow. */
static int read_some(struct play *p)
{
	uint64_t left = p->options->size - p->taken;
	size_t room = filler_room(&p->filler);
	bool looping = p->options->loop && p->taken < p->options->size;
	ssize_t got;

	if (!may_read(p))
		return 0;
	got = read(p->source.fd, filler_at(&p->filler), left < room ? (size_t)left : room);
	if (got < 0 && errno != EINTR && errno != EAGAIN) {
		int err = -errno;

		cli_error(p->cli, "%s: cannot read it: %s", p->source.name, strerror(errno));
		return err;
	}
	/* A pipe may be empty now, so wait for epoll before the next read. */
	p->events.file_ready = p->events.file_fd < 0;
	if (got > 0) {
		if (!p->taken)
			p->first_ns = now_ns();
		filler_add(&p->filler, (size_t)got);
		p->taken += (size_t)got;
		return 0;
	}
	if (got < 0)
		return 0;
	if (looping && p->taken)
		return rewind_source(p);
	p->filler.file_ended = true;
	return 0;
}

/* Whether the next period of the file can be read into the ring itself. */
static bool reads_direct(const struct play *p, off_t at)
{
	/* At the end of the file, a channel that is ahead is no underrun. */
	if (p->filler.file_ended || (uint64_t)at + p->ring.period > p->source.size)
		return false;
	return p->source.direct && p->ring.kind != DMACTL_BUF_COHERENT && !p->options->rate &&
	       at % DIRECT_ALIGN == 0 && p->ring.period % DIRECT_ALIGN == 0 &&
	       p->options->size - p->taken >= p->ring.period;
}

/*
 * Reads whole periods into the ring itself, so that no CPU copies them. Leaves the rest, and all
 * errors, to refill().
 */
static int refill_direct(struct play *p)
{
	off_t at = p->source.direct ? lseek(p->source.fd, 0, SEEK_CUR) : 0;
	int err = 0;

	while (!err && reads_direct(p, at) && !stop_requested()) {
		uint8_t *slot;
		bool late;

		err = filler_begin_slot(&p->filler, &slot);
		if (err || !slot)
			break;
		if (pread(p->source.direct_fd, slot, p->ring.period, at) != (ssize_t)p->ring.period)
			break;
		err = filler_end_slot(&p->filler, &late);
		if (!err && p->filler.underruns && p->options->strict)
			err = -EOVERFLOW;
		if (err || late)
			continue;
		if (!p->taken)
			p->first_ns = now_ns();
		p->taken += p->ring.period;
		at = lseek(p->source.fd, (off_t)p->ring.period, SEEK_CUR);
	}
	return err;
}

/* Reads bytes and puts them into the ring until it is full or the file has no data. */
static int refill(struct play *p)
{
	bool done = false;
	int err = refill_direct(p);

	while (!err && filler_has_slot(&p->filler) && !stop_requested()) {
		uint64_t taken = p->taken;
		bool ended = p->filler.file_ended;

		if (p->taken == p->options->size)
			p->filler.file_ended = true;
		err = read_some(p);
		if (!err && (p->taken != taken || p->filler.file_ended || !filler_room(&p->filler)))
			err = filler_put(&p->filler, &done);
		else if (p->filler.file_ended == ended)
			break;
		if (!err && p->filler.underruns && p->options->strict)
			err = -EOVERFLOW;
	}
	return err;
}

static bool is_over(const struct play *p)
{
	if (stop_requested() || p->ring.over || ring_events_time_is_up(&p->events))
		return true;
	return p->filler.file_ended && p->ring.ended >= p->filler.last;
}

/* Returns whether the first byte has waited for the whole latency. */
static bool must_start(const struct play *p)
{
	return p->taken && now_ns() - p->first_ns >= p->options->latency_ns;
}

/* Fills the ring before the start, or as much of it as the latency allows. */
static int prefill(struct play *p)
{
	int err = refill(p);

	while (!err && filler_has_slot(&p->filler) && !must_start(p) && !stop_requested()) {
		err = ring_events_wait(&p->events, !p->events.file_ready);
		if (!err)
			err = refill(p);
	}
	if (!err && !p->taken && !stop_requested()) {
		cli_error(p->cli, "%s: is empty: there is nothing to play", p->source.name);
		return -ENODATA;
	}
	return err;
}

static int count_played(struct play *p)
{
	uint64_t moved = 0;
	int err = ring_bytes(&p->ring, &moved);

	if (!err)
		p->bytes = filler_played(&p->filler, moved);
	return err;
}

static int loop(struct play *p)
{
	int err = 0;

	while (!err && !is_over(p)) {
		err = ring_reap(&p->ring);
		if (!err && !p->ring.over)
			err = refill(p);
		if (!err && !p->ring.over && !p->filler.file_ended)
			err = filler_silence(&p->filler);
		if (!err)
			err = count_played(p);
		progress_update(p->bytes);
		if (!err && !is_over(p))
			err = ring_events_wait(&p->events,
					       !p->filler.file_ended && !p->events.file_ready);
	}
	return err;
}

/* Reports the error if the channel stopped by itself. */
static int check_end(const struct play *p)
{
	if (!p->ring.over || control_terminated(p->slave.control) || !p->ring.status)
		return 0;
	cli_error(p->cli, "%s: the playback ended: %s", p->options->channel,
		  device_status_text(p->ring.status));
	return p->ring.status;
}

static int prepare(struct play *p)
{
	const struct ring_options *options = p->options;
	enum ring_memory memory = options->memory;
	int err;

	if (memory == RING_ANY && p->source.direct)
		memory = RING_CACHED;
	err = ring_alloc(&p->ring, &p->slave, DMACTL_DIR_MEM_TO_DEV, options->period,
			 options->periods, memory);
	if (!err)
		err = filler_init(&p->filler, &p->ring);
	if (!err)
		err = ring_events_open(&p->events, options, &p->ring, p->source.fd, EPOLLIN);
	p->read_ns = now_ns();
	if (!err)
		err = prefill(p);
	return err;
}

static int run(struct play *p)
{
	uint64_t total = p->options->size;
	int err;

	if (total == SIZE_UNKNOWN)
		total = p->options->loop || p->source.size == SIZE_UNKNOWN ? 0 : p->source.size;
	err = prepare(p);
	p->start_ns = now_ns();
	if (err || stop_requested())
		return err;
	err = ring_start(&p->ring);
	if (err)
		return err;
	ring_events_begin(&p->events, p->options);
	progress_begin_until(p->cli, p->options->channel, total, p->options->time_ns);
	err = loop(p);
	if (err == -EOVERFLOW)
		err = 0;
	ring_stop(&p->ring);
	progress_end();
	p->seconds = (double)(now_ns() - p->start_ns) / 1e9;
	/* The last completion of the channel has the final number of bytes. */
	if (count_played(p) == 0)
		filler_end(&p->filler, p->ring.end);
	return err ? err : check_end(p);
}

static int print_summary(const struct play *p, const char *chan)
{
	const struct ring_report moved = {
		.ring = &p->ring,
		.asked = p->options->channel,
		.channel = chan,
		.file = p->source.name,
		.bytes = p->bytes,
		.seconds = p->seconds,
		.periods = p->ring.ended,
	};
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	struct printer *printer;

	if (p->taken > p->bytes)
		cli_detail(p->cli, "%s: %" PRIu64 " bytes were read and not played", p->source.name,
			   p->taken - p->bytes);
	if (!p->cli->json) {
		if (!p->cli->quiet)
			printf("%s -> %s: %s in %s, %s, %" PRIu64 " periods, %" PRIu64
			       " underruns\n",
			       p->source.name, p->options->channel, format_size(bytes, p->bytes),
			       format_time(time, (uint64_t)(p->seconds * 1e9)),
			       format_rate(rate, ring_speed(&moved)), p->ring.ended,
			       p->filler.underruns);
		return CLI_OK;
	}
	printer = printer_new(p->cli);
	ring_print(printer, &moved);
	print_unsigned(printer, "underruns", NULL, p->filler.underruns, UNIT_NONE);
	print_close(printer);
	return printer_end(printer);
}

/* Plays with the queue of `send', from the same options. */
static int play_queue(struct cli *cli, const struct ring_options *ring, struct source *source)
{
	struct slave_transfer_options options = {.cli = cli};

	slave_transfer_defaults(&options);
	options.slave = ring->slave;
	options.size = ring->size;
	if (ring->period)
		options.block = ring->period;
	if (ring->periods)
		options.depth = ring->periods < 256 ? ring->periods : 256;
	options.channel = ring->channel;
	options.file = ring->file;
	return slave_transfer_run(&options, source, NULL);
}

/* Underruns are a failure, and so is a run that played no byte. */
static int check_gaps(const struct play *p)
{
	char time[UNITS_TEXT];

	if (p->filler.underruns)
		cli_error(p->cli,
			  "%s: %" PRIu64
			  " periods were played before %s had filled them; try a longer --latency, "
			  "or larger or more periods",
			  p->options->channel, p->filler.underruns, p->source.name);
	if (p->ring.dry)
		cli_error(
			p->cli,
			"%s: %" PRIu64
			" time(s) the channel had nothing to play, as the kernel did "
			"not refill the ring in time; try larger or more periods, or a ring in one "
			"piece (--memory contiguous)",
			p->options->channel, p->ring.dry);
	if (p->filler.underruns || p->ring.dry)
		return CLI_FAILED;
	if (!p->bytes && !stop_requested())
		cli_error(p->cli,
			  "%s: no byte was played in %s: does the peripheral run? If it does, its "
			  "driver does not tell, and --no-cyclic may do",
			  p->options->channel, format_time(time, (uint64_t)(p->seconds * 1e9)));
	else
		return CLI_OK;
	return CLI_FAILED;
}

static int play_ring(struct cli *cli, struct play *p)
{
	char chan[DMACTL_NAME_LEN];
	int err, status;

	if (slave_open(&p->slave, cli, &p->options->slave, p->options->channel, DMACTL_CAP_CYCLIC,
		       DMACTL_DIR_MEM_TO_DEV))
		return CLI_FAILED;
	strcpy(chan, dmauser_chan_name(p->slave.chan));
	if (!p->source.stream)
		p->source.direct_fd = open_direct(p->source.fd, O_RDONLY);
	p->source.direct = p->source.direct_fd >= 0;
	err = run(p);
	status = err ? CLI_FAILED : print_summary(p, chan);
	if (!err && check_gaps(p))
		status = CLI_FAILED;
	ring_events_close(&p->events);
	ring_free(&p->ring);
	filler_free(&p->filler);
	slave_close(&p->slave);
	return status;
}

static int run_play(struct cli *cli, int argc, char **argv)
{
	struct play_args args = {.ring = {.cli = cli}};
	struct play p = {
		.options = &args.ring, .cli = cli, .events = {.epoll_fd = -1, .tick_fd = -1}};
	int status;

	ring_options_defaults(&args.ring);
	args.ring.latency_ns = DEFAULT_LATENCY_NS;
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
	.argp = &play_argp,
	.run = run_play,
};
