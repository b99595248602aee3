// SPDX-License-Identifier: GPL-2.0-only
/* Pages of STREAMING buffers, and how pages of our own are freed. */

#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "mem/buffer.h"
#include "mem/export.h"
#include "mem/map.h"
#include "mem/pages.h"

/* Larger blocks gain little, and the allocator rarely has them. */
#define DMACTL_BIG_ORDER get_order(SZ_2M)

void dmactl_pages_free(struct dmactl_buf *buf)
{
	unsigned long i = 0;

	while (i < buf->npages && buf->pages[i]) {
		struct folio *folio = page_folio(buf->pages[i]);

		i += folio_nr_pages(folio);
		folio_put(folio);
		cond_resched();
	}
	kvfree(buf->pages);
}

/*
 * Allocates a block of up to 2^order pages as one folio. get_user_pages_fast()
 * takes the slow path for small folios without a file, because they may be
 * secret memory; direct I/O into the buffer would cost twice as much. A pin of
 * one page keeps the whole folio. Returns the number of pages, 0 on failure.
 */
static unsigned long dmactl_pages_block(struct page **pages, int node,
					gfp_t zone, unsigned int order)
{
	const gfp_t gfp = GFP_USER | __GFP_ZERO | __GFP_ACCOUNT | __GFP_NOWARN;
	struct page *page = NULL;
	unsigned long i;

	for (; order && !page; order -= !page)
		page = alloc_pages_node(node, gfp | zone | __GFP_NORETRY |
					__GFP_COMP, order);
	if (!page && zone != __GFP_HIGHMEM)
		page = alloc_pages_node(node, gfp | zone | __GFP_NORETRY, 0);
	/* Fail instead of invoking the OOM killer. */
	if (!page)
		page = alloc_pages_node(node, gfp | __GFP_HIGHMEM |
					__GFP_RETRY_MAYFAIL, 0);
	if (!page)
		return 0;
	for (i = 0; i < 1ul << order; i++)
		pages[i] = page + i;
	return 1ul << order;
}

/*
 * Returns the zone that a device with a limited DMA mask reaches without
 * bouncing.
 */
gfp_t dmactl_pages_zone(struct device *dev)
{
	if (!dev || !dma_addressing_limited(dev))
		return __GFP_HIGHMEM;
	return dma_get_mask(dev) >= DMA_BIT_MASK(32) ? GFP_DMA32 : GFP_DMA;
}

int dmactl_pages_alloc(struct dmactl_buf *buf, struct device *dev)
{
	int node = dev ? dev_to_node(dev) : NUMA_NO_NODE;
	gfp_t zone = dmactl_pages_zone(dev);
	unsigned long done = 0;

	if (dmactl_buf_alloc_array(buf))
		return -ENOMEM;
	while (done < buf->npages) {
		unsigned int order = min_t(unsigned int, DMACTL_BIG_ORDER,
					   ilog2(buf->npages - done));
		unsigned long n;

		n = dmactl_pages_block(buf->pages + done, node, zone, order);
		if (!n || fatal_signal_pending(current)) {
			dmactl_pages_free(buf);
			return n ? -EINTR : -ENOMEM;
		}
		done += n;
		cond_resched();
	}
	return 0;
}

void dmactl_pages_release(struct dmactl_buf *buf)
{
	dmactl_export_free(buf);
	dmactl_pages_free(buf);
}

const struct dmactl_buf_ops dmactl_pages_ops = {
	.kind = DMACTL_BUF_STREAMING,
	.free = dmactl_pages_release,
	.map = dmactl_map_pages,
	.unmap = dmactl_map_unmap_pages,
	.describe = dmactl_map_fill_ents,
};
