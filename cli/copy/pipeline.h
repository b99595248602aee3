/* SPDX-License-Identifier: MIT */
/*
 * Moves a file through a DMA channel: libaio reads into DMA memory, the channel
 * copies it, libaio writes it. Several blocks are in flight at once, in
 * different stages; one epoll loop waits for all events.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "file/source.h"
#include "file/target.h"
#include "out/cli.h"

#include <dmauser.h>

#define PIPELINE_MAX_DEPTH 256

struct control;

struct pipeline_config {
	struct cli *cli;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control; /* NULL: the transfer cannot be paused */
	struct source *source;	 /* NULL: DMA sets every byte to `value' */
	struct target *target;
	uint8_t value;
	uint64_t size;	     /* bytes; SIZE_UNKNOWN: up to the end of the source */
	size_t block;	     /* bytes in one block, a multiple of DIRECT_ALIGN */
	unsigned int depth;  /* most blocks in flight */
	uint64_t timeout_ns; /* longest time without a DMA completion, 0: no limit */
};

struct pipeline_result {
	uint64_t bytes;
	uint64_t ops;
	size_t block;	    /* as far as memory allowed */
	unsigned int depth; /* as far as memory allowed */
};

/* Returns 0 or -errno after a message; -EINTR, without one, if a signal stopped it. */
int pipeline_run(const struct pipeline_config *config, struct pipeline_result *result);

#endif /* PIPELINE_H */
