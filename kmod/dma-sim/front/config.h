/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: configuration: what module parameters and configfs share. */
#ifndef DMA_SIM_FRONT_CONFIG_H
#define DMA_SIM_FRONT_CONFIG_H

#include <linux/dmaengine.h>
#include <linux/types.h>

#include "core/config.h"

extern const struct sim_config sim_config_default;
bool sim_in_range(const char *name, u32 val, u32 min, u32 max);
int sim_config_check(struct sim_config *config);
int sim_config_peripherals(struct sim_config *config, const char *words);
int sim_residue_parse(const char *val);
const char *sim_residue_name(enum dma_residue_granularity residue);
void sim_control_init(struct sim_control *control);
void sim_control_put(struct sim_control *control);

/* These parse a setting of the behaviour. They return 0 or an error. */
int sim_set_switch(bool *to, const char *val);
int sim_set_context(struct sim_control *control, u32 bit, const char *val);
int sim_set_number(u64 *to, const char *val, u64 max);
int sim_set_fifo(u32 *to, const char *val);
int sim_set_cookie(u32 *to, const char *val);
int sim_set_nth(atomic_t *to, const char *val);
int sim_set_fail_how(enum dmaengine_tx_result *to, const char *val);
const char *sim_fail_name(enum dmaengine_tx_result how);

/* param.c */
int sim_param_config(struct sim_config *config, unsigned int *devices,
		     struct sim_config *peripherals);

#endif /* DMA_SIM_FRONT_CONFIG_H */
