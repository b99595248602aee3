/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: simulated faults of a provider. */
#ifndef DMA_SIM_CORE_FAULT_H
#define DMA_SIM_CORE_FAULT_H

#include <linux/dmaengine.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct sim_chan;
struct sim_desc;

/* Bits of sim_control.misbehave; their names are in fault/misbehave.c. */
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
	SIM_FAIL_SILENT,
	SIM_COOKIE_LATE,
	SIM_METADATA_FIXED,
	SIM_RESIDUE_WHOLE,
	SIM_RESIDUE_OF_LAST,
	SIM_FAIL_GOOD,
	SIM_PERIOD_SILENT,
	SIM_BUNCH_LOST,
	SIM_TERMINATE_RACES,
	SIM_MISBEHAVIOURS
};

#define SIM_COOKIES		64	/* most cookies with SIM_COOKIE_RESTARTS */
#define SIM_BUNCH		16	/* most descriptors before SIM_BUNCH_LOST */

/**
 * struct sim_fault_ops - the functions that simulate faults
 * @init: the channel is created
 * @exit: the client releases the channel and frees its memory next; may
 *	sleep
 * @begin: [lock] the engine starts a descriptor
 * @bytes: [lock] the engine has moved the bytes of a descriptor
 * @issue: [lock] descriptors were issued
 * @resume: [lock] a paused channel is resumed
 * @terminate: all descriptors are about to be taken back
 * @succeed: take issued descriptors back with callbacks that report
 *	success
 * @status: changes the status of a cookie
 * @residue: [lock] changes the residue of a descriptor
 *
 * Those with [lock] are called with &sim_chan.lock held. A controller without
 * faults calls only @init and @exit.
 */
struct sim_fault_ops {
	void (*init)(struct sim_chan *sc);
	void (*exit)(struct sim_chan *sc);
	void (*begin)(struct sim_chan *sc, struct sim_desc *d);
	void (*bytes)(struct sim_chan *sc, struct sim_desc *d);
	void (*issue)(struct sim_chan *sc);
	void (*resume)(struct sim_chan *sc);
	void (*terminate)(struct sim_chan *sc);
	int (*succeed)(struct sim_chan *sc);
	enum dma_status (*status)(struct sim_chan *sc, enum dma_status status);
	u32 (*residue)(struct sim_chan *sc, const struct sim_desc *d,
		       u32 residue);
};

/**
 * struct sim_fault - the state of simulated faults of a channel
 * @spoilt: the next copy moves nothing
 * @raced: the termination that has just come takes nothing back
 * @work: runs some time after a termination
 * @written: @work writes at @at
 * @at: DMA address
 * @callback: @work calls this, or NULL
 * @param: argument of @callback
 *
 * fault/misbehave.c writes all of it, with &sim_chan.lock held.
 */
struct sim_fault {
	bool spoilt;
	bool raced;
	struct delayed_work work;
	bool written;
	dma_addr_t at;
	dma_async_tx_callback_result callback;
	void *param;
};

#endif /* DMA_SIM_CORE_FAULT_H */
