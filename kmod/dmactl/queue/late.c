// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks that a tasklet handles later. Some come from hard interrupts, or
 * with interrupts off under a lock of the provider; they cannot take
 * chan->lock, which leaves interrupts on. Others belong to ops that repeat: for
 * these the provider is asked for its position, under a lock that it may hold
 * during the callback. The tasklet handles all of them in order, and before any
 * later callback of the channel.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/bottom_half.h>
#include <linux/dmaengine.h>

#include "../../compat.h"
#include "core/chan.h"
#include "op/job.h"
#include "op/metadata.h"
#include "queue/callback.h"
#include "queue/late.h"
#include "queue/periods.h"
#include "queue/prepared.h"

/*
 * late->state has the number of calls in the low bits. Above them is 1 + enum
 * dmaengine_tx_result, of the first error or else of the last call with a
 * result. All is in one word, so that calls and result are taken together.
 */
#define DMACTL_LATE_CALLS	GENMASK(27, 0)
#define DMACTL_LATE_RESULT	GENMASK(30, 28)

/* Records a call. Returns true if it is the first since they were taken. */
static bool dmactl_late_note(struct dmactl_late *late,
			     const struct dmaengine_result *result)
{
	u32 said = result ? 1 + result->result : 0;
	int was = atomic_read(&late->state);
	int now;

	if (result)
		WRITE_ONCE(late->residue, result->residue);
	do {
		now = was + 1;
		if (said && FIELD_GET(DMACTL_LATE_RESULT, was) <=
			    1 + DMA_TRANS_NOERROR)
			now = (now & DMACTL_LATE_CALLS) |
			      FIELD_PREP(DMACTL_LATE_RESULT, said);
		/* A full barrier: the taker of the calls sees the residue. */
	} while (!atomic_try_cmpxchg(&late->state, &was, now));
	return !was;
}

/* Called from the callback in any context. */
void dmactl_late_add(struct dmactl_desc *desc,
		     const struct dmaengine_result *result)
{
	/*
	 * The op stays until this call is handled or the channel has stopped.
	 */
	struct dmactl_job *job = READ_ONCE(desc->job);
	struct dmactl_chan *chan = desc->chan;

	if (job && job->prepared_by)
		dmactl_prepared_note(job);
	if (job && job->metadata)
		dmactl_metadata_collect(job);
	if (dmactl_late_note(&desc->late, result))
		llist_add(&desc->late.node, &chan->later.list);
	if (irqs_disabled()) {
		tasklet_schedule(&chan->later.tasklet);
		return;
	}
	/* In a thread, the tasklet runs at the end of this section. */
	local_bh_disable();
	tasklet_schedule(&chan->later.tasklet);
	local_bh_enable();
}

static void dmactl_late_one(struct dmactl_desc *desc)
{
	struct dmactl_late *late = &desc->late;
	const struct dmaengine_result *given;
	struct dmaengine_result result;
	u32 state, times, said;

	/* From here on the descriptor may be added again. */
	state = atomic_xchg(&late->state, 0);
	times = FIELD_GET(DMACTL_LATE_CALLS, state);
	said = FIELD_GET(DMACTL_LATE_RESULT, state);
	result.residue = READ_ONCE(late->residue);
	result.result = said ? said - 1 : DMA_TRANS_NOERROR;
	given = said ? &result : NULL;
	if (READ_ONCE(desc->repeats)) {
		dmactl_periods_called(desc, times, given);
		return;
	}
	for (; times; times--)
		dmactl_desc_called(desc, given);
}

static void dmactl_late_run(struct dmactl_chan *chan)
{
	struct dmactl_desc *desc, *next;
	struct llist_node *list;

	list = llist_reverse_order(llist_del_all(&chan->later.list));
	llist_for_each_entry_safe(desc, next, list, late.node)
		dmactl_late_one(desc);
}

static void dmactl_late_tasklet(struct tasklet_struct *t)
{
	dmactl_late_run(container_of(t, struct dmactl_chan, later.tasklet));
}

/* Handles all earlier callbacks. Called from a task. */
void dmactl_late_flush(struct dmactl_chan *chan)
{
	tasklet_kill(&chan->later.tasklet);
	/* tasklet_kill() may have discarded a schedule in the meantime. */
	guard(dmactl_bh_off)();
	dmactl_late_run(chan);
}

void dmactl_late_init(struct dmactl_chan *chan)
{
	init_llist_head(&chan->later.list);
	tasklet_setup(&chan->later.tasklet, dmactl_late_tasklet);
}
