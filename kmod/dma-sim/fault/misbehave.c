// SPDX-License-Identifier: GPL-2.0-only
/* Simulates faults of a provider, to test that they are noticed. */
#include <linux/bottom_half.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core/lock.h"
#include "core/memory.h"
#include "fault/misbehave.h"
#include "op/table.h"

/* Longer than a client may take from one termination to the end of the next. */
#define SIM_LATE_MS	40

static const char *const sim_misbehaviours[SIM_MISBEHAVIOURS] = {
	[SIM_WRONG_BYTE] = "wrong_byte",
	[SIM_WRITE_PAST_END] = "write_past_end",
	[SIM_UNALIGNED_WRONG] = "unaligned_wrong",
	[SIM_ODD_LENGTH_WRONG] = "odd_length_wrong",
	[SIM_EARLY_START] = "early_start",
	[SIM_ISSUE_IGNORED] = "issue_ignored",
	[SIM_LOST_COMPLETION] = "lost_completion",
	[SIM_DOUBLE_COMPLETION] = "double_completion",
	[SIM_OUT_OF_ORDER] = "out_of_order",
	[SIM_COOKIE_RESTARTS] = "cookie_restarts",
	[SIM_LOST_WHEN_DRY] = "lost_when_dry",
	[SIM_FENCE_IGNORED] = "fence_ignored",
	[SIM_INTERRUPT_EARLY] = "interrupt_early",
	[SIM_STATUS_EARLY] = "status_early",
	[SIM_STATUS_NEVER] = "status_never",
	[SIM_RESIDUE_GROWS] = "residue_grows",
	[SIM_RESIDUE_COARSE] = "residue_coarse",
	[SIM_RESIDUE_FINE] = "residue_fine",
	[SIM_PAUSE_IGNORED] = "pause_ignored",
	[SIM_RESUME_IGNORED] = "resume_ignored",
	[SIM_RESUME_GAP] = "resume_gap",
	[SIM_LATE_WRITE] = "late_write",
	[SIM_LATE_CALLBACK] = "late_callback",
	[SIM_TERMINATE_IGNORED] = "terminate_ignored",
	[SIM_TERMINATE_SUCCESS] = "terminate_success",
	[SIM_TERMINATE_KEEPS] = "terminate_keeps",
	[SIM_TERMINATE_SPOILS] = "terminate_spoils",
	[SIM_PERIOD_LOST] = "period_lost",
	[SIM_CONFIG_REFUSED] = "config_refused",
	[SIM_FAIL_SILENT] = "fail_silent",
	[SIM_COOKIE_LATE] = "cookie_late",
	[SIM_METADATA_FIXED] = "metadata_fixed",
	[SIM_RESIDUE_WHOLE] = "residue_whole",
	[SIM_RESIDUE_OF_LAST] = "residue_of_last",
	[SIM_FAIL_GOOD] = "fail_good",
	[SIM_PERIOD_SILENT] = "period_silent",
	[SIM_BUNCH_LOST] = "bunch_lost",
	[SIM_TERMINATE_RACES] = "terminate_races",
};

/* These faults write to memory outside the transfer. */
#define SIM_UNSAFE							\
	(BIT_ULL(SIM_WRITE_PAST_END) | BIT_ULL(SIM_LATE_WRITE) |	\
	 BIT_ULL(SIM_TERMINATE_IGNORED) | BIT_ULL(SIM_TERMINATE_RACES))

/* Parses a list of words, or "none". */
int sim_set_misbehave(u64 *to, const char *val)
{
	u64 bits = 0;

	val += strspn(val, "\n ,");
	if (sysfs_streq(val, "none"))
		val = "";
	while (*val) {
		size_t n = strcspn(val, "\n ,");
		unsigned int i;

		for (i = 0; i < SIM_MISBEHAVIOURS; i++)
			if (strlen(sim_misbehaviours[i]) == n &&
			    !strncmp(sim_misbehaviours[i], val, n))
				break;
		if (i == SIM_MISBEHAVIOURS)
			return -EINVAL;
		bits |= BIT_ULL(i);
		val += n;
		val += strspn(val, "\n ,");
	}
	if ((bits & SIM_UNSAFE) && security_locked_down(LOCKDOWN_DEV_MEM))
		return -EPERM;
	WRITE_ONCE(*to, bits);
	return 0;
}

int sim_misbehave_show(char *page, u64 bits)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < SIM_MISBEHAVIOURS; i++)
		if (bits & BIT_ULL(i))
			n += sysfs_emit_at(page, n, "%s%s", n ? "," : "",
					   sim_misbehaviours[i]);
	return n + sysfs_emit_at(page, n, n ? "\n" : "none\n");
}

/* Flips a byte, if the device can reach it. */
static void sim_misbehave_at(struct sim_chan *sc, dma_addr_t addr)
{
	size_t n = 1;
	u8 *p;

	lockdep_assert_held(&sc->lock);
	p = sim_mem_map(sc, addr, &n);
	if (!p)
		return;
	*p ^= 0xff;
	kunmap_local(p);
}

/* The engine starts a descriptor. */
static void sim_misbehave_begin(struct sim_chan *sc, struct sim_desc *d)
{
	struct sim_desc *next = list_next_entry(d, node);

	lockdep_assert_held(&sc->lock);
	if (d->op != &sim_op_memcpy)
		return;
	/* Hardware that has lost its position skips bytes without noticing. */
	if (sc->fault.spoilt)
		d->pos = d->stop;
	sc->fault.spoilt = false;
	if (!sim_misbehaves(sc, SIM_FENCE_IGNORED) ||
	    !(d->tx.flags & DMA_PREP_FENCE) ||
	    list_is_last(&d->node, &sc->desc.issued) || next->op != d->op)
		return;
	/*
	 * Two descriptors run at once: the next one has moved its bytes before
	 * its turn.
	 */
	d->op->step(sc, next, next->stop);
}

/*
 * A descriptor has ended. If more than SIM_BUNCH descriptors wait, all of them
 * count as done and move nothing.
 */
static void sim_misbehave_bunch(struct sim_chan *sc)
{
	struct sim_desc *other;
	unsigned int waiting = 0;

	lockdep_assert_held(&sc->lock);
	list_for_each_entry(other, &sc->desc.issued, node)
		waiting++;
	if (waiting <= SIM_BUNCH)
		return;
	list_for_each_entry(other, &sc->desc.issued, node)
		if (!other->started)
			other->pos = other->stop;
}

/* The engine has moved the bytes of a descriptor. */
static void sim_misbehave_bytes(struct sim_chan *sc, struct sim_desc *d)
{
	dma_addr_t dst = d->copy.dst, end = dst + d->len;

	lockdep_assert_held(&sc->lock);
	if (sim_misbehaves(sc, SIM_BUNCH_LOST))
		sim_misbehave_bunch(sc);
	if (d->op != &sim_op_memcpy)
		return;
	if (sim_misbehaves(sc, SIM_WRONG_BYTE))
		sim_misbehave_at(sc, dst + d->len / 2);
	if (sim_misbehaves(sc, SIM_UNALIGNED_WRONG) &&
	    (dst | d->copy.src) % 64)
		sim_misbehave_at(sc, dst);
	if (sim_misbehaves(sc, SIM_ODD_LENGTH_WRONG) && d->len % 64)
		sim_misbehave_at(sc, end - 1);
	/*
	 * Only in the same page, because the next page may belong to anybody.
	 */
	if (sim_misbehaves(sc, SIM_WRITE_PAST_END) && offset_in_page(end))
		sim_misbehave_at(sc, end);
}

/* Interrupts overtake all other descriptors. */
static void sim_misbehave_issue(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	lockdep_assert_held(&sc->lock);
	list_for_each_entry_safe(d, next, &sc->desc.issued, node)
		if (d->op == &sim_op_interrupt)
			list_move(&d->node, &sc->desc.issued);
}

/* The bytes in the FIFO are lost. */
static void sim_misbehave_resume(struct sim_chan *sc)
{
	struct sim_desc *d;

	lockdep_assert_held(&sc->lock);
	d = list_first_entry_or_null(&sc->desc.issued, struct sim_desc, node);
	if (d && d->op == &sim_op_memcpy)
		d->pos += min_t(size_t, d->stop - d->pos, 1024);
}

static void sim_misbehave_work(struct work_struct *work)
{
	struct sim_chan *sc = container_of(to_delayed_work(work),
					   struct sim_chan, fault.work);
	struct dmaengine_result result = { .result = DMA_TRANS_NOERROR };
	dma_async_tx_callback_result callback;
	void *param;

	scoped_guard(sim_chan, sc) {
		if (sc->fault.written)
			sim_misbehave_at(sc, sc->fault.at);
		callback = sc->fault.callback;
		param = sc->fault.param;
	}
	if (!callback)
		return;
	local_bh_disable();
	callback(param, &result);
	local_bh_enable();
}

/* All descriptors are about to be taken back. */
static void sim_misbehave_terminate(struct sim_chan *sc)
{
	struct sim_desc *d;

	guard(sim_chan)(sc);
	d = list_first_entry_or_null(&sc->desc.issued, struct sim_desc, node);
	/* Of two terminations in a row, the second one works. */
	sc->fault.raced = d && !sc->fault.raced &&
			  sim_misbehaves(sc, SIM_TERMINATE_RACES);
	/* Late means after the last termination. */
	if (!d && delayed_work_pending(&sc->fault.work))
		mod_delayed_work(system_wq, &sc->fault.work,
				 msecs_to_jiffies(SIM_LATE_MS));
	if (!d || d->op != &sim_op_memcpy)
		return;
	if (sim_misbehaves(sc, SIM_TERMINATE_SPOILS))
		sc->fault.spoilt = true;
	if (sim_misbehaves(sc, SIM_LATE_WRITE) ||
	    sim_misbehaves(sc, SIM_LATE_CALLBACK)) {
		sc->fault.written = sim_misbehaves(sc, SIM_LATE_WRITE);
		sc->fault.at = d->copy.dst + d->len - 1;
		sc->fault.callback = sim_misbehaves(sc, SIM_LATE_CALLBACK) ?
					    d->tx.callback_result : NULL;
		sc->fault.param = d->tx.callback_param;
		schedule_delayed_work(&sc->fault.work,
				      msecs_to_jiffies(SIM_LATE_MS));
	}
}

/* Takes issued descriptors back with callbacks that report success. */
static int sim_misbehave_succeed(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	guard(sim_chan)(sc);
	list_for_each_entry_safe(d, next, &sc->desc.issued, node)
		sim_desc_finish(sc, d, DMA_TRANS_NOERROR);
	list_for_each_entry_safe(d, next, &sc->desc.submitted, node) {
		dma_descriptor_unmap(&d->tx);
		sim_desc_recycle(sc, d);
	}
	sim_engine_reset(sc);
	sc->paused = false;
	tasklet_schedule(&sc->engine.tasklet);
	return 0;
}

static enum dma_status sim_misbehave_status(struct sim_chan *sc,
					    enum dma_status status)
{
	if (sim_misbehaves(sc, SIM_STATUS_EARLY) &&
	    status == DMA_IN_PROGRESS)
		return DMA_COMPLETE;
	if (sim_misbehaves(sc, SIM_STATUS_NEVER) && status == DMA_COMPLETE)
		return DMA_IN_PROGRESS;
	return status;
}

static u32 sim_misbehave_residue(struct sim_chan *sc, const struct sim_desc *d,
				 u32 residue)
{
	lockdep_assert_held(&sc->lock);
	if (sim_misbehaves(sc, SIM_RESIDUE_OF_LAST) &&
	    !list_empty(&sc->desc.issued)) {
		d = list_last_entry(&sc->desc.issued, struct sim_desc, node);
		residue = min_t(size_t, d->len - d->pos, U32_MAX);
	}
	if (sim_misbehaves(sc, SIM_RESIDUE_GROWS))
		return min_t(size_t, d->pos, U32_MAX);
	if (sim_misbehaves(sc, SIM_RESIDUE_COARSE))
		return min_t(size_t, d->len, U32_MAX);
	if (sim_misbehaves(sc, SIM_RESIDUE_FINE))
		return min_t(size_t, d->len - d->pos, U32_MAX);
	return residue;
}

static void sim_misbehave_init(struct sim_chan *sc)
{
	INIT_DELAYED_WORK(&sc->fault.work, sim_misbehave_work);
}

/* The client releases the channel and frees its memory next. */
static void sim_misbehave_exit(struct sim_chan *sc)
{
	cancel_delayed_work_sync(&sc->fault.work);
	sc->fault.spoilt = false;
}

const struct sim_fault_ops sim_faults = {
	.init = sim_misbehave_init,
	.exit = sim_misbehave_exit,
	.begin = sim_misbehave_begin,
	.bytes = sim_misbehave_bytes,
	.issue = sim_misbehave_issue,
	.resume = sim_misbehave_resume,
	.terminate = sim_misbehave_terminate,
	.succeed = sim_misbehave_succeed,
	.status = sim_misbehave_status,
	.residue = sim_misbehave_residue,
};
