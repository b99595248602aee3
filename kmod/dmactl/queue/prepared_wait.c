// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits until a prepared op can be submitted again. The provider takes a
 * descriptor back only after its callback has returned (virt-dma does), but the
 * program may see the completion before that.
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/param.h"
#include "op/job.h"
#include "queue/prepared.h"

/* How often to check a thread before using synchronize_rcu(). */
#define DMACTL_PREPARED_CHECKS	50

/* Once this has run, the processor has left the softirq that called back. */
static void dmactl_prepared_work(struct work_struct *work)
{
}

/*
 * The callback runs in a thread, or in a softirq of a real-time kernel, which
 * is a thread too. A thread can be preempted at any time.
 */
void dmactl_prepared_note_thread(struct dmactl_prepared *p)
{
	p->caller = current->pid;
	p->bh = in_serving_softirq();
	p->slept = current->nvcsw;
	p->cpu = DMACTL_PREPARED_THREAD;
}

void dmactl_prepared_note(struct dmactl_job *job)
{
	dmactl_prepared_called(job->prepared_by);
}

/*
 * Returns true if the thread that called back sleeps, has slept, or has exited.
 */
static bool dmactl_prepared_thread_is_through(const struct dmactl_prepared *p)
{
	struct task_struct *task;
	unsigned int state;

	if (p->caller == current->pid)
		return true;
	guard(rcu)();
	task = pid_task(find_pid_ns(p->caller, &init_pid_ns), PIDTYPE_PID);
	if (!task)
		return true;
	/*
	 * On real-time kernels a thread also sleeps when it waits for a
	 * spinlock.
	 */
	if (!IS_ENABLED(CONFIG_PREEMPT_RT) &&
	    READ_ONCE(task->nvcsw) != p->slept)
		return true;
	state = READ_ONCE(task->__state);
	return state != TASK_RUNNING && !(state & TASK_RTLOCK_WAIT);
}

static void dmactl_prepared_wait_thread(struct dmactl_prepared *p)
{
	unsigned long end = jiffies + msecs_to_jiffies(dmactl_stop_timeout_ms);
	unsigned int checks = 0;

	while (!dmactl_prepared_thread_is_through(p)) {
		/* The thread is busy with other work and does not sleep. */
		if (p->bh && checks++ == DMACTL_PREPARED_CHECKS) {
			synchronize_rcu();
			return;
		}
		if (time_after(jiffies, end))
			return;
		usleep_range(10, 50);
	}
}

/*
 * Called from a task, with no op of this object in flight. On return no
 * callback of it is running.
 */
void dmactl_prepared_wait_callback(struct dmactl_prepared *p)
{
	int cpu = get_cpu();

	put_cpu();
	if (p->cpu == DMACTL_PREPARED_THREAD) {
		dmactl_prepared_wait_thread(p);
	} else {
		/* On one processor, a softirq is not preempted by a task. */
		if (p->cpu < 0 || p->cpu == cpu)
			return;
		if (cpu_online(p->cpu)) {
			schedule_work_on(p->cpu, &p->work);
			flush_work(&p->work);
		}
	}
	p->cpu = DMACTL_PREPARED_IDLE;
}

void dmactl_prepared_wait_init(struct dmactl_prepared *p)
{
	p->cpu = DMACTL_PREPARED_IDLE;
	INIT_WORK(&p->work, dmactl_prepared_work);
}
