// SPDX-License-Identifier: GPL-2.0-only
/* Channels: what the core and the client call */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "misbehave.h"
#include "port.h"
#include "sim.h"

static int sim_alloc_chan_resources(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);
	u32 first;
	int ret;

	guard(mutex)(&sc->ctl->mutex);
	/* -ENODEV would make the core take the device off its list twice. */
	if (sc->ctl->gone)
		return -EIO;

	ret = sim_pool_init(sc);
	if (ret)
		return ret;
	ret = sim_engine_start(sc);
	if (ret) {
		sim_pool_free(sc);
		return ret;
	}

	guard(sim_chan)(sc);
	first = READ_ONCE(sc->ctl->config.control->first_cookie);
	chan->cookie = first ? first - 1 : DMA_MIN_COOKIE;
	chan->completed_cookie = chan->cookie;
	sc->failed = 0;
	sc->paused = false;
	sc->slave = (struct dma_slave_config){ };
	if (sc->port->open)
		sc->port->open(sc);
	sim_port_start(sc);
	return sc->ctl->config.descriptors;
}

/*
 * The core removes the links between client and channel later, when an
 * unregistered channel has no directory any more, and warns. It holds its mutex
 * here as it does there, so this is the place to do it instead.
 */
static void sim_chan_unlink(struct dma_chan *chan)
{
	if (!chan->slave)
		return;
	sysfs_remove_link(&chan->slave->kobj, chan->name);
	kfree(chan->name);
	chan->name = NULL;
	chan->slave = NULL;
}

static void sim_free_chan_resources(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	guard(mutex)(&sc->ctl->mutex);
	sim_desc_drop_all(sc, false);
	sim_misbehave_exit(sc);
	sim_port_stop(sc);
	sim_engine_stop(sc);
	sim_engine_synchronize(sc);
	sim_pool_free(sc);
	if (sc->ctl->gone)
		sim_chan_unlink(chan);
}

static void sim_issue_pending(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	guard(sim_chan)(sc);
	if (unlikely(list_empty(&sc->submitted) && list_empty(&sc->issued)))
		atomic64_inc(&sc->ctl->config.control->idle_issues);
	if (sim_misbehaves(sc, SIM_ISSUE_IGNORED) && !list_empty(&sc->issued))
		return;
	list_for_each_entry(d, &sc->submitted, node)
		d->state = SIM_DESC_ISSUED;
	list_splice_tail_init(&sc->submitted, &sc->issued);
	if (sim_misbehaves(sc, SIM_INTERRUPT_EARLY))
		sim_misbehave_issue(sc);
	sim_engine_kick(sc);
}

/* No byte moves after this has returned: the engine moves them under the lock. */
static int sim_pause(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	guard(sim_chan)(sc);
	if (sc->gone)
		return -ENODEV;
	if (sim_misbehaves(sc, SIM_PAUSE_IGNORED))
		return 0;
	sc->paused = true;
	return 0;
}

static int sim_resume(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	guard(sim_chan)(sc);
	if (sc->gone)
		return -ENODEV;
	if (sim_misbehaves(sc, SIM_RESUME_IGNORED))
		return 0;
	if (sc->paused && sim_misbehaves(sc, SIM_RESUME_GAP))
		sim_misbehave_resume(sc);
	sc->paused = false;
	sim_engine_poke(sc);
	return 0;
}

/* As sim_pause(), so it keeps its promise also without device_synchronize. */
static int sim_terminate_all(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	if (sim_misbehaves(sc, SIM_TERMINATE_IGNORED))
		return 0;
	if (unlikely(READ_ONCE(sc->ctl->config.control->misbehave)))
		sim_misbehave_terminate(sc);
	if (sim_misbehaves(sc, SIM_TERMINATE_SUCCESS))
		return sim_misbehave_succeed(sc);
	sim_desc_drop_all(sc, true);
	sim_port_stop(sc);

	guard(sim_chan)(sc);
	sim_port_start(sc);
	sc->paused = false;
	sim_engine_poke(sc);
	return 0;
}

static void sim_synchronize(struct dma_chan *chan)
{
	sim_engine_synchronize(to_sim_chan(chan));
}

/* The controller goes: whoever waits is told, whoever comes is turned away. */
void sim_chan_remove(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	lockdep_assert_held(&sc->ctl->mutex);
	scoped_guard(sim_chan, sc) {
		sc->gone = true;
		list_splice_tail_init(&sc->submitted, &sc->issued);
		list_for_each_entry_safe(d, next, &sc->issued, node)
			sim_desc_finish(sc, d, DMA_TRANS_ABORTED);
	}
	sim_engine_stop(sc);
	sim_engine_interrupt(sc);
	sim_engine_synchronize(sc);
}

void sim_chan_declare(struct sim_controller *ctl)
{
	struct dma_device *dma = &ctl->dma;

	dma->device_alloc_chan_resources = sim_alloc_chan_resources;
	dma->device_free_chan_resources = sim_free_chan_resources;
	dma->device_tx_status = sim_desc_status;
	dma->device_issue_pending = sim_issue_pending;
	if (!ctl->config.no_pause) {
		dma->device_pause = sim_pause;
		dma->device_resume = sim_resume;
	}
	if (!ctl->config.no_terminate)
		dma->device_terminate_all = sim_terminate_all;
	if (!ctl->config.no_synchronize)
		dma->device_synchronize = sim_synchronize;
}

static void sim_chan_map(struct sim_controller *ctl, const char *name,
			 unsigned int index)
{
	struct dma_slave_map *map = &ctl->map[ctl->dma.filter.mapcnt++];

	map->devname = SIM_CLIENT;
	map->slave = name;
	map->param = (void *)(uintptr_t)index;
}

void sim_chan_init(struct sim_controller *ctl, unsigned int index)
{
	struct sim_chan *sc = &ctl->chans[index];

	sc->ctl = ctl;
	sc->index = index;
	spin_lock_init(&sc->lock);
	INIT_LIST_HEAD(&sc->free);
	INIT_LIST_HEAD(&sc->prepared);
	INIT_LIST_HEAD(&sc->submitted);
	INIT_LIST_HEAD(&sc->issued);
	INIT_LIST_HEAD(&sc->done);
	INIT_LIST_HEAD(&sc->called);
	sim_engine_init(sc);
	sim_misbehave_init(sc);

	snprintf(sc->name, sizeof(sc->name), "sim%u.%u", ctl->config.index,
		 index);
	sim_chan_map(ctl, sc->name, index);
	if (sc->port->name) {
		snprintf(sc->alias, sizeof(sc->alias), "sim%u.%s",
			 ctl->config.index, sc->port->name);
		sim_chan_map(ctl, sc->alias, index);
		sim_chan_map(ctl, sc->port->name, index);
	} else if (!ctl->config.index) {
		snprintf(sc->alias, sizeof(sc->alias), "sim%u", index);
		sim_chan_map(ctl, sc->alias, index);
	}

	sc->chan.device = &ctl->dma;
	list_add_tail(&sc->chan.device_node, &ctl->dma.channels);
}
