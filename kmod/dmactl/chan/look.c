// SPDX-License-Identifier: GPL-2.0-only
/* LOOK: what a channel can do, without taking it. */

#include <linux/dmaengine.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "chan/caps.h"
#include "chan/lease.h"
#include "chan/look.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/param.h"

/* The request, and its result. */
struct dmactl_look {
	struct dmactl_chan_request *arg;
	bool found;
	int ret;
};

/* dmaengine shows each free channel to this filter, which takes none. */
static bool dmactl_look_filter(struct dma_chan *dma, void *param)
{
	struct dmactl_look *look = param;

	if (!strcmp(dma_chan_name(dma), look->arg->name)) {
		dmactl_chan_caps(dma, &look->arg->out);
		look->found = true;
	}
	return false;
}

/* A channel that a session holds. */
static void dmactl_look_claimed(struct dmactl_chan *chan, void *param)
{
	struct dmactl_look *look = param;

	if (look->found || strcmp(chan->lease.name, look->arg->name))
		return;
	look->found = true;
	look->ret = -EBUSY;
	/*
	 * A task that stops the channel may wait for the lock that is held
	 * here.
	 */
	if (!down_read_trylock(&chan->rwsem))
		return;
	if (dmactl_chan_is_usable(chan)) {
		dmactl_chan_caps(chan->lease.dma, &look->arg->out);
		look->ret = 0;
	}
	up_read(&chan->rwsem);
}

int dmactl_chan_look(struct dmactl_cmd *cmd)
{
	struct dmactl_chan_request *arg = cmd->arg;
	struct dmactl_look look = { .arg = arg };

	if (arg->by != DMACTL_CHAN_BY_NAME || arg->caps || arg->depth)
		return -EINVAL;
	arg->out_chan = 0;
	arg->out_depth = min_t(u32, DMACTL_DEFAULT_DEPTH, dmactl_max_depth);
	dmactl_chan_visit(dmactl_look_filter, dmactl_look_claimed, &look);
	if (!look.found)
		return -ENOENT;
	return look.ret ? look.ret : dmactl_cmd_respond(cmd);
}
