/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: callbacks and their context. */
#ifndef DMA_SIM_CORE_CONTEXT_H
#define DMA_SIM_CORE_CONTEXT_H

#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct sim_callback;
struct sim_chan;

typedef void (*sim_call)(struct sim_chan *sc, struct sim_callback *batch,
			 unsigned int n);

/**
 * struct sim_callback_context - the context of a channel's callbacks
 * @lock: outside &sim_chan.lock. All functions that take that lock take
 *	this one too, and callbacks hold it, if the controller is configured so
 * @mutex: held by a task during callbacks
 * @work: runs callbacks in a work item
 * @irq: runs callbacks in an interrupt handler
 * @batch: callbacks for @irq; NULL once they have run
 * @n: number of callbacks
 * @call: the function that runs them
 *
 * Only context.c uses these, except @lock, which guard(sim_chan) takes. The
 * tasklet and the tasks that wait for @irq write @batch, @n and @call, one at a
 * time.
 */
struct sim_callback_context {
	spinlock_t lock;	/* see above */
	struct mutex mutex;	/* see above */
	struct work_struct work;
	struct irq_work irq;
	struct sim_callback *batch;
	unsigned int n;
	sim_call call;
};

/* context.c */
void sim_context_call(struct sim_chan *sc, struct sim_callback *batch,
		      unsigned int n, sim_call call);
bool sim_context_elsewhere(struct sim_chan *sc);
bool sim_context_in_thread(struct sim_chan *sc);
void sim_context_synchronize(struct sim_chan *sc);
void sim_context_init(struct sim_chan *sc);

/* callback.c */
void sim_callbacks_run(struct sim_chan *sc);

#endif /* DMA_SIM_CORE_CONTEXT_H */
