/* SPDX-License-Identifier: GPL-2.0-only */
/* SWIOTLB: the bytes that mappings take of it. */
#ifndef DMACTL_BOUNCE_H
#define DMACTL_BOUNCE_H

#include <linux/scatterlist.h>
#include <linux/types.h>

struct device;
struct dmactl_map;

unsigned long dmactl_bounce_slots(u64 len);
unsigned long dmactl_bounce_most(struct device *dev, struct sg_table *table);
unsigned long dmactl_bounce_most_of(struct device *dev, u64 len);
int dmactl_bounce_reserve(struct dmactl_map *map, unsigned long bytes);
int dmactl_bounce_adjust(struct dmactl_map *map, unsigned long bytes);
void dmactl_bounce_unreserve(struct dmactl_map *map);
bool dmactl_bounce_used(const struct dmactl_map *map, struct scatterlist *sg,
			dma_addr_t addr);

#endif /* DMACTL_BOUNCE_H */
