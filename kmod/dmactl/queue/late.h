/* SPDX-License-Identifier: GPL-2.0-only */
/* Callbacks that a tasklet handles later. */
#ifndef DMACTL_LATE_H
#define DMACTL_LATE_H

#include <linux/irqflags.h>
#include <linux/llist.h>

#include "core/chan.h"

struct dmactl_desc;
struct dmaengine_result;

/*
 * Must this callback be handled later? With interrupts off, it may have
 * interrupted a holder of chan->lock on this processor. Or it holds a lock of
 * the provider that an interrupt handler takes; such a handler could interrupt
 * the holder of chan->lock on another processor, and both would deadlock.
 * Callbacks behind others stay behind them.
 */
static inline bool dmactl_late_is_due(struct dmactl_chan *chan)
{
	return irqs_disabled() || !llist_empty(&chan->later.list);
}

void dmactl_late_init(struct dmactl_chan *chan);
void dmactl_late_add(struct dmactl_desc *desc,
		     const struct dmaengine_result *result);
void dmactl_late_flush(struct dmactl_chan *chan);

#endif /* DMACTL_LATE_H */
