// SPDX-License-Identifier: MIT
#include "cyclic/options.h"
#include "file/source.h"
#include "out/progress.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define MAX_PERIOD (64ull << 20)
#define TICK_NS	   20000000l

void ring_options_defaults(struct ring_options *options)
{
	slave_defaults(&options->slave);
	options->size = SIZE_UNKNOWN;
}

enum {
	OPT_TIME = 't',
	OPT_PERIOD = 'p',
	OPT_PERIODS = 'n',
	OPT_RATE_LIMIT = 0x700,
	OPT_MEMORY,
	OPT_STRICT,
};

static const struct argp_option options_table[] = {
	{.name = "time", .key = OPT_TIME, .arg = "TIME", .doc = "Stop after this time"},
	OPTION_SIZE("Stop after this number of bytes"),
	{.name = "period",
	 .key = OPT_PERIOD,
	 .arg = "SIZE",
	 .doc = "Bytes between two interrupts (default 64K, or what the channel takes)"},
	{.name = "periods",
	 .key = OPT_PERIODS,
	 .arg = "N",
	 .doc = "Periods in the ring (default 16, or as many as make 1 MiB)"},
	{.name = "rate-limit",
	 .key = OPT_RATE_LIMIT,
	 .arg = "RATE",
	 .doc = "Bytes per second to or from the file at most (default none)"},
	{.name = "memory",
	 .key = OPT_MEMORY,
	 .arg = "KIND",
	 .doc = "coherent, contiguous or streaming (default: the first that can be allocated)"},
	{.name = "strict", .key = OPT_STRICT, .doc = "Stop when the first period is lost"},
	{0},
};

static void parse_rate(const char *arg, struct argp_state *state, struct ring_options *options)
{
	options->rate = 0;
	if (strcmp(arg, "none") == 0)
		return;
	if (!parse_size(arg, &options->rate) || !options->rate)
		argp_error(state, "--rate-limit: '%s' is neither a number of bytes nor 'none'",
			   arg);
}

static enum ring_memory parse_memory(const char *arg, struct argp_state *state)
{
	static const char *const names[] = {[RING_COHERENT] = "coherent",
					    [RING_CONTIGUOUS] = "contiguous",
					    [RING_STREAMING] = "streaming"};

	for (unsigned int i = RING_COHERENT; i <= RING_STREAMING; i++)
		if (strcmp(arg, names[i]) == 0)
			return (enum ring_memory)i;
	argp_error(state, "--memory: '%s' is none of coherent, contiguous and streaming", arg);
	return RING_ANY;
}

static error_t parse_options(int key, char *arg, struct argp_state *state)
{
	struct ring_options *options = state->input;
	const struct shared_options shared = {.size = {&options->size, 1, INT64_MAX}};

	switch (key) {
	case OPT_TIME:
		return option_time(state, "time", arg, 1, &options->time_ns);
	case OPT_PERIOD:
		return option_size(state, "period", arg, 1, MAX_PERIOD, &options->period);
	case OPT_PERIODS:
		return option_number(state, "periods", arg, RING_MIN_PERIODS, RING_MAX_PERIODS,
				     &options->periods);
	case OPT_RATE_LIMIT:
		parse_rate(arg, state, options);
		return 0;
	case OPT_MEMORY:
		options->memory = parse_memory(arg, state);
		return 0;
	case OPT_STRICT:
		options->strict = true;
		return 0;
	default:
		return shared_parse(key, arg, state, &shared);
	}
}

const struct argp ring_options_argp = {
	.options = options_table,
	.parser = parse_options,
};

error_t ring_options_arguments(int key, char *arg, struct argp_state *state,
			       struct ring_options *options)
{
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = options;
		state->child_inputs[1] = &options->slave;
		return 0;
	}
	return shared_channel_and_file(key, arg, state, options->cli, &options->channel,
				       &options->file);
}

static int watch(const struct ring_events *events, int fd, uint32_t mask)
{
	struct epoll_event event = {.events = mask, .data.fd = fd};

	return epoll_ctl(events->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int ring_events_open(struct ring_events *events, const struct ring_options *options,
		     const struct ring *ring, int fd, uint32_t mask)
{
	struct itimerspec interval = {.it_interval.tv_nsec = TICK_NS, .it_value.tv_nsec = TICK_NS};
	int err = 0;

	*events = (struct ring_events){.file_fd = fd, .file_mask = mask, .file_ready = true};
	events->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	events->tick_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (events->epoll_fd < 0 || events->tick_fd < 0 ||
	    timerfd_settime(events->tick_fd, 0, &interval, NULL) < 0)
		err = -errno;
	if (!err)
		err = watch(events, dmauser_fd(ring->slave->session), EPOLLIN);
	if (!err)
		err = watch(events, stop_fd(), EPOLLIN);
	if (!err)
		err = watch(events, events->tick_fd, EPOLLIN);
	if (!err && watch(events, fd, EPOLLONESHOT) == -EPERM)
		events->file_fd = -1;
	if (err)
		cli_error(options->cli, "cannot start: %s", strerror(-err));
	return err;
}

void ring_events_begin(struct ring_events *events, const struct ring_options *options)
{
	if (options->time_ns)
		events->end_ns = now_ns() + options->time_ns;
}

int ring_events_wait(struct ring_events *events, bool want_file)
{
	struct epoll_event got[4];
	uint64_t ticks;
	int count;

	if (want_file && events->file_fd >= 0 && !events->file_armed) {
		struct epoll_event event = {.events = events->file_mask | EPOLLONESHOT,
					    .data.fd = events->file_fd};

		epoll_ctl(events->epoll_fd, EPOLL_CTL_MOD, events->file_fd, &event);
		events->file_armed = true;
	}
	count = epoll_wait(events->epoll_fd, got, 4, -1);
	for (int i = 0; i < count; i++) {
		if (got[i].data.fd == events->tick_fd &&
		    read(events->tick_fd, &ticks, sizeof(ticks)) < 0)
			return -errno;
		if (events->file_fd >= 0 && got[i].data.fd == events->file_fd) {
			events->file_armed = false;
			events->file_ready = true;
		}
	}
	return 0;
}

bool ring_events_time_is_up(const struct ring_events *events)
{
	return events->end_ns && now_ns() >= events->end_ns;
}

void ring_events_close(struct ring_events *events)
{
	if (events->tick_fd >= 0)
		close(events->tick_fd);
	if (events->epoll_fd >= 0)
		close(events->epoll_fd);
}
