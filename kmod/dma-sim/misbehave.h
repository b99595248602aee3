/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: how it breaks its promises, for what is to notice */
#ifndef DMA_SIM_MISBEHAVE_H
#define DMA_SIM_MISBEHAVE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/dmaengine.h>
#include <linux/types.h>

#include "sim.h"

/* Bits of sim_control.misbehave; their names are in misbehave.c. */
enum sim_misbehaviour {
	SIM_WRONG_BYTE,
	SIM_WRITE_PAST_END,
	SIM_UNALIGNED_WRONG,
	SIM_ODD_LENGTH_WRONG,
	SIM_EARLY_START,
	SIM_ISSUE_IGNORED,
	SIM_LOST_COMPLETION,
	SIM_DOUBLE_COMPLETION,
	SIM_OUT_OF_ORDER,
	SIM_COOKIE_RESTARTS,
	SIM_LOST_WHEN_DRY,
	SIM_FENCE_IGNORED,
	SIM_INTERRUPT_EARLY,
	SIM_STATUS_EARLY,
	SIM_STATUS_NEVER,
	SIM_RESIDUE_GROWS,
	SIM_RESIDUE_COARSE,
	SIM_RESIDUE_FINE,
	SIM_PAUSE_IGNORED,
	SIM_RESUME_IGNORED,
	SIM_RESUME_GAP,
	SIM_LATE_WRITE,
	SIM_LATE_CALLBACK,
	SIM_TERMINATE_IGNORED,
	SIM_TERMINATE_SUCCESS,
	SIM_TERMINATE_KEEPS,
	SIM_TERMINATE_SPOILS,
	SIM_PERIOD_LOST,
	SIM_CONFIG_REFUSED,
	SIM_MISBEHAVIOURS
};

#define SIM_COOKIES		64	/* what SIM_COOKIE_RESTARTS knows */

static inline bool sim_misbehaves(const struct sim_chan *sc,
				  enum sim_misbehaviour how)
{
	return unlikely(READ_ONCE(sc->ctl->config.control->misbehave) &
			BIT(how));
}

void sim_misbehave_init(struct sim_chan *sc);
void sim_misbehave_exit(struct sim_chan *sc);
void sim_misbehave_begin(struct sim_chan *sc, struct sim_desc *d);
void sim_misbehave_bytes(struct sim_chan *sc, struct sim_desc *d);
void sim_misbehave_issue(struct sim_chan *sc);
void sim_misbehave_resume(struct sim_chan *sc);
void sim_misbehave_terminate(struct sim_chan *sc);
int sim_misbehave_succeed(struct sim_chan *sc);
enum dma_status sim_misbehave_status(struct sim_chan *sc,
				     enum dma_status status);
u32 sim_misbehave_residue(struct sim_chan *sc, const struct sim_desc *d,
			  u32 residue);

#endif /* DMA_SIM_MISBEHAVE_H */
