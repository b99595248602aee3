// SPDX-License-Identifier: GPL-2.0-only
/* Channels: the functions that the dmaengine core and clients call. */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core/desc.h"
#include "core/engine.h"
#include "core/fault.h"
#include "core/lock.h"
#include "core/periph.h"

void sim_periph_start(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (sc->periph.ops->start)
		sc->periph.ops->start(sc);
}

/* Called without the lock of a channel, because the peer takes its own. */
void sim_periph_stop(struct sim_chan *sc)
{
	scoped_guard(sim_chan, sc) {
		if (sc->periph.ops->stop)
			sc->periph.ops->stop(sc);
	}
	if (sc->periph.peer)
		sim_engine_nudge(sc->periph.peer);
}

static int sim_alloc_chan_resources(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);
	u32 first;
	int ret;

	guard(mutex)(&sc->ctl->mutex);
	/* With -ENODEV the core would take the device off its list twice. */
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
	sc->paused = false;
	if (sc->periph.ops->open)
		sc->periph.ops->open(sc);
	sim_periph_start(sc);
	return sc->ctl->config.descriptors;
}

/*
 * The core removes the links between client and channel later, when an
 * unregistered channel has no sysfs directory left, and prints a warning. The
 * core holds its mutex in both places, so the links can be removed here.
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
	sc->ctl->fault->exit(sc);
	sim_periph_stop(sc);
	sim_engine_stop(sc);
	sim_engine_synchronize(sc);
	sim_pool_free(sc);
	if (sc->ctl->gone)
		sim_chan_unlink(chan);
}

static void sim_issue_pending(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	sim_awake(sc);
	guard(sim_chan)(sc);
	if (unlikely(list_empty(&sc->desc.submitted) &&
		     list_empty(&sc->desc.issued)))
		atomic64_inc(&sc->ctl->config.control->idle_issues);
	if (sim_misbehaves(sc, SIM_ISSUE_IGNORED) &&
	    !list_empty(&sc->desc.issued))
		return;
	sim_desc_issue(sc);
	if (sim_misbehaves(sc, SIM_INTERRUPT_EARLY))
		sc->ctl->fault->issue(sc);
	sim_engine_kick(sc);
}

/*
 * No byte moves after this returns, because the engine moves bytes under the
 * lock.
 */
static int sim_pause(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	sim_awake(sc);
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

	sim_awake(sc);
	guard(sim_chan)(sc);
	if (sc->gone)
		return -ENODEV;
	if (sim_misbehaves(sc, SIM_RESUME_IGNORED))
		return 0;
	if (sc->paused && sim_misbehaves(sc, SIM_RESUME_GAP))
		sc->ctl->fault->resume(sc);
	sc->paused = false;
	sim_engine_poke(sc);
	return 0;
}

/*
 * As in sim_pause(), no byte moves after this, even without device_synchronize.
 */
static int sim_terminate_all(struct dma_chan *chan)
{
	struct sim_chan *sc = to_sim_chan(chan);

	sim_awake(sc);
	if (sim_misbehaves(sc, SIM_TERMINATE_IGNORED))
		return 0;
	if (sim_misbehaves_somehow(sc))
		sc->ctl->fault->terminate(sc);
	if (READ_ONCE(sc->fault.raced))
		return 0;
	if (sim_misbehaves(sc, SIM_TERMINATE_SUCCESS))
		return sc->ctl->fault->succeed(sc);
	sim_desc_drop_all(sc, true);
	if (sc->ctl->config.shared_reset && sc->periph.peer)
		sim_desc_drop_all(sc->periph.peer, true);
	sim_periph_stop(sc);

	guard(sim_chan)(sc);
	sim_periph_start(sc);
	sc->paused = false;
	sim_engine_poke(sc);
	return 0;
}

static void sim_synchronize(struct dma_chan *chan)
{
	sim_engine_synchronize(to_sim_chan(chan));
}

/* The controller is going: ends all descriptors and refuses new ones. */
void sim_chan_remove(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->ctl->mutex);
	scoped_guard(sim_chan, sc) {
		sc->gone = true;
		sim_desc_abort_all(sc);
	}
	sim_engine_stop(sc);
	sim_engine_interrupt(sc);
	sim_engine_synchronize(sc);
}

/* Like most drivers, it does not suspend a channel that runs. */
int sim_chan_suspend(struct sim_chan *sc)
{
	guard(sim_chan)(sc);
	if (!list_empty(&sc->desc.issued) && !sc->paused)
		return -EBUSY;
	WRITE_ONCE(sc->asleep, true);
	return 0;
}

void sim_chan_resume(struct sim_chan *sc)
{
	WRITE_ONCE(sc->asleep, false);
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
	sim_desc_init(sc);
	sim_engine_init(sc);
	sc->ctl->fault->init(sc);

	snprintf(sc->name, sizeof(sc->name), "sim%u.%u", ctl->config.index,
		 index);
	sim_chan_map(ctl, sc->name, index);
	if (sc->periph.ops->name) {
		snprintf(sc->alias, sizeof(sc->alias), "sim%u.%s",
			 ctl->config.index, sc->periph.ops->name);
		sim_chan_map(ctl, sc->alias, index);
		sim_chan_map(ctl, sc->periph.ops->name, index);
	} else if (!ctl->config.index) {
		snprintf(sc->alias, sizeof(sc->alias), "sim%u", index);
		sim_chan_map(ctl, sc->alias, index);
	}

	sc->chan.device = &ctl->dma;
	list_add_tail(&sc->chan.device_node, &ctl->dma.channels);
}
