/* SPDX-License-Identifier: MIT */
/* Options and the event loop that `capture' and `play' share. */
#ifndef CYCLIC_OPTIONS_H
#define CYCLIC_OPTIONS_H

#include "cyclic/ring.h"

struct ring_options {
	struct cli *cli; /* first, see cli_parse() */
	struct slave_options slave;
	uint64_t time_ns; /* 0: no limit */
	uint64_t size;	  /* SIZE_UNKNOWN: no limit */
	uint64_t period;  /* 0: chosen for the channel */
	uint64_t periods; /* 0: chosen for the channel */
	uint64_t rate;	  /* bytes per second to or from the file, 0: no limit */
	enum ring_memory memory;
	uint64_t sync_bytes, sync_ns; /* only `capture'; 0: no limit */
	uint64_t latency_ns;	      /* only `play' */
	bool strict;
	bool loop;
	const char *channel;
	const char *file;
};

void ring_options_defaults(struct ring_options *options);
/* A child parser. Its input is a struct ring_options *. */
extern const struct argp ring_options_argp;
/* Parses the two arguments of the verb; the verb's own parser calls it. */
error_t ring_options_arguments(int key, char *arg, struct argp_state *state,
			       struct ring_options *options);

/* The events that capture and play wait for. */
struct ring_events {
	int epoll_fd;
	int tick_fd;
	int file_fd;	    /* -1: the file is always ready */
	uint32_t file_mask; /* EPOLLIN or EPOLLOUT */
	bool file_ready;
	bool file_armed;
	uint64_t end_ns; /* 0: no limit */
};

/* fd is the file. Pipes, terminals and sockets are waited for; regular files are always ready. */
int ring_events_open(struct ring_events *events, const struct ring_options *options,
		     const struct ring *ring, int fd, uint32_t mask);
/* Starts the time of --time. Call it when the channel has started. */
void ring_events_begin(struct ring_events *events, const struct ring_options *options);
/* Waits for the channel, a signal or the timer, and with want_file also for the file. */
int ring_events_wait(struct ring_events *events, bool want_file);
bool ring_events_time_is_up(const struct ring_events *events);
void ring_events_close(struct ring_events *events);

#endif /* CYCLIC_OPTIONS_H */
