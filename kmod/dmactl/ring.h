/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of records that a program maps. Its memory is the program's, too. */
#ifndef DMACTL_RING_H
#define DMACTL_RING_H

#include <linux/eventfd.h>

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

/* Records of the session that were not taken yet. */
static inline u32 dmactl_cq_count(struct dmactl_session *s)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);
	u32 nr = READ_ONCE(s->nr_cq);

	return ring ? nr + dmactl_ring_used(ring) : nr;
}

/* Who waits for more than there are sleeps on: a burst wakes it once. */
static inline bool dmactl_cq_is_enough(struct dmactl_session *s)
{
	/* After the barrier in dmactl_cq_tell(). */
	return waitqueue_active(&s->wait_nr) &&
	       dmactl_cq_count(s) >= READ_ONCE(s->want);
}

/* Records came. A descriptor has come free too. */
static inline void dmactl_cq_tell(struct dmactl_session *s)
{
	/* Pairs with the one in dmactl_waiter_sleep(), and in poll_wait(). */
	smp_mb();
	/* After the barrier. */
	if (waitqueue_active(&s->wait) || dmactl_cq_is_enough(s))
		dmactl_cq_wake(s);
}

/*
 * The program was told of the records before this one if it had not taken all
 * of them when it looked last, which it does once more after each stop.
 */
static inline void dmactl_ring_signal(struct dmactl_session *s,
				      struct dmactl_cq_ring *ring, u32 before)
{
	lockdep_assert_held(&s->cq_lock);
	if (!s->eventfd)
		return;
	/* Pairs with the program's, between its head and its look at tail. */
	smp_mb();
	if (READ_ONCE(ring->head->head) == before)
		dmactl_eventfd_signal(s->eventfd);
}

/* False: no room. */
static inline bool dmactl_ring_add(struct dmactl_session *s,
				   struct dmactl_cq_ring *ring,
				   struct dmactl_tx *tx)
{
	u32 tail = ring->tail;
	void *to;

	lockdep_assert_held(&s->cq_lock);
	if (dmactl_ring_used(ring) >= ring->entries)
		return false;
	to = ring->records + (size_t)(tail & (ring->entries - 1)) *
	     ring->stride;
	dmactl_record_fill(to, tx);
	if (ring->stride > sizeof(struct dmactl_completion))
		memset(to + sizeof(struct dmactl_completion), 0,
		       ring->stride - sizeof(struct dmactl_completion));
	WRITE_ONCE(ring->tail, tail + 1);
	/* The program's acquire of tail sees the record. */
	smp_store_release(&ring->head->tail, tail + 1);
	dmactl_ring_signal(s, ring, tail);
	return true;
}

/* False: it must go to the queue, and whoever waits be told. */
static inline bool dmactl_ring_put(struct dmactl_session *s,
				   struct dmactl_tx *tx)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);

	if (!ring)
		return false;
	guard(dmactl_spin)(&s->cq_lock);
	return !s->nr_cq && dmactl_ring_add(s, ring, tx);
}

void dmactl_ring_pour(struct dmactl_session *s);

#endif /* DMACTL_RING_H */
