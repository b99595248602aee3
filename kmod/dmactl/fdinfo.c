// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/fdinfo/FD of a session. */

#include <linux/dmaengine.h>
#include <linux/seq_file.h>

#include "core.h"

static const char *const dmactl_status_names[] = {
	[DMA_COMPLETE] = "complete",
	[DMA_IN_PROGRESS] = "in-progress",
	[DMA_PAUSED] = "paused",
	[DMA_ERROR] = "error",
	[DMA_OUT_OF_ORDER] = "out-of-order",
};

/* The oldest descriptor that the provider has, or NULL. */
static struct dmactl_desc *dmactl_fdinfo_oldest(struct dmactl_chan *chan)
{
	struct dmactl_desc *desc;
	struct dmactl_tx *tx;

	lockdep_assert_held(&chan->lock);
	list_for_each_entry(tx, &chan->inflight, node) {
		desc = dmactl_tx_oldest(tx);
		if (desc)
			return desc;
	}
	return NULL;
}

/*
 * In the provider's own words, for those who look for its faults: of the oldest
 * descriptor that it has, or of the last one that it had.
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
		newest = chan->cookie;
		cookie = desc ? desc->cookie : newest;
		len = desc ? desc->len : 0;
		nr_descs = chan->nr_descs;
		refused = chan->refused;
		stray = chan->stray;
		stalls = chan->stalls;
	}
	/* Some call back from here. */
	status = dmaengine_tx_status(chan->dma, cookie, &state);
	seq_printf(m, "provider:\t%s handle %u in-flight %u refused %llu stray %llu stalls %llu newest %d cookie %d length %llu status %s residue %u last %d used %d\n",
		   chan->name, chan->obj.handle, nr_descs, refused, stray, stalls,
		   newest, cookie, len,
		   status < ARRAY_SIZE(dmactl_status_names) ?
			   dmactl_status_names[status] : "unknown",
		   state.residue, state.last, state.used);
}

static void dmactl_fdinfo_chan(struct seq_file *m, struct dmactl_chan *chan)
{
	/* Who stops it may take long: the provider is not asked then. */
	bool there = down_read_trylock(&chan->rwsem);
	bool asked = false;

	scoped_guard(dmactl_bh, &chan->lock) {
		seq_printf(m, "channel:\t%s handle %u in-flight %u depth %u submitted %llu completed %llu failed %llu bytes %llu\n",
			   chan->name, chan->obj.handle, chan->nr_inflight,
			   chan->depth, chan->submitted, chan->completed,
			   chan->failed, chan->bytes);
		asked = there && !chan->dead && chan->descriptors;
	}
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
			in_flight += READ_ONCE(obj_to_chan(obj)->nr_inflight);
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
	seq_printf(m, "channels:\t%u\n", s->nr_chans);
	seq_printf(m, "buffers:\t%u\n", s->nr_bufs);
	seq_printf(m, "prepared:\t%u\n", s->nr_prepared);
	seq_printf(m, "buffer-bytes:\t%llu\n", bytes);
	seq_printf(m, "locked-pages:\t%lu\n", locked);
	seq_printf(m, "pinned-pages:\t%lu\n", pinned);
	seq_printf(m, "in-flight:\t%u\n", in_flight);
	seq_printf(m, "completions-queued:\t%u\n", READ_ONCE(s->nr_cq));
	xa_for_each(&s->objects, handle, obj)
		if (obj->type == DMACTL_OBJ_CHAN)
			dmactl_fdinfo_chan(m, obj_to_chan(obj));
}

void dmactl_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct dmactl_session *s = file->private_data;

	/* The owner can hold it up, with a page fault of its own making. */
	if (mutex_lock_interruptible(&s->lock))
		return;
	dmactl_fdinfo_show(m, s);
	mutex_unlock(&s->lock);
}
