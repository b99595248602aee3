/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops between memory and a peripheral. */
#ifndef DMACTL_SLAVE_H
#define DMACTL_SLAVE_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_job;

u32 dmactl_slave_align(const struct dmactl_chan *chan,
		       enum dma_transfer_direction dir);
int dmactl_slave_single_list(struct dmactl_job *job);

#endif /* DMACTL_SLAVE_H */
