/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: controllers as platform devices. */
#ifndef DMA_SIM_FRONT_CONTROLLER_H
#define DMA_SIM_FRONT_CONTROLLER_H

struct sim_config;

int sim_controllers_init(void);
void sim_controllers_exit(void);
void sim_controllers_poke(void);
int sim_device_add(struct sim_config *config);
void sim_device_remove(unsigned int index);

#endif /* DMA_SIM_FRONT_CONTROLLER_H */
