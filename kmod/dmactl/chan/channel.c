// SPDX-License-Identifier: GPL-2.0-only
/* Channels: created, destroyed and freed. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "chan/channel.h"
#include "chan/lease.h"
#include "chan/port.h"
#include "chan/stop.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/session.h"
#include "mem/dma_dev.h"
#include "mem/map.h"
#include "queue/complete.h"
#include "queue/defer.h"
#include "queue/desc.h"
#include "queue/issue.h"
#include "queue/late.h"
#include "queue/periods.h"
#include "queue/pool.h"
#include "queue/prepared.h"
#include "queue/queue.h"
#include "queue/timeline.h"

void dmactl_chan_free_mem(struct dmactl_chan *chan)
{
	if (chan->client.maps)
		dmactl_maps_put(chan->client.maps);
	if (chan->client.dev)
		dmactl_dev_put(chan->client.dev);
	if (chan->port.pchan)
		dmactl_port_chan_put(chan->port.pchan);
	dmactl_timeline_free(chan);
	dmactl_pool_free(chan);
	dmactl_desc_free_all(chan);
	dmactl_account_uncharge(chan->account, chan->charged);
	dmactl_account_put(chan->account);
	kfree(chan->peripheral.config);
	kfree_rcu(chan, obj.rcu);
}

static void dmactl_chan_free_work(struct work_struct *work)
{
	dmactl_chan_free_mem(container_of(work, struct dmactl_chan, free));
}

/* Charges the caller for a channel and its jobs and descriptors. */
static int dmactl_chan_charge(struct dmactl_chan *chan, size_t bytes)
{
	int ret;

	chan->account = dmactl_account_get_current();
	if (!chan->account)
		return -ENOMEM;
	ret = dmactl_account_charge(chan->account, bytes);
	if (ret)
		dmactl_account_put(chan->account);
	else
		chan->charged = bytes;
	return ret;
}

static bool dmactl_chan_client_is_present(struct dmactl_client *client)
{
	return dmactl_chan_is_present(client_to_chan(client));
}

static void dmactl_chan_client_stop_begin(struct dmactl_client *client)
{
	dmactl_chan_kill_begin(client_to_chan(client), -ENODEV);
}

static bool dmactl_chan_client_stop(struct dmactl_client *client)
{
	struct dmactl_chan *chan = client_to_chan(client);

	flush_work(&chan->life.kill);
	dmactl_chan_kill(chan, -ENODEV);
	return !chan->life.quarantined;
}

static void dmactl_chan_client_release(struct dmactl_client *client)
{
	dmactl_chan_release(client_to_chan(client));
}

static const struct dmactl_client_ops dmactl_chan_client_ops = {
	.is_present = dmactl_chan_client_is_present,
	.stop_begin = dmactl_chan_client_stop_begin,
	.stop = dmactl_chan_client_stop,
	.release = dmactl_chan_client_release,
};

struct dmactl_chan *dmactl_chan_new(struct dmactl_session *s, u32 depth)
{
	/* Each job has one descriptor; ops that are split need more. */
	u32 nr_descs = max(depth, 64u);
	struct dmactl_chan *chan;
	int ret;

	chan = kzalloc(sizeof(*chan), GFP_KERNEL_ACCOUNT);
	if (!chan)
		return ERR_PTR(-ENOMEM);
	ret = dmactl_chan_charge(chan, sizeof(*chan) +
				 array_size(depth, sizeof(*chan->pool.jobs)) +
				 array_size(nr_descs, sizeof(*chan->descs.all)));
	if (ret) {
		kfree(chan);
		return ERR_PTR(ret);
	}
	dmactl_obj_init(&chan->obj, DMACTL_OBJ_CHAN);
	chan->session = s;
	dmactl_dev_client_init(&chan->client, &dmactl_chan_client_ops);
	init_rwsem(&chan->rwsem);
	mutex_init(&chan->prep_lock);
	spin_lock_init(&chan->lock);
	dmactl_life_init(chan);
	dmactl_queue_init(chan);
	dmactl_defer_init(chan);
	dmactl_stall_init(chan);
	dmactl_periods_poll_init(chan);
	dmactl_late_init(chan);
	dmactl_ending_init(chan);
	dmactl_prepared_init_chan(chan);
	INIT_WORK(&chan->free, dmactl_chan_free_work);
	ret = dmactl_pool_init(chan, depth);
	if (!ret)
		ret = dmactl_desc_init_all(chan, nr_descs);
	if (ret) {
		dmactl_chan_free_mem(chan);
		return ERR_PTR(ret);
	}
	return chan;
}

void dmactl_chan_destroy(struct dmactl_chan *chan)
{
	struct dmactl_session *s = chan->session;

	lockdep_assert_held(&s->lock);
	flush_work(&chan->life.kill);
	dmactl_obj_erase(s, &chan->obj);
	dmactl_chan_kill(chan, -ENOENT);
	if (!chan->life.quarantined) {
		/*
		 * In this order: a driver that goes waits for the release only
		 * of attached channels.
		 */
		dmactl_chan_release(chan);
		dmactl_dev_detach(&chan->client);
		dmactl_port_detach(chan);
	}
	dmactl_chan_count_off_gone(chan);
	/* A callback after the end may have scheduled the tasklet once more. */
	dmactl_late_flush(chan);
	dmactl_chan_put(chan);
}
