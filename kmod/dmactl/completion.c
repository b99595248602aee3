// SPDX-License-Identifier: GPL-2.0-only
/* The completion queue of a session, and the ways to hear of it. */

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"

/* Records copied out at once; on the stack. */
#define DMACTL_REAP_CHUNK 8

void dmactl_cq_publish(struct dmactl_session *s, struct list_head *ended, u32 nr)
{
	scoped_guard(dmactl_bh, &s->cq_lock) {
		list_splice_tail_init(ended, &s->cq);
		WRITE_ONCE(s->nr_cq, s->nr_cq + nr);
		if (s->eventfd)
			dmactl_eventfd_signal(s->eventfd);
	}
	/* A descriptor has come free too: also who waits for credit. */
	if (wq_has_sleeper(&s->wait))
		wake_up_interruptible_poll(&s->wait, EPOLLIN | EPOLLRDNORM |
					   EPOLLOUT | EPOLLWRNORM);
}

static void dmactl_record_fill(struct dmactl_completion *record,
			       struct dmactl_tx *tx)
{
	if (tx->periods) {
		dmactl_periods_fill(record, tx);
		return;
	}
	*record = (struct dmactl_completion) {
		.user_data = tx->user_data,
		.bytes = tx->bytes,
		.timestamp_ns = tx->timestamp_ns,
		.chan = tx->chan->obj.handle,
		.status = tx->status,
		.flags = tx->check,
		.seq = tx->seq,
		.count = tx->count,
	};
}

static int dmactl_records_copy(void __user *to,
			       const struct dmactl_completion *records, u32 nr,
			       u32 stride)
{
	const size_t one = sizeof(*records);
	u32 i;

	if (stride == one)
		return copy_to_user(to, records, nr * one) ? -EFAULT : 0;
	for (i = 0; i < nr; i++, to += stride)
		if (copy_to_user(to, &records[i], one) ||
		    clear_user(to + one, stride - one))
			return -EFAULT;
	return 0;
}

/* Takes up to @nr ended ops off the queue. */
static u32 dmactl_cq_take(struct dmactl_session *s, u32 nr,
			  struct list_head *txs)
{
	struct list_head *last = &s->cq;
	u32 n = 0;

	guard(dmactl_bh)(&s->cq_lock);
	while (n < nr && !list_is_last(last, &s->cq)) {
		last = last->next;
		n++;
	}
	list_cut_position(txs, &s->cq, last);
	WRITE_ONCE(s->nr_cq, s->nr_cq - n);
	return n;
}

static void dmactl_cq_give_back(struct dmactl_session *s, u32 nr,
				struct list_head *txs)
{
	guard(dmactl_bh)(&s->cq_lock);
	list_splice_init(txs, &s->cq);
	WRITE_ONCE(s->nr_cq, s->nr_cq + nr);
}

static int dmactl_reap_chunk(struct dmactl_session *s, void __user *to, u32 nr,
			     u32 stride)
{
	struct dmactl_completion records[DMACTL_REAP_CHUNK];
	struct dmactl_tx *tx;
	LIST_HEAD(txs);
	u32 n, i = 0;

	n = dmactl_cq_take(s, min_t(u32, nr, ARRAY_SIZE(records)), &txs);
	if (!n)
		return 0;
	list_for_each_entry(tx, &txs, node)
		dmactl_record_fill(&records[i++], tx);
	if (dmactl_records_copy(to, records, n, stride)) {
		/* Nobody else took any meanwhile: the order is kept. */
		dmactl_cq_give_back(s, n, &txs);
		return -EFAULT;
	}
	dmactl_tx_recycle(&txs);
	return n;
}

/*
 * Copies up to @nr records out and drops each only after that. Returns their
 * number, or -EFAULT if not one could be copied.
 */
int dmactl_reap(struct dmactl_session *s, void __user *to, u32 nr, u32 stride)
{
	u32 done = 0;
	int ret;

	if (!nr || !READ_ONCE(s->nr_cq))
		return 0;
	guard(mutex)(&s->reap_lock);
	while (done < nr) {
		ret = dmactl_reap_chunk(s, to + (size_t)done * stride,
					nr - done, stride);
		if (ret < 0)
			return done ? done : ret;
		if (!ret)
			break;
		done += ret;
	}
	return done;
}

/* Ended ops that nobody will ask for any more. */
void dmactl_cq_drop(struct dmactl_session *s)
{
	LIST_HEAD(txs);

	dmactl_cq_take(s, U32_MAX, &txs);
	dmactl_tx_recycle(&txs);
}

/* True if an op would be accepted, or refused for good. */
bool dmactl_chan_has_credit(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	if (READ_ONCE(chan->dead))
		return true;
	if (chan->nr_free && !chan->starved && !chan->partial)
		return true;
	chan->want_credit = true;
	return false;
}

static bool dmactl_cq_ready(struct dmactl_session *s, u32 nr,
			    struct dmactl_chan *credit)
{
	return READ_ONCE(s->nr_cq) >= nr ||
	       (credit && dmactl_chan_has_credit(credit));
}

/*
 * Waits for @nr records or, unless it is NULL, for room on @credit: another
 * reader may take the records. 0, -ETIME or -EINTR.
 */
int dmactl_cq_wait(struct dmactl_session *s, u32 nr, struct dmactl_chan *credit,
		   ktime_t deadline)
{
	ktime_t left;
	int ret;

	if (dmactl_cq_ready(s, nr, credit))
		return 0;
	if (deadline == KTIME_MAX) {
		ret = wait_event_interruptible(s->wait,
					       dmactl_cq_ready(s, nr, credit));
		return ret ? -EINTR : 0;
	}
	left = deadline ? ktime_sub(deadline, ktime_get()) : 0;
	if (left <= 0)
		return -ETIME;
	ret = wait_event_interruptible_hrtimeout(s->wait,
						 dmactl_cq_ready(s, nr, credit),
						 left);
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

ssize_t dmactl_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const u32 size = sizeof(struct dmactl_completion);
	struct dmactl_session *s = file->private_data;
	u32 nr = min_t(size_t, len / size, INT_MAX / size);
	int ret;

	if (!nr)
		return -EINVAL;
	for (;;) {
		ret = dmactl_reap(s, to, nr, size);
		if (ret)
			return ret < 0 ? ret : (ssize_t)ret * size;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		/* Nothing was taken: after a signal, read(2) starts anew. */
		if (dmactl_cq_wait(s, 1, NULL, KTIME_MAX))
			return -ERESTARTSYS;
	}
}

__poll_t dmactl_poll(struct file *file, struct poll_table_struct *wait)
{
	struct dmactl_session *s = file->private_data;
	unsigned long handle = 0;
	struct dmactl_obj *obj;
	__poll_t events = 0;

	/* First: what changes from here on is told. */
	poll_wait(file, &s->wait, wait);
	/* Pairs with wq_has_sleeper(); early 6.1 has none in poll_wait(). */
	smp_mb();
	if (READ_ONCE(s->nr_cq))
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
		/* What is there already counts as having just come. */
		if (new && s->nr_cq)
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
