// SPDX-License-Identifier: GPL-2.0-only
/* What is behind a DMA address */
#include <linux/dma-direct.h>
#include <linux/highmem.h>
#include <linux/iommu.h>
#include <linux/mm.h>

#include "sim.h"

/* The page at a DMA address, NULL if the device cannot reach memory there. */
static struct page *sim_mem_page(const struct sim_controller *ctl,
				 dma_addr_t addr, unsigned int *off)
{
	phys_addr_t phys;
	struct page *page;

	if (addr > ctl->dma_mask)
		return NULL;
	if (ctl->domain) {
		phys = iommu_iova_to_phys(ctl->domain, addr);
		if (!phys)
			return NULL;
	} else {
		phys = dma_to_phys(ctl->dev, addr);
	}

	if (!pfn_valid(PHYS_PFN(phys)))
		return NULL;
	page = pfn_to_page(PHYS_PFN(phys));
	/* A hole next to memory has a struct page too, and no mapping. */
	if (PageReserved(page) && !page_is_ram(PHYS_PFN(phys)))
		return NULL;
	*off = offset_in_page(phys);
	return page;
}

/* Add to *moved what was copied, also when it ends in an error. */
enum dmaengine_tx_result sim_mem_copy(struct sim_chan *sc, dma_addr_t dst,
				      dma_addr_t src, size_t n, size_t *moved)
{
	lockdep_assert_held(&sc->lock);

	while (n) {
		unsigned int soff, doff;
		struct page *spage, *dpage;
		void *s, *d;
		size_t part;

		spage = sim_mem_page(sc->ctl, src, &soff);
		if (!spage)
			return DMA_TRANS_READ_FAILED;
		dpage = sim_mem_page(sc->ctl, dst, &doff);
		if (!dpage)
			return DMA_TRANS_WRITE_FAILED;

		part = min3(n, PAGE_SIZE - soff, PAGE_SIZE - doff);
		s = kmap_local_page(spage);
		d = kmap_local_page(dpage);
		memcpy(d + doff, s + soff, part);
		kunmap_local(d);
		kunmap_local(s);

		src += part;
		dst += part;
		n -= part;
		*moved += part;
	}
	return DMA_TRANS_NOERROR;
}

enum dmaengine_tx_result sim_mem_fill(struct sim_chan *sc, dma_addr_t dst,
				      u8 value, size_t n, size_t *moved)
{
	lockdep_assert_held(&sc->lock);

	while (n) {
		unsigned int off;
		struct page *page;
		void *d;
		size_t part;

		page = sim_mem_page(sc->ctl, dst, &off);
		if (!page)
			return DMA_TRANS_WRITE_FAILED;

		part = min(n, PAGE_SIZE - off);
		d = kmap_local_page(page);
		memset(d + off, value, part);
		kunmap_local(d);

		dst += part;
		n -= part;
		*moved += part;
	}
	return DMA_TRANS_NOERROR;
}
