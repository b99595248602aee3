/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the speed of a peripheral. */
#ifndef DMA_SIM_PERIPH_CLOCK_H
#define DMA_SIM_PERIPH_CLOCK_H

#include <linux/ktime.h>
#include <linux/types.h>

/**
 * struct sim_clock - bytes at a rate that may change
 * @rate: bytes per second
 * @since: time of @bytes
 * @bytes: bytes at that time
 *
 * It is a part of a peripheral's state and has the same protection.
 */
struct sim_clock {
	u64 rate;
	ktime_t since;
	u64 bytes;
};

void sim_clock_start(struct sim_clock *clock, u64 rate);
u64 sim_clock_read(struct sim_clock *clock, u64 rate);
ktime_t sim_clock_when(const struct sim_clock *clock, u64 bytes);
u64 sim_clock_chunk(const struct sim_clock *clock, u64 most);

#endif /* DMA_SIM_PERIPH_CLOCK_H */
