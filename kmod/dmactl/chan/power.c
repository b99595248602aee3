// SPDX-License-Identifier: GPL-2.0-only
/*
 * System sleep. After tasks are frozen and before any device is suspended, all
 * channels come to rest. Ops that end by themselves are waited for. Others are
 * paused and continue after resume. If the channel cannot be paused, it is
 * terminated. If that fails too, the system does not sleep. While a channel
 * rests, no work item calls its provider, whose registers may have no clock.
 *
 * At run time, the provider knows from the descriptors in flight when its
 * hardware may be suspended. So dmactl does not ask about a channel that has
 * nothing in flight.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/dmaengine.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/pm.h>
#include <linux/pm_domain.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "chan/power.h"
#include "chan/stop.h"
#include "core/chan.h"
#include "core/param.h"
#include "mem/dma_dev.h"
#include "op/job.h"
#include "queue/defer.h"
#include "queue/issue.h"

#define DMACTL_POWER_STEP_MS 10

/* The wait for ops that could also be paused. */
#define DMACTL_POWER_PAUSE_MS 1000u

/* Nothing moves, and nothing will: held ops are not issued. */
static bool dmactl_power_is_quiet(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	if (chan->queue.paused)
		return true;
	/* A batch that waits for fences starts after the system has slept. */
	return (!chan->queue.partial || chan->queue.partial->refilled ||
		dmactl_defer_is_next(chan)) &&
	       chan->descs.nr == chan->descs.total - READ_ONCE(chan->stall.issued);
}

/*
 * Do all ops end by themselves, in a time that does not depend on a peripheral?
 */
static bool dmactl_power_ends(struct dmactl_chan *chan)
{
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	list_for_each_entry(job, &chan->queue.inflight, node)
		if (job->periods ||
		    (job->dir != DMA_MEM_TO_MEM && dmactl_chan_pauses(chan)))
			return false;
	return true;
}

/*
 * Called without locks of the channel: the work items that continue take them.
 */
static void dmactl_power_wait_quiet(struct dmactl_chan *chan, unsigned long start)
{
	unsigned int ms = dmactl_chan_pauses(chan) ?
			  min(dmactl_stop_timeout_ms, DMACTL_POWER_PAUSE_MS) :
			  dmactl_stop_timeout_ms;
	unsigned long end = start + msecs_to_jiffies(ms);

	while (!dmactl_power_is_quiet(chan) && dmactl_power_ends(chan) &&
	       time_before(jiffies, end))
		msleep(DMACTL_POWER_STEP_MS);
}

static int dmactl_power_halt(struct dmactl_chan *chan)
{
	lockdep_assert_held_write(&chan->rwsem);
	if (dmactl_power_is_quiet(chan))
		return 0;
	if (dmactl_chan_pauses(chan) && !dmaengine_pause(chan->lease.dma)) {
		chan->sleep.paused = true;
		return 0;
	}
	if (!dmactl_chan_stop(chan, -ESTRPIPE, false))
		return 0;
	pr_warn("%s: what is in flight cannot be stopped, so the system cannot sleep\n",
		chan->lease.name);
	return -EBUSY;
}

static int dmactl_power_sleep(struct dmactl_client *client,
			      unsigned long start)
{
	struct dmactl_chan *chan = client_to_chan(client);
	int ret;

	dmactl_power_wait_quiet(chan, start);
	guard(dmactl_chan_write)(chan);
	if (chan->life.dead)
		return 0;
	chan->sleep.asleep = true;
	cancel_delayed_work_sync(&chan->queue.pump);
	dmactl_stall_cancel(chan);
	ret = dmactl_power_halt(chan);
	if (ret)
		chan->sleep.asleep = false;
	return ret;
}

static int dmactl_power_wake(struct dmactl_client *client,
			     unsigned long unused)
{
	struct dmactl_chan *chan = client_to_chan(client);

	guard(dmactl_chan_write)(chan);
	if (chan->life.dead)
		return 0;
	chan->sleep.asleep = false;
	if (chan->sleep.paused && dmaengine_resume(chan->lease.dma)) {
		pr_warn("%s does not go on\n", chan->lease.name);
		dmactl_chan_stop(chan, -ESTRPIPE, false);
	}
	chan->sleep.paused = false;
	schedule_delayed_work(&chan->queue.pump, 0);
	if (READ_ONCE(chan->descs.nr) && !chan->stall.armed)
		dmactl_stall_arm(chan);
	return 0;
}

static void dmactl_power_complete(struct device *dev)
{
	dmactl_dev_each_client(dmactl_power_wake, 0);
}

static int dmactl_power_prepare(struct device *dev)
{
	int ret;

	ret = dmactl_dev_each_client(dmactl_power_sleep, jiffies);
	/* complete() is not called for a device whose prepare() failed. */
	if (ret)
		dmactl_power_complete(dev);
	return ret;
}

/*
 * The device has no driver. The PM core calls prepare() before it suspends any
 * device, and complete() after it has resumed all, regardless of their order.
 */
static struct dev_pm_domain dmactl_power_domain = {
	.ops = {
		.prepare = dmactl_power_prepare,
		.complete = dmactl_power_complete,
	},
};

void dmactl_power_init(struct device *dev)
{
	dev_pm_domain_set(dev, &dmactl_power_domain);
}

void dmactl_power_exit(struct device *dev)
{
	dev_pm_domain_set(dev, NULL);
}
