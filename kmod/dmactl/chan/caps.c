// SPDX-License-Identifier: GPL-2.0-only
/* The capabilities of a channel, from what its provider declares. */

#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/iommu.h>
#include <linux/string.h>

#include "../../compat.h"
#include "chan/bounds.h"
#include "chan/caps.h"
#include "core/chan.h"
#include "core/rights.h"

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

/*
 * Returns 0 if no direction is declared. dma_get_slave_caps() fails for a
 * channel without slave transfers.
 */
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

/*
 * A channel between memory and memory reaches only buffers, so any program may
 * have it. Other channels lead to a peripheral; they are for drivers and ports.
 */
static const char *dmactl_chan_kind(u64 caps)
{
	if (caps & DMACTL_CAPS_MEMORY)
		return "@memory";
	return (caps & DMACTL_CAP_INTERLEAVE) && !(caps & DMACTL_CAP_SLAVE) ?
	       "@memory" : NULL;
}

u64 dmactl_chan_cap_bits(struct dma_chan *dma)
{
	struct dma_device *d = dma->device;
	u64 bits = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(dmactl_cap_types); i++)
		if (dma_has_cap(dmactl_cap_types[i].type, d->cap_mask))
			bits |= dmactl_cap_types[i].bit;
	/* xilinx_dma (VDMA) has it and does not say so. */
	if (d->device_prep_interleaved_dma)
		bits |= DMACTL_CAP_INTERLEAVE;
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
	if (dma_has_cap(DMA_SLAVE, d->cap_mask))
		bits |= DMACTL_CAP_CYCLIC_QUEUE;
	/* A provider does not declare whether it leads to RapidIO. */
	if (IS_ENABLED(CONFIG_RAPIDIO_DMA_ENGINE) &&
	    dma_has_cap(DMA_SLAVE, d->cap_mask))
		bits |= DMACTL_CAP_RIO_SG;
	if (dmactl_dev_has_iommu(d->dev))
		bits |= DMACTL_CAP_IOMMU;
	if (dev_is_dma_coherent(d->dev))
		bits |= DMACTL_CAP_CACHE_COHERENT;
	if (dma_addressing_limited(d->dev))
		bits |= DMACTL_CAP_ADDRESSING_LIMITED;
	if (dmactl_is_offered(dma_chan_name(dma), dmactl_chan_kind(bits)))
		bits |= DMACTL_CAP_OFFERED;
	return bits;
}

void dmactl_chan_bounds(const struct dmactl_bounds *bounds,
			struct dmactl_chan_caps *caps)
{
	caps->bound_segment = bounds->segment;
	caps->bound_entries = bounds->entries;
	caps->bound_frames = bounds->frames;
	caps->bound_periods = bounds->periods;
	caps->bound_outstanding = bounds->outstanding;
	caps->bound_descriptors = bounds->descriptors;
	caps->bound_flags = bounds->flags;
}

void dmactl_chan_caps(struct dma_chan *dma, struct dmactl_chan_caps *caps)
{
	struct dma_device *d = dma->device;
	struct dma_slave_caps slave = { };

	memset(caps, 0, sizeof(*caps));
	caps->caps = dmactl_chan_cap_bits(dma);
	/* Fails for a channel without slave transfers: the fields stay 0. */
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

/* Called before other threads see the channel. */
void dmactl_limits_init(struct dmactl_limits *limits, struct dma_chan *dma)
{
	limits->caps = dmactl_chan_cap_bits(dma);
	limits->copy_align = 1u << dma->device->copy_align;
	limits->fill_align = 1u << dma->device->fill_align;
	limits->xor_align = 1u << dma->device->xor_align;
	limits->pq_align = 1u << dma->device->pq_align;
	limits->max_xor = dma->device->max_xor;
	limits->max_pq = dma->device->max_pq & ~DMA_HAS_PQ_CONTINUE;
	limits->directions = dmactl_chan_directions(dma);
	limits->parks = dma->device->device_prep_interleaved_dma &&
			!dma_has_cap(DMA_INTERLEAVE, dma->device->cap_mask);
	limits->mixed = (limits->caps & (DMACTL_CAPS_MEMORY | DMACTL_CAP_INTERLEAVE)) &&
			(limits->caps & (DMACTL_CAP_SLAVE | DMACTL_CAP_CYCLIC |
					 DMACTL_CAP_REPEAT));
	limits->residue_granularity = dma->device->residue_granularity;
	dmactl_bounds_find(dma->device->dev, limits->caps & DMACTL_CAPS_MEMORY,
			   &limits->bounds);
	dmactl_limits_set_max_len(limits, limits->bounds.segment);
}

/* Sets whether programs without privilege may have the channel. */
void dmactl_limits_offer(struct dmactl_limits *limits, bool offered)
{
	limits->caps &= ~DMACTL_CAP_OFFERED;
	if (offered)
		limits->caps |= DMACTL_CAP_OFFERED;
}

void dmactl_limits_drop_caps(struct dmactl_limits *limits, u64 caps)
{
	limits->caps &= ~caps;
}

/*
 * Limits the directions to those allowed. If the provider declares none, the
 * allowed ones are used. Returns 0 if none is left.
 */
u32 dmactl_limits_narrow(struct dmactl_limits *limits, u32 directions)
{
	if (!limits->directions)
		limits->directions = directions;
	limits->directions &= directions;
	return limits->directions;
}
