// SPDX-License-Identifier: GPL-2.0-only
/* Channels that dmaengine lends: requested, and released. */

#include <linux/capability.h>
#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/math.h>
#include <linux/module.h>
#include <linux/string.h>

#include "../../compat.h"
#include "chan/caps.h"
#include "chan/lease.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/param.h"
#include "core/rights.h"
#include "core/session.h"
#include "core/trace.h"

/*
 * dmaengine does not tell an unknown channel from a busy one. This list has the
 * channels that sessions hold. The lock covers both the request and the search,
 * so no channel is requested or released in between.
 */
static DEFINE_MUTEX(dmactl_claimed_lock);
static LIST_HEAD(dmactl_claimed);

/*
 * Returns true if a session holds the channel with this dmaengine or slave
 * name.
 */
static bool dmactl_is_claimed(const char *name)
{
	struct dmactl_chan *chan;

	lockdep_assert_held(&dmactl_claimed_lock);
	list_for_each_entry(chan, &dmactl_claimed, lease.node)
		if (!strcmp(chan->lease.name, name) || !strcmp(chan->lease.slave, name))
			return true;
	return false;
}

/*
 * The request for dma_request_channel(), and why its filter refused channels.
 */
struct dmactl_match {
	const struct dmactl_chan_request *arg;
	const struct dmactl_account *account;
	bool denied;
	bool lacking;
	bool greedy;
	bool found;
	struct device *locked;	/* of the channel that was taken */
	struct device *busy;	/* the first whose driver comes or goes */
};

static void dmactl_match_unlock(struct dmactl_match *match)
{
	if (match->locked)
		dmactl_request_unlock(match->locked);
	match->locked = NULL;
}

/*
 * Only tries, because dmaengine holds its mutex here, and drivers take that
 * one under device_lock().
 */
static bool dmactl_match_lock(struct dmactl_match *match, struct device *dev)
{
	/* dmaengine could not allocate the channel that was taken before. */
	dmactl_match_unlock(match);
	if (device_trylock(dev))
		match->locked = get_device(dev);
	else if (!match->busy)
		match->busy = get_device(dev);
	return match->locked;
}

/*
 * One user may hold half of the equivalent channels of a controller, unless the
 * parameter sets a number. Channels that are bound to a peripheral serve
 * nothing else, so they do not count.
 */
static bool dmactl_share_is_used(struct dma_chan *dma,
				 const struct dmactl_account *account)
{
	u32 share = READ_ONCE(dmactl_max_channels_user) ?:
		    DIV_ROUND_UP(dma->device->chancnt, 2);
	struct dmactl_chan *chan;
	u32 nr = 0;

	lockdep_assert_held(&dmactl_claimed_lock);
	list_for_each_entry(chan, &dmactl_claimed, lease.node)
		nr += chan->account == account && !chan->lease.slave[0] &&
		      chan->lease.provider == dma->device;
	return nr >= share && !capable(CAP_SYS_RESOURCE);
}

static bool dmactl_chan_filter(struct dma_chan *dma, void *param)
{
	struct dmactl_match *match = param;
	const struct dmactl_chan_request *arg = match->arg;
	u64 caps;

	if (arg->by == DMACTL_CHAN_BY_NAME) {
		if (strcmp(dma_chan_name(dma), arg->name))
			return false;
	} else if (arg->name[0] &&
		   strcmp(dev_name(dma->device->dev), arg->name)) {
		return false;
	}
	caps = dmactl_chan_cap_bits(dma);
	if (arg->caps & ~caps) {
		match->lacking = true;
		return false;
	}
	if (!dmactl_may_take(caps & DMACTL_CAP_OFFERED)) {
		match->denied = true;
		return false;
	}
	if (dmactl_share_is_used(dma, match->account)) {
		match->greedy = true;
		return false;
	}
	if (!dmactl_match_lock(match, dma->device->dev))
		return false;
	match->found = true;
	return true;
}

/* Records the properties of the channel before other threads see it. */
static void dmactl_chan_adopt(struct dmactl_chan *chan, struct dma_chan *dma)
{
	lockdep_assert_held(&dmactl_claimed_lock);
	list_add_tail(&chan->lease.node, &dmactl_claimed);
	chan->lease.dma = dma;
	chan->lease.dev = dma->dev;
	get_device(&dma->dev->device);
	chan->lease.provider = dma->device;
	chan->lease.owner = dma->device->owner;
	chan->lease.outlives = dma->device->device_release;
	strscpy(chan->lease.name, dma_chan_name(dma), sizeof(chan->lease.name));
	dmactl_limits_init(&chan->limits, dma);
}

/* Why there is no channel. */
static int dmactl_match_errno(const struct dmactl_match *match)
{
	/*
	 * dmaengine drops the error of device_alloc_chan_resources(). The
	 * channel is free, so do not say that there is none.
	 */
	if (match->found)
		return -EIO;
	if (match->greedy)
		return -EDQUOT;
	if (match->denied)
		return -EPERM;
	if (match->arg->by == DMACTL_CHAN_BY_CAPS)
		return -ENOENT;
	if (match->lacking)
		return -EOPNOTSUPP;
	/*
	 * dmaengine does not show busy channels to the filter; the list has
	 * ours.
	 */
	return dmactl_is_claimed(match->arg->name) ? -EBUSY : -ENOENT;
}

/*
 * Requests a channel by its name or its capabilities. Returns 0 with
 * device_lock() of the controller's device held, DMACTL_REQUEST_AGAIN without,
 * or an error. In the first two cases @dev is that device, with a reference.
 */
int dmactl_request_filtered(struct dmactl_chan *chan,
			    const struct dmactl_chan_request *arg,
			    struct device **dev)
{
	struct dmactl_match match = { .arg = arg, .account = chan->account };
	struct dma_chan *dma;
	dma_cap_mask_t mask;

	dma_cap_zero(mask);
	guard(mutex)(&dmactl_claimed_lock);
	dma = dma_request_channel(mask, dmactl_chan_filter, &match);
	if (dma) {
		put_device(match.busy);
		dmactl_chan_adopt(chan, dma);
		*dev = match.locked;
		return 0;
	}
	dmactl_match_unlock(&match);
	if (match.busy && !match.found) {
		*dev = match.busy;
		return DMACTL_REQUEST_AGAIN;
	}
	put_device(match.busy);
	return dmactl_match_errno(&match);
}

/*
 * Requests the channel that is bound to the peripheral @name of @client.
 * Sessions know it as @slave. Returns -EBUSY if a session holds it, else
 * dmaengine's error, or as dmactl_request_filtered().
 */
int dmactl_chan_request_bound(struct dmactl_chan *chan, struct device *client,
			      const char *name, const char *slave,
			      struct device **dev)
{
	struct dma_chan *dma;

	guard(mutex)(&dmactl_claimed_lock);
	dma = dma_request_chan(client, name);
	if (IS_ERR(dma)) {
		int ret = PTR_ERR(dma);

		/* dmaengine returns these for unknown and for busy channels. */
		if (ret != -EPROBE_DEFER && ret != -ENODEV)
			return ret;
		return dmactl_is_claimed(slave) ? -EBUSY : ret;
	}
	/* dmaengine does not tell before whose channel it will be. */
	*dev = get_device(dma->device->dev);
	if (!device_trylock(*dev)) {
		dma_release_channel(dma);
		return DMACTL_REQUEST_AGAIN;
	}
	dmactl_chan_adopt(chan, dma);
	strscpy(chan->lease.slave, slave, sizeof(chan->lease.slave));
	dmactl_lease_set_bound(&chan->lease, true);
	return 0;
}

/*
 * Returns the directions of the channel that is bound to the peripheral @name
 * of @dev; 0 if it declares none or cannot be requested now.
 */
u32 dmactl_chan_ask_directions(struct device *dev, const char *name)
{
	struct dma_chan *dma;
	u32 directions;

	guard(mutex)(&dmactl_claimed_lock);
	dma = dma_request_chan(dev, name);
	if (IS_ERR(dma))
		return 0;
	directions = dmactl_chan_directions(dma);
	dma_release_channel(dma);
	return directions;
}

/*
 * Is the channel not released, as a port does that goes, and not removed by its
 * driver? dmaengine sets the pointer to NULL then.
 */
bool dmactl_chan_is_present(struct dmactl_chan *chan)
{
	guard(rwsem_read)(&chan->rwsem);
	return chan->lease.dma && READ_ONCE(chan->lease.dev->chan);
}

/* Is the channel attached to its device, and alive? The caller holds rwsem. */
bool dmactl_chan_is_usable(const struct dmactl_chan *chan)
{
	return READ_ONCE(chan->client.dev) && !chan->life.dead;
}

/*
 * A driver without device_release() frees its channels when it is unbound, even
 * those that are lent. Only its module is left to be released.
 */
static void dmactl_lease_end(struct dmactl_lease *lease)
{
	if (lease->outlives || READ_ONCE(lease->dev->chan))
		dma_release_channel(lease->dma);
	else
		module_put(lease->owner);
	put_device(&lease->dev->device);
	lease->dma = NULL;
}

/* Releases a stopped channel to dmaengine. */
void dmactl_chan_release(struct dmactl_chan *chan)
{
	guard(dmactl_chan_write)(chan);
	if (!chan->lease.dma || chan->life.quarantined)
		return;
	trace_dmactl_chan_release(chan->session->id, chan->obj.handle,
				  chan->lease.name);
	guard(mutex)(&dmactl_claimed_lock);
	list_del(&chan->lease.node);
	dmactl_lease_end(&chan->lease);
}

/* Calls @free for free channels, and @claimed for the channels of sessions. */
void dmactl_chan_visit(dma_filter_fn free,
		       void (*claimed)(struct dmactl_chan *chan, void *param),
		       void *param)
{
	struct dmactl_chan *chan;
	dma_cap_mask_t mask;

	dma_cap_zero(mask);
	guard(mutex)(&dmactl_claimed_lock);
	/* @free returns false, so dmaengine gives no channel. */
	if (free)
		dma_request_channel(mask, free, param);
	list_for_each_entry(chan, &dmactl_claimed, lease.node)
		claimed(chan, param);
}
