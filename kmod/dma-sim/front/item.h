/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: the directory of a controller in configfs. */
#ifndef DMA_SIM_FRONT_ITEM_H
#define DMA_SIM_FRONT_ITEM_H

#include <linux/configfs.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "core/config.h"

#define SIM_WORDS	256

/**
 * struct sim_item - the directory of a controller
 * @group: part of configfs
 * @lock: protects all but @control and @ports
 * @config: configuration of the controller
 * @caps: as written
 * @peripherals: as written
 * @live: the controller with number @config.index exists; configfs.c
 *	writes it
 * @ports: directories inside; configfs-node.c protects them
 * @control: behaviour; also of earlier controllers, whose channels clients
 *	may still hold
 */
struct sim_item {
	struct config_group group;
	struct mutex lock;	/* see above */
	struct sim_config config;
	char caps[SIM_WORDS];
	char peripherals[SIM_WORDS];
	bool live;
	struct list_head ports;
	struct sim_control *control;
};

static inline struct sim_item *to_sim_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct sim_item, group);
}

/* configfs-config.c, configfs-control.c: the files; end with NULL */
extern struct configfs_attribute *const sim_config_attrs[];
extern struct configfs_attribute *const sim_control_attrs[];

/* configfs-node.c */
struct config_group *sim_nodes_make(struct list_head *nodes, const char *name);
void sim_nodes_drop(struct config_item *item);
int sim_nodes_map_entries(struct list_head *nodes, struct sim_map_entries **entries);

#endif /* DMA_SIM_FRONT_ITEM_H */
