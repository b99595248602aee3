// SPDX-License-Identifier: GPL-2.0-only
/* Channels: made, steered, stopped. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dmaengine.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

/* How long what is under way may go on, and how long nothing may come of it. */
#define DMACTL_SETTLE_MS	200
#define DMACTL_SETTLE_STEP_MS	20

static atomic_t dmactl_nr_quarantined = ATOMIC_INIT(0);

u32 dmactl_quarantined(void)
{
	return atomic_read(&dmactl_nr_quarantined);
}

void dmactl_chan_free_mem(struct dmactl_chan *chan)
{
	if (chan->dev)
		dmactl_dev_put(chan->dev);
	kvfree(chan->txs);
	kvfree(chan->descs);
	kfree(chan->peripheral_config);
	kfree_rcu(chan, obj.rcu);
}

static void dmactl_chan_free(struct kref *ref)
{
	dmactl_chan_free_mem(container_of(ref, struct dmactl_chan, obj.ref));
}

void dmactl_chan_put(struct dmactl_chan *chan)
{
	kref_put(&chan->obj.ref, dmactl_chan_free);
}

struct dmactl_chan *dmactl_chan_get(struct dmactl_session *s, u32 handle)
{
	struct dmactl_obj *obj = dmactl_obj_get(s, handle, DMACTL_OBJ_CHAN);

	return obj ? obj_to_chan(obj) : NULL;
}

struct dmactl_chan *dmactl_chan_new(struct dmactl_session *s, u32 depth)
{
	/* An op has one descriptor of its own; those that are split need more. */
	u32 nr_descs = max(depth, 64u);
	struct dmactl_chan *chan;
	u32 i;

	chan = kzalloc(sizeof(*chan), GFP_KERNEL_ACCOUNT);
	if (!chan)
		return NULL;
	dmactl_obj_init(&chan->obj, DMACTL_OBJ_CHAN);
	chan->session = s;
	chan->depth = depth;
	INIT_LIST_HEAD(&chan->dev_node);
	init_rwsem(&chan->rwsem);
	mutex_init(&chan->prep_lock);
	spin_lock_init(&chan->lock);
	INIT_LIST_HEAD(&chan->free_txs);
	INIT_LIST_HEAD(&chan->free_descs);
	INIT_LIST_HEAD(&chan->spent_descs);
	INIT_LIST_HEAD(&chan->inflight);
	init_waitqueue_head(&chan->idle);
	INIT_DELAYED_WORK(&chan->pump, dmactl_pump_work);
	INIT_DELAYED_WORK(&chan->watch, dmactl_watch_work);
	INIT_LIST_HEAD(&chan->ended);
	INIT_LIST_HEAD(&chan->prepareds);
	INIT_WORK(&chan->finish, dmactl_finish_work);

	chan->txs = kvcalloc(depth, sizeof(*chan->txs), GFP_KERNEL_ACCOUNT);
	chan->descs = kvcalloc(nr_descs, sizeof(*chan->descs),
			       GFP_KERNEL_ACCOUNT);
	if (!chan->txs || !chan->descs) {
		dmactl_chan_free_mem(chan);
		return NULL;
	}
	for (i = 0; i < depth; i++) {
		dmactl_tx_init(&chan->txs[i], chan);
		list_add_tail(&chan->txs[i].node, &chan->free_txs);
	}
	for (i = 0; i < nr_descs; i++) {
		chan->descs[i].chan = chan;
		list_add_tail(&chan->descs[i].node, &chan->free_descs);
	}
	chan->nr_free = depth;
	return chan;
}

/*
 * Takes back every descriptor. 0: the provider has let go of all memory.
 * -EOPNOTSUPP: it has no way to.
 */
static int dmactl_chan_terminate(struct dmactl_chan *chan)
{
	int ret;

	lockdep_assert_held_write(&chan->rwsem);
	if (!chan->dma->device->device_terminate_all)
		return -EOPNOTSUPP;
	ret = dmaengine_terminate_sync(chan->dma);
	if (ret)
		return ret;
	/*
	 * Without device_synchronize (pl330) a tasklet may still be between
	 * taking a callback off its list and calling it.
	 */
	if (!chan->dma->device->device_synchronize)
		synchronize_rcu();
	return 0;
}

static bool dmactl_chan_is_idle(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	return !chan->nr_descs;
}

/*
 * pl330 takes a reference of its power management each time it was idle, also
 * for nothing, such as a NOP.
 */
static void dmactl_chan_issue_pending(struct dmactl_chan *chan)
{
	u32 nr = chan->descriptors - chan->issued;

	if (!nr)
		return;
	chan->issued = chan->descriptors;
	if (READ_ONCE(chan->nr_descs) == nr)
		chan->front = chan->issued;
	else if (!chan->watched)
		dmactl_watch_begin(chan);
	dma_async_issue_pending(chan->dma);
}

static bool dmactl_chan_ends_soon(struct dmactl_chan *chan)
{
	struct dmactl_tx *tx;

	guard(dmactl_bh)(&chan->lock);
	if (chan->paused || chan->issued != chan->descriptors)
		return false;
	list_for_each_entry(tx, &chan->inflight, node)
		if (tx->dir != DMA_MEM_TO_MEM || tx->periods)
			return false;
	return chan->nr_descs;
}

/*
 * Some providers crash, or never work again, if they are terminated while a
 * transfer runs (sf-pdma, zynqmp_dma), and a program can be killed at any time.
 * So what moves is let go on, but not for long.
 */
static void dmactl_chan_settle(struct dmactl_chan *chan)
{
	const unsigned long step = msecs_to_jiffies(DMACTL_SETTLE_STEP_MS);
	int steps = DMACTL_SETTLE_MS / DMACTL_SETTLE_STEP_MS;
	u32 before, left = READ_ONCE(chan->nr_descs);

	if (!dmactl_chan_ends_soon(chan))
		return;
	do {
		before = left;
		if (wait_event_timeout(chan->idle, dmactl_chan_is_idle(chan),
				       step))
			return;
		left = READ_ONCE(chan->nr_descs);
	} while (left < before && --steps);
}

/* Hardware without a stop: let it finish what it has. */
static int dmactl_chan_drain(struct dmactl_chan *chan)
{
	unsigned long left = msecs_to_jiffies(dmactl_stop_timeout_ms), step;
	long ended;

	dmactl_chan_issue_pending(chan);
	do {
		step = min_t(unsigned long, left, DMACTL_WATCH_TICKS);
		left -= step;
		ended = wait_event_timeout(chan->idle,
					   dmactl_chan_is_idle(chan), step);
		if (!ended)
			dmactl_watch_once(chan);
	} while (!ended && left);
	/* To issue may have begun it anew. */
	cancel_delayed_work_sync(&chan->watch);
	return ended ? 0 : -ETIMEDOUT;
}

/*
 * The hardware may write at any time: its channel, its mappings and its
 * buffers stay as they are for good, and so does this code.
 */
static void dmactl_chan_quarantine(struct dmactl_chan *chan)
{
	chan->quarantined = true;
	kref_get(&chan->obj.ref);
	__module_get(THIS_MODULE);
	atomic_inc(&dmactl_nr_quarantined);
	pr_err("%s did not stop within %u ms; its memory is kept\n",
	       chan->name, dmactl_stop_timeout_ms);
}

/* Ends all that is in flight, with @status. Nothing new can come meanwhile. */
static int dmactl_chan_stop(struct dmactl_chan *chan, int status, bool drain)
{
	int ret;

	lockdep_assert_held_write(&chan->rwsem);
	dmactl_tx_set_stopping(chan, true);
	cancel_delayed_work_sync(&chan->pump);
	cancel_delayed_work_sync(&chan->watch);
	chan->watched = false;
	dmactl_periods_freeze(chan);
	/* For good: nobody waits for it to stand still at once. */
	if (drain)
		dmactl_chan_settle(chan);
	ret = dmactl_chan_terminate(chan);
	if (!ret)
		dmactl_prepared_lose_all(chan);
	if (ret && drain)
		ret = dmactl_chan_drain(chan);
	if (!ret || drain)
		dmactl_tx_retire(chan, status, !ret);
	dmactl_tx_set_stopping(chan, false);
	/* It goes on: so must an op that waited for room. */
	if (ret && !drain) {
		dmactl_periods_thaw(chan);
		schedule_delayed_work(&chan->pump, 0);
		dmactl_watch_begin(chan);
	}
	wait_event(chan->idle, !atomic_read(&chan->completing));
	return ret;
}

/* Stops the channel for good. It can be called more than once. */
void dmactl_chan_kill(struct dmactl_chan *chan, int why)
{
	int status = why == -ENODEV ? -ENODEV : -ECANCELED;

	guard(rwsem_write)(&chan->rwsem);
	if (chan->dead)
		return;
	chan->dead = why;
	if (chan->stream)
		dmactl_stream_kill(chan->stream);
	if (dmactl_chan_stop(chan, status, true))
		dmactl_chan_quarantine(chan);
	else
		dmactl_prepared_drop_all(chan);
	/* It has published all; it may not have returned yet. */
	flush_work(&chan->finish);
	if (why == -ENODEV)
		atomic_inc(&chan->session->nr_gone);
	wake_up_interruptible_all(&chan->session->wait);
}

void dmactl_chan_destroy(struct dmactl_chan *chan)
{
	struct dmactl_session *s = chan->session;

	lockdep_assert_held(&s->lock);
	dmactl_obj_erase(s, &chan->obj);
	dmactl_chan_kill(chan, -ENOENT);
	if (!chan->quarantined) {
		dmactl_dev_detach(chan);
		dmactl_chan_release(chan);
		dmactl_port_detach(chan);
	}
	if (chan->dead == -ENODEV)
		atomic_dec(&s->nr_gone);
	s->nr_chans--;
	dmactl_chan_put(chan);
}

static void dmactl_chan_set_paused(struct dmactl_chan *chan, bool paused)
{
	guard(dmactl_bh)(&chan->lock);
	chan->paused = paused;
}

static int dmactl_chan_pause(struct dmactl_chan *chan)
{
	int ret;

	/* First: it must not be issued once it stands still. */
	dmactl_chan_set_paused(chan, true);
	ret = dmaengine_pause(chan->dma);
	if (ret)
		dmactl_chan_set_paused(chan, false);
	return ret;
}

static int dmactl_chan_resume(struct dmactl_chan *chan)
{
	int ret = dmaengine_resume(chan->dma);

	if (!ret)
		dmactl_chan_set_paused(chan, false);
	return ret;
}

static int dmactl_chan_do_ctrl(struct dmactl_chan *chan, u32 ctrl)
{
	switch (ctrl) {
	case DMACTL_CTRL_ISSUE:
		dmactl_chan_issue(chan);
		return 0;
	case DMACTL_CTRL_SYNCHRONIZE:
		/* With descriptors in flight providers may not take it. */
		if (dmactl_chan_is_idle(chan))
			dmaengine_synchronize(chan->dma);
		wait_event(chan->idle, !atomic_read(&chan->completing));
		return 0;
	case DMACTL_CTRL_PAUSE:
		if (!(chan->caps & DMACTL_CAP_PAUSE))
			return -EOPNOTSUPP;
		return dmactl_chan_pause(chan);
	case DMACTL_CTRL_RESUME:
		if (!(chan->caps & DMACTL_CAP_RESUME))
			return -EOPNOTSUPP;
		return dmactl_chan_resume(chan);
	}
	return -EINVAL;
}

static int dmactl_chan_ctrl(struct dmactl_chan *chan, u32 ctrl)
{
	if (ctrl == DMACTL_CTRL_TERMINATE) {
		guard(rwsem_write)(&chan->rwsem);
		if (chan->dead)
			return chan->dead;
		return dmactl_chan_stop(chan, -ECANCELED, false);
	}
	guard(rwsem_read)(&chan->rwsem);
	if (chan->dead)
		return chan->dead;
	return dmactl_chan_do_ctrl(chan, ctrl);
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

int dmactl_chan_attach_stream(struct dmactl_chan *chan,
			      struct dmactl_stream *st)
{
	guard(rwsem_write)(&chan->rwsem);
	if (chan->dead)
		return chan->dead;
	if (chan->stream || READ_ONCE(chan->nr_inflight))
		return -EBUSY;
	WRITE_ONCE(chan->stream, st);
	return 0;
}

/* Nothing of the stream is in flight after this. */
void dmactl_chan_detach_stream(struct dmactl_chan *chan)
{
	int ret = 0;

	scoped_guard(rwsem_write, &chan->rwsem) {
		if (!chan->dead && READ_ONCE(chan->nr_inflight))
			ret = dmactl_chan_stop(chan, -ECANCELED, false);
		if (!ret)
			WRITE_ONCE(chan->stream, NULL);
	}
	if (!ret)
		return;
	/* It cannot be taken back: the channel has had its day. */
	dmactl_chan_kill(chan, -ENOENT);
	scoped_guard(rwsem_write, &chan->rwsem)
		WRITE_ONCE(chan->stream, NULL);
}

/* Starts what was held back, for a caller who holds no lock of the channel. */
void dmactl_chan_issue_held(struct dmactl_chan *chan)
{
	guard(rwsem_read)(&chan->rwsem);
	if (!chan->dead && READ_ONCE(chan->held))
		dmactl_chan_issue(chan);
}

/*
 * Starts what was submitted. The caller holds rwsem, so dma is there, and
 * prep_lock: what another submits between the last two steps would be issued
 * here, and once more, for nothing, by him.
 */
void dmactl_chan_issue_locked(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->prep_lock);
	if (READ_ONCE(chan->held)) {
		guard(dmactl_bh)(&chan->lock);
		chan->held = false;
	}
	trace_dmactl_chan_issue(chan->session->id, chan->obj.handle);
	/* Outside the lock: some providers call back from here. */
	dmactl_chan_issue_pending(chan);
}

void dmactl_chan_issue(struct dmactl_chan *chan)
{
	guard(mutex)(&chan->prep_lock);
	dmactl_chan_issue_locked(chan);
}
