/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the interface of a type of operation. */
#ifndef DMA_SIM_CORE_OP_H
#define DMA_SIM_CORE_OP_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct sim_chan;
struct sim_controller;
struct sim_desc;

/**
 * struct sim_op - a type of operation
 * @name: word that selects it in the module parameter "caps"
 * @cap: capability that it provides; DMA_TX_TYPE_END: it has no bit
 * @slave: a channel that leads to a peripheral can have it
 * @declare: sets what the dmaengine core needs: prep function, alignment
 *	and so on. NULL: the capability suffices
 * @step: moves @n bytes of a descriptor and advances its position by the
 *	bytes moved. Moves nothing if a peripheral is not ready. Called with the
 *	lock of the channel held. NULL: nothing to move
 * @rewind: prepares a descriptor to run again, besides its position
 *
 * To add a type, add a file in op/ with such a struct, and a line in
 * op/table.c.
 */
struct sim_op {
	const char *name;
	enum dma_transaction_type cap;
	bool slave;
	void (*declare)(struct sim_controller *ctl);
	enum dmaengine_tx_result (*step)(struct sim_chan *sc,
					 struct sim_desc *d, size_t n);
	void (*rewind)(struct sim_desc *d);
};

#endif /* DMA_SIM_CORE_OP_H */
