// SPDX-License-Identifier: MIT
/* dmactl capture CHAN FILE: saves the bytes that a peripheral sends, without a gap. */
#include "dev/control.h"
#include "dev/device.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "verb/capture.h"
#include "verb/command.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { OPT_SYNC = 0x800 };

static const struct argp_option capture_options[] = {
	{.name = "sync",
	 .key = OPT_SYNC,
	 .arg = "TIME|SIZE",
	 .doc = "Sync the file to the disk at this interval, to limit what a loss of power can "
		"cost (such as 500ms, 10s or 64M; default: at the end)"},
	{0},
};

/* "1m" is one minute and "1M" is one mebibyte; a number without a unit is bytes. */
static void parse_sync(const char *arg, struct argp_state *state, struct ring_options *options)
{
	size_t length = strlen(arg);

	options->sync_bytes = 0;
	options->sync_ns = 0;
	if (length && !isdigit((unsigned char)arg[length - 1]) &&
	    parse_time(arg, &options->sync_ns) && options->sync_ns)
		return;
	if (!parse_size(arg, &options->sync_bytes) || !options->sync_bytes)
		argp_error(state,
			   "--sync: '%s' is neither a time, such as 500ms or 10s, nor a size, such "
			   "as 64M",
			   arg);
}

static error_t parse_capture(int key, char *arg, struct argp_state *state)
{
	if (key != OPT_SYNC)
		return ring_options_arguments(key, arg, state, state->input);
	parse_sync(arg, state, state->input);
	return 0;
}

static const struct argp_child capture_children[] = {
	{.argp = &ring_options_argp},
	{.argp = &slave_argp},
	{0},
};

static const struct argp capture_argp = {
	.options = capture_options,
	.parser = parse_capture,
	.children = capture_children,
	.args_doc = "CHAN FILE",
	.doc = "Captures what the peripheral behind the slave channel CHAN sends into FILE, until "
	       "--time or --size is reached, `dmactl terminate' or an interrupt. The channel goes "
	       "round a ring; what it wrote over before it could be saved is counted, and makes "
	       "the exit status 1. Without such a loss the bytes are an unbroken sequence. What "
	       "was captured stays in FILE, however the capture ends. `-' is standard output."
	       "\vExamples:\n"
	       "  dmactl capture counter numbers --time 10s\n"
	       "  dmactl capture adc - --period 16K --periods 64 | xz >samples.xz\n"
	       "  dmactl capture adc samples --strict --json\n",
};

static void lose(struct capture *c, uint64_t periods)
{
	if (!c->lost)
		cli_note(c->cli,
			 "%s: the file does not keep up: periods are lost from byte %" PRIu64 " on",
			 c->options->channel, c->bytes);
	c->lost += periods;
	c->next += periods;
	c->torn = c->bytes;
}

/* Copies `length' bytes of the next period out of the ring. */
static int copy_next(struct capture *c, size_t length)
{
	uint64_t left = c->options->size - c->bytes;
	int err = ring_copy(&c->ring, c->next, c->copy, length);

	if (err) {
		cli_error(c->cli, "%s: the ring is gone with the DMA device", c->options->channel);
		return err;
	}
	c->done = 0;
	c->length = left < length ? (size_t)left : length;
	return 0;
}

/* Counts the copied period as intact: the channel did not reach its slot during the copy. */
static void accept_next(struct capture *c)
{
	c->next++;
	c->gaps += c->torn;
	c->torn = false;
}

/* Returns how many periods may be unsaved. The channel may already overwrite one more. */
static uint64_t ring_room(const struct capture *c)
{
	return c->ring.count - c->ring.slack;
}

/*
 * Takes the next period out of the ring. The copy is intact only if the channel
 * had not reached the same slot again when the copy ended, so ask for the
 * position afterwards.
 */
static int take(struct capture *c)
{
	const uint64_t room = ring_room(c);
	uint64_t position;
	int err;

	if (c->next >= c->ring.ended)
		return 0;
	err = copy_next(c, c->ring.period);
	if (!err)
		err = ring_position(&c->ring, &position);
	if (err) {
		c->length = 0;
		return err;
	}
	if (position - c->next >= room) {
		c->length = 0;
		/* Skip half a ring; a smaller skip would soon be followed by the next loss. */
		lose(c, position - c->next - room / 2);
		return c->options->strict ? -EOVERFLOW : 0;
	}
	accept_next(c);
	return 0;
}

static bool may_write(const struct capture *c)
{
	uint64_t rate = c->options->rate;

	if (!c->events.file_ready)
		return false;
	if (c->flusher && !flusher_may_write(c->flusher, c->bytes))
		return false;
	return !rate || (double)c->bytes <= (double)(now_ns() - c->start_ns) / 1e9 * (double)rate;
}

/* Returns how many ended periods are to be written from the ring itself at once. */
static unsigned int ready(const struct capture *c)
{
	uint64_t count = c->ring.ended - c->next, most = ring_room(c) / 2;
	uint64_t left = (c->options->size - c->bytes) / c->ring.period;

	if (c->options->rate)
		most = 1;
	count = count < most ? count : most;
	return (unsigned int)(count < left ? count : left);
}

/*
 * Writes periods from the ring itself. They are intact if the channel had not reached the first of
 * them again when the write ended; otherwise their place in the file is written again.
 */
static int save(struct capture *c)
{
	const uint64_t room = ring_room(c);
	unsigned int count = ready(c);
	uint64_t position;
	int err = count ? target_begin(&c->target, c->cli) : 0;

	if (err || !count)
		return err;
	if (c->ring.ended - c->next < room)
		count = direct_write(&c->direct, c->next, count, c->bytes);
	err = ring_position(&c->ring, &position);
	if (err)
		return err;
	if (position - c->next >= room) {
		err = direct_cut(&c->direct, c->bytes);
		lose(c, position - c->next - room / 2);
		return err ? err : c->options->strict ? -EOVERFLOW : 0;
	}
	if (!count)
		return 0;
	accept_next(c);
	c->next += count - 1;
	c->saved += count;
	c->bytes += count * c->ring.period;
	return 0;
}

/* Goes on with copies: the file does not take O_DIRECT, or the rest of --size is no period. */
static int check_direct(struct capture *c)
{
	if (c->direct.on && c->options->size - c->bytes >= c->ring.period)
		return 0;
	return direct_end(&c->direct, c->bytes);
}

static int write_failed(struct capture *c, int err)
{
	cli_error(c->cli, "%s: cannot write it: %s", c->target.name, strerror(-err));
	return err;
}

/* Writes once. A full pipe is no error; the rest is written later. */
static int write_once(struct capture *c)
{
	ssize_t put;
	int err = target_begin(&c->target, c->cli);

	if (err)
		return err;
	put = write(c->target.fd, c->copy + c->done, c->length - c->done);
	if (put < 0 && errno == EAGAIN)
		c->events.file_ready = false;
	else if (put < 0 && errno != EINTR)
		return write_failed(c, -errno);
	if (put > 0) {
		c->done += (size_t)put;
		c->bytes += (size_t)put;
	}
	if (c->done == c->length) {
		c->length = 0;
		c->saved++;
	}
	return 0;
}

/* Writes as much as possible without waiting. */
static int write_some(struct capture *c)
{
	int err = 0;

	while (!err && c->length && may_write(c) && !stop_requested())
		err = write_once(c);
	return err;
}

/* Sets `complete' when the last bytes of --size are in the ring, before their period ends. */
static int look_for_end(struct capture *c)
{
	uint64_t at, left = c->options->size - c->bytes - (c->length - c->done);
	int err;

	if (c->options->size == SIZE_UNKNOWN || left >= c->ring.period || c->next < c->ring.ended)
		return 0;
	err = ring_bytes(&c->ring, &at);
	c->complete = !err && at >= c->next * c->ring.period + left;
	return err;
}

static bool is_over(const struct capture *c)
{
	return stop_requested() || c->complete || c->bytes >= c->options->size || c->ring.over ||
	       ring_events_time_is_up(&c->events);
}

/* Saves what has ended. */
static int save_some(struct capture *c)
{
	int err = 0;

	if (c->direct.on) {
		if (may_write(c))
			err = save(c);
		return err ? err : check_direct(c);
	}
	if (!c->length)
		err = take(c);
	if (!err && c->length)
		err = write_some(c);
	return err;
}

/* Returns whether save_some() would do nothing now. */
static bool is_idle(const struct capture *c)
{
	return c->length || c->next >= c->ring.ended || (c->direct.on && !may_write(c));
}

/* Shows what is in the file and what waits in the ring, of which a period may last minutes. */
static int show_progress(struct capture *c)
{
	uint64_t at = 0, shown = c->bytes + (c->length - c->done);
	int err;

	if (!progress_due())
		return 0;
	err = ring_bytes(&c->ring, &at);
	if (at > c->next * c->ring.period)
		shown += at - c->next * c->ring.period;
	progress_update(shown < c->options->size ? shown : c->options->size);
	return err;
}

static int loop(struct capture *c)
{
	int err = 0;

	while (!err && !is_over(c)) {
		err = ring_reap(&c->ring);
		if (!err && c->options->strict && c->ring.dry)
			err = -EOVERFLOW;
		if (!err)
			err = save_some(c);
		if (!err)
			err = look_for_end(c);
		if (!err)
			err = show_progress(c);
		if (!err && !is_over(c) && is_idle(c))
			err = ring_events_wait(&c->events, c->length && !c->events.file_ready);
	}
	return err;
}

/* Reports the error if the channel stopped by itself. */
static int check_end(const struct capture *c)
{
	if (!c->ring.over || control_terminated(c->slave.control) || !c->ring.status)
		return 0;
	cli_error(c->cli, "%s: the capture ended after %" PRIu64 " bytes: %s", c->options->channel,
		  c->ring.end, device_status_text(c->ring.status));
	return c->ring.status;
}

/* Writes the rest of `copy'. Gives up if the reader of the file takes nothing for some time. */
static int write_rest(struct capture *c)
{
	const int patience_ms = stop_requested() ? 1000 : 10000;
	int err = 0;

	while (!err && c->length) {
		struct pollfd fd = {.fd = c->target.fd, .events = POLLOUT};

		if (poll(&fd, 1, patience_ms) == 0)
			return write_failed(c, -ETIMEDOUT);
		err = write_once(c);
		progress_update(c->bytes);
	}
	return err;
}

static void report_unsaved(const struct capture *c)
{
	uint64_t at = c->next * c->ring.period;

	if (c->length)
		at -= c->ring.period - c->done;
	if (at < c->ring.end)
		cli_error(c->cli, "%s: %" PRIu64 " bytes that had arrived are not in %s",
			  c->options->channel, c->ring.end - at, c->target.name);
}

/*
 * After the channel has stopped: saves the bytes of the ring that are not yet
 * in the file, including the unfinished last period.
 */
static int drain(struct capture *c)
{
	const uint64_t room = ring_room(c), period = c->ring.period;
	uint64_t at, rest;
	int err = write_rest(c);

	at = c->ring.end / period;
	if (!err && at >= c->next + room)
		lose(c, at - c->next - room + 1);
	while (!err && c->direct.on && ready(c)) {
		err = save(c);
		progress_update(c->bytes);
	}
	if (!err)
		err = direct_end(&c->direct, c->bytes);
	while (!err && c->bytes < c->options->size && c->next * period < c->ring.end) {
		rest = c->ring.end - c->next * period;
		err = copy_next(c, rest < period ? (size_t)rest : period);
		if (err)
			break;
		accept_next(c);
		err = write_rest(c);
	}
	if (err)
		report_unsaved(c);
	return err;
}

static int prepare(struct capture *c)
{
	const struct ring_options *options = c->options;
	const bool sync = options->sync_bytes || options->sync_ns;
	enum ring_memory memory = options->memory;
	int err;

	if (memory == RING_ANY && c->target.direct && !sync)
		memory = RING_CACHED;
	err = ring_alloc(&c->ring, &c->slave, DMACTL_DIR_DEV_TO_MEM, options->period,
			 options->periods, memory);
	if (err)
		return err;
	direct_begin(&c->direct, c->cli, &c->ring, &c->target, sync);
	c->copy = malloc(c->ring.period);
	if (!c->copy) {
		cli_error(c->cli, "out of memory");
		return -ENOMEM;
	}
	if (sync)
		err = flusher_start(&c->flusher, c->cli, c->target.fd, options->sync_bytes,
				    options->sync_ns);
	if (!err)
		err = ring_events_open(&c->events, options, &c->ring, c->target.fd, EPOLLOUT);
	return err;
}

static int run(struct capture *c)
{
	int err, end;

	err = prepare(c);
	if (!err)
		err = ring_start(&c->ring);
	if (err)
		return err;
	c->start_ns = now_ns();
	ring_events_begin(&c->events, c->options);
	progress_begin_until(c->cli, c->options->channel,
			     c->options->size == SIZE_UNKNOWN ? 0 : c->options->size,
			     c->options->time_ns);
	err = loop(c);
	ring_stop(&c->ring);
	end = check_end(c);
	/* With --strict, err is -EOVERFLOW at the first loss, and the file ends there. */
	if (!err)
		err = drain(c);
	if (err == -EOVERFLOW)
		err = 0;
	progress_end();
	c->seconds = (double)(now_ns() - c->start_ns) / 1e9;
	return err ? err : end;
}

static int flush_end(struct capture *c, int err)
{
	int flushed = flusher_stop(c->flusher);

	if (flushed)
		cli_error(c->cli, "%s: cannot bring it to the disk: %s", c->target.name,
			  strerror(-flushed));
	return err ? err : flushed;
}

static int run_capture(struct cli *cli, int argc, char **argv)
{
	struct ring_options options = {.cli = cli};
	struct capture c = {
		.options = &options, .cli = cli, .events = {.epoll_fd = -1, .tick_fd = -1}};
	char chan[DMACTL_NAME_LEN];
	int err, status;

	ring_options_defaults(&options);
	cli_parse(&capture_argp, argc, argv, 0, &options);
	if (target_takes_stdout(cli, options.file))
		return CLI_USAGE;
	if (target_open_kept(&c.target, cli, options.file))
		return CLI_FAILED;
	if (slave_open(&c.slave, cli, &options.slave, options.channel, DMACTL_CAP_CYCLIC,
		       DMACTL_DIR_DEV_TO_MEM)) {
		target_close(&c.target);
		return CLI_FAILED;
	}
	strcpy(chan, dmauser_chan_name(c.slave.chan));
	err = run(&c);
	err = flush_end(&c, err);
	ring_events_close(&c.events);
	ring_free(&c.ring);
	free(c.copy);
	slave_close(&c.slave);
	status = capture_finish(&c, chan, err);
	target_close(&c.target);
	return status;
}

const struct command cmd_capture = {
	.name = "capture",
	.summary = "save what a peripheral sends, without a gap",
	.argp = &capture_argp,
	.run = run_capture,
};
