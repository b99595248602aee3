// SPDX-License-Identifier: MIT
#include "feed.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>

static int failed(const struct feed *feed, const char *what)
{
	int err = zmq_errno();

	tool_error("%s: %s: %s", feed->endpoint, what, zmq_strerror(err));
	return -err;
}

static int set(struct feed *feed, int option, int value)
{
	if (zmq_setsockopt(feed->socket, option, &value, sizeof(value)) < 0)
		return failed(feed, "cannot set up the socket");
	return 0;
}

int feed_open(struct feed *feed, const struct options *options)
{
	int err;

	*feed = (struct feed){.endpoint = options->endpoint};
	if (getrandom(&feed->stream, sizeof(feed->stream), 0) != sizeof(feed->stream)) {
		tool_error("no random number: %s", strerror(errno));
		return -EIO;
	}
	feed->context = zmq_ctx_new();
	if (feed->context)
		feed->socket = zmq_socket(feed->context, options->fan_out ? ZMQ_PUB : ZMQ_PUSH);
	if (!feed->socket)
		return failed(feed, "no socket");
	err = set(feed, ZMQ_SNDHWM, (int)options->hwm);
	/* Queue nothing for a reader that is not there. */
	if (!err)
		err = set(feed, ZMQ_IMMEDIATE, 1);
	if (!err)
		err = set(feed, ZMQ_LINGER, 0);
	if (err)
		return err;
	if (options->bind ? zmq_bind(feed->socket, options->endpoint)
			  : zmq_connect(feed->socket, options->endpoint))
		return failed(feed, options->bind ? "cannot bind it" : "cannot connect to it");
	return 0;
}

int feed_wait_reader(struct feed *feed)
{
	zmq_pollitem_t items[2] = {
		{.socket = feed->socket, .events = ZMQ_POLLOUT},
		{.fd = stop_fd(), .events = ZMQ_POLLIN},
	};

	while (!stop_requested() && !(items[0].revents & ZMQ_POLLOUT))
		if (zmq_poll(items, 2, -1) < 0 && zmq_errno() != EINTR)
			return failed(feed, "cannot wait for a reader");
	return 0;
}

static int send_header(struct feed *feed, struct message *message, int flags)
{
	uint8_t frame[MESSAGE_SIZE];

	message->stream = feed->stream;
	message->lost = feed->lost;
	message->spoilt = feed->spoilt;
	message_pack(frame, message);
	while (zmq_send(feed->socket, frame, sizeof(frame), flags | ZMQ_DONTWAIT) < 0) {
		if (zmq_errno() == EAGAIN)
			return -EAGAIN;
		if (zmq_errno() != EINTR)
			return failed(feed, "cannot send");
	}
	return 0;
}

static int send_body(struct feed *feed, void *data, size_t length, zmq_free_fn *give_back,
		     void *hint)
{
	zmq_msg_t body;
	int err = 0;

	if (zmq_msg_init_data(&body, data, length, give_back, hint) < 0) {
		give_back(data, hint);
		return failed(feed, "no memory for a message");
	}
	while (!err && zmq_msg_send(&body, feed->socket, ZMQ_DONTWAIT) < 0) {
		/* The only reader went after it had got the header. */
		if (zmq_errno() == EAGAIN)
			err = -EAGAIN;
		else if (zmq_errno() != EINTR)
			err = failed(feed, "cannot send");
	}
	if (err)
		zmq_msg_close(&body);
	return err;
}

int feed_data(struct feed *feed, uint64_t seq, uint64_t count, uint64_t time_ns, void *data,
	      size_t length, zmq_free_fn *give_back, void *hint)
{
	struct message message = {
		.type = MESSAGE_DATA,
		.flags = (feed->overrun ? MESSAGE_OVERRUN : 0) |
			 (feed->starved ? MESSAGE_STARVED : 0),
		.length = (uint32_t)length,
		.seq = seq,
		.count = count,
		.time_ns = time_ns,
	};
	int err = send_header(feed, &message, ZMQ_SNDMORE);

	if (err)
		give_back(data, hint);
	else
		err = send_body(feed, data, length, give_back, hint);
	if (err == -EAGAIN)
		feed_lose(feed, 1);
	if (err)
		return err;
	feed->sent++;
	feed->bytes += length;
	feed->overrun = false;
	feed->starved = false;
	return 0;
}

void feed_lose(struct feed *feed, uint64_t number)
{
	feed->lost += number;
	feed->overrun = feed->overrun || number;
}

int feed_void(struct feed *feed, uint64_t seq, uint64_t count)
{
	struct message message = {.type = MESSAGE_VOID, .seq = seq, .count = count};
	int err;

	/* Its own header counts it already. */
	feed->spoilt++;
	err = send_header(feed, &message, 0);
	if (err)
		feed->spoilt--;
	return err;
}

int feed_end(struct feed *feed, uint64_t seq)
{
	struct message message = {
		.type = MESSAGE_END,
		.flags = feed->overrun ? MESSAGE_OVERRUN : 0,
		.seq = seq,
		.count = seq,
	};

	return send_header(feed, &message, 0);
}

void feed_close(struct feed *feed, uint64_t wait_ns)
{
	int linger = wait_ns < (uint64_t)INT32_MAX * 1000000 ? (int)(wait_ns / 1000000) : INT32_MAX;

	if (feed->socket) {
		zmq_setsockopt(feed->socket, ZMQ_LINGER, &linger, sizeof(linger));
		zmq_close(feed->socket);
	}
	/* A signal interrupts it; it must not return before the last give_back(). */
	while (feed->context && zmq_ctx_term(feed->context) < 0 && zmq_errno() == EINTR)
		;
	feed->socket = NULL;
	feed->context = NULL;
}
