/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounds: the limits of what dmactl asks a provider for. */
#ifndef DMACTL_BOUNDS_H
#define DMACTL_BOUNDS_H

#include <linux/types.h>

struct device;
struct dmactl_bounds;

void dmactl_bounds_find(struct device *dev, bool memory,
			struct dmactl_bounds *bounds);
void dmactl_bounds_set_by_port(struct dmactl_bounds *bounds, u32 descriptors,
			       u32 entries);

#endif /* DMACTL_BOUNDS_H */
