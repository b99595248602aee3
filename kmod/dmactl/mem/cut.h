/* SPDX-License-Identifier: GPL-2.0-only */
/* The scatterlist of a buffer's pages, cut to the limits of a device. */
#ifndef DMACTL_CUT_H
#define DMACTL_CUT_H

#include <linux/scatterlist.h>
#include <linux/types.h>

struct device;
struct dmactl_map;

u64 dmactl_map_max_entry(struct device *dev);
bool dmactl_map_reachable(struct device *dev, struct sg_table *table);
int dmactl_map_fill_sgt(struct dmactl_map *map);

#endif /* DMACTL_CUT_H */
