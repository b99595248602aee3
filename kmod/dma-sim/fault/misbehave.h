/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: simulates faults of a provider, to test that they are noticed. */
#ifndef DMA_SIM_FAULT_MISBEHAVE_H
#define DMA_SIM_FAULT_MISBEHAVE_H

#include <linux/types.h>

#include "core/fault.h"

extern const struct sim_fault_ops sim_faults;

int sim_set_misbehave(u64 *to, const char *val);
int sim_misbehave_show(char *page, u64 bits);

#endif /* DMA_SIM_FAULT_MISBEHAVE_H */
