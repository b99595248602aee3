/* SPDX-License-Identifier: GPL-2.0-only */
/* The completion ring that a program maps and can write to. */
#ifndef DMACTL_CQ_RING_H
#define DMACTL_CQ_RING_H

#include <linux/eventfd.h>
#include <linux/wait.h>

#include "core/session.h"
#include "queue/burst.h"
#include "queue/cq.h"

/*
 * The module trusts only the fields of this struct. Of the shared memory it
 * reads @head->head; a wrong value harms only the program itself.
 */
struct dmactl_cq_ring {
	struct dmactl_ring_head *head;
	void *completions;
	u32 stride;
	u32 entries;			/* a power of two */
	u32 tail;			/* cq_lock; read without */
	unsigned long len;		/* of the mapping, whole pages */
	struct dmactl_account *account;	/* of the creator */
};

static inline struct dmactl_cq_ring *dmactl_cq_ring_of(struct dmactl_session *s)
{
	/* Pairs with the release in RING. The ring is never removed. */
	return smp_load_acquire(&s->cq_ring);
}

/* Returns the completions in the ring that the program has not taken yet. */
static inline u32 dmactl_cq_ring_used(const struct dmactl_cq_ring *ring)
{
	return min(READ_ONCE(ring->tail) - READ_ONCE(ring->head->head),
		   ring->entries);
}

/* Returns the completions of the session that were not taken yet. */
static inline u32 dmactl_cq_count(struct dmactl_session *s)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);
	u32 nr = READ_ONCE(s->nr_cq);

	return ring ? nr + dmactl_cq_ring_used(ring) : nr;
}

/* A waiter for more completions sleeps on, so that a burst wakes it once. */
static inline bool dmactl_cq_is_enough(struct dmactl_session *s)
{
	/* Comes after the barrier in dmactl_cq_notify(). */
	return waitqueue_active(&s->wait_nr) &&
	       dmactl_cq_count(s) >= READ_ONCE(s->want);
}

/* Completions were added. A descriptor is free again, too. */
static __always_inline void dmactl_cq_notify(struct dmactl_session *s)
{
	/* Pairs with the barriers in dmactl_waiter_sleep() and poll_wait(). */
	smp_mb();
	/* Comes after the barrier. */
	if (waitqueue_active(&s->wait) || dmactl_cq_is_enough(s))
		dmactl_cq_wake(s);
}

/* The same after adding to the ring, which has @nr completions now. */
static __always_inline void dmactl_cq_notify_nr(struct dmactl_session *s, u32 nr)
{
	/* As above. Another task that adds later has the larger number. */
	smp_mb();
	/* Comes after the barrier. */
	if (waitqueue_active(&s->wait))
		dmactl_cq_wake(s);
	/* Comes after the barrier. */
	else if (waitqueue_active(&s->wait_nr) && nr >= READ_ONCE(s->want))
		dmactl_cq_wake(s);
}

/*
 * Signals only if the program had taken all older completions. Otherwise it was
 * notified of those, and it looks at the ring once more before it sleeps.
 */
static __always_inline void
dmactl_cq_ring_signal(struct dmactl_session *s, struct dmactl_cq_ring *ring,
		      u32 before)
{
	lockdep_assert_held(&s->cq_lock);
	if (likely(!s->eventfd))
		return;
	/*
	 * Pairs with the barrier of the program between writing head and
	 * reading tail.
	 */
	smp_mb();
	if (READ_ONCE(ring->head->head) == before)
		dmactl_eventfd_signal(s->eventfd);
}

/* Returns how many completions are in the ring now, or 0 if it was full. */
static __always_inline u32
dmactl_cq_ring_add(struct dmactl_session *s, struct dmactl_cq_ring *ring,
		   struct dmactl_job *job)
{
	u32 used = dmactl_cq_ring_used(ring);
	u32 tail = ring->tail;
	void *to;

	lockdep_assert_held(&s->cq_lock);
	if (used >= ring->entries)
		return 0;
	to = ring->completions + (size_t)(tail & (ring->entries - 1)) *
	     ring->stride;
	dmactl_completion_fill(to, job);
	if (ring->stride > sizeof(struct dmactl_completion))
		memset(to + sizeof(struct dmactl_completion), 0,
		       ring->stride - sizeof(struct dmactl_completion));
	WRITE_ONCE(ring->tail, tail + 1);
	/* Pairs with the acquire of tail in the program. */
	smp_store_release(&ring->head->tail, tail + 1);
	dmactl_cq_ring_signal(s, ring, tail);
	return used + 1;
}

/*
 * Returns how many completions are in the ring now, or 0 if the completion must
 * be queued.
 */
static __always_inline u32
dmactl_cq_ring_put(struct dmactl_session *s, struct dmactl_job *job)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);

	if (!ring)
		return 0;
	guard(dmactl_spin)(&s->cq_lock);
	return s->nr_cq ? 0 : dmactl_cq_ring_add(s, ring, job);
}

/*
 * @nr ops were added to the queue. The program reaps until it is empty, so the
 * eventfd signals only the first completion.
 */
static __always_inline void dmactl_cq_queued(struct dmactl_session *s, u32 nr)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);

	lockdep_assert_held(&s->cq_lock);
	if (ring)
		WRITE_ONCE(ring->head->flags, DMACTL_RING_OVERFLOW);
	dmactl_cq_count_off(s, -(int)nr);
	/* Signal after nr_cq is set: the program reads it without the lock. */
	if (s->eventfd && s->nr_cq == nr)
		dmactl_eventfd_signal(s->eventfd);
}

/* Adds an op that is on no list. */
static __always_inline void dmactl_cq_append(struct dmactl_session *s,
					     struct dmactl_job *job)
{
	lockdep_assert_held(&s->cq_lock);
	dmactl_burst_push(&job->node, &s->cq);
	dmactl_cq_queued(s, 1);
}

/*
 * Adds an op that is on no list, and notifies. Softirqs are off. Returns true if
 * the completion is in the ring; then the caller frees the job.
 */
static __always_inline bool dmactl_cq_put(struct dmactl_session *s,
					  struct dmactl_job *job)
{
	u32 nr = dmactl_cq_ring_put(s, job);

	if (nr) {
		dmactl_cq_notify_nr(s, nr);
		return true;
	}
	scoped_guard(dmactl_spin, &s->cq_lock)
		dmactl_cq_append(s, job);
	dmactl_cq_notify(s);
	return false;
}

void dmactl_cq_ring_flush(struct dmactl_session *s);

#endif /* DMACTL_CQ_RING_H */
