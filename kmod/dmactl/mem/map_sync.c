// SPDX-License-Identifier: GPL-2.0-only
/* Syncs: ranges of a buffer are handed to a device or to the CPU. */

#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "../../compat.h"
#include "mem/buffer.h"
#include "mem/dma_dev.h"
#include "mem/map.h"

/* Hands a range to the device or to the CPU. Does not sleep. */
void dmactl_map_sync(const struct dmactl_map *map, u64 off, u64 len,
		     enum dma_data_direction dir, bool for_cpu)
{
	const struct dmactl_seg *ent;

	if (!map->ents)
		return;
	/*
	 * The device did not write, so nothing may be copied back to the pages.
	 */
	if (map->buf->read_only) {
		if (for_cpu)
			return;
		dir = DMA_TO_DEVICE;
	}
	ent = dmactl_seg_find(map->ents, map->nr_ents, off);
	for (; len; ent++) {
		u64 n = min(len, ent[1].off - off);
		dma_addr_t addr = ent->addr + (off - ent->off);

		if (for_cpu)
			dma_sync_single_for_cpu(map->dev->dev, addr, n, dir);
		else
			dma_sync_single_for_device(map->dev->dev, addr, n, dir);
		off += n;
		len -= n;
	}
}

/* Bytes synced between checks for a fatal signal. */
#define DMACTL_SYNC_CHUNK SZ_16M

/*
 * The same for process context. Returns -EINTR if the task was killed before
 * the end.
 */
int dmactl_map_sync_long(const struct dmactl_map *map, u64 off, u64 len,
			 enum dma_data_direction dir, bool for_cpu)
{
	u64 n;

	for (; len; off += n, len -= n) {
		if (fatal_signal_pending(current))
			return -EINTR;
		n = min_t(u64, len, DMACTL_SYNC_CHUNK);
		dmactl_map_sync(map, off, n, dir, for_cpu);
	}
	return 0;
}

/* Returns the number of devices whose mapping needs syncs. */
static u32 dmactl_map_nr_syncing(struct dmactl_buf *buf)
{
	struct dmactl_map *map;
	u32 nr = 0;

	guard(dmactl_bh)(&buf->maps_lock);
	list_for_each_entry(map, &buf->maps, buf_node)
		nr += !!map->ents;
	return nr;
}

static int dmactl_map_sync_each(struct dmactl_buf *buf, u64 off, u64 len,
				enum dma_data_direction dir, bool for_cpu)
{
	struct dmactl_dev *dev;
	struct dmactl_map *map;
	int ret = 0;
	u32 n;

	for (n = 0; !ret && (dev = dmactl_map_nth_dev(buf, n)); n++) {
		scoped_guard(mutex, &dev->lock) {
			map = dmactl_map_find(buf, dev);
			if (map)
				ret = dmactl_map_sync_long(map, off, len, dir,
							   for_cpu);
		}
		dmactl_dev_put(dev);
	}
	return ret;
}

/* Syncs a range for every device that has the buffer mapped. */
int dmactl_map_sync_all(struct dmactl_buf *buf, u64 off, u64 len,
			enum dma_data_direction dir, bool for_cpu)
{
	u32 before;
	int ret;

	/* Each device would overwrite the data of the others. */
	if (for_cpu && dir != DMA_TO_DEVICE && dmactl_map_nr_syncing(buf) > 1)
		return -EINVAL;
	/*
	 * If a device went, the mappings behind its own have moved up, and one
	 * was left out.
	 */
	do {
		before = READ_ONCE(buf->nr_unmapped);
		ret = dmactl_map_sync_each(buf, off, len, dir, for_cpu);
	} while (!ret && before != READ_ONCE(buf->nr_unmapped));
	return ret;
}
