/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports: what their files share. */
#ifndef DMACTL_PORT_H
#define DMACTL_PORT_H

#include <linux/device.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "core.h"

#define DMACTL_PORT_DRIVER	"dmactl-port"

#define DMACTL_LINE_ATTRS	6

struct dmactl_line_attr {
	struct device_attribute attr;
	struct dmactl_line *line;
};

/*
 * One of the channels that a port names. All but @chan stays as it was read.
 * @fixed is what CHAN_CONFIG would have to say; @directions are those that
 * the port allows, 0 all that the channel has.
 */
struct dmactl_line {
	struct dmactl_port *port;
	const char *name;		/* firmware's */
	char full[DMACTL_NAME_LEN];	/* PORT:CHANNEL */
	struct dmactl_chan_config fixed;
	u32 directions;			/* DMACTL_DIR_* */
	bool described;			/* @fixed says something */
	struct dmactl_chan *chan;	/* port->lock; read without */

	char dir[DMACTL_NAME_LEN + 16];	/* its directory in sysfs */
	struct dmactl_line_attr attrs[DMACTL_LINE_ATTRS];
	struct attribute *attr_list[DMACTL_LINE_ATTRS + 1];
	struct attribute_group group;
};

struct dmactl_port {
	struct kref ref;		/* driver, and channels that were had */
	struct list_head node;		/* dmactl_ports_lock */
	struct device *dev;		/* referenced */
	struct device *shown;		/* its directory in /sys/class/dmactl */
	char name[DMACTL_NAME_LEN];

	struct mutex lock;		/* its channels come and go */
	bool gone;			/* lock */

	const char **names;		/* firmware's, of all lines */
	const struct attribute_group **groups;
	unsigned int nr_lines;
	struct dmactl_line lines[];
};

/* port_node.c */
int dmactl_port_read(struct dmactl_port *port);

/* port_sysfs.c */
int dmactl_port_show(struct dmactl_port *port);
void dmactl_port_hide(struct dmactl_port *port);
int dmactl_port_class_register(void);
void dmactl_port_class_unregister(void);

#endif /* DMACTL_PORT_H */
