// SPDX-License-Identifier: GPL-2.0-only
/* The context of callbacks and the locks held meanwhile, as in real drivers. */
#include "core/context.h"
#include "core/engine.h"
#include "core/lock.h"

DEFINE_STATIC_KEY_FALSE(sim_context_locks);

static void sim_context_irq(struct irq_work *work)
{
	struct sim_chan *sc = container_of(work, struct sim_chan, context.irq);

	sc->context.call(sc, sc->context.batch, sc->context.n);
	/* Pairs with the acquire in sim_context_in_irq(): the batch is done. */
	smp_store_release(&sc->context.batch, NULL);
}

/* Runs in an interrupt handler, also on real-time kernels. */
static void sim_context_in_irq(struct sim_chan *sc, struct sim_callback *batch,
			       unsigned int n, sim_call call)
{
	sc->context.call = call;
	sc->context.n = n;
	sc->context.batch = batch;
	irq_work_queue(&sc->context.irq);
	/* irq_work_sync() may sleep; the caller must not. */
	while (smp_load_acquire(&sc->context.batch) ||
	       irq_work_is_busy(&sc->context.irq))
		cpu_relax();
}

static void sim_context_do(struct sim_chan *sc, u32 context,
			   struct sim_callback *batch, unsigned int n,
			   sim_call call)
{
	unsigned long flags;

	if (context & SIM_CALLBACK_IRQ) {
		sim_context_in_irq(sc, batch, n, call);
	} else if (context & SIM_CALLBACK_MASKED) {
		local_irq_save(flags);
		call(sc, batch, n);
		local_irq_restore(flags);
	} else {
		call(sc, batch, n);
	}
}

void sim_context_call(struct sim_chan *sc, struct sim_callback *batch,
		      unsigned int n, sim_call call)
{
	u32 context = sim_context(sc);
	unsigned long flags;

	if (!(context & SIM_CALLBACK_LOCKED)) {
		sim_context_do(sc, context, batch, n, call);
	} else if (context & SIM_CALLBACK_MASKED) {
		spin_lock_irqsave(&sc->context.lock, flags);
		call(sc, batch, n);
		spin_unlock_irqrestore(&sc->context.lock, flags);
	} else {
		spin_lock_bh(&sc->context.lock);
		sim_context_do(sc, context, batch, n, call);
		spin_unlock_bh(&sc->context.lock);
	}
}

static void sim_context_run(struct sim_chan *sc)
{
	guard(mutex)(&sc->context.mutex);
	sim_callbacks_run(sc);
}

static void sim_context_work(struct work_struct *work)
{
	sim_context_run(container_of(work, struct sim_chan, context.work));
}

/* Returns false if the calling tasklet must run the callbacks itself. */
bool sim_context_elsewhere(struct sim_chan *sc)
{
	u32 context = sim_context(sc);

	if (context & SIM_CALLBACK_WORK) {
		schedule_work(&sc->context.work);
		return true;
	}
	return (context & SIM_CALLBACK_THREAD) && sim_engine_wake(sc);
}

/*
 * The same for the thread of a channel. Returns false if it must not run them.
 */
bool sim_context_in_thread(struct sim_chan *sc)
{
	if (!(sim_context(sc) & SIM_CALLBACK_THREAD))
		return false;
	sim_context_run(sc);
	return true;
}

/* Returns when no callback is running in a task. */
void sim_context_synchronize(struct sim_chan *sc)
{
	flush_work(&sc->context.work);
	guard(mutex)(&sc->context.mutex);
}

void sim_context_init(struct sim_chan *sc)
{
	spin_lock_init(&sc->context.lock);
	mutex_init(&sc->context.mutex);
	INIT_WORK(&sc->context.work, sim_context_work);
	sc->context.irq = IRQ_WORK_INIT_HARD(sim_context_irq);
}
