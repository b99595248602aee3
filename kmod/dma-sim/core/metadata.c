// SPDX-License-Identifier: GPL-2.0-only
/* Metadata: bytes that accompany a descriptor. */
#include <linux/string.h>

#include "core/desc.h"
#include "core/lock.h"

static int sim_metadata_attach(struct dma_async_tx_descriptor *tx, void *data,
			       size_t len)
{
	struct sim_desc *d = to_sim_desc(tx);

	if (!data || !len || len > SIM_METADATA)
		return -EINVAL;

	guard(sim_chan)(to_sim_chan(tx->chan));
	if (d->state != SIM_DESC_ALLOCATED)
		return -EINVAL;
	d->meta.client = data;
	d->meta.capacity = len;
	return 0;
}

static void *sim_metadata_get_ptr(struct dma_async_tx_descriptor *tx,
				  size_t *len, size_t *max)
{
	struct sim_desc *d = to_sim_desc(tx);

	/* The client owns it before submission and in the callback. */
	*len = d->meta.len;
	*max = SIM_METADATA;
	return d->meta.data;
}

static int sim_metadata_set_len(struct dma_async_tx_descriptor *tx, size_t len)
{
	struct sim_desc *d = to_sim_desc(tx);

	if (len > SIM_METADATA)
		return -EINVAL;

	guard(sim_chan)(to_sim_chan(tx->chan));
	if (d->state != SIM_DESC_ALLOCATED)
		return -EINVAL;
	d->meta.len = len;
	return 0;
}

static struct dma_descriptor_metadata_ops sim_metadata_ops = {
	.attach = sim_metadata_attach,
	.get_ptr = sim_metadata_get_ptr,
	.set_len = sim_metadata_set_len,
};

/* The length is always the whole room, as with xilinx_dma. */
static struct dma_descriptor_metadata_ops sim_metadata_fixed_ops = {
	.attach = sim_metadata_attach,
	.get_ptr = sim_metadata_get_ptr,
};

/* Prepares a new descriptor for metadata. */
void sim_metadata_prepare(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	if (!sc->chan.device->desc_metadata_modes)
		return;
	d->tx.metadata_ops = &sim_metadata_ops;
	if (!sim_misbehaves(sc, SIM_METADATA_FIXED)) {
		memset(&d->meta, 0, sizeof(d->meta));
		return;
	}
	/* The metadata of the last use are still there. */
	d->tx.metadata_ops = &sim_metadata_fixed_ops;
	d->meta.client = NULL;
	d->meta.len = SIM_METADATA;
}

/* Reads what the client attached. */
void sim_metadata_submit(struct sim_desc *d)
{
	if (d->dir == DMA_DEV_TO_MEM) {
		d->meta.len = 0;
	} else if (d->meta.client) {
		memcpy(d->meta.data, d->meta.client, d->meta.capacity);
		d->meta.len = d->meta.capacity;
	}
}

/*
 * Copies the received metadata to the client's buffer and pads it with zeros.
 */
void sim_metadata_finish(struct sim_desc *d)
{
	size_t n = min_t(size_t, d->meta.len, d->meta.capacity);

	if (!d->meta.client || d->dir == DMA_MEM_TO_DEV)
		return;
	memcpy(d->meta.client, d->meta.data, n);
	memset(d->meta.client + n, 0, d->meta.capacity - n);
}

/* May the client still read the metadata in the callback? */
bool sim_metadata_lasts(const struct sim_desc *d)
{
	return d->tx.metadata_ops &&
	       (d->dir == DMA_DEV_TO_MEM ||
		d->tx.desc_metadata_mode == DESC_METADATA_ENGINE);
}
