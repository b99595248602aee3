/* SPDX-License-Identifier: GPL-2.0-only */
/* The capabilities of a channel. */
#ifndef DMACTL_CAPS_H
#define DMACTL_CAPS_H

#include <linux/bits.h>
#include <linux/dmactl.h>
#include <linux/dmaengine.h>
#include <linux/types.h>

struct dmactl_bounds;
struct dmactl_limits;

/* With any of these, the channel has ops without a peripheral. */
#define DMACTL_CAPS_MEMORY						\
	(DMACTL_CAP_MEMCPY | DMACTL_CAP_MEMSET | DMACTL_CAP_MEMSET_SG |	\
	 DMACTL_CAP_XOR | DMACTL_CAP_XOR_VAL | DMACTL_CAP_PQ |		\
	 DMACTL_CAP_PQ_VAL)

void dmactl_chan_caps(struct dma_chan *dma, struct dmactl_chan_caps *caps);
void dmactl_chan_bounds(const struct dmactl_bounds *bounds,
			struct dmactl_chan_caps *caps);
u64 dmactl_chan_cap_bits(struct dma_chan *dma);
u32 dmactl_chan_directions(struct dma_chan *dma);

void dmactl_limits_init(struct dmactl_limits *limits, struct dma_chan *dma);
void dmactl_limits_offer(struct dmactl_limits *limits, bool offered);
void dmactl_limits_drop_caps(struct dmactl_limits *limits, u64 caps);
u32 dmactl_limits_narrow(struct dmactl_limits *limits, u32 directions);

#endif /* DMACTL_CAPS_H */
