/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: ports, nodes of firmware that describe a peripheral to dmactl */
#ifndef DMA_SIM_NODE_H
#define DMA_SIM_NODE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

#include "config.h"

#define SIM_NODE_DRIVER		"dmactl-port"	/* whom the device is for */
#define SIM_NODE_CHANNELS	16
#define SIM_NODE_LINES		64	/* of all ports of a controller */
#define SIM_NODE_NAME		32
#define SIM_NODE_WORDS		512

struct config_group;
struct config_item;
struct sim_controller;
struct sim_node;

/**
 * struct sim_line - an entry of the slave map for the device of a port
 * @device: its name
 * @name: of the channel, there
 * @channel: of the controller: a number, or the name of a peripheral's
 */
struct sim_line {
	char device[SIM_NODE_NAME];
	char name[SIM_NODE_NAME];
	char channel[SIM_NODE_NAME];
};

/**
 * struct sim_lines - those that a controller has
 * @ref: the configuration, and each controller that was made with it
 * @n: how many
 * @line: they
 */
struct sim_lines {
	struct kref ref;
	unsigned int n;
	struct sim_line line[];
};

/**
 * struct sim_node_channel - what a port says of one of its channels
 * @name: of the channel
 * @words: properties
 */
struct sim_node_channel {
	const char *name;
	const char *words;
};

/* node.c */
int sim_node_check(const char *words);
struct sim_node *sim_node_add(unsigned int id, const char *label,
			      const char *words,
			      const struct sim_node_channel *channels,
			      unsigned int n);
void sim_node_remove(struct sim_node *node);
int sim_lines_map(struct sim_controller *ctl);
void sim_lines_get(struct sim_lines *lines);
void sim_lines_put(struct sim_lines *lines);

/* configfs-node.c */
struct config_group *sim_nodes_make(struct list_head *nodes, const char *name);
void sim_nodes_drop(struct config_item *item);
int sim_nodes_lines(struct list_head *nodes, struct sim_lines **lines);

#endif /* DMA_SIM_NODE_H */
