/* SPDX-License-Identifier: MIT */
/* What the verbs share: options, messages to the user, signals, and the channel. */
#ifndef TOOL_H
#define TOOL_H

#include "out/units.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include <dmauser.h>

enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };

#define MAX_PERIOD (64ull << 20) /* bytes */

struct options {
	const char *channel;
	const char *endpoint;
	bool json;
	bool quiet;
	bool fan_out; /* PUB and SUB, not PUSH and PULL */
	bool bind;
	bool cyclic;
	uint64_t period; /* bytes of a period or buffer */
	uint64_t number; /* of periods or buffers */
	uint64_t hwm;	 /* messages, 0: as many as there are periods */
	uint64_t count;	 /* 0: no limit */
	uint64_t time_ns;
	uint64_t timeout_ns;
	uint64_t latency_ns;
	uint64_t linger_ns;
};

/* Fills `options', or ends the program with TOOL_USAGE. */
void options_of_capture(struct options *options, int argc, char **argv);
void options_of_play(struct options *options, int argc, char **argv);

/* Prints "dmactl-zmq: ..." to standard error. */
void tool_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Catches SIGINT, SIGTERM and SIGHUP. Returns 0 or -errno. */
int stop_init(void);
bool stop_requested(void);
/* Becomes readable, and stays so, with the first of these signals. */
int stop_fd(void);

struct channel {
	const char *name; /* as the user gave it */
	struct dmauser_session *session;
	struct dmauser_chan *chan;
};

/*
 * Requests a channel by the name of a port or a slave name, for up to `depth'
 * outstanding ops. Returns 0, or -errno after a message.
 */
int channel_open(struct channel *channel, const char *name, uint32_t direction, bool cyclic,
		 unsigned int depth);
void channel_close(struct channel *channel);

int run_capture(int argc, char **argv);
int run_play(int argc, char **argv);

#endif /* TOOL_H */
