// SPDX-License-Identifier: GPL-2.0-only
/*
 * Providers that take no notice of issue_pending while a transfer runs, such as
 * sf-pdma: what was issued then would start with the next issue, which may never
 * come. Nothing that a provider declares tells them from others. So where
 * descriptors were issued behind others, and those before them have ended, and
 * then nothing more ends for a while, they are issued again. From then on that is
 * done each time a descriptor ends, until the channel is terminated. To the
 * others it is a call that finds nothing to do.
 */

#include <linux/dmaengine.h>

#include "core.h"
#include "trace.h"

/* Is there something that may have been forgotten? *go_on: or may yet be? */
static bool dmactl_watch_look(struct dmactl_chan *chan, bool *go_on)
{
	u64 done, before = chan->watch_done;

	guard(dmactl_bh)(&chan->lock);
	done = chan->descriptors - chan->nr_descs;
	chan->watch_done = done;
	*go_on = chan->nr_descs && chan->issued != chan->front;
	/* What is held back is not to start with the others. */
	if (!*go_on || done < chan->front ||
	    chan->issued != chan->descriptors || chan->paused) {
		chan->watch_looks = 0;
		return false;
	}
	/* It is waited for, and not for long. */
	if (chan->forgets || chan->stopping)
		return true;
	chan->watch_looks = done == before ? chan->watch_looks + 1 : 0;
	if (chan->watch_looks < DMACTL_WATCH_LOOKS)
		return false;
	chan->forgets = true;
	chan->stalls++;
	return true;
}

/*
 * Issues what may have been forgotten. True: look again later. The caller holds
 * rwsem, and prep_lock unless that is for writing.
 */
bool dmactl_watch_once(struct dmactl_chan *chan)
{
	bool go_on;

	lockdep_assert_held(&chan->rwsem);
	if (!dmactl_watch_look(chan, &go_on))
		return go_on;
	trace_dmactl_chan_issue(chan->session->id, chan->obj.handle);
	chan->front = chan->issued;
	dma_async_issue_pending(chan->dma);
	return false;
}

/* Something is issued behind something else. The same locks. */
void dmactl_watch_begin(struct dmactl_chan *chan)
{
	lockdep_assert_held(&chan->rwsem);
	chan->watched = true;
	schedule_delayed_work(&chan->watch, DMACTL_WATCH_TICKS);
}

static void dmactl_watch_again(struct dmactl_chan *chan)
{
	guard(mutex)(&chan->prep_lock);
	chan->watched = false;
	if (dmactl_watch_once(chan))
		dmactl_watch_begin(chan);
}

void dmactl_watch_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(to_delayed_work(work),
						struct dmactl_chan, watch);

	/* Whoever stops the channel waits for this work: never wait for him. */
	if (!down_read_trylock(&chan->rwsem)) {
		schedule_delayed_work(&chan->watch, 1);
		return;
	}
	if (!chan->dead)
		dmactl_watch_again(chan);
	up_read(&chan->rwsem);
}
