/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the peripherals behind slave channels. */
#ifndef DMA_SIM_PERIPH_TABLE_H
#define DMA_SIM_PERIPH_TABLE_H

#include <linux/dmaengine.h>
#include <linux/types.h>

#include "core/periph.h"

struct sim_config;
struct sim_controller;

/**
 * struct sim_peripheral - a type of peripheral
 * @name: word that selects it in the module parameter "peripherals"
 * @ends: functions of its channels
 * @size: bytes of state for all its channels together
 * @init: initializes the zeroed state; may be NULL
 *
 * To add a type, add a file in periph/ with such a struct, and a line in
 * table.c.
 */
struct sim_peripheral {
	const char *name;
	const struct sim_periph_ops *ends[2];
	size_t size;
	void (*init)(void *state);
};

int sim_periphs_parse(const char *words, struct sim_config *config);
int sim_periphs_init(struct sim_controller *ctl);
void sim_periphs_free(struct sim_controller *ctl);
int sim_periph_first(const struct dma_slave_config *config, u32 *first);

/* loopback.c, counter.c, sink.c, mem.c */
extern const struct sim_peripheral sim_loopback;
extern const struct sim_peripheral sim_counter;
extern const struct sim_peripheral sim_sink;
extern const struct sim_peripheral sim_mem;

#endif /* DMA_SIM_PERIPH_TABLE_H */
