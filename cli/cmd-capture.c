// SPDX-License-Identifier: MIT
/* dmactl capture CHAN FILE: what a peripheral sends, without a gap */
#include "control.h"
#include "device.h"
#include "print.h"
#include "progress.h"
#include "ring-options.h"
#include "stop.h"
#include "target.h"
#include "transfer.h"
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static error_t parse_capture(int key, char *arg, struct argp_state *state)
{
	return ring_options_arguments(key, arg, state, state->input);
}

static const struct argp_child capture_children[] = {
	{.argp = &ring_options_argp},
	{.argp = &slave_argp},
	{0},
};

static const struct argp capture_argp = {
	.parser = parse_capture,
	.children = capture_children,
	.args_doc = "CHAN FILE",
	.doc = "Captures what the peripheral behind the slave channel CHAN sends into FILE, until "
	       "--time or --size is reached, `dmactl terminate' or an interrupt. The channel goes "
	       "round a ring; what it wrote over before it could be saved is counted, and makes "
	       "the exit status 1. Without such a loss the bytes are an unbroken sequence. `-' is "
	       "standard output."
	       "\vExamples:\n"
	       "  dmactl capture counter numbers --time 10s\n"
	       "  dmactl capture adc - --period 16K --periods 64 | xz >samples.xz\n"
	       "  dmactl capture adc samples --strict --json\n",
};

struct capture {
	const struct ring_options *options;
	struct cli *cli;
	struct slave slave;
	struct ring ring;
	struct ring_events events;
	struct target target;
	uint8_t *copy; /* one period, safe from the channel */
	size_t length; /* bytes of it to write */
	size_t done;   /* bytes of it that are written */
	uint64_t next; /* period to copy */
	uint64_t bytes;
	uint64_t saved, lost;
	uint64_t gaps; /* times that periods were lost */
	uint64_t start_ns;
	double seconds;
};

static void lose(struct capture *c, uint64_t periods)
{
	if (!c->lost)
		cli_note(c->cli,
			 "%s: the file does not keep up: periods are lost from byte %" PRIu64 " on",
			 c->options->channel, c->bytes);
	c->lost += periods;
	c->gaps++;
	c->next += periods;
}

/*
 * Takes the next period out of the ring. It is whole if the channel has not yet
 * begun with its slot anew when it has been copied. 1: one was taken.
 */
static int take(struct capture *c)
{
	const uint64_t room = c->ring.count - c->ring.slack;
	uint64_t position, left = c->options->size - c->bytes;
	int err;

	if (c->next >= c->ring.ended)
		return 0;
	memcpy(c->copy, ring_slot(&c->ring, c->next), c->ring.period);
	err = ring_position(&c->ring, &position);
	if (err)
		return err;
	if (position - c->next >= room) {
		/* Half a ring, so that the same does not happen again at once. */
		lose(c, position - c->next - room / 2);
		return c->options->strict ? -EOVERFLOW : 0;
	}
	c->next++;
	c->done = 0;
	c->length = left < c->ring.period ? (size_t)left : c->ring.period;
	return 1;
}

static bool may_write(const struct capture *c)
{
	uint64_t rate = c->options->rate;

	if (!c->events.file_ready)
		return false;
	return !rate || (double)c->bytes <= (double)(now_ns() - c->start_ns) / 1e9 * (double)rate;
}

/* Writes what it can without waiting. */
static int write_some(struct capture *c)
{
	while (c->done < c->length && may_write(c)) {
		ssize_t put = write(c->target.fd, c->copy + c->done, c->length - c->done);

		if (put < 0 && errno == EAGAIN) {
			c->events.file_ready = false;
			return 0;
		}
		if (put < 0 && errno != EINTR) {
			int err = -errno;

			cli_error(c->cli, "%s: cannot write it: %s", c->target.name,
				  strerror(errno));
			return err;
		}
		if (put > 0) {
			c->done += (size_t)put;
			c->bytes += (size_t)put;
		}
		if (stop_requested())
			break;
	}
	if (c->length && c->done == c->length) {
		c->length = 0;
		c->saved++;
	}
	return 0;
}

static bool is_over(const struct capture *c)
{
	if (stop_requested() || c->bytes >= c->options->size || ring_events_time_is_up(&c->events))
		return true;
	return c->ring.over && c->next >= c->ring.ended && !c->length;
}

static int loop(struct capture *c)
{
	int err = 0;

	while (!err && !is_over(c)) {
		err = ring_reap(&c->ring);
		if (!err && !c->length)
			err = take(c);
		if (err > 0)
			err = 0;
		if (!err && c->length)
			err = write_some(c);
		progress_update(c->bytes);
		if (!err && !is_over(c) && (c->length || c->next >= c->ring.ended))
			err = ring_events_wait(&c->events, c->length && !c->events.file_ready);
	}
	return err;
}

/* The channel stopped by itself: why? */
static int check_end(const struct capture *c)
{
	if (!c->ring.over || control_terminated(c->slave.control))
		return 0;
	if (!c->ring.status)
		return 0;
	cli_error(c->cli, "%s: the capture ended after %" PRIu64 " bytes: %s", c->options->channel,
		  c->bytes, device_status_text(c->ring.status));
	return c->ring.status;
}

/* A period that was begun is finished, if the file takes it soon. */
static int flush(struct capture *c)
{
	uint64_t until = now_ns() + NS_PER_SEC;
	int err = 0;

	while (!err && c->length && now_ns() < until) {
		c->events.file_ready = true;
		err = write_some(c);
		if (!err && c->length)
			usleep(1000);
	}
	return err;
}

static int run(struct capture *c)
{
	int err;

	err = ring_alloc(&c->ring, &c->slave, DMACTL_DIR_DEV_TO_MEM, (size_t)c->options->period,
			 (unsigned int)c->options->periods, c->options->memory);
	if (err)
		return err;
	c->copy = malloc(c->ring.period);
	if (!c->copy) {
		cli_error(c->cli, "out of memory");
		return -ENOMEM;
	}
	err = ring_events_open(&c->events, c->options, &c->ring, c->target.fd, EPOLLOUT);
	if (!err)
		err = ring_start(&c->ring);
	c->start_ns = now_ns();
	if (!err) {
		progress_begin(c->cli, c->options->channel,
			       c->options->size == SIZE_UNKNOWN ? 0 : c->options->size);
		err = loop(c);
		if (err == -EOVERFLOW)
			err = 0;
		ring_stop(&c->ring);
		if (!err)
			err = flush(c);
		progress_end();
	}
	c->seconds = (double)(now_ns() - c->start_ns) / 1e9;
	return err ? err : check_end(c);
}

static int print_summary(const struct capture *c, const char *chan)
{
	double speed = c->seconds > 0 ? (double)c->bytes / c->seconds : 0;
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	struct printer *printer;

	if (!c->cli->json) {
		if (!c->cli->quiet)
			fprintf(c->target.stream ? stderr : stdout,
				"%s -> %s: %s in %s, %s, %" PRIu64 " periods, %" PRIu64 " lost\n",
				c->options->channel, c->target.name, format_size(bytes, c->bytes),
				format_time(time, (uint64_t)(c->seconds * 1e9)),
				format_rate(rate, speed), c->saved, c->lost);
		return CLI_OK;
	}
	printer = printer_new(c->cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "channel", NULL, c->options->channel);
	print_string(printer, "chan", NULL, chan);
	print_string(printer, "file", NULL, c->target.name);
	print_unsigned(printer, "bytes", NULL, c->bytes, UNIT_NONE);
	print_real(printer, "seconds", NULL, c->seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, speed, UNIT_NONE);
	print_unsigned(printer, "period", NULL, c->ring.period, UNIT_NONE);
	print_unsigned(printer, "ring_periods", NULL, c->ring.count, UNIT_NONE);
	print_string(printer, "memory", NULL, c->ring.coherent ? "coherent" : "streaming");
	print_unsigned(printer, "periods", NULL, c->saved, UNIT_NONE);
	print_unsigned(printer, "lost_periods", NULL, c->lost, UNIT_NONE);
	print_unsigned(printer, "gaps", NULL, c->gaps, UNIT_NONE);
	print_close(printer);
	return printer_end(printer);
}

static int finish(struct capture *c, const char *chan, int err)
{
	int status;

	if (err) {
		if (!c->target.in_place)
			cli_error(c->cli, "%s: %s", c->target.name,
				  c->target.replaces ? "the old file is as it was"
						     : "was not written");
		return CLI_FAILED;
	}
	/* After an interrupt too: what there is was asked for. */
	if (target_commit_anyway(&c->target, c->cli))
		return CLI_FAILED;
	status = print_summary(c, chan);
	if (!c->lost)
		return status;
	cli_error(c->cli,
		  "%s: %" PRIu64 " periods of %zu bytes were lost, in %" PRIu64
		  " place(s); try larger or more periods, or a faster file",
		  c->options->channel, c->lost, c->ring.period, c->gaps);
	return CLI_FAILED;
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
	if (transfer_stdout_taken(cli, options.file))
		return CLI_USAGE;
	if (target_open(&c.target, cli, options.file, NULL, false))
		return CLI_FAILED;
	if (slave_open(&c.slave, cli, &options.slave, options.channel, DMACTL_CAP_CYCLIC,
		       DMACTL_DIR_DEV_TO_MEM)) {
		target_close(&c.target);
		return CLI_FAILED;
	}
	strcpy(chan, dmauser_chan_name(c.slave.chan));
	err = run(&c);
	ring_events_close(&c.events);
	ring_free(&c.ring);
	free(c.copy);
	slave_close(&c.slave);
	status = finish(&c, chan, err);
	target_close(&c.target);
	return status;
}

const struct command cmd_capture = {
	.name = "capture",
	.summary = "save what a peripheral sends, without a gap",
	.run = run_capture,
};
