/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma-sim: the memory behind DMA addresses. All callers hold the channel's
 * lock.
 */
#ifndef DMA_SIM_CORE_MEMORY_H
#define DMA_SIM_CORE_MEMORY_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct sim_chan;

void *sim_mem_map(struct sim_chan *sc, dma_addr_t addr, size_t *n);
enum dmaengine_tx_result sim_mem_copy(struct sim_chan *sc, dma_addr_t dst,
				      dma_addr_t src, size_t n, size_t *moved);
enum dmaengine_tx_result sim_mem_fill(struct sim_chan *sc, dma_addr_t dst,
				      u8 value, size_t n, size_t *moved);
enum dmaengine_tx_result sim_mem_read(struct sim_chan *sc, void *buf,
				      dma_addr_t src, size_t n);
enum dmaengine_tx_result sim_mem_write(struct sim_chan *sc, dma_addr_t dst,
				       const void *buf, size_t n);

#endif /* DMA_SIM_CORE_MEMORY_H */
