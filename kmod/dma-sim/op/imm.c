// SPDX-License-Identifier: GPL-2.0-only
/* IMM_DATA: writes eight bytes that the client passes by value. */
#include "../../compat.h"
#include "core/lock.h"
#include "core/memory.h"
#include "op/table.h"

#if DMACTL_HAS_IMM_DATA
static struct dma_async_tx_descriptor *
sim_prep_imm_data(struct dma_chan *chan, dma_addr_t dst, u64 data,
		  unsigned long flags)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d;

	if (!is_dma_copy_aligned(chan->device, dst, 0, 0))
		return NULL;

	guard(sim_chan)(sc);
	d = sim_desc_get(sc, &sim_op_imm_data, sizeof(data), flags);
	if (!d)
		return NULL;
	d->imm.dst = dst;
	d->imm.data = data;
	return &d->tx;
}

static enum dmaengine_tx_result sim_step_imm_data(struct sim_chan *sc,
						  struct sim_desc *d, size_t n)
{
	enum dmaengine_tx_result result;

	result = sim_mem_write(sc, d->imm.dst + d->pos,
			       (u8 *)&d->imm.data + d->pos, n);
	if (result == DMA_TRANS_NOERROR)
		d->pos += n;
	return result;
}

static void sim_declare_imm_data(struct sim_controller *ctl)
{
	ctl->dma.device_prep_dma_imm_data = sim_prep_imm_data;
	ctl->dma.copy_align = ilog2(ctl->config.copy_align);
}
#endif

/* It has no capability bit. */
const struct sim_op sim_op_imm_data = {
	.name = "imm_data",
	.cap = DMA_TX_TYPE_END,
#if DMACTL_HAS_IMM_DATA
	.declare = sim_declare_imm_data,
	.step = sim_step_imm_data,
#endif
};
