/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accounts the time that dma-sim itself takes, to subtract it from
 * measurements.
 */
#ifndef DMA_SIM_CORE_ACCOUNT_H
#define DMA_SIM_CORE_ACCOUNT_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/types.h>

DECLARE_STATIC_KEY_FALSE(sim_account_on);

void sim_account_add(u64 since);

/*
 * These enclose the sections that run with the lock of a channel held and
 * interrupts off. The sections contain all work of the simulated hardware and
 * its driver, and none of a client.
 */
static inline u64 sim_account_begin(void)
{
	return static_branch_unlikely(&sim_account_on) ? ktime_get_ns() : 0;
}

static inline void sim_account_end(u64 since)
{
	/* 0: accounting was switched on inside the section. */
	if (static_branch_unlikely(&sim_account_on) && since)
		sim_account_add(since);
}

#endif /* DMA_SIM_CORE_ACCOUNT_H */
