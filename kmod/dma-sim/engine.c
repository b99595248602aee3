// SPDX-License-Identifier: GPL-2.0-only
/* The engine of a channel: what moves the bytes and calls back */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/sched.h>

#include "misbehave.h"
#include "port.h"
#include "sim.h"

/*
 * Who does the work: a client that issues a small copy would spend most of its
 * time on waking and switching to a thread, where real hardware only takes an
 * interrupt. So issuing raises an interrupt (irq_work), and its tasklet moves
 * up to 64 KiB and calls back. More than that would keep a softirq busy for too
 * long, and a simulated speed needs to sleep: both are for the thread.
 */
#define SIM_RUN_BURSTS		16

#define SIM_SLEEP_SLACK_NS	(50 * NSEC_PER_USEC)

/* Of what repeats, if nothing else limits it: it would take a CPU for good. */
#define SIM_REPEAT_RATE		(1024 * 1024)

enum sim_run {
	SIM_RUN_IDLE,	/* nothing to do */
	SIM_RUN_MORE,	/* something is left to do */
	SIM_RUN_WAIT,	/* something is left to do at sim_chan.wake_at */
	SIM_RUN_BLOCKED,	/* the peer will say when there is something */
};

static bool sim_irq_works __read_mostly;

static bool sim_paced(const struct sim_chan *sc)
{
	const struct sim_control *control = sc->ctl->config.control;

	return READ_ONCE(control->latency) || READ_ONCE(control->bandwidth);
}

/* Bytes per second, 0 unlimited. */
static u64 sim_rate(const struct sim_chan *sc, const struct sim_desc *d)
{
	u64 rate = READ_ONCE(sc->ctl->config.control->bandwidth);

	if (rate || !d->period || (sc->port->paced && sc->port->paced(sc)))
		return rate;
	return SIM_REPEAT_RATE;
}

static bool sim_stopped(const struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	return sc->paused || READ_ONCE(sc->ctl->config.control->hold);
}

/* Take up a descriptor; false if it is one that shall fail. */
static bool sim_engine_begin(struct sim_chan *sc, struct sim_desc *d)
{
	struct sim_control *control = sc->ctl->config.control;

	lockdep_assert_held(&sc->lock);
	d->started = true;
	if (unlikely(READ_ONCE(control->misbehave) || sc->spoilt))
		sim_misbehave_begin(sc, d);
	if (sim_paced(sc) || d->period)
		sc->due = ktime_add_ns(sc->due ?: ktime_get(),
				       READ_ONCE(control->latency));
	if (d->dir != DMA_MEM_TO_MEM && !d->period &&
	    unlikely(atomic_read(&control->short_nth)) &&
	    !atomic_dec_if_positive(&control->short_nth))
		d->stop = round_down(d->len / 2, SIM_WORD);
	if (likely(!atomic_read(&control->fail_nth)))
		return true;
	return atomic_dec_if_positive(&control->fail_nth) != 0;
}

/*
 * Would hardware of the simulated speed have moved the next bytes yet? There are
 * @n of them; fewer if it is slow, so that it is seen to progress.
 */
static bool sim_engine_due(struct sim_chan *sc, u64 rate, size_t *n)
{
	u64 slice;

	lockdep_assert_held(&sc->lock);
	if (!sc->due)
		sc->due = ktime_get();
	sc->wake_at = sc->due;
	if (rate) {
		/* In a step of its own: gcc for armhf gets lost in max(). */
		slice = div_u64(rate, MSEC_PER_SEC);
		*n = min_t(u64, *n, slice ?: 1);
		sc->wake_at = ktime_add_ns(sc->due,
					   div64_u64((u64)*n * NSEC_PER_SEC,
						     rate));
	}
	return !ktime_before(ktime_get(), sc->wake_at);
}

static bool sim_engine_replaced(struct sim_chan *sc, struct sim_desc *d)
{
	struct sim_desc *next = list_next_entry(d, node);

	return !list_is_last(&d->node, &sc->issued) &&
	       next->tx.flags & DMA_PREP_LOAD_EOT &&
	       dma_has_cap(DMA_LOAD_EOT, sc->chan.device->cap_mask);
}

/* A descriptor has come to where it stops. */
static void sim_engine_stopped(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	if (!d->period || (d->pos == d->len && sim_engine_replaced(sc, d))) {
		if (unlikely(READ_ONCE(sc->ctl->config.control->misbehave)))
			sim_misbehave_bytes(sc, d);
		sim_desc_finish(sc, d, DMA_TRANS_NOERROR);
		return;
	}
	if (d->pos == d->len || !sim_misbehaves(sc, SIM_PERIOD_LOST)) {
		d->ticks++;
		sc->ticking = true;
	}
	if (d->pos == d->len)
		sim_desc_rewind(d);
	else
		d->stop += d->period;
}

/*
 * Move up to @room bytes of a descriptor; SIM_RUN_MORE if it got anywhere. What
 * is left of @room is the caller's.
 */
static enum sim_run sim_engine_step(struct sim_chan *sc, struct sim_desc *d,
				    size_t *room)
{
	enum dmaengine_tx_result result = DMA_TRANS_NOERROR;
	u64 rate = sim_rate(sc, d);
	size_t before = d->pos, n = min(*room, d->stop - d->pos);
	bool paced = rate || sim_paced(sc);

	lockdep_assert_held(&sc->lock);
	if (paced && !sim_engine_due(sc, rate, &n))
		return SIM_RUN_WAIT;
	sc->wake_at = 0;
	if (unlikely(READ_ONCE(sc->ctl->config.control->skip)))
		d->pos += n;
	else if (n)
		result = d->op->step(sc, d, n);
	if (result != DMA_TRANS_NOERROR) {
		sim_desc_finish(sc, d, result);
		return SIM_RUN_MORE;
	}
	if (d->pos == before && d->pos != d->stop) {
		sc->blocked = true;
		return sc->wake_at ? SIM_RUN_WAIT : SIM_RUN_BLOCKED;
	}

	*room -= d->pos - before;
	if (rate)
		sc->due = ktime_add_ns(sc->due,
				       div64_u64((d->pos - before) *
						 (u64)NSEC_PER_SEC, rate));
	if (d->pos == d->stop)
		sim_engine_stopped(sc, d);
	return SIM_RUN_MORE;
}

/* As much as may be done in one go with the lock held. */
static enum sim_run sim_engine_burst(struct sim_chan *sc)
{
	unsigned int steps = SIM_BURST_DESCRIPTORS;
	size_t room = SIM_BURST_BYTES;

	lockdep_assert_held(&sc->lock);
	sc->poked = false;
	if (sim_stopped(sc))
		return SIM_RUN_IDLE;
	if (sc->blocked && sc->due)
		sc->due = max(sc->due, ktime_get());
	sc->blocked = false;

	while (!list_empty(&sc->issued)) {
		enum sim_run run;
		struct sim_desc *d;

		if (!room || !steps--)
			return SIM_RUN_MORE;

		d = list_first_entry(&sc->issued, struct sim_desc, node);
		if (!d->started && !sim_engine_begin(sc, d)) {
			sim_desc_finish(sc, d,
					READ_ONCE(sc->ctl->config.control->fail_how));
			continue;
		}
		run = sim_engine_step(sc, d, &room);
		if (run != SIM_RUN_MORE)
			return run;
	}
	sc->due = 0;
	return SIM_RUN_IDLE;
}

static enum sim_run sim_engine_run(struct sim_chan *sc)
{
	enum sim_run run = SIM_RUN_MORE;
	bool nudge = false;
	unsigned int i;

	for (i = 0; i < SIM_RUN_BURSTS && run == SIM_RUN_MORE; i++) {
		scoped_guard(sim_chan, sc) {
			run = sim_engine_burst(sc);
			nudge = sc->nudge;
			sc->nudge = false;
		}
		/* The two locks are never held at the same time. */
		if (nudge)
			sim_engine_nudge(sc->peer);
	}
	return run;
}

static void sim_engine_to_thread(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (!sc->thread || sc->threaded)
		return;
	sc->threaded = true;
	wake_up_process(sc->thread);
}

static void sim_tasklet(struct tasklet_struct *t)
{
	struct sim_chan *sc = container_of(t, struct sim_chan, tasklet);

	enum sim_run run = SIM_RUN_IDLE;

	if (!READ_ONCE(sc->threaded))
		run = sim_engine_run(sc);
	if (run == SIM_RUN_MORE || run == SIM_RUN_WAIT) {
		guard(sim_chan)(sc);
		sim_engine_to_thread(sc);
	}
	sim_callbacks_run(sc);
}

static void sim_irq(struct irq_work *work)
{
	struct sim_chan *sc = container_of(work, struct sim_chan, irq);

	tasklet_schedule(&sc->tasklet);
}

/* Have the callbacks called; from the thread. */
void sim_engine_interrupt(struct sim_chan *sc)
{
	if (list_empty_careful(&sc->done) && !READ_ONCE(sc->ticking))
		return;
	/* As it ends, the section runs the tasklet here, with no wakeup. */
	local_bh_disable();
	tasklet_schedule(&sc->tasklet);
	local_bh_enable();
}

static void sim_thread_sleep(struct sim_chan *sc, enum sim_run run)
{
	ktime_t wake_at;
	bool sleep;

	set_current_state(TASK_IDLE);
	scoped_guard(sim_chan, sc) {
		wake_at = sc->wake_at;
		sleep = !sc->poked;
		if (run == SIM_RUN_IDLE)
			sleep = list_empty(&sc->issued) || sim_stopped(sc);
		if (run != SIM_RUN_WAIT)
			sc->threaded = !sleep;
	}
	if (sleep && !kthread_should_stop()) {
		if (run != SIM_RUN_WAIT)
			schedule();
		else
			schedule_hrtimeout_range(&wake_at, SIM_SLEEP_SLACK_NS,
						 HRTIMER_MODE_ABS);
	}
	__set_current_state(TASK_RUNNING);
}

static int sim_thread(void *data)
{
	struct sim_chan *sc = data;

	while (!kthread_should_stop()) {
		enum sim_run run = sim_engine_run(sc);

		sim_engine_interrupt(sc);
		if (run == SIM_RUN_MORE)
			cond_resched();
		else
			sim_thread_sleep(sc, run);
	}
	return 0;
}

/* There may be something to do. */
void sim_engine_kick(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (sc->threaded || list_empty(&sc->issued))
		return;
	if (sim_paced(sc))
		sim_engine_to_thread(sc);
	else if (in_interrupt() || !sim_irq_works)
		tasklet_schedule(&sc->tasklet);
	else
		irq_work_queue(&sc->irq);
}

static void sim_engine_look(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	sc->poked = true;
	if (sc->threaded && sc->thread)
		wake_up_process(sc->thread);
	else
		sim_engine_kick(sc);
}

/* Something changed: look again. */
void sim_engine_poke(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	/* Do not make up for the time that it was stopped. */
	if (sc->due)
		sc->due = max(sc->due, ktime_get());
	sim_engine_look(sc);
}

/* The other channel of the peripheral has moved something. */
void sim_engine_nudge(struct sim_chan *sc)
{
	guard(sim_chan)(sc);
	sim_engine_look(sc);
}

/* Returns when no callback is running. */
void sim_engine_synchronize(struct sim_chan *sc)
{
	irq_work_sync(&sc->irq);
	tasklet_kill(&sc->tasklet);

	/* tasklet_kill() may have swallowed what was issued meanwhile. */
	guard(sim_chan)(sc);
	if (!list_empty(&sc->done) || sc->ticking)
		tasklet_schedule(&sc->tasklet);
	else
		sim_engine_kick(sc);
}

int sim_engine_start(struct sim_chan *sc)
{
	struct task_struct *thread;

	lockdep_assert_held(&sc->ctl->mutex);
	thread = kthread_run(sim_thread, sc, SIM_NAME "/%u.%u",
			     sc->ctl->config.index, sc->index);
	if (IS_ERR(thread))
		return PTR_ERR(thread);

	guard(sim_chan)(sc);
	sc->thread = thread;
	sc->threaded = false;
	return 0;
}

void sim_engine_stop(struct sim_chan *sc)
{
	struct task_struct *thread;

	lockdep_assert_held(&sc->ctl->mutex);
	scoped_guard(sim_chan, sc) {
		thread = sc->thread;
		sc->thread = NULL;
		sc->threaded = false;
	}
	if (thread)
		kthread_stop(thread);
}

void sim_engine_init(struct sim_chan *sc)
{
	init_irq_work(&sc->irq, sim_irq);
	tasklet_setup(&sc->tasklet, sim_tasklet);
}

static bool sim_probe_fired;

static void sim_probe_irq(struct irq_work *work)
{
	WRITE_ONCE(sim_probe_fired, true);
}

/*
 * Where the architecture cannot interrupt itself, irq_work waits for the next
 * tick. It does not tell, so try.
 */
void sim_engine_probe(void)
{
	struct irq_work probe;
	unsigned int us;

	init_irq_work(&probe, sim_probe_irq);
	irq_work_queue(&probe);
	for (us = 0; us < 100 && !READ_ONCE(sim_probe_fired); us++)
		udelay(1);
	sim_irq_works = READ_ONCE(sim_probe_fired);
	irq_work_sync(&probe);
}
