// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closing a file. A work item stops and frees what the file holds, because
 * hanging hardware can take stop_timeout_ms. The task that closes the file
 * waits for the work item. A task that is killed does not wait; the work item
 * finishes without it.
 */

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "core/leave.h"
#include "core/param.h"

/*
 * Two workqueues: the work item that ends a session waits for the work items
 * that stop its channels. In a common queue, the former could take all workers
 * from the latter.
 */
static struct workqueue_struct *dmactl_leave_wq;
static struct workqueue_struct *dmactl_stop_wq;

/*
 * A process that exits closes its files one by one. Its total wait for all
 * files is limited to the time that one file may take.
 */
struct dmactl_leaver {
	struct list_head node;		/* dmactl_leavers_lock */
	u64 started;			/* start time; identifies the process with tgid */
	pid_t tgid;
	unsigned long end;		/* of the wait, in jiffies */
};

static DEFINE_SPINLOCK(dmactl_leavers_lock);
static LIST_HEAD(dmactl_leavers);	/* newest first */
static unsigned int dmactl_nr_leavers;

/*
 * An entry is dropped some time after its process must have exited, or when the
 * list is full.
 */
#define DMACTL_LEAVER_KEPT (10 * HZ)
#define DMACTL_MAX_LEAVERS 1024

/*
 * The longest wait of an exiting process. Hardware that gets stop_timeout_ms to
 * finish is done before.
 */
static unsigned long dmactl_leave_patience(void)
{
	return msecs_to_jiffies(dmactl_stop_timeout_ms) / 4 * 7 + 1;
}

static void dmactl_leaver_del(struct dmactl_leaver *leaver)
{
	lockdep_assert_held(&dmactl_leavers_lock);
	list_del(&leaver->node);
	dmactl_nr_leavers--;
	kfree(leaver);
}

/*
 * Returns the entry of the calling process, if it has closed a file before.
 * Drops old entries.
 */
static struct dmactl_leaver *dmactl_leaver_find(void)
{
	struct dmactl_leaver *leaver, *next, *found = NULL;

	lockdep_assert_held(&dmactl_leavers_lock);
	list_for_each_entry_safe(leaver, next, &dmactl_leavers, node) {
		if (leaver->tgid == current->tgid &&
		    leaver->started == current->group_leader->start_time) {
			found = leaver;
		} else if (time_after(jiffies,
				      leaver->end + DMACTL_LEAVER_KEPT)) {
			dmactl_leaver_del(leaver);
		}
	}
	return found;
}

/* Returns the jiffies that an exiting process may still wait. */
static unsigned long dmactl_leave_left(void)
{
	struct dmactl_leaver *leaver, *new;
	long left;

	new = kmalloc(sizeof(*new), GFP_KERNEL);
	/*
	 * Without memory, do not wait: others can use the memory that the
	 * process frees.
	 */
	if (!new)
		return 0;
	new->started = current->group_leader->start_time;
	new->tgid = current->tgid;
	new->end = jiffies + dmactl_leave_patience();
	spin_lock(&dmactl_leavers_lock);
	leaver = dmactl_leaver_find();
	if (!leaver) {
		if (dmactl_nr_leavers == DMACTL_MAX_LEAVERS)
			dmactl_leaver_del(list_last_entry(&dmactl_leavers,
							  struct dmactl_leaver,
							  node));
		list_add(&new->node, &dmactl_leavers);
		dmactl_nr_leavers++;
		leaver = new;
		new = NULL;
	}
	left = leaver->end - jiffies;
	spin_unlock(&dmactl_leavers_lock);
	kfree(new);
	return max(left, 0l);
}

static void dmactl_leave_wait(struct dmactl_leave *leave)
{
	/* Kernel threads close the files of other tasks. */
	if (current->flags & PF_KTHREAD)
		return;
	if (!(current->flags & PF_EXITING))
		wait_for_completion_killable(&leave->done);
	else if (!completion_done(&leave->done))
		wait_for_completion_timeout(&leave->done, dmactl_leave_left());
}

static void dmactl_leave_put(struct dmactl_leave *leave)
{
	if (refcount_dec_and_test(&leave->ref))
		leave->free(leave);
}

static void dmactl_leave_work(struct work_struct *work)
{
	struct dmactl_leave *leave = container_of(work, struct dmactl_leave,
						  work);

	leave->stop(leave);
	/*
	 * Put the module first, so that it can be unloaded after close(2)
	 * returns. Unloading destroys the workqueue, which waits for this
	 * function to return.
	 */
	module_put(THIS_MODULE);
	complete(&leave->done);
	dmactl_leave_put(leave);
}

/*
 * Called from release(). @stop stops what the file holds, then @free frees its
 * memory.
 */
void dmactl_leave(struct dmactl_leave *leave,
		  void (*stop)(struct dmactl_leave *leave),
		  void (*free)(struct dmactl_leave *leave))
{
	leave->stop = stop;
	leave->free = free;
	refcount_set(&leave->ref, 2);
	init_completion(&leave->done);
	INIT_WORK(&leave->work, dmactl_leave_work);
	/* The reference of the file is dropped when release() returns. */
	__module_get(THIS_MODULE);
	queue_work(dmactl_leave_wq, &leave->work);
	dmactl_leave_wait(leave);
	dmactl_leave_put(leave);
}

/* Stops a channel in parallel with others. */
void dmactl_stop_async(struct work_struct *work)
{
	queue_work(dmactl_stop_wq, work);
}

int __init dmactl_leave_init(void)
{
	/*
	 * Before a system sleep, this one comes to rest with the tasks: its work
	 * items call providers. It waits for the other one, which must not.
	 */
	dmactl_leave_wq = alloc_workqueue("dmactl_leave",
					  WQ_UNBOUND | WQ_FREEZABLE, 0);
	dmactl_stop_wq = alloc_workqueue("dmactl_stop", WQ_UNBOUND, 0);
	if (dmactl_leave_wq && dmactl_stop_wq)
		return 0;
	dmactl_leave_exit();
	return -ENOMEM;
}

void dmactl_leave_exit(void)
{
	struct dmactl_leaver *leaver, *next;

	if (dmactl_leave_wq)
		destroy_workqueue(dmactl_leave_wq);
	if (dmactl_stop_wq)
		destroy_workqueue(dmactl_stop_wq);
	list_for_each_entry_safe(leaver, next, &dmactl_leavers, node)
		kfree(leaver);
}
