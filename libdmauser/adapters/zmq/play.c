// SPDX-License-Identifier: MIT
/* dmactl-zmq play CHAN ENDPOINT: plays messages to a peripheral. */
#include "inlet.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

struct player {
	const struct options *options;
	struct channel channel;
	struct inlet inlet;
	struct dmauser_buf *buf;
	struct dmauser_batch *batch;
	uint8_t *memory;
	zmq_msg_t data; /* the message that is being copied */
	bool has_data;
	size_t done;	    /* bytes of it that are copied */
	uint64_t put;	    /* buffers given to the hardware; number n is at n % number */
	uint64_t played;    /* of these, those that have ended */
	uint64_t bytes;	    /* played */
	uint64_t underruns; /* times that the hardware ran out of buffers */
	uint64_t first_ns;  /* when the first message came */
	uint64_t last_ns;   /* when the last message came */
	bool started;
	bool blocked; /* the channel takes no more until something has ended */
	int status;   /* of a transfer that failed */
};

static bool has_room(const struct player *p)
{
	return !p->blocked && p->put - p->played < p->options->number;
}

/* Copies a piece of the message into a buffer and hands it over. */
static int put_piece(struct player *p)
{
	const size_t size = (size_t)p->options->period;
	const uint64_t offset = p->put % p->options->number * size;
	size_t left = zmq_msg_size(&p->data) - p->done, length = left < size ? left : size;
	int taken, err;

	memcpy(p->memory + offset, (uint8_t *)zmq_msg_data(&p->data) + p->done, length);
	err = dmauser_batch_slave_single(p->batch, p->channel.chan, DMACTL_DIR_MEM_TO_DEV, p->buf,
					 offset, length, p->put);
	if (err)
		goto failed;
	taken = dmauser_submit(p->channel.session, p->batch, p->started ? 0 : DMACTL_SUBMIT_HOLD);
	if (taken == -EAGAIN && p->put > p->played) {
		/* Fewer than --periods, for example held ones that a provider has room for. */
		dmauser_batch_clear(p->batch);
		p->blocked = true;
		return 0;
	}
	if (taken < 0) {
		err = taken;
		goto failed;
	}
	/* Hardware that has started and has no buffer now would have played this one. */
	if (p->started && p->put == p->played)
		p->underruns++;
	p->put++;
	p->done += length;
	return 0;
failed:
	tool_error("%s: cannot play %zu bytes: %s", p->options->channel, length,
		   dmauser_strerror(err));
	return err;
}

static int put(struct player *p)
{
	int err = 0;

	while (!err && p->has_data && has_room(p)) {
		if (p->done < zmq_msg_size(&p->data))
			err = put_piece(p);
		if (p->done == zmq_msg_size(&p->data)) {
			zmq_msg_close(&p->data);
			p->has_data = false;
		}
	}
	return err;
}

/* Receives and hands over until there is no message, or no room. */
static int fill(struct player *p)
{
	int err = put(p);

	while (!err && !p->has_data && !p->inlet.ended && !stop_requested()) {
		int got = inlet_receive(&p->inlet, &p->data);

		if (got == -EAGAIN)
			return 0;
		if (got < 0)
			return got;
		p->last_ns = now_ns();
		if (!got)
			continue;
		if (!p->first_ns)
			p->first_ns = p->last_ns;
		p->has_data = true;
		p->done = 0;
		err = put(p);
	}
	return err;
}

static int reap(struct player *p)
{
	struct dmactl_completion records[16];
	int count;

	do {
		count = dmauser_reap(p->channel.session, records, 16);
		if (count < 0 && count != -EAGAIN) {
			tool_error("%s: cannot reap: %s", p->options->channel,
				   dmauser_strerror(count));
			return count;
		}
		for (int i = 0; i < count; i++) {
			p->blocked = false;
			p->played++;
			p->bytes += records[i].bytes;
			if (records[i].status && !p->status)
				p->status = records[i].status;
		}
	} while (count > 0);
	return 0;
}

/* Starts when enough has come for a late message not to matter. */
static int start(struct player *p)
{
	int err;

	if (p->started || !p->put)
		return 0;
	if (has_room(p) && p->put < p->options->number / 2 && !p->inlet.ended &&
	    now_ns() - p->first_ns < p->options->latency_ns)
		return 0;
	err = dmauser_chan_issue(p->channel.chan);
	if (err)
		tool_error("%s: cannot start: %s", p->options->channel, dmauser_strerror(err));
	p->started = true;
	return err;
}

static bool is_over(const struct player *p)
{
	if (stop_requested() || p->status)
		return true;
	return p->inlet.ended && !p->has_data && p->put == p->played;
}

/* Milliseconds until something is due that no event tells. */
static long time_left(const struct player *p)
{
	uint64_t now = now_ns(), due = UINT64_MAX;

	if (!p->started && p->put)
		due = p->first_ns + p->options->latency_ns;
	if (p->options->timeout_ns && !p->inlet.ended && has_room(p) &&
	    p->last_ns + p->options->timeout_ns < due)
		due = p->last_ns + p->options->timeout_ns;
	if (due == UINT64_MAX)
		return -1;
	return due > now ? (long)((due - now) / 1000000 + 1) : 0;
}

static int wait(struct player *p)
{
	zmq_pollitem_t items[4] = {
		{.fd = dmauser_fd(p->channel.session), .events = ZMQ_POLLIN},
		{.fd = stop_fd(), .events = ZMQ_POLLIN},
		{.socket = p->inlet.monitor, .events = ZMQ_POLLIN},
		{.socket = p->inlet.socket, .events = ZMQ_POLLIN},
	};
	/* While there is no room, messages wait in ZeroMQ, and then at the sender. */
	int number = has_room(p) && !p->inlet.ended ? 4 : 3;

	if (zmq_poll(items, number, time_left(p)) < 0 && zmq_errno() != EINTR) {
		tool_error("cannot wait: %s", zmq_strerror(zmq_errno()));
		return -EIO;
	}
	/* After the messages that came before a sender went. */
	if (items[2].revents && (number == 3 || !items[3].revents))
		inlet_look(&p->inlet);
	return 0;
}

static int check_timeout(const struct player *p)
{
	if (!p->options->timeout_ns || p->inlet.ended || !has_room(p) ||
	    now_ns() - p->last_ns < p->options->timeout_ns)
		return 0;
	tool_error("%s: no message came for %" PRIu64 " ms", p->options->endpoint,
		   p->options->timeout_ns / 1000000);
	return -ETIMEDOUT;
}

static int loop(struct player *p)
{
	int err = 0;

	p->last_ns = now_ns();
	while (!err && !is_over(p)) {
		err = wait(p);
		if (!err)
			err = reap(p);
		if (!err && !p->status)
			err = fill(p);
		if (!err)
			err = start(p);
		if (!err)
			err = check_timeout(p);
	}
	return err;
}

static int prepare(struct player *p)
{
	const struct options *options = p->options;
	const size_t length = (size_t)(options->period * options->number);
	void *memory;
	int err;

	err = channel_open(&p->channel, options->channel, DMACTL_DIR_MEM_TO_DEV, false,
			   (unsigned int)options->number);
	if (err)
		return err;
	err = dmauser_buf_alloc(p->channel.session, DMACTL_BUF_STREAMING, p->channel.chan, length,
				&p->buf);
	if (!err)
		err = dmauser_buf_map(p->buf, &memory);
	if (!err)
		err = dmauser_batch_new(&p->batch);
	if (err) {
		tool_error("%s: no %zu bytes of DMA memory: %s", options->channel, length,
			   dmauser_strerror(err));
		return err;
	}
	p->memory = memory;
	return inlet_open(&p->inlet, options);
}

static void print_json(const struct player *p, double seconds)
{
	const struct inlet *inlet = &p->inlet;
	const struct {
		const char *key;
		uint64_t value;
	} numbers[] = {
		{"messages", inlet->messages},	 {"bytes", inlet->bytes},
		{"played_bytes", p->bytes},	 {"missed", inlet->missed},
		{"lost", inlet->lost},		 {"spoilt", inlet->spoilt},
		{"malformed", inlet->malformed}, {"streams", inlet->streams},
		{"underruns", p->underruns},
	};
	json_object *root = json_object_new_object();

	json_object_object_add(root, "channel", json_object_new_string(p->options->channel));
	json_object_object_add(root, "endpoint", json_object_new_string(p->options->endpoint));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_object_object_add(root, numbers[i].key,
				       json_object_new_int64((int64_t)numbers[i].value));
	json_object_object_add(root, "ended", json_object_new_boolean(inlet->ended));
	json_object_object_add(root, "seconds", json_object_new_double(seconds));
	puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY));
	json_object_put(root);
}

/* Prints the summary. Returns TOOL_FAILED if bytes are missing. */
static int report(const struct player *p, double seconds)
{
	const struct inlet *inlet = &p->inlet;

	if (p->options->json)
		print_json(p, seconds);
	else if (!p->options->quiet)
		printf("%s -> %s: %" PRIu64 " bytes in %" PRIu64 " messages, %" PRIu64
		       " missed, %" PRIu64 " underruns, %.3f s\n",
		       p->options->endpoint, p->options->channel, inlet->bytes, inlet->messages,
		       inlet->missed, p->underruns, seconds);
	if (inlet->missed)
		tool_error("%s: %" PRIu64 " periods did not come; the sender lost %" PRIu64
			   " of its capture",
			   p->options->endpoint, inlet->missed, inlet->lost);
	if (inlet->spoilt)
		tool_error("%s: %" PRIu64 " messages had wrong bytes, as the sender found later",
			   p->options->endpoint, inlet->spoilt);
	if (inlet->malformed)
		tool_error("%s: %" PRIu64 " messages were not understood", p->options->endpoint,
			   inlet->malformed);
	if (p->underruns)
		tool_error("%s: the peripheral ran out of bytes %" PRIu64
			   " times: try a longer --latency or more --periods",
			   p->options->channel, p->underruns);
	if (p->status)
		tool_error("%s: the playback ended: %s", p->options->channel,
			   dmauser_strerror(p->status));
	return inlet->missed || inlet->spoilt || inlet->malformed || p->underruns || p->status
		       ? TOOL_FAILED
		       : TOOL_OK;
}

int run_play(int argc, char **argv)
{
	struct options options;
	struct player p = {.options = &options};
	int err, status = TOOL_FAILED;
	uint64_t begin;

	options_of_play(&options, argc, argv);
	err = prepare(&p);
	if (!err) {
		begin = now_ns();
		err = loop(&p);
		/* Nothing is in flight at the end of the capture. */
		if (p.put > p.played) {
			dmauser_chan_terminate(p.channel.chan);
			dmauser_chan_synchronize(p.channel.chan);
			p.status = p.status ? p.status : -ECANCELED;
			reap(&p);
			p.status = p.status == -ECANCELED ? 0 : p.status;
		}
		status = report(&p, (double)(now_ns() - begin) / 1e9);
	}
	if (p.has_data)
		zmq_msg_close(&p.data);
	inlet_close(&p.inlet);
	dmauser_batch_free(p.batch);
	channel_close(&p.channel);
	return err ? TOOL_FAILED : status;
}
