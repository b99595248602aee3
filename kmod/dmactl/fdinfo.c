// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/fdinfo/FD of a session. */

#include <linux/seq_file.h>

#include "core.h"

static void dmactl_fdinfo_chan(struct seq_file *m, struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	seq_printf(m, "channel:\t%s handle %u in-flight %u depth %u submitted %llu completed %llu failed %llu bytes %llu\n",
		   chan->name, chan->obj.handle, chan->nr_inflight,
		   chan->depth, chan->submitted, chan->completed,
		   chan->failed, chan->bytes);
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
