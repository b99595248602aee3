// SPDX-License-Identifier: GPL-2.0-only
/* The completion queue of a session, and the ways to hear of it. */

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ring.h"
#include "words.h"

/* Ops taken off the queue at once. */
#define DMACTL_REAP_CHUNK 32

/* Of looking for records before sleeping, whatever busy_poll_us says. */
#define DMACTL_MAX_SPIN_US 10000

/* Somebody waits: see dmactl_cq_tell(). */
void dmactl_cq_wake(struct dmactl_session *s)
{
	/* After the barrier there. */
	if (waitqueue_active(&s->wait))
		wake_up_interruptible_poll(&s->wait, EPOLLIN | EPOLLRDNORM |
					   EPOLLOUT | EPOLLWRNORM);
	if (dmactl_cq_is_enough(s))
		wake_up_interruptible_all(&s->wait_nr);
}

/*
 * The queue has become @nr longer. The program reaps until nothing is left, so
 * it is told of the first.
 */
void dmactl_cq_queued(struct dmactl_session *s, u32 nr)
{
	struct dmactl_cq_ring *ring = dmactl_ring_of(s);

	lockdep_assert_held(&s->cq_lock);
	if (ring)
		WRITE_ONCE(ring->head->flags, DMACTL_RING_OVERFLOW);
	WRITE_ONCE(s->nr_cq, s->nr_cq + nr);
	/* After that: who is told looks at it without the lock. */
	if (s->eventfd && s->nr_cq == nr)
		dmactl_eventfd_signal(s->eventfd);
}

void dmactl_cq_publish(struct dmactl_session *s, struct list_head *ended, u32 nr)
{
	scoped_guard(dmactl_bh, &s->cq_lock) {
		list_splice_tail_init(ended, &s->cq);
		dmactl_cq_queued(s, nr);
	}
	dmactl_ring_pour(s);
	dmactl_cq_tell(s);
}

/*
 * One op, from the list that it is on. Softirqs are off. True: its record is
 * with the program, and the op the caller's.
 */
bool dmactl_cq_add(struct dmactl_session *s, struct dmactl_tx *tx)
{
	bool told = dmactl_ring_put(s, tx);

	if (!told) {
		guard(dmactl_spin)(&s->cq_lock);
		list_move_tail(&tx->node, &s->cq);
		dmactl_cq_queued(s, 1);
	}
	dmactl_cq_tell(s);
	return told;
}

static int dmactl_record_put(void __user *to, struct dmactl_tx *tx, u32 stride)
{
	struct dmactl_completion record dmactl_uninit;
	const size_t one = sizeof(record);

	if (tx->periods)
		scoped_guard(dmactl_bh, &tx->chan->session->cq_lock)
			dmactl_record_fill(&record, tx);
	else
		dmactl_record_fill(&record, tx);
	if (dmactl_put_words(to, &record, one))
		return -EFAULT;
	if (stride != one && clear_user(to + one, stride - one))
		return -EFAULT;
	return 0;
}

/* Copies out what fits; what does not stays in @txs. Returns their number. */
static u32 dmactl_records_put(void __user *to, struct list_head *txs,
			      u32 stride, struct list_head *out)
{
	struct list_head *last = txs;
	struct dmactl_tx *tx;
	u32 n = 0;

	list_for_each_entry(tx, txs, node) {
		if (dmactl_record_put(to, tx, stride))
			break;
		to += stride;
		last = &tx->node;
		n++;
	}
	list_cut_position(out, txs, last);
	return n;
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
	LIST_HEAD(txs);
	LIST_HEAD(out);
	u32 n, done;

	n = dmactl_cq_take(s, min_t(u32, nr, DMACTL_REAP_CHUNK), &txs);
	if (!n)
		return 0;
	done = dmactl_records_put(to, &txs, stride, &out);
	/* Nobody else took any meanwhile: the order is kept. */
	if (done < n)
		dmactl_cq_give_back(s, n - done, &txs);
	dmactl_tx_recycle(&out);
	return done ? done : -EFAULT;
}

/*
 * Copies up to @nr records out and drops each only after that. Returns their
 * number, or -EFAULT if not one could be copied.
 */
int dmactl_reap(struct dmactl_session *s, void __user *to, u32 nr, u32 stride)
{
	u32 done = 0;
	int ret;

	if (!nr)
		return 0;
	/* Or who waits for what is in the ring would come here for ever. */
	if (dmactl_ring_of(s))
		return -EBUSY;
	if (!READ_ONCE(s->nr_cq))
		return 0;
	guard(mutex)(&s->reap_lock);
	/* They have got a way of their own meanwhile. */
	if (s->ring)
		return -EBUSY;
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
	return dmactl_cq_count(s) >= nr ||
	       (credit && dmactl_chan_has_credit(credit));
}

/* Somebody asleep until there are @nr records, or room on @credit. */
struct dmactl_waiter {
	struct wait_queue_entry entry;
	struct dmactl_session *session;
	struct dmactl_chan *credit;
	u32 nr;
};

static void dmactl_waiter_add(struct dmactl_waiter *w)
{
	struct dmactl_session *s = w->session;

	init_waitqueue_entry(&w->entry, current);
	if (w->credit) {
		add_wait_queue(&s->wait, &w->entry);
		return;
	}
	add_wait_queue(&s->wait_nr, &w->entry);
	guard(dmactl_bh)(&s->cq_lock);
	WRITE_ONCE(s->want, min(s->want, w->nr));
}

static void dmactl_waiter_remove(struct dmactl_waiter *w)
{
	struct dmactl_session *s = w->session;

	if (w->credit) {
		remove_wait_queue(&s->wait, &w->entry);
		return;
	}
	remove_wait_queue(&s->wait_nr, &w->entry);
	guard(dmactl_bh)(&s->cq_lock);
	/*
	 * Who has just come in here says next how many it wants. Too small a
	 * number wakes those that are left too early, no more.
	 */
	if (!waitqueue_active(&s->wait_nr))
		WRITE_ONCE(s->want, U32_MAX);
}

/* 0, -ETIME or -EINTR. */
static int dmactl_waiter_sleep(struct dmactl_waiter *w, ktime_t *deadline)
{
	struct dmactl_session *s = w->session;
	int ret = 0;

	dmactl_waiter_add(w);
	for (;;) {
		/* Pairs with the barrier in dmactl_cq_tell(). */
		set_current_state(TASK_INTERRUPTIBLE);
		if (dmactl_cq_ready(s, w->nr, w->credit))
			break;
		ret = -EINTR;
		if (signal_pending(current))
			break;
		ret = -ETIME;
		if (!schedule_hrtimeout_range(deadline,
					      current->timer_slack_ns,
					      HRTIMER_MODE_ABS))
			break;
		ret = 0;
	}
	__set_current_state(TASK_RUNNING);
	dmactl_waiter_remove(w);
	/* It may have come with the last tick. */
	return ret == -ETIME && dmactl_cq_ready(s, w->nr, w->credit) ? 0 : ret;
}

/* True if they came; how long it looks is for dmactl_cq_doze() to know. */
static bool dmactl_cq_spin(struct dmactl_waiter *w, u32 ns, ktime_t deadline)
{
	ktime_t end = min(ktime_add_ns(ktime_get(), ns), deadline);

	do {
		if (dmactl_cq_ready(w->session, w->nr, NULL))
			return true;
		cpu_relax();
	} while (!need_resched() && !signal_pending(current) &&
		 ktime_before(ktime_get(), end));
	return false;
}

/*
 * Looks for a while before it sleeps. That grows while sleep is short enough to
 * be looked through, and shrinks when looking was in vain.
 */
static int dmactl_cq_doze(struct dmactl_waiter *w, u64 most, ktime_t deadline)
{
	ktime_t *until = deadline == KTIME_MAX ? NULL : &deadline;
	struct dmactl_session *s = w->session;
	u32 ns = min_t(u64, READ_ONCE(s->spin_ns), most);
	ktime_t since;
	int ret;

	if (!most || w->credit)
		return dmactl_waiter_sleep(w, until);
	if (ns && dmactl_cq_spin(w, ns, deadline))
		return 0;
	since = ktime_get();
	ret = dmactl_waiter_sleep(w, until);
	if (ktime_us_delta(ktime_get(), since) * NSEC_PER_USEC <= most)
		ns = min_t(u64, max(2 * (u64)ns, 2 * NSEC_PER_USEC), most);
	else
		ns /= 2;
	WRITE_ONCE(s->spin_ns, ns);
	return ret;
}

/*
 * Waits for @nr records or, unless it is NULL, for room on @credit: another
 * reader may take the records. 0, -ETIME or -EINTR.
 */
int dmactl_cq_wait(struct dmactl_session *s, u32 nr, struct dmactl_chan *credit,
		   ktime_t deadline)
{
	struct dmactl_waiter w = { .session = s, .credit = credit, .nr = nr };

	if (dmactl_cq_ready(s, nr, credit))
		return 0;
	if (!deadline)
		return -ETIME;
	return dmactl_cq_doze(&w, min_t(u64, READ_ONCE(dmactl_busy_poll_us),
					DMACTL_MAX_SPIN_US) * NSEC_PER_USEC,
			      deadline);
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
		if (dmactl_ring_of(s))
			return -EBUSY;
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
	/* Pairs with dmactl_cq_tell(); early 6.1 has none in poll_wait(). */
	smp_mb();
	dmactl_ring_pour(s);
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
		/* What is there already counts as having just come. */
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
