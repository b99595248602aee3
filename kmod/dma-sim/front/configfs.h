/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: controllers and ports in configfs. */
#ifndef DMA_SIM_FRONT_CONFIGFS_H
#define DMA_SIM_FRONT_CONFIGFS_H

#ifdef SIM_CONFIGFS
int sim_configfs_init(void);
void sim_configfs_exit(void);
#else
static inline int sim_configfs_init(void)
{
	return 0;
}

static inline void sim_configfs_exit(void)
{
}
#endif

#endif /* DMA_SIM_FRONT_CONFIGFS_H */
