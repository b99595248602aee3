/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma-sim: ports, which are firmware nodes that describe a peripheral to
 * dmactl.
 */
#ifndef DMA_SIM_FRONT_NODE_H
#define DMA_SIM_FRONT_NODE_H

#include <linux/kref.h>
#include <linux/types.h>

#define SIM_NODE_DRIVER		"dmactl-port"	/* driver of the device */
#define SIM_NODE_CHANNELS	16
#define SIM_NODE_NAME		32
#define SIM_NODE_WORDS		512

struct sim_controller;
struct sim_node;

/**
 * struct sim_map_entry - an entry of the slave map for the device of a port
 * @device: name of the device
 * @name: name of the channel there
 * @channel: channel of the controller: a number, or the name of a
 *	peripheral's
 */
struct sim_map_entry {
	char device[SIM_NODE_NAME];
	char name[SIM_NODE_NAME];
	char channel[SIM_NODE_NAME];
};

/**
 * struct sim_map_entries - the entries of a controller
 * @ref: held by the configuration, and by each controller made from it
 * @n: number of entries
 * @entry: the entries
 */
struct sim_map_entries {
	struct kref ref;
	unsigned int n;
	struct sim_map_entry entry[];
};

/**
 * struct sim_node_channel - a channel in the description of a port
 * @name: name of the channel
 * @words: properties
 */
struct sim_node_channel {
	const char *name;
	const char *words;
};

/* front/node.c */
int sim_node_check(const char *words);
struct sim_node *sim_node_add(unsigned int id, const char *label,
			      const char *words,
			      const struct sim_node_channel *channels,
			      unsigned int n);
void sim_node_remove(struct sim_node *node);
int sim_map_entries_add(struct sim_controller *ctl);
void sim_map_entries_get(struct sim_map_entries *entries);
void sim_map_entries_put(struct sim_map_entries *entries);

#endif /* DMA_SIM_FRONT_NODE_H */
