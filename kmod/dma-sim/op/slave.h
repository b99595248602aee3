/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: what SLAVE, CYCLIC and INTERLEAVE share. */
#ifndef DMA_SIM_OP_SLAVE_H
#define DMA_SIM_OP_SLAVE_H

#include <linux/dmaengine.h>
#include <linux/types.h>

#include "core/op.h"

void sim_slave_declare(struct sim_controller *ctl);
bool sim_slave_accepts(struct sim_chan *sc, enum dma_transfer_direction dir,
		       size_t len);
struct sim_desc *sim_slave_get(struct sim_chan *sc, const struct sim_op *op,
			       enum dma_transfer_direction dir, size_t len,
			       unsigned long flags);
enum dmaengine_tx_result sim_slave_move(struct sim_chan *sc, struct sim_desc *d,
					dma_addr_t addr, size_t *n);
enum dmaengine_tx_result sim_step_slave(struct sim_chan *sc,
					struct sim_desc *d, size_t n);

#endif /* DMA_SIM_OP_SLAVE_H */
