/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops whose descriptors are prepared once: what prepared.c and quick.c share. */
#ifndef DMACTL_PREPARED_H
#define DMACTL_PREPARED_H

#include <linux/dmaengine.h>
#include <linux/smp.h>

#include "core.h"

struct dmactl_prepared_desc {
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece;
};

/* Who has a prepared op: dmactl_prepared.busy */
enum dmactl_prepared_user {
	DMACTL_PREPARED_FREE,
	DMACTL_PREPARED_BUSY,		/* an op with it is in flight */
	DMACTL_PREPARED_GONE,		/* for good */
};

struct dmactl_prepared {
	struct dmactl_obj obj;
	struct dmactl_session *session;
	struct dmactl_chan *chan;	/* referenced */
	struct list_head chan_node;	/* chan->rwsem */
	struct dmactl_tx tx;		/* what the op is */
	struct dmactl_tx run;		/* such an op, if it is @simple */
	bool simple;			/* one descriptor, nothing to do besides */
	atomic_t busy;			/* enum dmactl_prepared_user */
	struct dmactl_tx *ended;	/* that op, on its way to the program */
	int cpu;			/* whose tasklet may not be through, or -1 */
	struct work_struct work;
	bool lost;			/* chan->rwsem: to be prepared again */
	u32 nr;				/* chan->rwsem */
	u32 room;
	struct dmactl_prepared_desc *descs;
};

static inline struct dmactl_prepared *obj_to_prepared(struct dmactl_obj *obj)
{
	return container_of(obj, struct dmactl_prepared, obj);
}

/* Whoever has it is the only one, and it stays until it is free again. */
static inline bool dmactl_prepared_get(struct dmactl_prepared *p)
{
	return atomic_cmpxchg(&p->busy, DMACTL_PREPARED_FREE,
			      DMACTL_PREPARED_BUSY) == DMACTL_PREPARED_FREE;
}

static inline void dmactl_prepared_put(struct dmactl_prepared *p)
{
	atomic_set_release(&p->busy, DMACTL_PREPARED_FREE);
}

void dmactl_prepared_settle(struct dmactl_prepared *p);

#endif /* DMACTL_PREPARED_H */
