// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: how much of a block that is still being filled can be read. While
 * a reader waits, a timer asks the provider for the residue.
 */

#include <linux/dmaengine.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "front/stream.h"
#include "op/job.h"
#include "queue/residue.h"

/*
 * The first interval of the poll in jiffies, and the longest one, which it
 * reaches if no bytes arrive.
 */
#define DMACTL_STREAM_POLL_TICKS	(HZ / 50 + 1)
#define DMACTL_STREAM_POLL_MAX	(HZ / 5 + 1)

/* Returns the bytes of the oldest block that the provider reports as moved. */
static u32 dmactl_stream_moved(struct dmactl_chan *chan,
			       const struct dmactl_block *block)
{
	struct dmactl_residue_query query = { };
	struct dmactl_desc *desc;
	struct dmactl_job *job;
	u64 before;
	u32 left;

	lockdep_assert_held(&chan->rwsem);
	scoped_guard(dmactl_bh, &chan->lock) {
		job = list_first_entry_or_null(&chan->queue.inflight, struct dmactl_job,
					       node);
		desc = job && job->user == &block->user ? dmactl_job_oldest(job) : NULL;
		if (!desc)
			return 0;
		dmactl_residue_note(chan, desc, &query);
		before = job->bytes;
	}
	if (!query.cookie)
		return 0;
	dmactl_residue_ask(chan, &query, &left);
	/* A block that has ended comes with its callback. */
	return left && left < query.len ? before + query.len - left : 0;
}

/* Returns true if there are new bytes to read. */
static bool dmactl_stream_sample(struct dmactl_stream *st)
{
	struct dmactl_block *block = dmactl_stream_first(st, &st->under_way);
	u32 moved;

	if (!block || st->chan->life.dead || st->chan->sleep.asleep)
		return false;
	moved = dmactl_stream_moved(st->chan, block);
	guard(dmactl_bh)(&st->lock);
	if (block->ended)
		return true;
	st->poll_after = moved == block->seen ? st->poll_after * 2 : 0;
	st->poll_after = clamp(st->poll_after, DMACTL_STREAM_POLL_TICKS + 0ul,
			       DMACTL_STREAM_POLL_MAX + 0ul);
	/*
	 * Some providers count bytes before they are in memory. So bytes count
	 * only once two polls have seen them.
	 */
	if (moved == block->seen)
		block->confirmed = max(block->confirmed, moved);
	block->seen = moved;
	return block->confirmed > READ_ONCE(block->pos);
}

static void dmactl_stream_residue_work(struct work_struct *work)
{
	struct dmactl_stream *st = container_of(to_delayed_work(work),
						struct dmactl_stream, residue_poll);
	bool news = false;
	bool wanted;

	/*
	 * A task that stops the channel may wait for this work, so do not wait
	 * for rwsem.
	 */
	if (down_read_trylock(&st->chan->rwsem)) {
		news = dmactl_stream_sample(st);
		up_read(&st->chan->rwsem);
	}
	/* A task that has just asked may not be on the wait queue yet. */
	wanted = waitqueue_active(st->wait) ||
		 time_before(jiffies, READ_ONCE(st->wanted) + HZ);
	if (news)
		wake_up_interruptible_poll(st->wait, EPOLLIN | EPOLLRDNORM);
	else if (wanted && !dmactl_stream_is_dead(st))
		schedule_delayed_work(&st->residue_poll, READ_ONCE(st->poll_after));
}

/*
 * A reader waits for bytes. A slow peripheral may take long to fill a block, or
 * never fill it. Packets end their block, so these are not polled.
 */
void dmactl_stream_poll_residue(struct dmactl_stream *st)
{
	if (st->dir != DMA_DEV_TO_MEM || (st->flags & DMACTL_STREAM_PACKETS) ||
	    st->chan->limits.residue_granularity ==
	    DMA_RESIDUE_GRANULARITY_DESCRIPTOR)
		return;
	WRITE_ONCE(st->poll_after, DMACTL_STREAM_POLL_TICKS);
	WRITE_ONCE(st->wanted, jiffies);
	schedule_delayed_work(&st->residue_poll, DMACTL_STREAM_POLL_TICKS);
}

/*
 * Returns the oldest block if a part of it can be read, and the end of that
 * part.
 */
struct dmactl_block *dmactl_stream_confirmed(struct dmactl_stream *st, u32 *end)
{
	struct dmactl_block *block;

	guard(dmactl_bh)(&st->lock);
	block = list_first_entry_or_null(&st->under_way, struct dmactl_block,
					 node);
	if (!block || block->ended || block->confirmed <= READ_ONCE(block->pos))
		return NULL;
	*end = block->confirmed;
	return block;
}

/* The block is about to be submitted again. */
void dmactl_stream_residue_reset(struct dmactl_block *block)
{
	lockdep_assert_held(&block->stream->lock);
	block->seen = 0;
	block->confirmed = 0;
}

void dmactl_stream_residue_init(struct dmactl_stream *st)
{
	INIT_DELAYED_WORK(&st->residue_poll, dmactl_stream_residue_work);
	st->poll_after = DMACTL_STREAM_POLL_TICKS;
}
