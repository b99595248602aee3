// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_REQUEST: channels that dmaengine lends, and how it gets them back. */

#include <linux/dmaengine.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "trace.h"

/*
 * dmaengine does not say whether a channel is unknown or taken. Those of ours
 * are listed here for as long as they are lent: nobody requests or gives back
 * between the two questions.
 */
static DEFINE_MUTEX(dmactl_lent_lock);
static LIST_HEAD(dmactl_lent);

/* True if a session holds the channel with this dmaengine or slave name. */
static bool dmactl_is_lent(const char *name)
{
	struct dmactl_chan *chan;

	lockdep_assert_held(&dmactl_lent_lock);
	list_for_each_entry(chan, &dmactl_lent, lent_node)
		if (!strcmp(chan->name, name) || !strcmp(chan->slave, name))
			return true;
	return false;
}

/* What dma_request_channel() is to look for, and what it met on the way. */
struct dmactl_match {
	const struct dmactl_chan_request *arg;
	bool denied;
	bool lacking;
};

static bool dmactl_chan_filter(struct dma_chan *dma, void *param)
{
	struct dmactl_match *match = param;
	const struct dmactl_chan_request *arg = match->arg;

	if (arg->by == DMACTL_CHAN_BY_NAME) {
		if (strcmp(dma_chan_name(dma), arg->name))
			return false;
	} else if (arg->name[0] &&
		   strcmp(dev_name(dma->device->dev), arg->name)) {
		return false;
	}
	if (arg->caps & ~dmactl_chan_cap_bits(dma)) {
		match->lacking = true;
		return false;
	}
	if (!dmactl_chan_allowed(dma_chan_name(dma))) {
		match->denied = true;
		return false;
	}
	return true;
}

/* Takes note of what the channel is, before anybody else sees it. */
static void dmactl_chan_adopt(struct dmactl_chan *chan, struct dma_chan *dma)
{
	struct device *dev = dma->device->dev;

	lockdep_assert_held(&dmactl_lent_lock);
	list_add_tail(&chan->lent_node, &dmactl_lent);
	chan->dma = dma;
	strscpy(chan->name, dma_chan_name(dma), sizeof(chan->name));
	chan->caps = dmactl_chan_cap_bits(dma);
	chan->copy_align = 1u << dma->device->copy_align;
	chan->fill_align = 1u << dma->device->fill_align;
	chan->xor_align = 1u << dma->device->xor_align;
	chan->pq_align = 1u << dma->device->pq_align;
	chan->max_xor = dma->device->max_xor;
	chan->max_pq = dma->device->max_pq & ~DMA_HAS_PQ_CONTINUE;
	chan->directions = dmactl_chan_directions(dma);
	chan->residue_granularity = dma->device->residue_granularity;
	/* Undeclared: providers take any length and split by themselves. */
	chan->max_len = SZ_1G;
	if (dev->dma_parms && dev->dma_parms->max_segment_size)
		chan->max_len = dev->dma_parms->max_segment_size;
}

static int dmactl_request_filtered(struct dmactl_chan *chan,
				   const struct dmactl_chan_request *arg)
{
	struct dmactl_match match = { .arg = arg };
	struct dma_chan *dma;
	dma_cap_mask_t mask;

	dma_cap_zero(mask);
	guard(mutex)(&dmactl_lent_lock);
	dma = dma_request_channel(mask, dmactl_chan_filter, &match);
	if (dma) {
		dmactl_chan_adopt(chan, dma);
		return 0;
	}
	if (match.denied)
		return -EPERM;
	if (arg->by == DMACTL_CHAN_BY_CAPS)
		return -ENOENT;
	if (match.lacking)
		return -EOPNOTSUPP;
	/* Busy channels are not shown to the filter; ours are known here. */
	return dmactl_is_lent(arg->name) ? -EBUSY : -ENOENT;
}

/*
 * The channel that is tied to the peripheral @name of @dev; sessions know it as
 * @slave. -EBUSY: one of them has it; else dmaengine's error.
 */
int dmactl_chan_request_tied(struct dmactl_chan *chan, struct device *dev,
			     const char *name, const char *slave)
{
	struct dma_chan *dma;

	guard(mutex)(&dmactl_lent_lock);
	dma = dma_request_chan(dev, name);
	if (IS_ERR(dma)) {
		int ret = PTR_ERR(dma);

		/* dmaengine's words for unknown, and for taken too. */
		if (ret != -EPROBE_DEFER && ret != -ENODEV)
			return ret;
		return dmactl_is_lent(slave) ? -EBUSY : ret;
	}
	dmactl_chan_adopt(chan, dma);
	strscpy(chan->slave, slave, sizeof(chan->slave));
	chan->tied = true;
	return 0;
}

static int dmactl_request_slave(struct dmactl_chan *chan,
				const struct dmactl_chan_request *arg)
{
	int ret = dmactl_chan_request_tied(chan, dmactl_this_device, arg->name,
					   arg->name);

	if (ret)
		return ret == -EPROBE_DEFER || ret == -ENODEV ? -ENOENT : ret;
	if (arg->caps & ~chan->caps)
		ret = -EOPNOTSUPP;
	else if (!dmactl_chan_allowed(chan->name))
		ret = -EPERM;
	if (ret)
		dmactl_chan_release(chan);
	return ret;
}

/* Gives a stopped channel back to dmaengine. */
void dmactl_chan_release(struct dmactl_chan *chan)
{
	guard(rwsem_write)(&chan->rwsem);
	if (!chan->dma || chan->quarantined)
		return;
	trace_dmactl_chan_release(chan->session->id, chan->obj.handle,
				  chan->name);
	guard(mutex)(&dmactl_lent_lock);
	list_del(&chan->lent_node);
	dma_release_channel(chan->dma);
	chan->dma = NULL;
}

/* @dev: of the DMA controller, for put_device(). */
static int dmactl_chan_find(struct dmactl_chan *chan,
			    const struct dmactl_chan_request *arg,
			    struct device **dev)
{
	int ret;

	if (arg->by == DMACTL_CHAN_BY_PORT)
		return dmactl_port_request(chan, arg, dev);
	if (arg->by == DMACTL_CHAN_BY_SLAVE)
		ret = dmactl_request_slave(chan, arg);
	else
		ret = dmactl_request_filtered(chan, arg);
	if (ret)
		return ret;
	*dev = get_device(chan->dma->device->dev);
	return 0;
}

/* For a channel that was never used. A port may have gone meanwhile. */
static void dmactl_chan_return(struct dmactl_chan *chan)
{
	scoped_guard(rwsem_write, &chan->rwsem) {
		if (chan->dead == -ENODEV)
			atomic_dec(&chan->session->nr_gone);
		chan->dead = -ENOENT;
	}
	dmactl_chan_release(chan);
	dmactl_port_detach(chan);
}

static int dmactl_chan_acquire(struct dmactl_chan *chan,
			       const struct dmactl_chan_request *arg)
{
	struct device *dev;
	int ret;

	ret = dmactl_chan_find(chan, arg, &dev);
	if (ret)
		return ret;
	ret = dmactl_dev_attach(chan, dev);
	put_device(dev);
	if (ret)
		dmactl_chan_return(chan);
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

static int dmactl_chan_request_locked(struct dmactl_session *s,
				      struct dmactl_cmd *cmd, u32 depth)
{
	struct dmactl_chan_request *arg = cmd->arg;
	struct dmactl_chan *chan;
	int ret;

	if (s->nr_chans >= dmactl_max_channels)
		return -EDQUOT;
	chan = dmactl_chan_new(s, depth);
	if (!chan)
		return -ENOMEM;
	ret = dmactl_obj_reserve(s, &chan->obj);
	if (ret)
		goto err_free;
	ret = dmactl_chan_acquire(chan, arg);
	if (ret)
		goto err_unreserve;

	arg->out_chan = chan->obj.handle;
	arg->out_depth = depth;
	/* The provider may have left since; then the caps are not readable. */
	down_read(&chan->rwsem);
	ret = chan->dead;
	if (!ret) {
		dmactl_chan_caps(chan->dma, &arg->out);
		/* A port may allow less than the provider. */
		arg->out.caps = chan->caps;
		arg->out.directions = chan->directions;
	}
	up_read(&chan->rwsem);
	if (!ret)
		ret = dmactl_cmd_respond(cmd);
	if (ret)
		goto err_release;

	s->nr_chans++;
	trace_dmactl_chan_request(s->id, chan->obj.handle, chan->name);
	dmactl_obj_publish(s, &chan->obj);
	return 0;

err_release:
	dmactl_chan_kill(chan, -ENOENT);
	if (chan->dead == -ENODEV)
		atomic_dec(&s->nr_gone);
	dmactl_dev_detach(chan);
	dmactl_chan_release(chan);
	dmactl_port_detach(chan);
err_unreserve:
	dmactl_obj_unreserve(s, &chan->obj);
err_free:
	dmactl_chan_free_mem(chan);
	return ret;
}

int dmactl_ioctl_chan_request(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_request *arg = cmd->arg;
	u32 depth = arg->depth ?: min_t(u32, DMACTL_DEFAULT_DEPTH,
					dmactl_max_depth);
	int ret;

	ret = dmactl_chan_check_request(arg);
	if (ret)
		return ret;
	guard(mutex)(&cmd->session->lock);
	return dmactl_chan_request_locked(cmd->session, cmd, depth);
}
