// SPDX-License-Identifier: GPL-2.0-only
/* Moves completions from the queue of a session to its ring. */

#include <linux/list.h>

#include "../../compat.h"
#include "core/session.h"
#include "op/job.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/pool.h"
#include "queue/prepared.h"

/* Completions moved in one hold of cq_lock, while callbacks wait. */
#define DMACTL_CQ_RING_FLUSH_CHUNK 32

/* Moves as many completions as fit, up to the limit. Returns their number. */
static u32 dmactl_cq_ring_flush_some(struct dmactl_session *s,
				     struct dmactl_cq_ring *ring,
				     struct list_head *out)
{
	struct dmactl_job *job, *next;
	u32 n = 0;

	guard(dmactl_bh)(&s->cq_lock);
	list_for_each_entry_safe(job, next, &s->cq, node) {
		if (n == DMACTL_CQ_RING_FLUSH_CHUNK ||
		    !dmactl_cq_ring_add(s, ring, job))
			break;
		n++;
		if (!job->run) {
			list_move_tail(&job->node, out);
			continue;
		}
		/* Still under cq_lock: see dmactl_prepared_let_end(). */
		list_del_init(&job->node);
		dmactl_prepared_unrun(job);
	}
	dmactl_cq_count_off(s, n);
	WRITE_ONCE(ring->head->flags, s->nr_cq ? DMACTL_RING_OVERFLOW : 0);
	return n;
}

/* Moves queued completions to the ring while it has space. */

void dmactl_cq_ring_flush(struct dmactl_session *s)
{
	struct dmactl_cq_ring *ring = dmactl_cq_ring_of(s);
	LIST_HEAD(out);

	/* This may queue the next completion of a cyclic op. */
	while (ring && READ_ONCE(s->nr_cq) &&
	       dmactl_cq_ring_flush_some(s, ring, &out))
		dmactl_jobs_free_mixed(&out);
}
