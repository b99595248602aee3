// SPDX-License-Identifier: MIT
#include "tool.h"
#include "out/values.h"

#include <unistd.h>

#define USUAL_PERIOD (64ull << 10)
#define USUAL_NUMBER 16
#define MAX_NUMBER   4096

enum {
	OPT_CHOOSE = 0x100, /* --pub, --sub */
	OPT_BIND,
	OPT_CONNECT,
	OPT_NO_CYCLIC,
	OPT_HWM,
	OPT_LINGER,
	OPT_TIMEOUT,
	OPT_LATENCY,
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPT_CHOOSE:
		options->fan_out = true;
		return 0;
	case OPT_BIND:
		options->bind = true;
		return 0;
	case OPT_CONNECT:
		options->bind = false;
		return 0;
	case 'p':
		return option_size(state, "period", arg, 1, MAX_PERIOD, &options->period);
	case 'n':
		return option_number(state, "periods", arg, 4, MAX_NUMBER, &options->number);
	case OPT_HWM:
		return option_number(state, "hwm", arg, 1, INT32_MAX, &options->hwm);
	case 'j':
		options->json = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		return argument_of_two(state, arg, &options->channel, &options->endpoint);
	case ARGP_KEY_END:
		if (!options->endpoint)
			argp_error(state, "a channel and an endpoint are needed, such as "
					  "adc tcp://192.0.2.1:5555");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_capture(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPT_NO_CYCLIC:
		options->cyclic = false;
		return 0;
	case 'c':
		return option_number(state, "count", arg, 1, INT64_MAX, &options->count);
	case 't':
		return option_time(state, "time", arg, 1, &options->time_ns);
	case OPT_LINGER:
		return option_time(state, "linger", arg, 0, &options->linger_ns);
	case ARGP_KEY_SUCCESS:
		/* A period in flight is saved by the page. */
		if (options->cyclic && options->period % (uint64_t)sysconf(_SC_PAGESIZE))
			argp_error(state,
				   "--period: %llu bytes are no whole number of pages of %ld bytes",
				   (unsigned long long)options->period, sysconf(_SC_PAGESIZE));
		return 0;
	default:
		return parse_common(key, arg, state);
	}
}

static error_t parse_play(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPT_TIMEOUT:
		return option_time(state, "timeout", arg, 1, &options->timeout_ns);
	case OPT_LATENCY:
		return option_time(state, "latency", arg, 0, &options->latency_ns);
	default:
		return parse_common(key, arg, state);
	}
}

#define OPTIONS_OF_BOTH                                                                            \
	{"bind", OPT_BIND, NULL, 0, "Wait at the endpoint for others to connect", 0},              \
		{"connect", OPT_CONNECT, NULL, 0, "Connect to the endpoint", 0},                   \
		{"hwm",                                                                            \
		 OPT_HWM,                                                                          \
		 "N",                                                                              \
		 0,                                                                                \
		 "Messages that wait in ZeroMQ (default: the number of periods)",                  \
		 0},                                                                               \
		{"json", 'j', NULL, 0, "Print the summary as JSON", 0},                            \
		{"quiet", 'q', NULL, 0, "Print no summary", 0},                                    \
	{                                                                                          \
		0                                                                                  \
	}

static const struct argp_option capture_options[] = {
	{"pub", OPT_CHOOSE, NULL, 0,
	 "PUB: every reader gets every message; a slow one misses some (default: PUSH)", 0},
	{"no-cyclic", OPT_NO_CYCLIC, NULL, 0,
	 "A queue of transfers into buffers, instead of a ring of periods", 0},
	{"period", 'p', "SIZE", 0, "Bytes of a period or buffer (default 64K)", 0},
	{"periods", 'n', "N", 0, "Number of periods or buffers (default 16)", 0},
	{"count", 'c', "N", 0, "Stop after this number of periods or buffers", 0},
	{"time", 't', "TIME", 0, "Stop after this time", 0},
	{"linger", OPT_LINGER, "TIME", 0,
	 "At the end, wait this long for readers to take what they have not (default 5s)", 0},
	OPTIONS_OF_BOTH,
};

static const struct argp capture_argp = {
	.options = capture_options,
	.parser = parse_capture,
	.args_doc = "CHAN ENDPOINT",
	.doc = "Sends what the peripheral behind CHAN, a port or slave name, produces: a message "
	       "for each period. It binds ENDPOINT, unless --connect says otherwise."
	       "\vExample:\n  dmactl-zmq capture adc tcp://*:5555 --period 64K --periods 32\n",
};

static const struct argp_option play_options[] = {
	{"sub", OPT_CHOOSE, NULL, 0, "SUB: the sender is PUB (default: PULL)", 0},
	{"period", 'p', "SIZE", 0, "Bytes of a DMA buffer (default 64K)", 0},
	{"periods", 'n', "N", 0, "Number of DMA buffers (default 16)", 0},
	{"latency", OPT_LATENCY, "TIME", 0,
	 "Start this long after the first message, or when half of the buffers are full (default "
	 "200ms)",
	 0},
	{"timeout", OPT_TIMEOUT, "TIME", 0, "Give up when no message comes for this time", 0},
	OPTIONS_OF_BOTH,
};

static const struct argp play_argp = {
	.options = play_options,
	.parser = parse_play,
	.args_doc = "CHAN ENDPOINT",
	.doc = "Plays the messages of `dmactl-zmq capture' to the peripheral behind CHAN, a port "
	       "or slave name, until the capture ends. It connects to ENDPOINT, unless --bind says "
	       "otherwise."
	       "\vExample:\n  dmactl-zmq play dac tcp://192.0.2.1:5555\n",
};

static void parse(const struct argp *argp, struct options *options, int argc, char **argv)
{
	options->cyclic = true;
	options->period = USUAL_PERIOD;
	options->number = USUAL_NUMBER;
	options->linger_ns = 5 * NS_PER_SEC;
	options->latency_ns = NS_PER_SEC / 5;
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, options);
	if (!options->hwm)
		options->hwm = options->number;
}

void options_of_capture(struct options *options, int argc, char **argv)
{
	*options = (struct options){.bind = true};
	parse(&capture_argp, options, argc, argv);
}

void options_of_play(struct options *options, int argc, char **argv)
{
	*options = (struct options){0};
	parse(&play_argp, options, argc, argv);
}
