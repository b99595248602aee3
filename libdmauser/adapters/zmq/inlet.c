// SPDX-License-Identifier: MIT
#include "inlet.h"

#include <errno.h>
#include <inttypes.h>

#define MONITOR "inproc://monitor"

static int failed(const struct inlet *inlet, const char *what)
{
	int err = zmq_errno();

	tool_error("%s: %s: %s", inlet->options->endpoint, what, zmq_strerror(err));
	return -err;
}

static int watch_senders(struct inlet *inlet)
{
	if (zmq_socket_monitor(inlet->socket, MONITOR, ZMQ_EVENT_DISCONNECTED) < 0)
		return -1;
	inlet->monitor = zmq_socket(inlet->context, ZMQ_PAIR);
	return inlet->monitor ? zmq_connect(inlet->monitor, MONITOR) : -1;
}

int inlet_open(struct inlet *inlet, const struct options *options)
{
	const int hwm = (int)options->hwm, linger = 0;
	/* What a capture can send at most; whoever sends more is disconnected. */
	const int64_t longest = MAX_PERIOD;

	*inlet = (struct inlet){.options = options};
	inlet->context = zmq_ctx_new();
	if (inlet->context)
		inlet->socket = zmq_socket(inlet->context, options->fan_out ? ZMQ_SUB : ZMQ_PULL);
	if (!inlet->socket)
		return failed(inlet, "no socket");
	if (zmq_setsockopt(inlet->socket, ZMQ_RCVHWM, &hwm, sizeof(hwm)) < 0 ||
	    zmq_setsockopt(inlet->socket, ZMQ_LINGER, &linger, sizeof(linger)) < 0 ||
	    zmq_setsockopt(inlet->socket, ZMQ_MAXMSGSIZE, &longest, sizeof(longest)) < 0 ||
	    (options->fan_out && zmq_setsockopt(inlet->socket, ZMQ_SUBSCRIBE, "", 0) < 0) ||
	    watch_senders(inlet) < 0)
		return failed(inlet, "cannot set up the socket");
	if (options->bind ? zmq_bind(inlet->socket, options->endpoint)
			  : zmq_connect(inlet->socket, options->endpoint))
		return failed(inlet, options->bind ? "cannot bind it" : "cannot connect to it");
	return 0;
}

void inlet_close(struct inlet *inlet)
{
	if (inlet->socket) {
		zmq_socket_monitor(inlet->socket, NULL, 0);
		zmq_close(inlet->socket);
	}
	if (inlet->monitor)
		zmq_close(inlet->monitor);
	while (inlet->context && zmq_ctx_term(inlet->context) < 0 && zmq_errno() == EINTR)
		;
	inlet->context = NULL;
}

void inlet_look(struct inlet *inlet)
{
	bool gone = false;
	zmq_msg_t event;

	/* An event is two frames; that there is one says enough. */
	zmq_msg_init(&event);
	while (zmq_msg_recv(&event, inlet->monitor, ZMQ_DONTWAIT) >= 0)
		gone = true;
	zmq_msg_close(&event);
	if (gone && inlet->begun && !inlet->ended)
		tool_error("%s: a sender has gone, without the end of its capture",
			   inlet->options->endpoint);
}

static void begin(struct inlet *inlet, const struct message *message)
{
	if (inlet->begun && !inlet->ended)
		tool_error("%s: another capture begins, and the last one has no end",
			   inlet->options->endpoint);
	inlet->stream = message->stream;
	inlet->begun = true;
	inlet->ended = false;
	inlet->streams++;
	/* Who subscribes late has missed nothing before; a PULL gets all from the start. */
	inlet->expected = inlet->options->fan_out ? message->seq : 0;
	inlet->first_spoilt = inlet->options->fan_out ? message->spoilt : 0;
	inlet->voids = 0;
}

/* Counts what a message says. Returns NULL, or what is wrong with it. */
static const char *count(struct inlet *inlet, const struct message *message)
{
	uint64_t spoilt;

	/* PUB may have sent the message of another capture's end to nobody else. */
	if (!inlet->begun || message->stream != inlet->stream)
		begin(inlet, message);
	inlet->lost = message->lost;
	inlet->voids += message->type == MESSAGE_VOID;
	/* A PUB drops MESSAGE_VOID like any other, but not the number of them. */
	spoilt = message->spoilt - inlet->first_spoilt;
	inlet->spoilt = spoilt > inlet->voids ? spoilt : inlet->voids;
	if (message->type == MESSAGE_VOID)
		return NULL;
	if (message->seq < inlet->expected)
		return "its number was there before: more than one sender, or reader, of a kind?";
	inlet->missed += message->seq - inlet->expected;
	inlet->expected = message->seq + (message->type == MESSAGE_DATA);
	inlet->ended = message->type == MESSAGE_END;
	return NULL;
}

static bool has_more(zmq_msg_t *frame)
{
	return zmq_msg_more(frame) != 0;
}

/* Reads the second frame, and drops others. Returns their number, or -errno. */
static int receive_rest(struct inlet *inlet, zmq_msg_t *data)
{
	zmq_msg_t extra;
	bool more;
	int frames;

	/* All frames of a message arrive together. */
	if (zmq_msg_recv(data, inlet->socket, 0) < 0)
		return failed(inlet, "cannot receive");
	more = has_more(data);
	for (frames = 1; more; frames++) {
		zmq_msg_init(&extra);
		if (zmq_msg_recv(&extra, inlet->socket, 0) < 0)
			return failed(inlet, "cannot receive");
		more = has_more(&extra);
		zmq_msg_close(&extra);
	}
	return frames;
}

static const char *judge(struct inlet *inlet, zmq_msg_t *head, zmq_msg_t *data, int frames)
{
	struct message message;
	const char *wrong = message_unpack(&message, zmq_msg_data(head), zmq_msg_size(head));

	if (wrong)
		return wrong;
	if (frames != (message.type == MESSAGE_DATA))
		return "it has the wrong number of frames";
	if (frames && zmq_msg_size(data) != message.length)
		return "its data has another length than its header says";
	return count(inlet, &message);
}

int inlet_receive(struct inlet *inlet, zmq_msg_t *data)
{
	const char *wrong;
	int frames = 0;
	zmq_msg_t head;

	zmq_msg_init(&head);
	if (zmq_msg_recv(&head, inlet->socket, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(&head);
		return zmq_errno() == EAGAIN || zmq_errno() == EINTR
			       ? -EAGAIN
			       : failed(inlet, "cannot receive");
	}
	zmq_msg_init(data);
	if (has_more(&head))
		frames = receive_rest(inlet, data);
	wrong = frames < 0 ? NULL : judge(inlet, &head, data, frames);
	zmq_msg_close(&head);
	if (frames == 1 && !wrong) {
		inlet->messages++;
		inlet->bytes += zmq_msg_size(data);
		return 1;
	}
	zmq_msg_close(data);
	if (wrong && !inlet->malformed++)
		tool_error("%s: a message is dropped: %s", inlet->options->endpoint, wrong);
	return frames < 0 ? frames : 0;
}
