// SPDX-License-Identifier: GPL-2.0-only
/* The scatterlist of a buffer's pages, cut to the limits of a device. */

#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#include "core/account.h"
#include "mem/buffer.h"
#include "mem/cut.h"
#include "mem/dma_dev.h"
#include "mem/map.h"

/* The largest value of enum dmaengine_alignment, in bytes. */
#define DMACTL_MAX_ALIGN 256

/* The limits of the device. */
struct dmactl_cut {
	u64 max;	/* bytes in one entry */
	u64 boundary;	/* mask that no entry may cross */
};

/* Returns the longest entry that a device may be given, in bytes. */
u64 dmactl_map_max_entry(struct device *dev)
{
	/* SWIOTLB does not bounce more than this at once. */
	u64 max = min_t(u64, dma_get_max_seg_size(dev),
			dma_max_mapping_size(dev));

	if (max > PAGE_SIZE)
		return round_down(max, PAGE_SIZE);
	/* Keeps the ends of entries aligned, for the largest alignment. */
	return max > DMACTL_MAX_ALIGN ? round_down(max, DMACTL_MAX_ALIGN) : max;
}

static struct dmactl_cut dmactl_map_cut(struct device *dev)
{
	return (struct dmactl_cut) {
		.max = dmactl_map_max_entry(dev),
		.boundary = dma_get_seg_boundary(dev),
	};
}

/* Returns the bytes from @off on that are contiguous and fit in one entry. */
static u64 dmactl_map_piece(const struct dmactl_buf *buf,
			    const struct dmactl_cut *cut, u64 off)
{
	u64 pos = off + buf->page_off;
	unsigned long i = pos >> PAGE_SHIFT;
	u64 phys = page_to_phys(buf->pages[i]) + offset_in_page(pos);
	u64 limit = min(cut->max, cut->boundary - (phys & cut->boundary) + 1);
	u64 len = PAGE_SIZE - offset_in_page(pos);

	/* A boundary mask of all ones overflows to 0: there is no boundary. */
	if (!limit)
		limit = cut->max;
	limit = min(limit, buf->size - off);
	while (len < limit && i + 1 < buf->npages &&
	       page_to_pfn(buf->pages[i + 1]) ==
	       page_to_pfn(buf->pages[i]) + 1) {
		len += PAGE_SIZE;
		i++;
	}
	return min(len, limit);
}

/*
 * Memory beyond the device's DMA mask must be bounced. If SWIOTLB is off, or is
 * itself out of reach (it lies below 4 GiB), the DMA API would print a warning.
 */
bool dmactl_map_reachable(struct device *dev, struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int i;

	if (!dma_addressing_limited(dev))
		return true;
	if (dma_get_mask(dev) >= DMA_BIT_MASK(32) &&
	    dma_max_mapping_size(dev) != SIZE_MAX)
		return true;
	for_each_sgtable_sg(table, sg, i)
		if (!dma_capable(dev, phys_to_dma(dev, sg_phys(sg)),
				 sg->length, true))
			return false;
	return true;
}

int dmactl_map_fill_sgt(struct dmactl_map *map)
{
	struct dmactl_cut cut = dmactl_map_cut(map->dev->dev);
	const struct dmactl_buf *buf = map->buf;
	struct scatterlist *sg;
	unsigned int nents = 0;
	unsigned int i;
	u64 off;
	int ret;

	for (off = 0; off < buf->size; off += dmactl_map_piece(buf, &cut, off))
		nents++;
	ret = sg_alloc_table(&map->sgt, nents, DMACTL_GFP_LARGE);
	if (ret)
		return ret;
	off = 0;
	for_each_sgtable_sg(&map->sgt, sg, i) {
		u64 len = dmactl_map_piece(buf, &cut, off);
		u64 pos = off + buf->page_off;

		sg_set_page(sg, buf->pages[pos >> PAGE_SHIFT], len,
			    offset_in_page(pos));
		off += len;
	}
	return 0;
}
