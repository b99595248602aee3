/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: guard(sim_chan) holds the lock of a channel. */
#ifndef DMA_SIM_CORE_LOCK_H
#define DMA_SIM_CORE_LOCK_H

#include <linux/cleanup.h>
#include <linux/jump_label.h>
#include <linux/spinlock.h>

#include "core/account.h"
#include "core/controller.h"

DECLARE_STATIC_KEY_FALSE(sim_context_locks);

/*
 * guard(sim_chan)(sc) holds sim_chan.lock with interrupts off, because clients
 * call from any context. sparse cannot follow a guard; the annotations here
 * tell it that nothing changed.
 */
struct sim_chan_flags {
	unsigned long irq;
	unsigned long outer_irq;
	bool outer;
};

static inline void sim_chan_lock(struct sim_chan *sc,
				 struct sim_chan_flags *flags)
{
	flags->outer = static_branch_unlikely(&sim_context_locks) &&
		       (sim_context(sc) & SIM_CALLBACK_LOCKED);
	if (unlikely(flags->outer)) {
		spin_lock_irqsave(&sc->context.lock, flags->outer_irq);
		__release(&sc->context.lock);
	}
	spin_lock_irqsave(&sc->lock, flags->irq);
	sc->locked = sim_account_begin();
	__release(&sc->lock);
}

static inline void sim_chan_unlock(struct sim_chan *sc,
				   const struct sim_chan_flags *flags)
{
	__acquire(&sc->lock);
	sim_account_end(sc->locked);
	spin_unlock_irqrestore(&sc->lock, flags->irq);
	if (unlikely(flags->outer)) {
		__acquire(&sc->context.lock);
		spin_unlock_irqrestore(&sc->context.lock, flags->outer_irq);
	}
}

DEFINE_LOCK_GUARD_1(sim_chan, struct sim_chan,
		    sim_chan_lock(_T->lock, &_T->flags),
		    sim_chan_unlock(_T->lock, &_T->flags),
		    struct sim_chan_flags flags)

#endif /* DMA_SIM_CORE_LOCK_H */
