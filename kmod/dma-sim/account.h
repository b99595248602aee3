/* SPDX-License-Identifier: GPL-2.0-only */
/* What dma-sim itself costs, so that it can be subtracted from a measurement */
#ifndef DMA_SIM_ACCOUNT_H
#define DMA_SIM_ACCOUNT_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/types.h>

DECLARE_STATIC_KEY_FALSE(sim_account_on);

void sim_account_add(u64 since);

/*
 * Around what is done with the lock of a channel held and interrupts off:
 * all that stands for the hardware and its driver, and nothing of a client.
 */
static inline u64 sim_account_begin(void)
{
	return static_branch_unlikely(&sim_account_on) ? ktime_get_ns() : 0;
}

static inline void sim_account_end(u64 since)
{
	/* 0: it was switched on in between. */
	if (static_branch_unlikely(&sim_account_on) && since)
		sim_account_add(since);
}

#endif /* DMA_SIM_ACCOUNT_H */
