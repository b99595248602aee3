// SPDX-License-Identifier: GPL-2.0-only
/* CHAN_CTRL, and channels that a stream owns. */

#include <linux/dmaengine.h>

#include "../../compat.h"
#include "chan/ctrl.h"
#include "chan/stop.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "queue/issue.h"
#include "queue/queue.h"
#include "queue/refill.h"

/* Returns -EBUSY if another driver waits for the fence of an op in flight. */
static int dmactl_chan_set_paused(struct dmactl_chan *chan, bool paused)
{
	guard(dmactl_bh)(&chan->lock);
	if (paused && atomic_read(&chan->nr_done_fences))
		return -EBUSY;
	dmactl_queue_set_paused(chan, paused);
	return 0;
}

static int dmactl_chan_pause(struct dmactl_chan *chan)
{
	int ret;

	/* Set the flag first: a paused channel must not be issued. */
	ret = dmactl_chan_set_paused(chan, true);
	if (ret)
		return ret;
	ret = dmaengine_pause(chan->lease.dma);
	if (ret)
		dmactl_chan_set_paused(chan, false);
	return ret;
}

static int dmactl_chan_resume(struct dmactl_chan *chan)
{
	int ret = dmaengine_resume(chan->lease.dma);

	if (ret)
		return ret;
	dmactl_chan_set_paused(chan, false);
	guard(dmactl_bh)(&chan->lock);
	dmactl_refill_wants(chan);
	return 0;
}

static int dmactl_chan_do_ctrl(struct dmactl_chan *chan, u32 ctrl)
{
	switch (ctrl) {
	case DMACTL_CTRL_ISSUE:
		dmactl_chan_issue(chan);
		return 0;
	case DMACTL_CTRL_SYNCHRONIZE:
		/* Providers may not support this with descriptors in flight. */
		if (dmactl_chan_is_idle(chan))
			dmaengine_synchronize(chan->lease.dma);
		dmactl_chan_wait_published(chan);
		return 0;
	case DMACTL_CTRL_PAUSE:
		if (!(chan->limits.caps & DMACTL_CAP_PAUSE))
			return -EOPNOTSUPP;
		return dmactl_chan_pause(chan);
	case DMACTL_CTRL_RESUME:
		if (!(chan->limits.caps & DMACTL_CAP_RESUME))
			return -EOPNOTSUPP;
		return dmactl_chan_resume(chan);
	}
	return -EINVAL;
}

static int dmactl_chan_interrupt(struct dmactl_chan *chan)
{
	int ret = dmactl_chan_lock_write(chan);

	if (ret)
		return ret;
	ret = chan->life.dead;
	if (!ret)
		ret = dmactl_chan_stop(chan, -ECANCELED, false);
	dmactl_chan_unlock_write(chan);
	return ret;
}

static int dmactl_chan_ctrl(struct dmactl_chan *chan, u32 ctrl)
{
	int ret;

	if (ctrl == DMACTL_CTRL_TERMINATE)
		return dmactl_chan_interrupt(chan);
	ret = dmactl_chan_lock_read(chan);
	if (ret)
		return ret;
	ret = chan->life.dead;
	if (!ret)
		ret = dmactl_chan_do_ctrl(chan, ctrl);
	up_read(&chan->rwsem);
	return ret;
}

int dmactl_ioctl_chan_ctrl(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_ctrl *arg = cmd->arg;
	struct dmactl_chan *chan;
	int ret;

	if (!arg->ctrl || arg->ctrl >= DMACTL_CTRL_END)
		return -EINVAL;
	chan = dmactl_chan_get(cmd->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_chan_ctrl(chan, arg->ctrl);
	dmactl_chan_put(chan);
	return ret;
}

int dmactl_chan_attach_user(struct dmactl_chan *chan,
			    struct dmactl_chan_user *user)
{
	int ret = dmactl_chan_lock_write(chan);

	if (ret)
		return ret;
	ret = chan->life.dead;
	if (!ret && (chan->user || dmactl_chan_has_ops(chan)))
		ret = -EBUSY;
	if (!ret)
		WRITE_ONCE(chan->user, user);
	dmactl_chan_unlock_write(chan);
	return ret;
}

/*
 * After this no op of the stream is in flight, and no completed op is about to
 * wake it: an op wakes the stream before it is counted as complete.
 */
void dmactl_chan_detach_user(struct dmactl_chan *chan)
{
	int ret = 0;

	scoped_guard(dmactl_chan_write, chan) {
		if (!chan->life.dead && dmactl_chan_has_ops(chan))
			ret = dmactl_chan_stop(chan, -ECANCELED, false);
		dmactl_chan_wait_published(chan);
		if (!ret)
			WRITE_ONCE(chan->user, NULL);
	}
	if (!ret)
		return;
	/*
	 * The transfer cannot be stopped, so the channel is unusable: kill it.
	 */
	dmactl_chan_kill(chan, -ENOENT);
	scoped_guard(dmactl_chan_write, chan)
		WRITE_ONCE(chan->user, NULL);
}
