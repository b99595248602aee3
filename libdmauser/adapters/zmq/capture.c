// SPDX-License-Identifier: MIT
/* dmactl-zmq capture CHAN ENDPOINT: a message for each period that a peripheral fills. */
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int source_open(struct source *source, const struct options *options)
{
	int err;

	source->options = options;
	source->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (source->wake_fd < 0) {
		tool_error("no eventfd: %s", strerror(errno));
		return -EMFILE;
	}
	err = channel_open(&source->channel, options->channel, DMACTL_DIR_DEV_TO_MEM,
			   options->cyclic, options->cyclic ? 0 : (unsigned int)options->number);
	if (err)
		return err;
	/* Cached, and it stays when the device goes, which ZeroMQ could not cope with. */
	err = dmauser_buf_alloc(source->channel.session, DMACTL_BUF_STREAMING, source->channel.chan,
				options->period * options->number, &source->buf);
	if (err)
		tool_error("%s: no %" PRIu64 " bytes of DMA memory: %s", options->channel,
			   options->period * options->number, dmauser_strerror(err));
	return err;
}

void source_close(struct source *source)
{
	channel_close(&source->channel);
	if (source->wake_fd >= 0)
		close(source->wake_fd);
}

void source_wake(struct source *source)
{
	const uint64_t one = 1;

	if (write(source->wake_fd, &one, sizeof(one)) < 0) {
		/* The counter is full, so the eventfd is readable already. */
	}
}

bool source_is_full(const struct source *source)
{
	return source->options->count && source->next >= source->options->count;
}

uint64_t source_time(const struct dmactl_completion *record)
{
	uint64_t age = now_ns() - record->timestamp_ns;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * NS_PER_SEC + (uint64_t)now.tv_nsec - age;
}

void source_failed(const struct source *source, const char *what, int err)
{
	tool_error("%s: %s: %s", source->options->channel, what, dmauser_strerror(err));
}

/* Waits for the channel, for what is given back and for signals, until `end_ns' (0: for ever). */
static int wait(struct source *source, uint64_t end_ns)
{
	zmq_pollitem_t items[3] = {
		{.fd = dmauser_fd(source->channel.session), .events = ZMQ_POLLIN},
		{.fd = source->wake_fd, .events = ZMQ_POLLIN},
		{.fd = stop_fd(), .events = ZMQ_POLLIN},
	};
	/* At the end, these two no longer matter. */
	const int first = source->over ? 1 : 0, number = source->stopping ? 2 : 3;
	uint64_t count, now = now_ns();
	long timeout = -1;

	if (end_ns)
		timeout = end_ns > now ? (long)((end_ns - now) / 1000000 + 1) : 0;
	if (zmq_poll(items + first, number - first, timeout) < 0 && zmq_errno() != EINTR) {
		tool_error("cannot wait: %s", zmq_strerror(zmq_errno()));
		return -EIO;
	}
	if (read(source->wake_fd, &count, sizeof(count)) < 0) {
		/* Nothing was given back. */
	}
	return 0;
}

static int loop(struct source *source, const struct source_ops *ops)
{
	const struct options *options = source->options;
	uint64_t end_ns = options->time_ns ? now_ns() + options->time_ns : 0;
	int err = ops->start(source);

	while (!err && !source->over && !source_is_full(source) && !stop_requested() &&
	       !(end_ns && now_ns() >= end_ns)) {
		err = wait(source, end_ns);
		if (!err)
			err = ops->step(source);
	}
	return err;
}

/* Stops the channel and sends what it has filled. */
static int stop(struct source *source, const struct source_ops *ops)
{
	source->stopping = true;
	if (!source->over) {
		dmauser_chan_terminate(source->channel.chan);
		dmauser_chan_synchronize(source->channel.chan);
	}
	return ops->step(source);
}

/* Waits until readers have taken all messages, then sends the last one. */
static int drain(struct source *source, const struct source_ops *ops, uint64_t end_ns)
{
	for (;;) {
		/* Before the look at each: what is given back later has another turn. */
		bool idle = !atomic_load(&source->outstanding);
		uint64_t now, tick;
		int err = ops->settle(source);

		if (!err && idle)
			err = feed_end(&source->feed, source->next);
		if ((!err && idle) || (err && err != -EAGAIN))
			return err;
		now = now_ns();
		if (now >= end_ns)
			return -ETIMEDOUT;
		/* No event says that ZeroMQ takes another message, so look again. */
		tick = now + NS_PER_SEC / 50;
		err = wait(source, tick < end_ns ? tick : end_ns);
		if (err)
			return err;
	}
}

struct result {
	uint64_t unsent; /* messages that no reader took in time */
	bool told;	 /* the readers know of the end */
	double seconds;
};

static void print_json(const struct source *source, const struct result *result)
{
	const struct feed *feed = &source->feed;
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = {
		{"period", source->options->period},
		{"ring_periods", source->options->number},
		{"periods", source->next},
		{"sent", feed->sent},
		{"bytes", feed->bytes},
		{"lost", feed->lost},
		{"spoilt", feed->spoilt},
		{"unsent", result->unsent},
		{"rescued", source->rescued},
		{"starved", source->starved},
	};
	json_object *root = json_object_new_object();

	json_object_object_add(root, "channel", json_object_new_string(source->options->channel));
	json_object_object_add(root, "endpoint", json_object_new_string(source->options->endpoint));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_object_add(root, numbers[i].key,
				       json_object_new_int64((int64_t)numbers[i].value));
	json_object_object_add(root, "seconds", json_object_new_double(result->seconds));
	puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY));
	json_object_put(root);
}

/* Prints the summary. Returns TOOL_FAILED if bytes are missing. */
static int report(const struct source *source, const struct result *result)
{
	const struct feed *feed = &source->feed;

	if (source->options->json)
		print_json(source, result);
	else if (!source->options->quiet)
		printf("%s -> %s: %" PRIu64 " bytes in %" PRIu64 " messages, %" PRIu64
		       " lost, %" PRIu64 " spoilt, %.3f s\n",
		       source->options->channel, source->options->endpoint, feed->bytes, feed->sent,
		       feed->lost, feed->spoilt, result->seconds);
	if (feed->lost)
		tool_error("%s: %" PRIu64 " of %" PRIu64 " periods are in no message: the readers "
			   "did not keep up",
			   source->options->channel, feed->lost, source->next);
	if (feed->spoilt)
		tool_error("%s: %" PRIu64 " messages may have wrong bytes, and readers were told: "
			   "this program did not run for most of a round; try more periods",
			   source->options->channel, feed->spoilt);
	if (source->starved)
		tool_error("%s: the hardware had no buffer %" PRIu64 " times: this program did not "
			   "run for as long as the buffers last; try more of them",
			   source->options->channel, source->starved);
	if (result->unsent)
		tool_error("%s: %" PRIu64 " messages were not taken within --linger, and are "
			   "dropped",
			   source->options->endpoint, result->unsent);
	else if (!result->told)
		tool_error("%s: no reader took the message of the end within --linger",
			   source->options->endpoint);
	if (source->status)
		tool_error("%s: the capture ended: %s", source->options->channel,
			   dmauser_strerror(source->status));
	return feed->lost || feed->spoilt || source->starved || !result->told || source->status
		       ? TOOL_FAILED
		       : TOOL_OK;
}

static int run(struct source *source, const struct source_ops *ops)
{
	const struct options *options = source->options;
	struct result result = {0};
	uint64_t begin, end_ns;
	int err, stopped;

	err = feed_open(&source->feed, options);
	if (!err && !options->fan_out)
		err = feed_wait_reader(&source->feed);
	if (err || stop_requested())
		return err ? TOOL_FAILED : TOOL_OK;
	begin = now_ns();
	err = loop(source, ops);
	result.seconds = (double)(now_ns() - begin) / 1e9;
	stopped = stop(source, ops);
	end_ns = now_ns() + options->linger_ns;
	result.told = !err && !stopped && drain(source, ops, end_ns) == 0;
	result.unsent = atomic_load(&source->outstanding);
	feed_close(&source->feed, result.told && end_ns > now_ns() ? end_ns - now_ns() : 0);
	return report(source, &result) || err || stopped ? TOOL_FAILED : TOOL_OK;
}

int run_capture(int argc, char **argv)
{
	const struct source_ops *ops;
	struct source *source = NULL;
	struct options options;
	int status = TOOL_FAILED;

	options_of_capture(&options, argc, argv);
	ops = options.cyclic ? &ring_ops : &queue_ops;
	if (ops->open(&source, &options) == 0)
		status = run(source, ops);
	if (!source)
		tool_error("out of memory");
	/* Before the memory goes that messages refer to. */
	if (source) {
		feed_close(&source->feed, 0);
		ops->close(source);
	}
	return status;
}
