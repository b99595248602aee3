/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prepared ops: checked and mapped once, submitted many times. If the provider
 * can reuse descriptors, these are prepared once as well. Otherwise they are
 * prepared for each submission.
 */
#ifndef DMACTL_PREPARED_H
#define DMACTL_PREPARED_H

#include <linux/dmaengine.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "op/job.h"
#include "op/op.h"

struct dmactl_prepared_desc {
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece;
};

/* The user of a prepared op, in dmactl_prepared.busy. */
enum dmactl_prepared_user {
	DMACTL_PREPARED_FREE,
	DMACTL_PREPARED_BUSY,		/* an op that uses it is in flight */
	DMACTL_PREPARED_GONE,		/* destroyed */
};

struct dmactl_prepared {
	struct dmactl_obj obj;
	struct dmactl_chan *chan;	/* referenced */
	atomic_t busy;			/* enum dmactl_prepared_user */
	int cpu;			/* where the callback may still run, or below */
	/* chan->rwsem: what the provider keeps, if the job is reusable */
	struct dmactl_prepared_desc *descs;
	u32 nr;
	bool simple;			/* one descriptor, short syncs; rwsem or the user */
	bool lost;			/* chan->rwsem: must be prepared again */
	bool bh;			/* @caller was in an RCU read section */
	u32 capacity;			/* chan->rwsem: of @descs */
	pid_t caller;			/* the thread where it may still run */
	struct dmactl_job run;		/* the op that the fast path submits */
	struct dmactl_job job;		/* describes the op */
	unsigned long slept;		/* nvcsw of the thread at that time */
	struct work_struct work;
	struct dmactl_session *session;
	struct list_head chan_node;	/* chan->rwsem */
};

static inline struct dmactl_prepared *obj_to_prepared(struct dmactl_obj *obj)
{
	return container_of(obj, struct dmactl_prepared, obj);
}

/*
 * Takes the prepared op, which has one user at a time. It stays valid until
 * put.
 */
static inline bool dmactl_prepared_get(struct dmactl_prepared *p)
{
	return atomic_cmpxchg(&p->busy, DMACTL_PREPARED_FREE,
			      DMACTL_PREPARED_BUSY) == DMACTL_PREPARED_FREE;
}

static inline void dmactl_prepared_put(struct dmactl_prepared *p)
{
	atomic_set_release(&p->busy, DMACTL_PREPARED_FREE);
}

/* Returns the job that has the spans of an op. */
static inline struct dmactl_job *dmactl_job_with_spans(struct dmactl_job *job)
{
	return job->run && job->prepared_by ? &job->prepared_by->job : job;
}

/* Values of dmactl_prepared.cpu that are no processor. */
#define DMACTL_PREPARED_IDLE	(-1)
#define DMACTL_PREPARED_THREAD	(-2)

/*
 * A task runs on a processor only after its softirq or interrupt handler is
 * done.
 */
static inline bool dmactl_prepared_in_irq(void)
{
	return in_hardirq() ||
	       (in_serving_softirq() && !IS_ENABLED(CONFIG_PREEMPT_RT));
}

void dmactl_prepared_note_thread(struct dmactl_prepared *p);

/*
 * Notes where the callback runs. A provider takes a reusable descriptor back
 * only after the callback has returned (virt-dma does), so it must not be
 * submitted before. The next submitter waits in
 * dmactl_prepared_wait_callback().
 */
static inline void dmactl_prepared_called(struct dmactl_prepared *p)
{
	if (dmactl_prepared_in_irq())
		p->cpu = smp_processor_id();
	else
		dmactl_prepared_note_thread(p);
}

/* The same for a caller that knows that this is a softirq. */
static inline void dmactl_prepared_called_in_softirq(struct dmactl_prepared *p)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		dmactl_prepared_note_thread(p);
	else
		p->cpu = smp_processor_id();
}

/* prepared_wait.c */
void dmactl_prepared_note(struct dmactl_job *job);
void dmactl_prepared_wait_callback(struct dmactl_prepared *p);
void dmactl_prepared_wait_init(struct dmactl_prepared *p);

/* prepared.c */
void dmactl_prepared_init_chan(struct dmactl_chan *chan);
struct dmactl_prepared *dmactl_prepared_new(struct dmactl_session *s,
					    struct dmactl_chan *chan);
void dmactl_prepared_quarantine(struct dmactl_job *job);
int dmactl_prepared_fill(struct dmactl_prepared *p);
void dmactl_prepared_free(struct dmactl_prepared *p);
void dmactl_prepared_drop(struct dmactl_prepared *p);
int dmactl_prepared_destroy(struct dmactl_obj *obj);
void dmactl_prepared_unrun(struct dmactl_job *job);
void dmactl_prepared_unuse(struct dmactl_job *job);
void dmactl_prepared_drop_all(struct dmactl_chan *chan);
void dmactl_prepared_lose_all(struct dmactl_chan *chan);
void dmactl_prepared_reconfigured(struct dmactl_chan *chan);

#endif /* DMACTL_PREPARED_H */
