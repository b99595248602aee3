// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of CONTIGUOUS buffers: cached, and in one piece. It is one folio, or
 * each page has a reference of its own. If the buffer goes while somebody else
 * holds a page (a pin, a pipe, a packet under way), this page or the folio stays
 * until he puts it, and all others are free at once.
 *
 * The memory does not come from CMA: get_user_pages() pins no page of CMA for
 * long, as io_uring and RDMA ask for, and CMA takes only whole ranges back.
 */

#include <linux/align.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/memory_hotplug.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/page-flags.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "../../compat.h"
#include "mem/buffer.h"
#include "mem/contig.h"
#include "mem/map.h"
#include "mem/pages.h"

/*
 * The ranges of a zone that are tried at most. Each try stops allocations in
 * its range for a while, on all processors.
 */
#define DMACTL_CONTIG_TRIES 16

/* Pages between two looks at signals. */
#define DMACTL_CONTIG_CHUNK 1024

struct dmactl_contig {
	struct device *dev;		/* which has to reach it, or NULL */
	unsigned long npages;
};

/* Does the device reach the range, without SWIOTLB and in one segment? */
static bool dmactl_contig_is_near(const struct dmactl_contig *want,
				  unsigned long pfn)
{
	u64 size = (u64)want->npages << PAGE_SHIFT;
	dma_addr_t addr;
	u64 boundary;

	/* An IOMMU has addresses of its own. */
	if (!want->dev || !dmactl_compat_dma_is_direct(want->dev))
		return true;
	addr = phys_to_dma(want->dev, PFN_PHYS(pfn));
	if (!dma_capable(want->dev, addr, size, true))
		return false;
	boundary = dma_get_seg_boundary(want->dev);
	return size - 1 > boundary || !((addr ^ (addr + size - 1)) & ~boundary);
}

/*
 * Is the page free, or can its contents move elsewhere? Others may allocate or
 * free it meanwhile: this is a guess that saves tries.
 */
static bool dmactl_contig_is_movable(const struct zone *zone, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page || page_zone(page) != zone || PageReserved(page))
		return false;
	folio = page_folio(page);
	/* Huge pages were reserved by somebody. */
	if (folio_test_slab(folio) || folio_test_hugetlb(folio))
		return false;
	/* A page that is new on the LRU has a mapping before the flag. */
	return !folio_ref_count(folio) || folio_test_lru(folio) ||
	       READ_ONCE(folio->mapping);
}

/* Returns the first range from @pfn on that is worth a try, or 0. */
static unsigned long dmactl_contig_find(const struct dmactl_contig *want,
					const struct zone *zone,
					unsigned long pfn)
{
	unsigned long end = zone_end_pfn(zone), i;

	pfn = ALIGN(pfn, MAX_ORDER_NR_PAGES);
	while (pfn < end && want->npages <= end - pfn) {
		if (fatal_signal_pending(current))
			return 0;
		cond_resched();
		i = 0;
		if (dmactl_contig_is_near(want, pfn))
			while (i < want->npages &&
			       dmactl_contig_is_movable(zone, pfn + i))
				i++;
		if (i == want->npages)
			return pfn;
		pfn = ALIGN(pfn + i + 1, MAX_ORDER_NR_PAGES);
	}
	return 0;
}

static int dmactl_contig_take_in(const struct dmactl_contig *want,
				 const struct zone *zone, unsigned long *pfn)
{
	unsigned long at = zone->zone_start_pfn;
	unsigned int i;
	int ret;

	for (i = 0; i < DMACTL_CONTIG_TRIES; i++) {
		at = dmactl_contig_find(want, zone, at);
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!at)
			return -ENOMEM;
		ret = dmactl_compat_alloc_contig(at, at + want->npages);
		if (!ret) {
			*pfn = at;
			return 0;
		}
		if (ret == -EINTR)
			return ret;
		at += max_t(unsigned long, want->npages / 8,
			    MAX_ORDER_NR_PAGES);
	}
	return -ENOMEM;
}

/*
 * Memory of ZONE_MOVABLE must stay movable, so that it can be unplugged; it
 * cannot be pinned for long either.
 */
static int dmactl_contig_take_on(const struct dmactl_contig *want, int node,
				 unsigned long *pfn)
{
	struct zone *zones = NODE_DATA(node)->node_zones;
	int ret = -ENOMEM;
	int i;

	for (i = ZONE_MOVABLE - 1; i >= 0 && ret == -ENOMEM; i--)
		if (populated_zone(&zones[i]))
			ret = dmactl_contig_take_in(want, &zones[i], pfn);
	return ret;
}

/* Takes a range of any length, from the device's node first. */
static int dmactl_contig_take(const struct dmactl_contig *want,
			      unsigned long *pfn)
{
	int near = want->dev ? dev_to_node(want->dev) : NUMA_NO_NODE;
	int ret = -ENOMEM;
	int node;

	/* A range is taken without regard to what others need. */
	if (want->npages > si_mem_available())
		return -ENOMEM;
	if (near != NUMA_NO_NODE && node_online(near))
		ret = dmactl_contig_take_on(want, near, pfn);
	for_each_online_node(node)
		if (ret == -ENOMEM && node != near)
			ret = dmactl_contig_take_on(want, node, pfn);
	return ret;
}

/*
 * Takes a block from the page allocator, where it is quick. A buffer that is a
 * whole block is one folio, see dmactl_pages_block().
 */
static bool dmactl_contig_block(const struct dmactl_contig *want,
				unsigned long *pfn)
{
	unsigned int order = get_order((u64)want->npages << PAGE_SHIFT);
	gfp_t gfp = GFP_USER | __GFP_ACCOUNT | __GFP_NOWARN |
		    __GFP_RETRY_MAYFAIL | dmactl_pages_zone(want->dev);
	bool whole = want->npages == 1ul << order, near;
	unsigned long i;
	struct page *page;

	if (want->npages > MAX_ORDER_NR_PAGES)
		return false;
	page = alloc_pages_node(want->dev ? dev_to_node(want->dev) :
				NUMA_NO_NODE,
				whole ? gfp | __GFP_COMP : gfp, order);
	if (!page)
		return false;
	*pfn = page_to_pfn(page);
	near = dmactl_contig_is_near(want, *pfn);
	if (whole && !near)
		__free_pages(page, order);
	if (whole)
		return near;
	split_page(page, order);
	for (i = near ? want->npages : 0; i < 1ul << order; i++)
		__free_page(pfn_to_page(*pfn + i));
	return near;
}

int dmactl_contig_alloc(struct dmactl_buf *buf, struct device *dev)
{
	const struct dmactl_contig want = { .dev = dev, .npages = buf->npages };
	unsigned long i, pfn;
	int ret;

	ret = dmactl_buf_alloc_array(buf);
	if (ret)
		return ret;
	if (!dmactl_contig_block(&want, &pfn))
		ret = dmactl_contig_take(&want, &pfn);
	for (i = 0; !ret && i < buf->npages; i++)
		buf->pages[i] = pfn_to_page(pfn + i);
	for (i = 0; !ret && i < buf->npages; i++) {
		clear_highpage(buf->pages[i]);
		if (i % DMACTL_CONTIG_CHUNK)
			continue;
		cond_resched();
		if (fatal_signal_pending(current))
			ret = -EINTR;
	}
	if (ret)
		dmactl_pages_free(buf);
	return ret;
}

const struct dmactl_buf_ops dmactl_contig_ops = {
	.kind = DMACTL_BUF_CONTIGUOUS,
	.free = dmactl_pages_release,
	.map = dmactl_map_pages,
	.unmap = dmactl_map_unmap_pages,
	.describe = dmactl_map_fill_ents,
};
