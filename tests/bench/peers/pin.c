// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients that pin memory of the program for each transfer, and wait for it in
 * the same call: pin, map, transfer, unmap, unpin, as in ezdma and XDMA.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "peers.h"

struct peers_pages {
	struct page **pages;
	unsigned int nr;
	struct sg_table sgt;
	enum dma_data_direction dir;
};

static int peers_pages_get(struct peers_pages *pages, u64 addr, u32 len,
			   enum dma_data_direction dir, struct device *dev)
{
	unsigned int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	int ret;

	pages->dir = dir;
	pages->pages = kvmalloc_array(nr, sizeof(*pages->pages), GFP_KERNEL);
	if (!pages->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr & PAGE_MASK, nr,
				  dir == DMA_FROM_DEVICE ? FOLL_WRITE : 0,
				  pages->pages);
	pages->nr = max(ret, 0);
	if (pages->nr != nr) {
		ret = ret < 0 ? ret : -EFAULT;
		goto unpin;
	}
	ret = sg_alloc_table_from_pages(&pages->sgt, pages->pages, nr,
					offset_in_page(addr), len, GFP_KERNEL);
	if (ret)
		goto unpin;
	ret = dma_map_sgtable(dev, &pages->sgt, dir, 0);
	if (!ret)
		return 0;
	sg_free_table(&pages->sgt);
unpin:
	unpin_user_pages(pages->pages, pages->nr);
	kvfree(pages->pages);
	return ret;
}

static void peers_pages_put(struct peers_pages *pages, struct device *dev)
{
	dma_unmap_sgtable(dev, &pages->sgt, pages->dir, 0);
	sg_free_table(&pages->sgt);
	unpin_user_pages_dirty_lock(pages->pages, pages->nr,
				    pages->dir == DMA_FROM_DEVICE);
	kvfree(pages->pages);
}

static void peers_pin_done(void *param, const struct dmaengine_result *result)
{
	struct peers_slot *slot = param;

	slot->result = result->result;
	complete(&slot->done);
}

static int peers_pin_piece(struct peers_slot *slot, dma_addr_t dst,
			   dma_addr_t src, size_t n, bool last)
{
	struct dma_async_tx_descriptor *tx;

	tx = dmaengine_prep_dma_memcpy(slot->peers->chan, dst, src, n,
				       (last ? DMA_PREP_INTERRUPT : 0) |
				       DMA_CTRL_ACK);
	if (!tx)
		return -ENOSPC;
	if (last) {
		tx->callback_result = peers_pin_done;
		tx->callback_param = slot;
	}
	return dma_submit_error(dmaengine_submit(tx)) ? -EIO : 0;
}

/* Without @dst the destination is the slot's own memory. */
static int peers_pin_copy(struct peers_slot *slot, struct peers_pages *src,
			  struct peers_pages *dst, u32 len)
{
	struct scatterlist *s = src->sgt.sgl, *d = dst ? dst->sgt.sgl : NULL;
	size_t s_off = 0, d_off = 0, n;
	int ret;

	reinit_completion(&slot->done);
	while (len) {
		dma_addr_t to = (d ? sg_dma_address(d) : slot->dst_dma) + d_off;

		n = sg_dma_len(s) - s_off;
		if (d)
			n = min_t(size_t, n, sg_dma_len(d) - d_off);
		len -= n;
		ret = peers_pin_piece(slot, to, sg_dma_address(s) + s_off, n,
				      !len);
		if (ret)
			return ret;
		s_off += n;
		d_off += n;
		if (s_off == sg_dma_len(s)) {
			s = sg_next(s);
			s_off = 0;
		}
		if (d && d_off == sg_dma_len(d)) {
			d = sg_next(d);
			d_off = 0;
		}
	}
	dma_async_issue_pending(slot->peers->chan);
	if (!wait_for_completion_timeout(&slot->done, PEERS_TIMEOUT))
		return -ETIMEDOUT;
	return slot->result == DMA_TRANS_NOERROR ? 0 : -EIO;
}

long peers_pin(struct peers *p, const struct peers_pin *arg)
{
	struct device *dev = p->chan->device->dev;
	struct peers_slot *slot = peers_slot(p, arg->slot);
	struct peers_pages src, dst;
	int ret;

	if (!slot || !arg->len || (!arg->dst && arg->len > p->size))
		return -EINVAL;
	ret = peers_pages_get(&src, arg->src, arg->len, DMA_TO_DEVICE, dev);
	if (ret)
		return ret;
	if (arg->dst)
		ret = peers_pages_get(&dst, arg->dst, arg->len,
				      DMA_FROM_DEVICE, dev);
	if (!ret) {
		ret = peers_pin_copy(slot, &src, arg->dst ? &dst : NULL,
				     arg->len);
		/* Stop the transfer before the pages are unpinned. */
		if (ret)
			dmaengine_terminate_sync(p->chan);
		if (arg->dst)
			peers_pages_put(&dst, dev);
	}
	peers_pages_put(&src, dev);
	return ret;
}
