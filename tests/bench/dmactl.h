/* SPDX-License-Identifier: MIT */
/* Shared by the cases of dmactl: a session, channels, memory, rounds of ops. */
#ifndef DMACTL_H
#define DMACTL_H

#include "bench.h"

#include <dmauser.h>

struct work;

struct memory {
	struct dmauser_buf *buf;
	uint8_t *memory;
	size_t len;
	/* of "imported": the session that exported it */
	struct dmauser_session *owner;
	void *owned; /* of "user" */
};

struct work {
	struct dmauser_session *session;
	struct dmauser_chan *chans[BENCH_MAX_CHANNELS];
	struct dmauser_batch *batch;
	struct dmactl_completion *records;
	struct dmauser_ring *ring;	    /* NULL: completions are reaped */
	struct dmauser_prepared **prepared; /* one a slot, or NULL */
	unsigned int slots;
	struct memory src, dst;
	/* Of copies that use many buffers. */
	struct memory *many; /* sources and destinations alternate */
	unsigned int pairs;
	uint64_t used, first;	   /* pairs used so far, and used when the data was wiped */
	uint64_t periods, arrived; /* of cyclic ops */
	uint64_t bytes;		   /* that each completion must report */
	/*
	 * Adds the op of a slot to the batch and returns 0 or -errno. NULL: the batch already has
	 * the ops.
	 */
	int (*add)(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot);
};

/* Makes the context: session, the channels of the case, an empty batch. */
int work_begin(struct bench_case *c);
/* Allocates memory of the kind that the case names. */
int work_memory(struct bench_case *c, struct memory *memory, size_t len);
/* Makes completions arrive in a ring. */
int work_ring(struct bench_case *c, struct work *w);
/* n times: submits, awaits and reaps all ops of a round. */
int work_rounds(struct bench_case *c, unsigned int n);
/* Submits the batch, which may be empty, and reaps so many completions. */
int work_reap(struct bench_case *c, struct work *w, unsigned int nr);
void work_end(struct bench_case *c);

/* Syncs before and after the CPU's access, where the kind of memory needs it. */
void memory_access(struct memory *memory, uint32_t which);

#endif /* DMACTL_H */
