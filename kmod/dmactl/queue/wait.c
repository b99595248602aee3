// SPDX-License-Identifier: GPL-2.0-only
/* Waits for completions, or for credit on a channel. */

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/param.h"
#include "core/session.h"
#include "queue/cq.h"
#include "queue/cq_ring.h"
#include "queue/pool.h"
#include "queue/wait.h"

/* The upper limit of busy_poll_us. */
#define DMACTL_MAX_SPIN_US 10000

/* Returns true if an op would be accepted, or refused for good. */
bool dmactl_chan_has_credit(struct dmactl_chan *chan)
{
	guard(dmactl_bh)(&chan->lock);
	if (READ_ONCE(chan->life.dead))
		return true;
	if (chan->pool.nr_free && !chan->queue.starved && !chan->queue.partial)
		return true;
	dmactl_pool_want_credit(chan);
	return false;
}

static bool dmactl_cq_ready(struct dmactl_session *s, u32 nr,
			    struct dmactl_chan *credit)
{
	return dmactl_cq_count(s) >= nr ||
	       (credit && dmactl_chan_has_credit(credit));
}

/* A task that sleeps until there are @nr completions, or credit on @credit. */
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
	guard(dmactl_irq)(&s->wait_nr.lock);
	__add_wait_queue(&s->wait_nr, &w->entry);
	dmactl_cq_set_want(s, min(s->want, w->nr));
}

static void dmactl_waiter_remove(struct dmactl_waiter *w)
{
	struct dmactl_session *s = w->session;

	if (w->credit) {
		remove_wait_queue(&s->wait, &w->entry);
		return;
	}
	guard(dmactl_irq)(&s->wait_nr.lock);
	__remove_wait_queue(&s->wait_nr, &w->entry);
	/*
	 * A new waiter lowers the number again. A number that is too small only
	 * wakes the other waiters too early.
	 */
	if (!waitqueue_active(&s->wait_nr))
		dmactl_cq_set_want(s, U32_MAX);
}

/* Returns 0, -ETIME or -EINTR. */
static int dmactl_waiter_sleep(struct dmactl_waiter *w, ktime_t *deadline)
{
	struct dmactl_session *s = w->session;
	int ret = 0;

	dmactl_waiter_add(w);
	for (;;) {
		/* Pairs with the barrier in dmactl_cq_notify(). */
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
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
	/* The completions may have come at the last moment. */
	return ret == -ETIME && dmactl_cq_ready(s, w->nr, w->credit) ? 0 : ret;
}

/*
 * Polls for up to @ns. Returns true if the completions came; dmactl_cq_doze()
 * chooses @ns.
 */
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
 * Polls before it sleeps. The polling time grows while sleeps are short enough
 * to be avoided, and shrinks after polling in vain.
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
 * Waits for @nr completions or, if @credit is set, for credit on that channel:
 * another reader may take the completions. Returns 0, -ETIME or -EINTR.
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
