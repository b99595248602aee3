/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports: firmware nodes that name the channels of a peripheral. */
#ifndef DMACTL_PORT_H
#define DMACTL_PORT_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>

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
 * A channel that a port names. Only @chan and @declared change. @fixed holds the settings of
 * the port as a CHAN_CONFIG argument. @directions are those that the port
 * allows; 0: all that the channel has.
 */
struct dmactl_port_chan {
	struct dmactl_port *port;
	const char *name;		/* from firmware */
	char full[DMACTL_NAME_LEN];	/* PORT:CHANNEL */
	struct dmactl_chan_config fixed;
	u32 directions;			/* DMACTL_DIR_* */
	u32 declared;			/* DMACTL_DIR_* of the channel; 0: not known yet */
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

/*
 * References to @shown keep the port: those of the driver, of the port's
 * channels, of the open files of its node.
 */
struct dmactl_port {
	struct device shown;		/* its directory in /sys/class/dmactl */
	struct cdev cdev;		/* its node in /dev/dma; also holds @shown */
	struct list_head node;		/* dmactl_ports_lock */
	struct device *dev;		/* referenced */
	char name[DMACTL_NAME_LEN];

	struct mutex lock;		/* protects requests and releases */
	bool gone;			/* lock; read without */
	wait_queue_head_t wait;		/* woken when the port goes */

	const char **names;		/* from firmware, for all channels */
	const struct attribute_group **groups;
	unsigned int nr_pchans;
	struct dmactl_port_chan pchans[];
};

/* port.c */
int dmactl_port_init(const struct file_operations *fops);
void dmactl_port_exit(void);
struct dmactl_port *dmactl_port_get(struct dmactl_port *port);
void dmactl_port_put(struct dmactl_port *port);
int dmactl_port_request(struct dmactl_chan *chan,
			const struct dmactl_chan_request *arg,
			struct device **dev);
const char *dmactl_port_toward(const struct dmactl_port *port, u32 direction);
const char *dmactl_port_learn_toward(struct dmactl_port *port, u32 direction);
void dmactl_port_detach(struct dmactl_chan *chan);
void dmactl_port_chan_put(struct dmactl_port_chan *pchan);

/* port_node.c */
int dmactl_port_read(struct dmactl_port *port);

/* port_dev.c */
int dmactl_port_dev_init(const struct file_operations *fops);
void dmactl_port_dev_exit(void);
void dmactl_port_dev_new(struct dmactl_port *port,
			 void (*release)(struct device *dev));
int dmactl_port_show(struct dmactl_port *port);
void dmactl_port_hide(struct dmactl_port *port);
struct dmactl_port *dmactl_port_of(const struct inode *inode);

/* port_sysfs.c */
void dmactl_port_init_groups(struct dmactl_port *port);

static inline bool dmactl_port_is_gone(const struct dmactl_port *port)
{
	return READ_ONCE(port->gone);
}

#endif /* DMACTL_PORT_H */
