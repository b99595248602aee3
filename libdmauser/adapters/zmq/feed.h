/* SPDX-License-Identifier: MIT */
/* The socket that a capture sends to. */
#ifndef FEED_H
#define FEED_H

#include "message.h"
#include "tool.h"

#include <zmq.h>

struct feed {
	void *context;
	void *socket;
	const char *endpoint;
	uint64_t stream;
	uint64_t sent, bytes;  /* messages with data, and their bytes */
	uint64_t lost, spoilt; /* as in struct message */
	bool overrun, starved; /* flags of the next message */
};

/* Returns 0, or -errno after a message. */
int feed_open(struct feed *feed, const struct options *options);
/* Waits for the first reader. Returns 0, also after a signal, or -errno after a message. */
int feed_wait_reader(struct feed *feed);
/*
 * Sends `length' bytes at `data' as `seq' without copying them; ZeroMQ, in any thread,
 * calls give_back() when it needs them no more. Returns 0; -EAGAIN the readers do not
 * keep up: it counts as lost; or -errno after a message. On an error, give_back() was
 * called.
 */
int feed_data(struct feed *feed, uint64_t seq, uint64_t count, uint64_t time_ns, void *data,
	      size_t length, zmq_free_fn *give_back, void *hint);
void feed_lose(struct feed *feed, uint64_t number);
/* Tells readers that the bytes of `seq' may be wrong. Returns as feed_data() does. */
int feed_void(struct feed *feed, uint64_t seq, uint64_t count);
/* Tells readers that `seq' is the number after the last one. Returns as feed_data() does. */
int feed_end(struct feed *feed, uint64_t seq);
/* Drops what is not sent after `wait_ns'. Then no give_back() is called any more. */
void feed_close(struct feed *feed, uint64_t wait_ns);

#endif /* FEED_H */
