// SPDX-License-Identifier: GPL-2.0-only
/* How a provider breaks its promises, for what is to notice */
#include <linux/bottom_half.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "misbehave.h"

#define SIM_LATE_MS	8

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
};

/* A list of words, or "none". */
int sim_set_misbehave(u32 *to, const char *val)
{
	u32 bits = 0;

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
		bits |= BIT(i);
		val += n;
		val += strspn(val, "\n ,");
	}
	WRITE_ONCE(*to, bits);
	return 0;
}

int sim_misbehave_show(char *page, u32 bits)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < SIM_MISBEHAVIOURS; i++)
		if (bits & BIT(i))
			n += sysfs_emit_at(page, n, "%s%s", n ? "," : "",
					   sim_misbehaviours[i]);
	return n + sysfs_emit_at(page, n, n ? "\n" : "none\n");
}

/* Flips a byte, if the device reaches it. */
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

/* It takes up a descriptor. */
void sim_misbehave_begin(struct sim_chan *sc, struct sim_desc *d)
{
	struct sim_desc *next = list_next_entry(d, node);

	lockdep_assert_held(&sc->lock);
	if (d->op != &sim_op_memcpy)
		return;
	/* Hardware that has lost its place does not notice what it skips. */
	if (sc->spoilt)
		d->pos = d->stop;
	sc->spoilt = false;
	if (!sim_misbehaves(sc, SIM_FENCE_IGNORED) ||
	    !(d->tx.flags & DMA_PREP_FENCE) ||
	    list_is_last(&d->node, &sc->issued) || next->op != d->op)
		return;
	/* Two at once: the bytes of the next one have moved when its turn comes. */
	d->op->step(sc, next, next->stop);
}

/* It has moved the bytes of a descriptor. */
void sim_misbehave_bytes(struct sim_chan *sc, struct sim_desc *d)
{
	dma_addr_t dst = d->copy.dst, end = dst + d->len;

	lockdep_assert_held(&sc->lock);
	if (d->op != &sim_op_memcpy)
		return;
	if (sim_misbehaves(sc, SIM_WRONG_BYTE))
		sim_misbehave_at(sc, dst + d->len / 2);
	if (sim_misbehaves(sc, SIM_UNALIGNED_WRONG) &&
	    (dst | d->copy.src) % 64)
		sim_misbehave_at(sc, dst);
	if (sim_misbehaves(sc, SIM_ODD_LENGTH_WRONG) && d->len % 64)
		sim_misbehave_at(sc, end - 1);
	/* In the same page, as the next may be anybody's. */
	if (sim_misbehaves(sc, SIM_WRITE_PAST_END) && offset_in_page(end))
		sim_misbehave_at(sc, end);
}

/* Interrupts overtake all that waits. */
void sim_misbehave_issue(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	lockdep_assert_held(&sc->lock);
	list_for_each_entry_safe(d, next, &sc->issued, node)
		if (d->op == &sim_op_interrupt)
			list_move(&d->node, &sc->issued);
}

/* What was in the FIFO is gone. */
void sim_misbehave_resume(struct sim_chan *sc)
{
	struct sim_desc *d;

	lockdep_assert_held(&sc->lock);
	d = list_first_entry_or_null(&sc->issued, struct sim_desc, node);
	if (d && d->op == &sim_op_memcpy)
		d->pos += min_t(size_t, d->stop - d->pos, 1024);
}

static void sim_misbehave_work(struct work_struct *work)
{
	struct sim_chan *sc = container_of(to_delayed_work(work),
					   struct sim_chan, late.work);
	struct dmaengine_result result = { .result = DMA_TRANS_NOERROR };
	dma_async_tx_callback_result callback;
	void *param;

	scoped_guard(sim_chan, sc) {
		if (sc->late.written)
			sim_misbehave_at(sc, sc->late.at);
		callback = sc->late.callback;
		param = sc->late.param;
	}
	if (!callback)
		return;
	local_bh_disable();
	callback(param, &result);
	local_bh_enable();
}

/* Before everything is taken back. */
void sim_misbehave_terminate(struct sim_chan *sc)
{
	struct sim_desc *d;

	guard(sim_chan)(sc);
	d = list_first_entry_or_null(&sc->issued, struct sim_desc, node);
	if (!d || d->op != &sim_op_memcpy)
		return;
	if (sim_misbehaves(sc, SIM_TERMINATE_SPOILS))
		sc->spoilt = true;
	if (sim_misbehaves(sc, SIM_LATE_WRITE) ||
	    sim_misbehaves(sc, SIM_LATE_CALLBACK)) {
		sc->late.written = sim_misbehaves(sc, SIM_LATE_WRITE);
		sc->late.at = d->copy.dst + d->len - 1;
		sc->late.callback = sim_misbehaves(sc, SIM_LATE_CALLBACK) ?
					    d->tx.callback_result : NULL;
		sc->late.param = d->tx.callback_param;
		schedule_delayed_work(&sc->late.work,
				      msecs_to_jiffies(SIM_LATE_MS));
	}
}

/* Takes back what was issued by calling back as if it had been done. */
int sim_misbehave_succeed(struct sim_chan *sc)
{
	struct sim_desc *d, *next;

	guard(sim_chan)(sc);
	list_for_each_entry_safe(d, next, &sc->issued, node)
		sim_desc_finish(sc, d, DMA_TRANS_NOERROR);
	list_for_each_entry_safe(d, next, &sc->submitted, node) {
		dma_descriptor_unmap(&d->tx);
		sim_desc_recycle(sc, d);
	}
	sc->due = 0;
	sc->paused = false;
	tasklet_schedule(&sc->tasklet);
	return 0;
}

enum dma_status sim_misbehave_status(struct sim_chan *sc,
				     enum dma_status status)
{
	if (sim_misbehaves(sc, SIM_STATUS_EARLY) &&
	    status == DMA_IN_PROGRESS)
		return DMA_COMPLETE;
	if (sim_misbehaves(sc, SIM_STATUS_NEVER) && status == DMA_COMPLETE)
		return DMA_IN_PROGRESS;
	return status;
}

u32 sim_misbehave_residue(struct sim_chan *sc, const struct sim_desc *d,
			  u32 residue)
{
	lockdep_assert_held(&sc->lock);
	if (sim_misbehaves(sc, SIM_RESIDUE_GROWS))
		return min_t(size_t, d->pos, U32_MAX);
	if (sim_misbehaves(sc, SIM_RESIDUE_COARSE))
		return min_t(size_t, d->len, U32_MAX);
	if (sim_misbehaves(sc, SIM_RESIDUE_FINE))
		return min_t(size_t, d->len - d->pos, U32_MAX);
	return residue;
}

void sim_misbehave_init(struct sim_chan *sc)
{
	INIT_DELAYED_WORK(&sc->late.work, sim_misbehave_work);
}

/* The client lets the channel go, and frees its memory next. */
void sim_misbehave_exit(struct sim_chan *sc)
{
	cancel_delayed_work_sync(&sc->late.work);
	sc->spoilt = false;
}
