// SPDX-License-Identifier: GPL-2.0-only
/* The engine of a channel moves the bytes and calls back. */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/sched.h>

#include "core/context.h"
#include "core/desc.h"
#include "core/engine.h"
#include "core/fault.h"
#include "core/lock.h"
#include "core/periph.h"

/*
 * Divides the work between a tasklet and a thread. Waking a thread would take
 * most of the time of a small copy, while real hardware only raises an
 * interrupt. So an issue raises an interrupt (irq_work), whose tasklet moves up
 * to 64 KiB and calls back. The thread does the rest: more bytes would occupy
 * the softirq for too long, and a simulated speed needs sleeps.
 */
#define SIM_RUN_BURSTS		16

/*
 * The most that is done in one hold of a channel's lock, with interrupts off.
 */
#define SIM_BURST_BYTES		PAGE_SIZE
#define SIM_BURST_DESCRIPTORS	32

#define SIM_SLEEP_SLACK_NS	(50 * NSEC_PER_USEC)

/*
 * The speed of descriptors that repeat, if nothing else limits it. Otherwise
 * they would occupy a CPU forever.
 */
#define SIM_REPEAT_RATE		(1024 * 1024)

enum sim_run {
	SIM_RUN_IDLE,	/* nothing to do */
	SIM_RUN_MORE,	/* something is left to do */
	SIM_RUN_WAIT,	/* something is left to do, at sim_engine.wake_at */
	SIM_RUN_BLOCKED,	/* the peer reports when there is something */
};

static bool sim_irq_works __read_mostly;

static bool sim_paced(const struct sim_chan *sc)
{
	const struct sim_control *control = sc->ctl->config.control;

	return READ_ONCE(control->latency) || READ_ONCE(control->bandwidth);
}

/* Returns bytes per second; 0: unlimited. */
static u64 sim_rate(const struct sim_chan *sc, const struct sim_desc *d)
{
	u64 rate = READ_ONCE(sc->ctl->config.control->bandwidth);
	const struct sim_periph_ops *periph = sc->periph.ops;

	if (rate || !d->period || (periph->paced && periph->paced(sc)))
		return rate;
	return SIM_REPEAT_RATE;
}

static bool sim_stopped(const struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	return sc->paused || READ_ONCE(sc->ctl->config.control->hold);
}

/* Starts a descriptor. Returns false if it must fail. */
static bool sim_engine_begin(struct sim_chan *sc, struct sim_desc *d)
{
	struct sim_control *control = sc->ctl->config.control;

	lockdep_assert_held(&sc->lock);
	d->started = true;
	if (unlikely(READ_ONCE(control->misbehave) || sc->fault.spoilt))
		sc->ctl->fault->begin(sc, d);
	if (sim_paced(sc) || d->period)
		sc->engine.due = ktime_add_ns(sc->engine.due ?: ktime_get(),
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
 * Would hardware of the simulated speed have moved the next @n bytes by now?
 * Reduces @n for a slow speed, so that progress is visible.
 */
static bool sim_engine_due(struct sim_chan *sc, u64 rate, size_t *n)
{
	u64 slice, ns;

	lockdep_assert_held(&sc->lock);
	if (!sc->engine.due)
		sc->engine.due = ktime_get();
	sc->engine.wake_at = sc->engine.due;
	if (rate) {
		/*
		 * In a separate step: gcc for armhf cannot handle this inside
		 * max().
		 */
		slice = div_u64(rate, MSEC_PER_SEC);
		*n = min_t(u64, *n, slice ?: 1);
		ns = div64_u64((u64)*n * NSEC_PER_SEC, rate);
		sc->engine.wake_at = ktime_add_ns(sc->engine.due, ns);
	}
	return !ktime_before(ktime_get(), sc->engine.wake_at);
}

static bool sim_engine_replaced(struct sim_chan *sc, struct sim_desc *d)
{
	struct sim_desc *next = list_next_entry(d, node);

	return !list_is_last(&d->node, &sc->desc.issued) &&
	       next->tx.flags & DMA_PREP_LOAD_EOT &&
	       dma_has_cap(DMA_LOAD_EOT, sc->chan.device->cap_mask);
}

/* A descriptor has reached its stop. */
static void sim_engine_stopped(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	if (!d->period || (d->pos == d->len && sim_engine_replaced(sc, d))) {
		if (sim_misbehaves_somehow(sc))
			sc->ctl->fault->bytes(sc, d);
		sim_desc_finish(sc, d, DMA_TRANS_NOERROR);
		return;
	}
	if (d->pos == d->len || !sim_misbehaves(sc, SIM_PERIOD_LOST)) {
		d->ticks++;
		sc->engine.ticking = true;
	}
	if (d->pos == d->len)
		sim_desc_rewind(d);
	else
		d->stop += d->period;
}

/*
 * Moves up to @budget bytes of a descriptor and subtracts them from @budget.
 * Returns SIM_RUN_MORE after progress.
 */
static enum sim_run sim_engine_step(struct sim_chan *sc, struct sim_desc *d,
				    size_t *budget)
{
	enum dmaengine_tx_result result = DMA_TRANS_NOERROR;
	u64 rate = sim_rate(sc, d);
	size_t before = d->pos, n = min(*budget, d->stop - d->pos);
	bool paced = rate || sim_paced(sc);

	lockdep_assert_held(&sc->lock);
	if (paced && !sim_engine_due(sc, rate, &n))
		return SIM_RUN_WAIT;
	sc->engine.wake_at = 0;
	if (unlikely(READ_ONCE(sc->ctl->config.control->skip)))
		d->pos += n;
	else if (n)
		result = d->op->step(sc, d, n);
	if (result != DMA_TRANS_NOERROR) {
		sim_desc_finish(sc, d, result);
		return SIM_RUN_MORE;
	}
	if (d->pos == before && d->pos != d->stop) {
		sc->engine.blocked = true;
		return sc->engine.wake_at ? SIM_RUN_WAIT : SIM_RUN_BLOCKED;
	}

	*budget -= d->pos - before;
	if (rate) {
		u64 ns = div64_u64((d->pos - before) * (u64)NSEC_PER_SEC, rate);

		sc->engine.due = ktime_add_ns(sc->engine.due, ns);
	}
	if (d->pos == d->stop)
		sim_engine_stopped(sc, d);
	return SIM_RUN_MORE;
}

/* Does as much as one hold of the lock allows. */
static enum sim_run sim_engine_burst(struct sim_chan *sc)
{
	unsigned int steps = SIM_BURST_DESCRIPTORS;
	size_t budget = SIM_BURST_BYTES;

	lockdep_assert_held(&sc->lock);
	sc->engine.poked = false;
	if (sim_stopped(sc))
		return SIM_RUN_IDLE;
	if (sc->engine.blocked && sc->engine.due)
		sc->engine.due = max(sc->engine.due, ktime_get());
	sc->engine.blocked = false;

	while (!list_empty(&sc->desc.issued)) {
		enum sim_run run;
		struct sim_desc *d;

		if (!budget || !steps--)
			return SIM_RUN_MORE;

		d = list_first_entry(&sc->desc.issued, struct sim_desc, node);
		if (!d->started && !sim_engine_begin(sc, d)) {
			sim_desc_finish(sc, d,
					READ_ONCE(sc->ctl->config.control->fail_how));
			continue;
		}
		run = sim_engine_step(sc, d, &budget);
		if (run != SIM_RUN_MORE)
			return run;
	}
	sc->engine.due = 0;
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
			nudge = sc->engine.nudge;
			sc->engine.nudge = false;
		}
		/* The two locks are never held together. */
		if (nudge)
			sim_engine_nudge(sc->periph.peer);
	}
	return run;
}

static void sim_engine_to_thread(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (!sc->engine.thread || sc->engine.threaded)
		return;
	sc->engine.threaded = true;
	wake_up_process(sc->engine.thread);
}

/* Wakes the thread. Returns false if there is none. */
bool sim_engine_wake(struct sim_chan *sc)
{
	guard(sim_chan)(sc);
	if (!sc->engine.thread)
		return false;
	sc->engine.poked = true;
	wake_up_process(sc->engine.thread);
	return true;
}

static void sim_tasklet(struct tasklet_struct *t)
{
	struct sim_chan *sc = container_of(t, struct sim_chan, engine.tasklet);

	enum sim_run run = SIM_RUN_IDLE;

	if (!READ_ONCE(sc->engine.threaded))
		run = sim_engine_run(sc);
	if (run == SIM_RUN_MORE || run == SIM_RUN_WAIT) {
		guard(sim_chan)(sc);
		sim_engine_to_thread(sc);
	}
	if (likely(!sim_context(sc)) || !sim_context_elsewhere(sc))
		sim_callbacks_run(sc);
}

static void sim_irq(struct irq_work *work)
{
	struct sim_chan *sc = container_of(work, struct sim_chan, engine.irq);

	tasklet_schedule(&sc->engine.tasklet);
}

/* Runs the callbacks; called from the thread. */
void sim_engine_interrupt(struct sim_chan *sc)
{
	if (list_empty_careful(&sc->desc.completed) &&
	    !READ_ONCE(sc->engine.ticking))
		return;
	if (sim_context_in_thread(sc))
		return;
	/* The end of this section runs the tasklet here, without a wakeup. */
	local_bh_disable();
	tasklet_schedule(&sc->engine.tasklet);
	local_bh_enable();
}

static void sim_thread_sleep(struct sim_chan *sc, enum sim_run run)
{
	ktime_t wake_at;
	bool sleep;

	set_current_state(TASK_IDLE);
	scoped_guard(sim_chan, sc) {
		wake_at = sc->engine.wake_at;
		sleep = !sc->engine.poked;
		if (run == SIM_RUN_IDLE)
			sleep &= list_empty(&sc->desc.issued) ||
				 sim_stopped(sc);
		if (run != SIM_RUN_WAIT)
			sc->engine.threaded = !sleep;
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

/* All descriptors were taken back. */
void sim_engine_reset(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	sc->engine.due = 0;
	sc->engine.ticking = false;
}

/* Returns true if callbacks of periods are due. The caller runs them. */
bool sim_engine_tick(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (!sc->engine.ticking)
		return false;
	sc->engine.ticking = false;
	return true;
}

/* Starts the engine if there is something to do. */
void sim_engine_kick(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	if (sc->engine.threaded || list_empty(&sc->desc.issued))
		return;
	if (sim_paced(sc) || (sim_context(sc) & SIM_CALLBACK_THREAD))
		sim_engine_to_thread(sc);
	else if (in_interrupt() || !sim_irq_works)
		tasklet_schedule(&sc->engine.tasklet);
	else
		irq_work_queue(&sc->engine.irq);
}

static void sim_engine_look(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	sc->engine.poked = true;
	if (sc->engine.threaded && sc->engine.thread)
		wake_up_process(sc->engine.thread);
	else
		sim_engine_kick(sc);
}

/* Something changed: runs the engine. */
void sim_engine_poke(struct sim_chan *sc)
{
	lockdep_assert_held(&sc->lock);
	/* Do not catch up for the time that it was stopped. */
	if (sc->engine.due)
		sc->engine.due = max(sc->engine.due, ktime_get());
	sim_engine_look(sc);
}

/* The peer has moved bytes. */
void sim_engine_nudge(struct sim_chan *sc)
{
	guard(sim_chan)(sc);
	sim_engine_look(sc);
}

/* Returns when no callback is running. */
void sim_engine_synchronize(struct sim_chan *sc)
{
	irq_work_sync(&sc->engine.irq);
	tasklet_kill(&sc->engine.tasklet);
	sim_context_synchronize(sc);

	/* tasklet_kill() may have discarded what was issued in the meantime. */
	guard(sim_chan)(sc);
	if (!list_empty(&sc->desc.completed) || sc->engine.ticking)
		tasklet_schedule(&sc->engine.tasklet);
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
	sc->engine.thread = thread;
	sc->engine.threaded = false;
	return 0;
}

void sim_engine_stop(struct sim_chan *sc)
{
	struct task_struct *thread;

	lockdep_assert_held(&sc->ctl->mutex);
	scoped_guard(sim_chan, sc) {
		thread = sc->engine.thread;
		sc->engine.thread = NULL;
		sc->engine.threaded = false;
	}
	if (thread)
		kthread_stop(thread);
}

void sim_engine_init(struct sim_chan *sc)
{
	sim_context_init(sc);
	init_irq_work(&sc->engine.irq, sim_irq);
	tasklet_setup(&sc->engine.tasklet, sim_tasklet);
}

static bool sim_probe_fired;

static void sim_probe_irq(struct irq_work *work)
{
	WRITE_ONCE(sim_probe_fired, true);
}

/*
 * If an architecture cannot interrupt itself, irq_work waits for the next tick.
 * This is not declared, so try it.
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
