// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_REQUEST: channels requested from dmaengine, and released. */

#include <linux/capability.h>
#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../compat.h"
#include "chan/caps.h"
#include "chan/channel.h"
#include "chan/config.h"
#include "chan/look.h"
#include "chan/port.h"
#include "chan/request.h"
#include "chan/stop.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/param.h"
#include "core/rights.h"
#include "core/session.h"
#include "core/trace.h"
#include "mem/dma_dev.h"

/*
 * dmaengine does not tell an unknown channel from a busy one. This list has the
 * channels that sessions hold. The lock covers both the request and the search,
 * so no channel is requested or released in between.
 */
static DEFINE_MUTEX(dmactl_claimed_lock);
static LIST_HEAD(dmactl_claimed);

/* Slave channels are requested for this device, which belongs to dmactl. */
static struct device *dmactl_slave_dev;

void dmactl_request_init(struct device *dev)
{
	WRITE_ONCE(dmactl_slave_dev, dev);
}

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

static int dmactl_request_filtered(struct dmactl_chan *chan,
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
 * dmaengine's error, or as dmactl_chan_find().
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

static int dmactl_request_slave(struct dmactl_chan *chan,
				const struct dmactl_chan_request *arg,
				struct device **dev)
{
	struct device *client = READ_ONCE(dmactl_slave_dev);
	int ret;

	/* The node can be opened before its device is known here. */
	if (!client)
		return -ENOENT;
	ret = dmactl_chan_request_bound(chan, client, arg->name, arg->name,
					dev);
	if (ret)
		return ret == -EPROBE_DEFER || ret == -ENODEV ? -ENOENT : ret;
	/* Only its name makes it available; that it can also copy does not. */
	dmactl_limits_offer(&chan->limits,
			    dmactl_is_offered(arg->name, NULL) ||
			    dmactl_is_offered(chan->lease.name, NULL));
	if (arg->caps & ~chan->limits.caps)
		ret = -EOPNOTSUPP;
	else if (!dmactl_may_take(chan->limits.caps & DMACTL_CAP_OFFERED))
		ret = -EPERM;
	if (ret) {
		dmactl_chan_release(chan);
		dmactl_request_unlock(*dev);
		return ret;
	}
	/* The old configuration stays, and nobody knows where it leads. */
	if (!dmactl_config_clear(chan))
		dmactl_lease_set_bound(&chan->lease, false);
	return 0;
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
	guard(rwsem_write)(&chan->rwsem);
	if (!chan->lease.dma || chan->life.quarantined)
		return;
	trace_dmactl_chan_release(chan->session->id, chan->obj.handle,
				  chan->lease.name);
	guard(mutex)(&dmactl_claimed_lock);
	list_del(&chan->lease.node);
	dmactl_lease_end(&chan->lease);
}

/*
 * Returns 0 with device_lock() of the controller's device held,
 * DMACTL_REQUEST_AGAIN without, or an error. In the first two cases @dev is
 * that device, with a reference.
 */
static int dmactl_chan_find(struct dmactl_chan *chan,
			    const struct dmactl_chan_request *arg,
			    struct device **dev)
{
	if (arg->by == DMACTL_CHAN_BY_PORT)
		return dmactl_port_request(chan, arg, dev);
	if (arg->by == DMACTL_CHAN_BY_SLAVE)
		return dmactl_request_slave(chan, arg, dev);
	return dmactl_request_filtered(chan, arg, dev);
}

static void dmactl_chan_return(struct dmactl_chan *chan)
{
	dmactl_chan_mark_dead(chan);
	dmactl_chan_release(chan);
	dmactl_port_detach(chan);
}

/*
 * A driver must not go while a channel is lent that is not attached yet: most
 * drivers free it, and dmaengine has their controller on its list for good. So
 * device_lock() is held from the request on, and is waited for without a
 * channel.
 */
static int dmactl_chan_acquire(struct dmactl_chan *chan,
			       const struct dmactl_chan_request *arg)
{
	struct device *dev;
	int ret;

	ret = dmactl_chan_find(chan, arg, &dev);
	while (ret == DMACTL_REQUEST_AGAIN) {
		device_lock(dev);
		dmactl_request_unlock(dev);
		ret = dmactl_chan_find(chan, arg, &dev);
	}
	if (ret)
		return ret;
	ret = dmactl_dev_attach(&chan->client, dev);
	if (ret)
		dmactl_chan_return(chan);
	dmactl_request_unlock(dev);
	return ret;
}

static int dmactl_chan_check_request(const struct dmactl_chan_request *arg)
{
	if (memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	if (arg->by >= DMACTL_CHAN_BY_END)
		return -EINVAL;
	if (strnlen(arg->name, sizeof(arg->name)) == sizeof(arg->name))
		return -EINVAL;
	if (arg->by != DMACTL_CHAN_BY_CAPS && !arg->name[0])
		return -EINVAL;
	if (arg->depth > dmactl_max_depth)
		return -EINVAL;
	return 0;
}

/* Undoes dmactl_chan_open(). No other thread has seen the channel. */
static void dmactl_chan_undo(struct dmactl_session *s, struct dmactl_chan *chan)
{
	dmactl_chan_kill(chan, -ENOENT);
	dmactl_chan_count_off_gone(chan);
	dmactl_chan_release(chan);
	dmactl_dev_detach(&chan->client);
	dmactl_port_detach(chan);
	dmactl_obj_unreserve(s, &chan->obj);
	dmactl_chan_free_mem(chan);
}

/* Fills in the answer to the request. Returns why the channel is dead, or 0. */
static int dmactl_chan_describe(struct dmactl_chan *chan,
				struct dmactl_chan_request *arg)
{
	guard(rwsem_read)(&chan->rwsem);
	/* The provider may have gone since; then its caps cannot be read. */
	if (chan->life.dead)
		return chan->life.dead;
	arg->out_chan = chan->obj.handle;
	arg->out_depth = chan->pool.depth;
	dmactl_chan_caps(chan->lease.dma, &arg->out);
	/* A port may allow less than the provider. */
	arg->out.caps = chan->limits.caps;
	arg->out.directions = chan->limits.directions;
	dmactl_chan_bounds(&chan->limits.bounds, &arg->out);
	return 0;
}

/* Requests a channel. Lookups find it after dmactl_chan_publish(). */
static struct dmactl_chan *dmactl_chan_open(struct dmactl_session *s,
					    struct dmactl_chan_request *arg)
{
	u32 depth = arg->depth ?: min_t(u32, DMACTL_DEFAULT_DEPTH,
					dmactl_max_depth);
	struct dmactl_chan *chan;
	int ret;

	lockdep_assert_held(&s->lock);
	if (s->nr[DMACTL_OBJ_CHAN] >= dmactl_max_channels)
		return ERR_PTR(-EDQUOT);
	chan = dmactl_chan_new(s, depth);
	if (IS_ERR(chan))
		return chan;
	ret = dmactl_obj_reserve(s, &chan->obj);
	if (ret)
		goto err_free;
	ret = dmactl_chan_acquire(chan, arg);
	if (ret)
		goto err_unreserve;
	ret = dmactl_chan_describe(chan, arg);
	if (!ret)
		return chan;
	dmactl_chan_undo(s, chan);
	return ERR_PTR(ret);

err_unreserve:
	dmactl_obj_unreserve(s, &chan->obj);
err_free:
	dmactl_chan_free_mem(chan);
	return ERR_PTR(ret);
}

static void dmactl_chan_publish(struct dmactl_session *s,
				struct dmactl_chan *chan)
{
	trace_dmactl_chan_request(s->id, chan->obj.handle, chan->lease.name);
	dmactl_obj_publish(s, &chan->obj);
}

static int dmactl_chan_request_locked(struct dmactl_session *s,
				      struct dmactl_cmd *cmd)
{
	struct dmactl_chan *chan = dmactl_chan_open(s, cmd->arg);
	int ret;

	if (IS_ERR(chan))
		return PTR_ERR(chan);
	ret = dmactl_cmd_respond(cmd);
	if (ret)
		dmactl_chan_undo(s, chan);
	else
		dmactl_chan_publish(s, chan);
	return ret;
}

/*
 * Requests the channel of the session's port that goes in this direction. The
 * session's node has no other.
 */
struct dmactl_chan *dmactl_chan_request_own(struct dmactl_session *s,
					    u32 direction)
{
	struct dmactl_chan_request arg = { .by = DMACTL_CHAN_BY_PORT };
	struct dmactl_chan *chan;
	const char *name;

	name = dmactl_port_learn_toward(s->port, direction);
	if (IS_ERR(name))
		return ERR_CAST(name);
	strscpy(arg.name, name, sizeof(arg.name));
	chan = dmactl_chan_open(s, &arg);
	if (!IS_ERR(chan))
		dmactl_chan_publish(s, chan);
	return chan;
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

int dmactl_ioctl_chan_request(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_request *arg = cmd->arg;
	int ret;

	ret = dmactl_chan_check_request(arg);
	if (ret)
		return ret;
	/* dmactl_port_request() checks the name. */
	if (cmd->session->port && ((arg->flags & DMACTL_CHAN_LOOK) ||
				   arg->by != DMACTL_CHAN_BY_PORT))
		return -EPERM;
	if (arg->flags & DMACTL_CHAN_LOOK)
		return dmactl_chan_look(cmd);
	ret = dmactl_session_lock(cmd->session);
	if (ret)
		return ret;
	ret = dmactl_chan_request_locked(cmd->session, cmd);
	dmactl_session_unlock(cmd->session);
	return ret;
}
