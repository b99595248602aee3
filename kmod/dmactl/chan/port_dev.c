// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of ports: a directory in /sys/class/dmactl and a node in /dev/dma
 * for each.
 */

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../compat.h"
#include "chan/port.h"

#define DMACTL_MAX_PORT_NAMES	1024

/*
 * The minor number of a name. A name keeps its number until the module is
 * unloaded, because device cgroups and containers know a node by its number:
 * it must not become the number of another peripheral.
 */
struct dmactl_port_number {
	struct list_head node;
	unsigned int minor;
	char name[DMACTL_NAME_LEN];
};

/* dmactl_ports_lock protects it: see dmactl_port_publish(). */
static LIST_HEAD(dmactl_port_numbers);	/* newest first */

static dev_t dmactl_port_first;
static const struct file_operations *dmactl_port_fops;

/* Only root opens a new node. A udev rule can give it away. */
static char *dmactl_port_devnode(dmactl_devnode_const struct device *dev,
				 umode_t *mode)
{
	if (mode)
		*mode = 0600;
	return kasprintf(GFP_KERNEL, "dma/%s", dev_name(dev));
}

static struct class dmactl_port_class = {
	.name = "dmactl",
	.devnode = dmactl_port_devnode,
};

static int dmactl_port_number_get(const char *name)
{
	struct dmactl_port_number *number;
	unsigned int minor = 0;

	list_for_each_entry(number, &dmactl_port_numbers, node)
		if (!strcmp(number->name, name))
			return number->minor;
	number = list_first_entry_or_null(&dmactl_port_numbers,
					  struct dmactl_port_number, node);
	if (number)
		minor = number->minor + 1;
	if (minor == DMACTL_MAX_PORT_NAMES)
		return -ENOSPC;
	number = kzalloc(sizeof(*number), GFP_KERNEL);
	if (!number)
		return -ENOMEM;
	number->minor = minor;
	strscpy(number->name, name, sizeof(number->name));
	list_add(&number->node, &dmactl_port_numbers);
	return minor;
}

/* From here on dmactl_port_put() calls @release in the end. */
void dmactl_port_dev_new(struct dmactl_port *port,
			 void (*release)(struct device *dev))
{
	device_initialize(&port->shown);
	port->shown.release = release;
}

/* The caller prevents EEXIST, for which the driver core prints a backtrace. */
int dmactl_port_show(struct dmactl_port *port)
{
	int ret = dmactl_port_number_get(port->name);

	if (ret < 0)
		return dev_err_probe(port->dev, ret, "no device number for %s\n",
				     port->name);
	dmactl_port_init_groups(port);
	port->shown.class = &dmactl_port_class;
	port->shown.parent = port->dev;
	port->shown.groups = port->groups;
	port->shown.devt = dmactl_port_first + ret;
	ret = dev_set_name(&port->shown, "%s", port->name);
	if (ret)
		return ret;
	cdev_init(&port->cdev, dmactl_port_fops);
	port->cdev.owner = THIS_MODULE;
	return cdev_device_add(&port->cdev, &port->shown);
}

/* After this nobody reads the files of the port, and its node is gone. */
void dmactl_port_hide(struct dmactl_port *port)
{
	cdev_device_del(&port->cdev, &port->shown);
}

/*
 * The port whose node is being opened. The caller of open() holds the cdev,
 * even if the port has gone.
 */
struct dmactl_port *dmactl_port_of(const struct inode *inode)
{
	return container_of(inode->i_cdev, struct dmactl_port, cdev);
}

int dmactl_port_dev_init(const struct file_operations *fops)
{
	int ret;

	dmactl_port_fops = fops;
	ret = alloc_chrdev_region(&dmactl_port_first, 0, DMACTL_MAX_PORT_NAMES,
				  DMACTL_PORT_DRIVER);
	if (ret)
		return ret;
	ret = class_register(&dmactl_port_class);
	if (ret)
		unregister_chrdev_region(dmactl_port_first,
					 DMACTL_MAX_PORT_NAMES);
	return ret;
}

void dmactl_port_dev_exit(void)
{
	struct dmactl_port_number *number, *next;

	class_unregister(&dmactl_port_class);
	unregister_chrdev_region(dmactl_port_first, DMACTL_MAX_PORT_NAMES);
	list_for_each_entry_safe(number, next, &dmactl_port_numbers, node)
		kfree(number);
}
