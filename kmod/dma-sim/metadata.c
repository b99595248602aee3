// SPDX-License-Identifier: GPL-2.0-only
/* Metadata: what goes with a descriptor beside its data */
#include <linux/string.h>

#include "sim.h"

static int sim_metadata_attach(struct dma_async_tx_descriptor *tx, void *data,
			       size_t len)
{
	struct sim_desc *d = to_sim_desc(tx);

	if (!data || !len || len > SIM_METADATA)
		return -EINVAL;

	guard(sim_chan)(to_sim_chan(tx->chan));
	if (d->state != SIM_DESC_PREPARED)
		return -EINVAL;
	d->meta.client = data;
	d->meta.room = len;
	return 0;
}

static void *sim_metadata_get_ptr(struct dma_async_tx_descriptor *tx,
				  size_t *len, size_t *max)
{
	struct sim_desc *d = to_sim_desc(tx);

	guard(sim_chan)(to_sim_chan(tx->chan));
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
	if (d->state != SIM_DESC_PREPARED)
		return -EINVAL;
	d->meta.len = len;
	return 0;
}

static struct dma_descriptor_metadata_ops sim_metadata_ops = {
	.attach = sim_metadata_attach,
	.get_ptr = sim_metadata_get_ptr,
	.set_len = sim_metadata_set_len,
};

/* A descriptor that was just prepared may have some. */
void sim_metadata_prepare(struct sim_chan *sc, struct sim_desc *d)
{
	lockdep_assert_held(&sc->lock);
	if (!sc->chan.device->desc_metadata_modes)
		return;
	memset(&d->meta, 0, sizeof(d->meta));
	d->tx.metadata_ops = &sim_metadata_ops;
}

/* What the client attached is read here. */
void sim_metadata_submit(struct sim_desc *d)
{
	if (d->dir == DMA_DEV_TO_MEM) {
		d->meta.len = 0;
	} else if (d->meta.client) {
		memcpy(d->meta.data, d->meta.client, d->meta.room);
		d->meta.len = d->meta.room;
	}
}

/* The client finds there what came, which zeros follow. */
void sim_metadata_finish(struct sim_desc *d)
{
	size_t n = min_t(size_t, d->meta.len, d->meta.room);

	if (!d->meta.client || d->dir == DMA_MEM_TO_DEV)
		return;
	memcpy(d->meta.client, d->meta.data, n);
	memset(d->meta.client + n, 0, d->meta.room - n);
}

/* May the client still ask for it in the callback? */
bool sim_metadata_lasts(const struct sim_desc *d)
{
	return d->tx.metadata_ops &&
	       (d->dir == DMA_DEV_TO_MEM ||
		d->tx.desc_metadata_mode == DESC_METADATA_ENGINE);
}

static void sim_declare_metadata(struct sim_controller *ctl)
{
	ctl->dma.desc_metadata_modes = DESC_METADATA_CLIENT |
				       DESC_METADATA_ENGINE;
}

/* There is no capability bit for it. */
const struct sim_op sim_op_metadata = {
	.name = "metadata",
	.cap = DMA_TX_TYPE_END,
	.slave = true,
	.declare = sim_declare_metadata,
};
