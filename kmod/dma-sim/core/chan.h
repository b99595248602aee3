/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: a channel, which consists of parts. */
#ifndef DMA_SIM_CORE_CHAN_H
#define DMA_SIM_CORE_CHAN_H

#include <linux/dmaengine.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "core/context.h"
#include "core/desc.h"
#include "core/engine.h"
#include "core/fault.h"
#include "core/periph.h"

#define SIM_NAME_LEN		16
#define SIM_NAMES		3	/* most entries of a channel in the slave map */

struct sim_controller;

/**
 * struct sim_chan - a channel
 * @chan: part of the dmaengine core; @lock protects the cookies
 * @ctl: the controller
 * @index: number on the controller
 * @name: name in the slave map
 * @alias: second name: the short name of a channel of controller 0, or the
 *	numbered name of a peripheral
 * @lock: protects the lists and the descriptors on them. While it is held,
 *	nothing is copied, so the memory of the descriptors is stable, too
 * @locked: [lock] the start of the section, if time is accounted; lock.h
 *	writes it
 * @desc: [lock] descriptors, see desc.h
 * @engine: [lock] moves the bytes, see engine.h
 * @context: context of callbacks, see context.h
 * @fault: [lock] simulated faults, see fault.h
 * @periph: the peripheral, see periph.h
 * @paused: [lock] paused by device_pause
 * @gone: [lock] the controller was unbound
 * @asleep: [lock] suspended
 * @slave: [lock] parameters from device_config; op/slave.c writes it
 *
 * channel.c writes the fields that have no other owner above. @ctl to @alias
 * are written only before the controller is registered.
 */
struct sim_chan {
	struct dma_chan chan;
	struct sim_controller *ctl;
	unsigned int index;
	char name[SIM_NAME_LEN];
	char alias[2 * SIM_NAME_LEN];
	spinlock_t lock;	/* see above */
	u64 locked;
	struct sim_desc_lists desc;
	struct sim_engine engine;
	struct sim_callback_context context;
	struct sim_fault fault;
	struct sim_periph periph;
	bool paused;
	bool gone;
	bool asleep;
	struct dma_slave_config slave;
};

static inline struct sim_chan *to_sim_chan(struct dma_chan *chan)
{
	return container_of(chan, struct sim_chan, chan);
}

/* channel.c */
int sim_chan_suspend(struct sim_chan *sc);
void sim_chan_resume(struct sim_chan *sc);
void sim_chan_init(struct sim_controller *ctl, unsigned int index);
void sim_chan_declare(struct sim_controller *ctl);
void sim_chan_remove(struct sim_chan *sc);

#endif /* DMA_SIM_CORE_CHAN_H */
