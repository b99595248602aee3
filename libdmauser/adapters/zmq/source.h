/* SPDX-License-Identifier: MIT */
/* Where a capture takes its bytes from: a ring of periods, or a queue of buffers. */
#ifndef SOURCE_H
#define SOURCE_H

#include "feed.h"

#include <stdatomic.h>

struct source {
	const struct options *options;
	struct channel channel;
	struct feed feed;
	struct dmauser_buf *buf;
	uint64_t next;		 /* number of the next period or buffer to send or lose */
	uint64_t rescued;	 /* periods copied because the hardware came near */
	uint64_t starved;	 /* times that the hardware had no buffer */
	atomic_bool stopping;	 /* the channel was terminated */
	bool over;		 /* the hardware has stopped, and the last completion came */
	int status;		 /* why, if nobody terminated it */
	int wake_fd;		 /* eventfd: something was given back that needs a look */
	atomic_uint outstanding; /* messages that refer to DMA memory */
};

struct source_ops {
	/* These return 0, or -errno after a message. */
	int (*open)(struct source **source, const struct options *options);
	int (*start)(struct source *source);
	/* Takes what has ended, and sends it or counts it as lost. */
	int (*step)(struct source *source);
	/* Tells readers of sent messages that turned out wrong; -EAGAIN: not all of them yet. */
	int (*settle)(struct source *source);
	/* Called when the feed is closed. */
	void (*close)(struct source *source);
};

extern const struct source_ops ring_ops, queue_ops;

/* For source_ops.open and close: the channel, and memory for all periods or buffers. */
int source_open(struct source *source, const struct options *options);
void source_close(struct source *source);
/* Lets the main thread look; for any thread. */
void source_wake(struct source *source);
/* Whether --count periods or buffers have been taken. */
bool source_is_full(const struct source *source);
/* The time of a completion on CLOCK_REALTIME, in ns. */
uint64_t source_time(const struct dmactl_completion *record);
/* Says why the transfer cannot start, or ended. */
void source_failed(const struct source *source, const char *what, int err);

#endif /* SOURCE_H */
