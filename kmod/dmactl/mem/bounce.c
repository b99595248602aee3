// SPDX-License-Identifier: GPL-2.0-only
/*
 * SWIOTLB is memory that the kernel copies through for devices that do not
 * reach all of memory. This file reserves and counts what mappings take of it.
 */

#include <linux/align.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/swiotlb.h>

#include "../../compat.h"
#include "core/account.h"
#include "mem/bounce.h"
#include "mem/buffer.h"
#include "mem/dma_dev.h"
#include "mem/map.h"

/* SWIOTLB allocates whole slots. */
unsigned long dmactl_bounce_slots(u64 len)
{
	return ALIGN(len, IO_TLB_SIZE);
}

/*
 * Would the DMA API bounce this entry? Since 6.5 it bounces every entry shorter
 * than two cache lines if the device is not cache coherent, whatever the device
 * can reach. The ends of pinned memory are such entries.
 */
static bool dmactl_bounce_may(struct device *dev, struct scatterlist *sg)
{
	if (!dev_is_dma_coherent(dev) &&
	    sg->length < 2 * dma_get_cache_alignment())
		return true;
	if (dma_max_mapping_size(dev) == SIZE_MAX)
		return false;
	return !dmactl_compat_dma_is_direct(dev) ||
	       is_swiotlb_force_bounce(dev) ||
	       !dma_capable(dev, phys_to_dma(dev, sg_phys(sg)), sg->length,
			    true);
}

/* Returns the most bytes of SWIOTLB that a list can take. */
unsigned long dmactl_bounce_most(struct device *dev, struct sg_table *table)
{
	unsigned long bytes = 0;
	struct scatterlist *sg;
	unsigned int i;

	if (dev_is_dma_coherent(dev) && dma_max_mapping_size(dev) == SIZE_MAX)
		return 0;
	for_each_sgtable_sg(table, sg, i)
		if (dmactl_bounce_may(dev, sg))
			bytes += dmactl_bounce_slots(sg->length);
	return bytes;
}

/* The same for a dma-buf of another driver, whose addresses are unknown. */
unsigned long dmactl_bounce_most_of(struct device *dev, u64 len)
{
	if (dma_max_mapping_size(dev) == SIZE_MAX)
		return 0;
	return dmactl_bounce_slots(len);
}

/*
 * Called before mapping: even memory that is held briefly is missing for disks
 * and network cards.
 */
int dmactl_bounce_reserve(struct dmactl_map *map, unsigned long bytes)
{
	int ret = 0;

	if (bytes)
		ret = dmactl_account_bounce(map->buf->account, bytes);
	if (!ret)
		map->bounced = bytes;
	return ret;
}

/* Corrects the reserved bytes to the bytes that are known to be bounced. */
int dmactl_bounce_adjust(struct dmactl_map *map, unsigned long bytes)
{
	struct dmactl_account *account = map->buf->account;
	int ret = 0;

	if (bytes > map->bounced)
		ret = dmactl_account_bounce(account, bytes - map->bounced);
	else if (bytes < map->bounced)
		dmactl_account_unbounce(account, map->bounced - bytes);
	if (!ret)
		map->bounced = bytes;
	return ret;
}

void dmactl_bounce_unreserve(struct dmactl_map *map)
{
	if (map->bounced)
		dmactl_account_unbounce(map->buf->account, map->bounced);
	map->bounced = 0;
}

/* Returns true if the entry was bounced. */
bool dmactl_bounce_used(const struct dmactl_map *map, struct scatterlist *sg,
			dma_addr_t addr)
{
	struct device *dev = map->dev->dev;

	if (dmactl_compat_dma_is_direct(dev))
		return addr != phys_to_dma(dev, sg_phys(sg));
	/* On a cache coherent device, only bounced entries need a sync. */
	if (dev_is_dma_coherent(dev))
		return dma_need_sync(dev, addr);
	/* On other devices every entry needs a sync: keep what was reserved. */
	return dmactl_bounce_may(dev, sg);
}
