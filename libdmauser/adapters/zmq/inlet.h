/* SPDX-License-Identifier: MIT */
/* The socket that a playback receives from, and what is missing from what it receives. */
#ifndef INLET_H
#define INLET_H

#include "message.h"
#include "tool.h"

#include <zmq.h>

struct inlet {
	void *context;
	void *socket;
	void *monitor; /* tells that a sender has gone */
	const struct options *options;
	uint64_t stream; /* of the capture that is received */
	bool begun, ended;
	uint64_t expected;     /* seq of the next message */
	uint64_t first_spoilt; /* spoilt before the first message */
	uint64_t messages, bytes;
	uint64_t missed;	/* periods that are in no message received */
	uint64_t lost;		/* of these, those that the sender did not send */
	uint64_t voids, spoilt; /* messages that were wrong: those told, and their number */
	uint64_t malformed;	/* messages of somebody else */
	uint64_t streams;
};

/* Returns 0, or -errno after a message. */
int inlet_open(struct inlet *inlet, const struct options *options);
void inlet_close(struct inlet *inlet);
/*
 * Receives a message without waiting. Returns 1 and its data, which the caller closes
 * with zmq_msg_close(); 0 if it had no data; -EAGAIN if there was none, or -errno after
 * a message.
 */
int inlet_receive(struct inlet *inlet, zmq_msg_t *data);
/* Reads events of the monitor. */
void inlet_look(struct inlet *inlet);

#endif /* INLET_H */
