// SPDX-License-Identifier: GPL-2.0-only
/* The memory behind a DMA address. */
#include <linux/dma-direct.h>
#include <linux/highmem.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "core/controller.h"
#include "core/memory.h"

/*
 * A hole next to memory also has a struct page, but may not be mapped. Its
 * pages are reserved, as are the bounce slots of SWIOTLB. page_is_ram() could
 * tell them apart, but takes a lock that must not be taken with interrupts off.
 */
static bool sim_mem_there(struct page *page, const void *p)
{
	u8 byte;

	return !PageReserved(page) || !get_kernel_nofault(byte, (const u8 *)p);
}

/*
 * Maps the memory at a DMA address; the caller uses kunmap_local(). Returns
 * NULL if the device cannot reach memory there. Cuts *n to the end of the page.
 */
void *sim_mem_map(struct sim_chan *sc, dma_addr_t addr, size_t *n)
{
	const struct sim_controller *ctl = sc->ctl;
	phys_addr_t phys;
	struct page *page;
	void *p;

	lockdep_assert_held(&sc->lock);
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
	p = kmap_local_page(page) + offset_in_page(phys);
	if (!sim_mem_there(page, p)) {
		kunmap_local(p);
		return NULL;
	}
	*n = min_t(size_t, *n, PAGE_SIZE - offset_in_page(phys));
	return p;
}

/* Adds the bytes copied to *moved, also on failure. */
enum dmaengine_tx_result sim_mem_copy(struct sim_chan *sc, dma_addr_t dst,
				      dma_addr_t src, size_t n, size_t *moved)
{
	while (n) {
		size_t part = n;
		void *s, *d;

		s = sim_mem_map(sc, src, &part);
		if (!s)
			return DMA_TRANS_READ_FAILED;
		d = sim_mem_map(sc, dst, &part);
		if (!d) {
			kunmap_local(s);
			return DMA_TRANS_WRITE_FAILED;
		}
		memcpy(d, s, part);
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
	while (n) {
		size_t part = n;
		void *d;

		d = sim_mem_map(sc, dst, &part);
		if (!d)
			return DMA_TRANS_WRITE_FAILED;
		memset(d, value, part);
		kunmap_local(d);

		dst += part;
		n -= part;
		*moved += part;
	}
	return DMA_TRANS_NOERROR;
}

enum dmaengine_tx_result sim_mem_read(struct sim_chan *sc, void *buf,
				      dma_addr_t src, size_t n)
{
	while (n) {
		size_t part = n;
		void *s;

		s = sim_mem_map(sc, src, &part);
		if (!s)
			return DMA_TRANS_READ_FAILED;
		memcpy(buf, s, part);
		kunmap_local(s);

		buf += part;
		src += part;
		n -= part;
	}
	return DMA_TRANS_NOERROR;
}

enum dmaengine_tx_result sim_mem_write(struct sim_chan *sc, dma_addr_t dst,
				       const void *buf, size_t n)
{
	while (n) {
		size_t part = n;
		void *d;

		d = sim_mem_map(sc, dst, &part);
		if (!d)
			return DMA_TRANS_WRITE_FAILED;
		memcpy(d, buf, part);
		kunmap_local(d);

		buf += part;
		dst += part;
		n -= part;
	}
	return DMA_TRANS_NOERROR;
}
