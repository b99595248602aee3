// SPDX-License-Identifier: MIT
/*
 * dmactl: the cost before the first op. depth is the depth of the channel, so the result is the
 * cost per unit of depth.
 */
#include "dmactl.h"

#include <stdlib.h>
#include <string.h>

static int open_rounds(struct bench_case *c, unsigned int n)
{
	struct dmauser_session *session;
	int err;

	while (n--) {
		err = dmauser_open(NULL, &session);
		if (err)
			return bench_why(c, "%s: %s", DMACTL_DEVICE, strerror(-err));
		dmauser_close(session);
	}
	return 0;
}

static int session_begin(struct bench_case *c)
{
	int err = dmauser_open(NULL, (struct dmauser_session **)&c->context);

	return err ? bench_why(c, "%s: %s", DMACTL_DEVICE, strerror(-err)) : 0;
}

static int request_rounds(struct bench_case *c, unsigned int n)
{
	struct dmauser_chan *chan;
	int err;

	while (n--) {
		err = dmauser_chan_request_name(c->context, c->bench->channels[0], c->depth, &chan);
		if (!err)
			err = dmauser_chan_destroy(chan);
		if (err)
			return bench_why(c, "%s: %s", c->bench->channels[0], strerror(-err));
	}
	return 0;
}

/* Allocates a buffer and does its first op: a copy of one half to the other. */
static int buffer_rounds(struct bench_case *c, unsigned int n)
{
	struct work *w = c->context;
	struct dmauser_result result;
	struct dmauser_buf *buf;
	int err;

	while (n--) {
		err = dmauser_buf_alloc(w->session, DMACTL_BUF_STREAMING, NULL, c->size, &buf);
		if (!err)
			err = dmauser_batch_memcpy(w->batch, w->chans[0], buf, c->size / 2, buf, 0,
						   c->size / 2, 0);
		if (!err)
			err = dmauser_submit_wait(w->session, w->batch, 0, w->records, 1, 1,
						  UINT64_MAX, &result);
		if (!err)
			err = w->records[0].status;
		if (!err)
			err = dmauser_buf_destroy(buf);
		if (err)
			return bench_why(c, "a buffer: %s", strerror(-err));
	}
	return 0;
}

static void session_end(struct bench_case *c)
{
	dmauser_close(c->context);
}

void cases_sessions(struct bench *bench)
{
	static const unsigned int depths[] = {1, 64, 256, 4096};
	struct bench_case c = {
		.peer = "dmactl",
		.work = "open",
		.depth = 1,
		.rounds = open_rounds,
	};

	bench_run(bench, &c);
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		c = (struct bench_case){
			.peer = "dmactl",
			.work = "request",
			.depth = depths[i],
			.begin = session_begin,
			.rounds = request_rounds,
			.end = session_end,
		};
		bench_run(bench, &c);
	}
	c = (struct bench_case){
		.peer = "dmactl",
		.work = "buffer",
		.buffer = "streaming",
		.size = 8192,
		.depth = 1,
		.begin = work_begin,
		.rounds = buffer_rounds,
		.end = work_end,
	};
	bench_run(bench, &c);
}
