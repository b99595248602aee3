// SPDX-License-Identifier: GPL-2.0-only
/* Polls cyclic transfers whose provider does not call back. */

#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "queue/periods.h"

/* The interval in jiffies between polls. */
#define DMACTL_PERIODS_POLL_TICKS 1

/*
 * xilinx_dma never calls back for a cyclic transfer, but its residue moves. So the
 * residue is polled, from the start of the transfer until the first callback.
 */
static void dmactl_periods_poll_work(struct work_struct *work)
{
	struct dmactl_chan *chan = container_of(to_delayed_work(work), struct dmactl_chan,
						periods_poll.work);
	struct dmactl_desc *desc = NULL;

	/*
	 * A task that stops the channel waits for this work, so do not wait for
	 * rwsem.
	 */
	if (!down_read_trylock(&chan->rwsem)) {
		dmactl_periods_poll_begin(chan);
		return;
	}
	if (!chan->life.dead)
		desc = dmactl_periods_unheard(chan);
	if (desc && !chan->sleep.asleep)
		dmactl_periods_poll(desc);
	if (desc)
		dmactl_periods_poll_begin(chan);
	up_read(&chan->rwsem);
}

void dmactl_periods_poll_init(struct dmactl_chan *chan)
{
	INIT_DELAYED_WORK(&chan->periods_poll.work, dmactl_periods_poll_work);
}

/* A cyclic transfer has been submitted. */
void dmactl_periods_poll_begin(struct dmactl_chan *chan)
{
	schedule_delayed_work(&chan->periods_poll.work,
			      DMACTL_PERIODS_POLL_TICKS);
}

void dmactl_periods_poll_cancel(struct dmactl_chan *chan)
{
	lockdep_assert_held_write(&chan->rwsem);
	cancel_delayed_work_sync(&chan->periods_poll.work);
}
