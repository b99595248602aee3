/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports: firmware nodes that name the channels of a peripheral. */
#ifndef DMACTL_PORT_H
#define DMACTL_PORT_H

#include <linux/device.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include <linux/dmactl.h>

struct dmactl_chan;
struct dmactl_chan_request;
struct dmactl_port_chan;
struct dmactl_port;

#define DMACTL_PORT_DRIVER	"dmactl-port"

#define DMACTL_PORT_CHAN_ATTRS	6

struct dmactl_port_chan_attr {
	struct device_attribute attr;
	struct dmactl_port_chan *pchan;
};

/*
 * A channel that a port names. Only @chan changes. @fixed holds the settings of
 * the port as a CHAN_CONFIG argument. @directions are those that the port
 * allows; 0: all that the channel has.
 */
struct dmactl_port_chan {
	struct dmactl_port *port;
	const char *name;		/* from firmware */
	char full[DMACTL_NAME_LEN];	/* PORT:CHANNEL */
	struct dmactl_chan_config fixed;
	u32 directions;			/* DMACTL_DIR_* */
	u32 descriptors;		/* most at a time; 0: not given */
	u32 entries;			/* most in a descriptor; 0: not given */
	bool described;			/* @fixed is not empty */
	bool commands;			/* programs may send commands */
	struct dmactl_chan *chan;	/* port->lock; read without */

	char dir[DMACTL_NAME_LEN + 16];	/* its directory in sysfs */
	struct dmactl_port_chan_attr attrs[DMACTL_PORT_CHAN_ATTRS];
	struct attribute *attr_list[DMACTL_PORT_CHAN_ATTRS + 1];
	struct attribute_group group;
};

struct dmactl_port {
	struct kref ref;		/* of the driver, and of its channels */
	struct list_head node;		/* dmactl_ports_lock */
	struct device *dev;		/* referenced */
	struct device *shown;		/* its directory in /sys/class/dmactl */
	char name[DMACTL_NAME_LEN];

	struct mutex lock;		/* protects requests and releases */
	bool gone;			/* lock */

	const char **names;		/* from firmware, for all channels */
	const struct attribute_group **groups;
	unsigned int nr_pchans;
	struct dmactl_port_chan pchans[];
};

/* port.c */
int dmactl_port_init(void);
void dmactl_port_exit(void);
int dmactl_port_request(struct dmactl_chan *chan,
			const struct dmactl_chan_request *arg,
			struct device **dev);
void dmactl_port_detach(struct dmactl_chan *chan);
void dmactl_port_chan_put(struct dmactl_port_chan *pchan);

/* port_node.c */
int dmactl_port_read(struct dmactl_port *port);

/* port_sysfs.c */
int dmactl_port_show(struct dmactl_port *port);
void dmactl_port_hide(struct dmactl_port *port);
int dmactl_port_class_register(void);
void dmactl_port_class_unregister(void);

#endif /* DMACTL_PORT_H */
