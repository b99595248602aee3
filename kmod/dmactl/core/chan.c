// SPDX-License-Identifier: GPL-2.0-only
/* A channel as an object: lookup, reference, and free by a worker. */

#include <linux/kref.h>
#include <linux/workqueue.h>

#include "core/chan.h"
#include "core/object.h"
#include "core/session.h"

/*
 * A workqueue of our own: destroying it waits for the work items, whose code
 * must not go away before.
 */
static struct workqueue_struct *dmactl_free_wq;

static void dmactl_chan_free(struct kref *ref)
{
	struct dmactl_chan *chan = container_of(ref, struct dmactl_chan,
						obj.ref);

	queue_work(dmactl_free_wq, &chan->free);
}

/*
 * May be called from any context. The callback of one channel can hand the last
 * op of another channel to the program, so this may drop the last reference in
 * a callback. Freeing sleeps, so a worker does it.
 */
void dmactl_chan_put(struct dmactl_chan *chan)
{
	dmactl_obj_put(&chan->obj, dmactl_chan_free);
}

int dmactl_chan_init(void)
{
	dmactl_free_wq = alloc_workqueue("dmactl-free", WQ_UNBOUND, 0);
	return dmactl_free_wq ? 0 : -ENOMEM;
}

/*
 * Waits until the worker has freed the last channels. No references are left.
 */
void dmactl_chan_exit(void)
{
	destroy_workqueue(dmactl_free_wq);
}

struct dmactl_chan *dmactl_chan_get(struct dmactl_session *s, u32 handle)
{
	struct dmactl_obj *obj = dmactl_obj_get(s, handle, DMACTL_OBJ_CHAN);

	return obj ? obj_to_chan(obj) : NULL;
}
