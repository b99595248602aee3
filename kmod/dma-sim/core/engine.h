/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the engine of a channel moves the bytes and calls back. */
#ifndef DMA_SIM_CORE_ENGINE_H
#define DMA_SIM_CORE_ENGINE_H

#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/types.h>

struct sim_chan;
struct task_struct;

/**
 * struct sim_engine - the engine of a channel
 * @thread: does the work that is too long for a softirq; started and
 *	stopped under &sim_controller.mutex
 * @threaded: @thread checks the issued descriptors again before it sleeps
 *	without a time limit
 * @poked: something changed since the last check of @thread
 * @due: when hardware of the simulated speed would have done the work so
 *	far
 * @wake_at: when @thread must continue; the move function of a peripheral
 *	sets it, too
 * @blocked: the peripheral moved nothing at the last try
 * @nudge: the peer may be able to continue; op/slave.c sets it
 * @ticking: the first issued descriptor has callbacks of periods due
 * @irq: simulated interrupt
 * @tasklet: bottom half of the interrupt
 *
 * engine.c writes the fields that have no other owner above, with
 * &sim_chan.lock held.
 */
struct sim_engine {
	struct task_struct *thread;
	bool threaded;
	bool poked;
	ktime_t due;
	ktime_t wake_at;
	bool blocked;
	bool nudge;
	bool ticking;
	struct irq_work irq;
	struct tasklet_struct tasklet;
};

void sim_engine_probe(void);
void sim_engine_init(struct sim_chan *sc);
int sim_engine_start(struct sim_chan *sc);
void sim_engine_stop(struct sim_chan *sc);
void sim_engine_reset(struct sim_chan *sc);
bool sim_engine_tick(struct sim_chan *sc);
void sim_engine_kick(struct sim_chan *sc);
void sim_engine_poke(struct sim_chan *sc);
void sim_engine_nudge(struct sim_chan *sc);
bool sim_engine_wake(struct sim_chan *sc);
void sim_engine_interrupt(struct sim_chan *sc);
void sim_engine_synchronize(struct sim_chan *sc);

#endif /* DMA_SIM_CORE_ENGINE_H */
