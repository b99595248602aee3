// SPDX-License-Identifier: GPL-2.0-only
/* What a channel can do, from what its provider declares. */

#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>

#include "core.h"

static const struct {
	u64 bit;
	enum dma_transaction_type type;
} dmactl_cap_types[] = {
	{ DMACTL_CAP_MEMCPY, DMA_MEMCPY },
	{ DMACTL_CAP_XOR, DMA_XOR },
	{ DMACTL_CAP_PQ, DMA_PQ },
	{ DMACTL_CAP_XOR_VAL, DMA_XOR_VAL },
	{ DMACTL_CAP_PQ_VAL, DMA_PQ_VAL },
	{ DMACTL_CAP_MEMSET, DMA_MEMSET },
	{ DMACTL_CAP_MEMSET_SG, DMA_MEMSET_SG },
	{ DMACTL_CAP_INTERRUPT, DMA_INTERRUPT },
	{ DMACTL_CAP_SLAVE, DMA_SLAVE },
	{ DMACTL_CAP_CYCLIC, DMA_CYCLIC },
	{ DMACTL_CAP_INTERLEAVE, DMA_INTERLEAVE },
	{ DMACTL_CAP_REPEAT, DMA_REPEAT },
	{ DMACTL_CAP_LOAD_EOT, DMA_LOAD_EOT },
	{ DMACTL_CAP_NO_ORDER, DMA_COMPLETION_NO_ORDER },
	{ DMACTL_CAP_PRIVATE, DMA_PRIVATE },
};

/* Undeclared: 0. Fails for a channel without slave transfers. */
u32 dmactl_chan_directions(struct dma_chan *dma)
{
	struct dma_slave_caps slave = { };

	return dma_get_slave_caps(dma, &slave) ? 0 : slave.directions;
}

static bool dmactl_dev_has_iommu(struct device *dev)
{
#ifdef CONFIG_IOMMU_API
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && (domain->type & __IOMMU_DOMAIN_PAGING);
#else
	return false;
#endif
}

u64 dmactl_chan_cap_bits(struct dma_chan *dma)
{
	struct dma_device *d = dma->device;
	u64 bits = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(dmactl_cap_types); i++)
		if (dma_has_cap(dmactl_cap_types[i].type, d->cap_mask))
			bits |= dmactl_cap_types[i].bit;
	if (d->device_pause)
		bits |= DMACTL_CAP_PAUSE;
	if (d->device_resume)
		bits |= DMACTL_CAP_RESUME;
	if (d->device_terminate_all)
		bits |= DMACTL_CAP_TERMINATE;
	if (d->descriptor_reuse)
		bits |= DMACTL_CAP_REUSE;
	if (d->desc_metadata_modes & DESC_METADATA_CLIENT)
		bits |= DMACTL_CAP_METADATA_CLIENT;
	if (d->desc_metadata_modes & DESC_METADATA_ENGINE)
		bits |= DMACTL_CAP_METADATA_ENGINE;
	if (d->max_pq & DMA_HAS_PQ_CONTINUE)
		bits |= DMACTL_CAP_PQ_CONTINUE;
	if (dmactl_compat_has_vec(dma))
		bits |= DMACTL_CAP_PERIPHERAL_VEC;
	if (dmactl_compat_has_imm_data(dma))
		bits |= DMACTL_CAP_IMM_DATA;
	/* A provider does not say whether RapidIO is behind it. */
	if (IS_ENABLED(CONFIG_RAPIDIO_DMA_ENGINE) &&
	    dma_has_cap(DMA_SLAVE, d->cap_mask))
		bits |= DMACTL_CAP_RIO_SG;
	if (dmactl_dev_has_iommu(d->dev))
		bits |= DMACTL_CAP_IOMMU;
	if (dev_is_dma_coherent(d->dev))
		bits |= DMACTL_CAP_CACHE_COHERENT;
	if (dma_addressing_limited(d->dev))
		bits |= DMACTL_CAP_ADDRESSING_LIMITED;
	return bits;
}

void dmactl_chan_caps(struct dma_chan *dma, struct dmactl_chan_caps *caps)
{
	struct dma_device *d = dma->device;
	struct dma_slave_caps slave = { };

	memset(caps, 0, sizeof(*caps));
	caps->caps = dmactl_chan_cap_bits(dma);
	/* Fails for a channel without slave transfers: leaves the zeroes. */
	if (!dma_get_slave_caps(dma, &slave)) {
		caps->src_addr_widths = slave.src_addr_widths;
		caps->dst_addr_widths = slave.dst_addr_widths;
		caps->directions = slave.directions;
		caps->min_burst = slave.min_burst;
		caps->max_burst = slave.max_burst;
		caps->max_sg_burst = slave.max_sg_burst;
	}
	caps->residue_granularity = d->residue_granularity;
	caps->copy_align = 1u << d->copy_align;
	caps->fill_align = 1u << d->fill_align;
	caps->xor_align = 1u << d->xor_align;
	caps->pq_align = 1u << d->pq_align;
	caps->max_xor = d->max_xor;
	caps->max_pq = d->max_pq & ~DMA_HAS_PQ_CONTINUE;
	caps->numa_node = dev_to_node(d->dev);
	if (d->dev->dma_parms)
		caps->max_segment = d->dev->dma_parms->max_segment_size;
	caps->dma_mask = dma_get_mask(d->dev);
	caps->coherent_dma_mask = d->dev->coherent_dma_mask;
	strscpy(caps->name, dma_chan_name(dma), sizeof(caps->name));
	strscpy(caps->device, dev_name(d->dev), sizeof(caps->device));
	strscpy(caps->driver, dev_driver_string(d->dev), sizeof(caps->driver));
}
