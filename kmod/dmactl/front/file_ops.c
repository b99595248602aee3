// SPDX-License-Identifier: GPL-2.0-only
/* File operations of a session: read, poll, mmap; and EVENTFD. */

#include <linux/eventfd.h>
#include <linux/minmax.h>
#include <linux/poll.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/session.h"
#include "front/cq_ring.h"
#include "front/file_ops.h"
#include "mem/mmap.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/wait.h"

ssize_t dmactl_read_records(struct dmactl_session *s, char __user *to,
			    size_t len, bool nowait)
{
	const u32 size = sizeof(struct dmactl_completion);
	u32 nr = min_t(size_t, len / size, INT_MAX / size);
	int ret;

	if (!nr)
		return -EINVAL;
	for (;;) {
		if (dmactl_cq_ring_of(s))
			return -EBUSY;
		ret = dmactl_reap(s, to, nr, size);
		if (ret)
			return ret < 0 ? ret : (ssize_t)ret * size;
		if (nowait)
			return -EAGAIN;
		/* Nothing was read, so read(2) can restart after a signal. */
		if (dmactl_cq_wait(s, 1, NULL, KTIME_MAX))
			return -ERESTARTSYS;
	}
}

ssize_t dmactl_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	return dmactl_read_records(file->private_data, to, len,
				   file->f_flags & O_NONBLOCK);
}

__poll_t dmactl_poll(struct file *file, struct poll_table_struct *wait)
{
	struct dmactl_session *s = file->private_data;
	unsigned long handle = 0;
	struct dmactl_obj *obj;
	__poll_t events = 0;

	/* First, so that later changes wake the caller. */
	poll_wait(file, &s->wait, wait);
	/*
	 * Pairs with dmactl_cq_notify(); poll_wait() of early 6.1 has no
	 * barrier.
	 */
	smp_mb();
	dmactl_cq_ring_flush(s);
	if (dmactl_cq_count(s))
		events |= EPOLLIN | EPOLLRDNORM;
	if (atomic_read(&s->nr_gone))
		events |= EPOLLERR | EPOLLHUP;
	guard(rcu)();
	xa_for_each(&s->objects, handle, obj) {
		if (obj->type != DMACTL_OBJ_CHAN ||
		    !dmactl_chan_has_credit(obj_to_chan(obj)))
			continue;
		events |= EPOLLOUT | EPOLLWRNORM;
		break;
	}
	return events;
}

static void dmactl_eventfd_swap(struct dmactl_session *s,
				struct eventfd_ctx *new)
{
	struct eventfd_ctx *old;

	scoped_guard(dmactl_bh, &s->cq_lock) {
		old = s->eventfd;
		s->eventfd = new;
		/* Queued completions count as new. */
		if (new && dmactl_cq_count(s))
			dmactl_eventfd_signal(new);
	}
	if (old)
		eventfd_ctx_put(old);
}

int dmactl_ioctl_eventfd(struct dmactl_cmd *cmd)
{
	struct dmactl_eventfd *arg = cmd->arg;
	struct eventfd_ctx *ctx = NULL;

	if (arg->reserved || arg->fd < -1)
		return -EINVAL;
	if (arg->fd >= 0) {
		ctx = eventfd_ctx_fdget(arg->fd);
		if (IS_ERR(ctx))
			return PTR_ERR(ctx);
	}
	dmactl_eventfd_swap(cmd->session, ctx);
	return 0;
}

int dmactl_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!vma->vm_pgoff)
		return dmactl_cq_ring_mmap(file->private_data, vma);
	return dmactl_mmap_session(file->private_data, vma);
}
