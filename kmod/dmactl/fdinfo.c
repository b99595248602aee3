// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/fdinfo/FD of a session. */

#include <linux/dmaengine.h>
#include <linux/list.h>
#include <linux/seq_file.h>

#include "../compat.h"
#include "chan/port.h"
#include "chan/status.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/session.h"
#include "mem/buffer.h"
#include "op/job.h"
#include "queue/queue.h"
#include "session.h"

static const char *const dmactl_status_names[] = {
	[DMA_COMPLETE] = "complete",
	[DMA_IN_PROGRESS] = "in-progress",
	[DMA_PAUSED] = "paused",
	[DMA_ERROR] = "error",
	[DMA_OUT_OF_ORDER] = "out-of-order",
};

static const char *const dmactl_direction_names[] = {
	[DMA_MEM_TO_MEM] = "mem-to-mem",
	[DMA_MEM_TO_DEV] = "mem-to-dev",
	[DMA_DEV_TO_MEM] = "dev-to-mem",
	[DMA_DEV_TO_DEV] = "dev-to-dev",
};

/* Returns the oldest descriptor at the provider, or NULL. */
static struct dmactl_desc *dmactl_fdinfo_oldest(struct dmactl_chan *chan)
{
	struct dmactl_desc *desc;
	struct dmactl_job *job;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry(job, &chan->queue.inflight, node) {
		desc = dmactl_job_oldest(job);
		if (desc)
			return desc;
	}
	return NULL;
}

/*
 * Prints the provider's own answers, to help debug a provider. They are about
 * the oldest descriptor at the provider, or about the newest one if none is
 * left.
 */
static void dmactl_fdinfo_provider(struct seq_file *m, struct dmactl_chan *chan)
{
	struct dma_tx_state state = { };
	struct dmactl_desc *desc;
	dma_cookie_t cookie, newest;
	enum dma_status status;
	u64 len, refused, stray, stalls;
	u32 nr_descs;

	lockdep_assert_held(&chan->rwsem);
	scoped_guard(dmactl_bh, &chan->lock) {
		desc = dmactl_fdinfo_oldest(chan);
		newest = READ_ONCE(chan->descs.cookie);
		cookie = desc ? READ_ONCE(desc->cookie) : newest;
		/* The provider is being given the descriptor. */
		if (!cookie)
			cookie = newest;
		len = desc ? desc->len : 0;
		nr_descs = chan->descs.nr;
		refused = chan->descs.refused;
		stray = chan->descs.stray;
		stalls = chan->stall.count;
	}
	/* Some providers call back from here. */
	status = dmaengine_tx_status(chan->lease.dma, cookie, &state);
	seq_printf(m, "provider:\t%s handle %u in-flight %u refused %llu stray %llu stalls %llu newest %d cookie %d length %llu status %s residue %u last %d used %d\n",
		   chan->lease.name, chan->obj.handle, nr_descs, refused, stray, stalls,
		   newest, cookie, len,
		   status < ARRAY_SIZE(dmactl_status_names) ?
			   dmactl_status_names[status] : "unknown",
		   state.residue, state.last, state.used);
}

/* Returns the direction of the oldest op. */
static const char *dmactl_fdinfo_direction(struct dmactl_chan *chan)
{
	struct dmactl_job *job;

	guard(dmactl_bh)(&chan->lock);
	job = list_first_entry_or_null(&chan->queue.inflight, struct dmactl_job,
				       node);
	return job && job->dir < ARRAY_SIZE(dmactl_direction_names) ?
		       dmactl_direction_names[job->dir] : "-";
}

static void dmactl_fdinfo_chan(struct seq_file *m, struct dmactl_chan *chan)
{
	struct dmactl_chan_status status = { .out_state = DMACTL_STATE_IDLE };
	/*
	 * A task that stops the channel can hold rwsem for long. Then the
	 * provider is not asked.
	 */
	bool there = down_read_trylock(&chan->rwsem);
	bool asked = false, paused;

	scoped_guard(dmactl_bh, &chan->lock) {
		seq_printf(m, "channel:\t%s handle %u in-flight %u depth %u submitted %llu completed %llu failed %llu bytes %llu",
			   chan->lease.name, chan->obj.handle,
			   dmactl_queue_nr(chan) + chan->defer.nr,
			   chan->pool.depth, chan->queue.submitted, chan->queue.completed,
			   chan->queue.failed, chan->queue.bytes);
		asked = there && !chan->life.dead && chan->descs.total;
		paused = chan->queue.paused;
	}
	if (asked)
		dmactl_chan_status(chan, &status);
	paused |= status.out_state == DMACTL_STATE_PAUSED;
	seq_printf(m, " paused %u op-direction %s to-go %llu slave %s\n", paused,
		   dmactl_fdinfo_direction(chan), status.out_residue,
		   chan->lease.slave[0] ? chan->lease.slave : "-");
	if (asked)
		dmactl_fdinfo_provider(m, chan);
	if (there)
		up_read(&chan->rwsem);
}

static void dmactl_fdinfo_show(struct seq_file *m, struct dmactl_session *s)
{
	unsigned long locked = 0, pinned = 0;
	struct dmactl_obj *obj;
	unsigned long handle;
	u32 in_flight = 0;
	u64 bytes = 0;

	lockdep_assert_held(&s->lock);
	xa_for_each(&s->objects, handle, obj) {
		if (obj->type == DMACTL_OBJ_CHAN) {
			in_flight += dmactl_queue_nr(obj_to_chan(obj)) +
				     READ_ONCE(obj_to_chan(obj)->defer.nr);
			continue;
		}
		if (obj->type != DMACTL_OBJ_BUF)
			continue;
		bytes += obj_to_buf(obj)->size;
		if (obj_to_buf(obj)->payer)
			locked += obj_to_buf(obj)->npages;
		pinned += obj_to_buf(obj)->nr_pinned;
	}
	seq_printf(m, "session:\t%u\n", s->id);
	if (s->port)
		seq_printf(m, "port:\t%s\n", s->port->name);
	seq_printf(m, "channels:\t%u\n", s->nr[DMACTL_OBJ_CHAN]);
	seq_printf(m, "buffers:\t%u\n", s->nr[DMACTL_OBJ_BUF]);
	seq_printf(m, "prepared:\t%u\n", s->nr[DMACTL_OBJ_PREPARED]);
	seq_printf(m, "buffer-bytes:\t%llu\n", bytes);
	seq_printf(m, "locked-pages:\t%lu\n", locked);
	seq_printf(m, "pinned-pages:\t%lu\n", pinned);
	/* Sums over all sessions of the user who opened this one. */
	seq_printf(m, "user-sessions:\t%ld\n",
		   atomic_long_read(&s->account->sessions));
	seq_printf(m, "user-locked-pages:\t%ld\n",
		   atomic_long_read(&s->account->locked));
	seq_printf(m, "user-kernel-bytes:\t%ld\n",
		   atomic_long_read(&s->account->kernel));
	seq_printf(m, "user-bounce-bytes:\t%ld\n",
		   atomic_long_read(&s->account->bounced));
	seq_printf(m, "in-flight:\t%u\n", in_flight);
	seq_printf(m, "completions-queued:\t%u\n", READ_ONCE(s->nr_cq));
	xa_for_each(&s->objects, handle, obj)
		if (obj->type == DMACTL_OBJ_CHAN)
			dmactl_fdinfo_chan(m, obj_to_chan(obj));
}

void dmactl_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct dmactl_session *s = file->private_data;

	/*
	 * The owner of the session can hold the lock for long by delaying a
	 * page fault.
	 */
	if (mutex_lock_interruptible(&s->lock))
		return;
	dmactl_fdinfo_show(m, s);
	mutex_unlock(&s->lock);
}
