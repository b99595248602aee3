// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_REQUEST: channels of sessions. */

#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../compat.h"
#include "chan/caps.h"
#include "chan/channel.h"
#include "chan/config.h"
#include "chan/lease.h"
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

/* Slave channels are requested for this device, which belongs to dmactl. */
static struct device *dmactl_slave_dev;

void dmactl_request_init(struct device *dev)
{
	WRITE_ONCE(dmactl_slave_dev, dev);
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

/* Returns as dmactl_request_filtered(). */
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
