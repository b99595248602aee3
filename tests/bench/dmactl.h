/* SPDX-License-Identifier: MIT */
/* What the cases of dmactl share: a session, channels, memory, rounds of ops. */
#ifndef DMACTL_H
#define DMACTL_H

#include "bench.h"

#include <dmauser.h>

struct work;

struct memory {
	struct dmauser_buf *buf;
	uint8_t *memory;
	size_t len;
	/* of "imported": who exported it */
	struct dmauser_session *owner;
	void *owned; /* of "user" */
};

struct work {
	struct dmauser_session *session;
	struct dmauser_chan *chans[BENCH_MAX_CHANNELS];
	struct dmauser_batch *batch;
	struct dmactl_completion *records;
	struct dmauser_ring *ring;	    /* NULL: records are reaped */
	struct dmauser_prepared **prepared; /* one a slot, or NULL */
	unsigned int slots;
	struct memory src, dst;
	/* of copies that go through many buffers */
	struct memory *many; /* source and destination in turn */
	unsigned int pairs;
	uint64_t used, first;	   /* pairs so far, and when the data was wiped */
	uint64_t periods, arrived; /* of what repeats */
	uint64_t bytes;		   /* that a completion must state */
	/* Adds the op of a slot to the batch. 0 or -errno. NULL: they are there. */
	int (*add)(struct bench_case *c, struct work *w, unsigned int channel, unsigned int slot);
};

/* The context: session, the channels of the case, an empty batch. */
int work_begin(struct bench_case *c);
/* Memory of the kind of the case. */
int work_memory(struct bench_case *c, struct memory *memory, size_t len);
/* Records come through a ring. */
int work_ring(struct bench_case *c, struct work *w);
/* n times: all ops of a round submitted, awaited and reaped. */
int work_rounds(struct bench_case *c, unsigned int n);
void work_end(struct bench_case *c);

/* Before and after the CPU's access, where that matters. */
void memory_access(struct memory *memory, uint32_t which);

#endif /* DMACTL_H */
