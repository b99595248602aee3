/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of records that a program maps. Its memory is the program's, too. */
#ifndef DMACTL_RING_H
#define DMACTL_RING_H

#include "core.h"

/*
 * What is believed is only what is in here. Of the shared memory, head is read,
 * and a wrong one harms nobody but the program itself.
 */
struct dmactl_cq_ring {
	struct dmactl_ring_head *head;
	void *records;
	u32 stride;
	u32 entries;			/* a power of two */
	u32 tail;			/* cq_lock; read without */
	unsigned long len;		/* of the mapping, whole pages */
};

static inline struct dmactl_cq_ring *dmactl_ring_of(struct dmactl_session *s)
{
	/* Pairs with the release in RING: once there, it stays. */
	return smp_load_acquire(&s->ring);
}

/* Records that the program has not taken yet. */
static inline u32 dmactl_ring_used(const struct dmactl_cq_ring *ring)
{
	return min(READ_ONCE(ring->tail) - READ_ONCE(ring->head->head),
		   ring->entries);
}

bool dmactl_ring_add(struct dmactl_session *s, struct dmactl_cq_ring *ring,
		     struct dmactl_tx *tx);
void dmactl_ring_pour(struct dmactl_session *s);

#endif /* DMACTL_RING_H */
