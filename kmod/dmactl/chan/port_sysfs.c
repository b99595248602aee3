// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports in /sys/class/dmactl. docs/ports.md lists the files. No file shows
 * an address, because unprivileged users can read the files.
 */

#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/log2.h>
#include <linux/sysfs.h>

#include "chan/port.h"

static const struct dmactl_port_chan *dmactl_attr_pchan(struct device_attribute *attr)
{
	return container_of(attr, struct dmactl_port_chan_attr, attr)->pchan;
}

static ssize_t directions_show(struct device *dev,
			       struct device_attribute *attr, char *page)
{
	u32 directions = dmactl_attr_pchan(attr)->directions;

	if (!directions)
		directions = DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM;
	return sysfs_emit(page, "%s%s%s\n",
			  directions & DMACTL_DIR_MEM_TO_DEV ? "mem-to-dev" : "",
			  is_power_of_2(directions) ? "" : " ",
			  directions & DMACTL_DIR_DEV_TO_MEM ? "dev-to-mem" : "");
}

static ssize_t in_use_show(struct device *dev, struct device_attribute *attr,
			   char *page)
{
	return sysfs_emit(page, "%d\n", !!READ_ONCE(dmactl_attr_pchan(attr)->chan));
}

#define DMACTL_PORT_CHAN_NUMBER(_name)					\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *page)	\
{									\
	return sysfs_emit(page, "%u\n",					\
			  dmactl_attr_pchan(attr)->fixed._name);	\
}

DMACTL_PORT_CHAN_NUMBER(src_addr_width)
DMACTL_PORT_CHAN_NUMBER(dst_addr_width)
DMACTL_PORT_CHAN_NUMBER(src_maxburst)
DMACTL_PORT_CHAN_NUMBER(dst_maxburst)

static DEVICE_ATTR_RO(directions);
static DEVICE_ATTR_RO(in_use);
static DEVICE_ATTR_RO(src_addr_width);
static DEVICE_ATTR_RO(dst_addr_width);
static DEVICE_ATTR_RO(src_maxburst);
static DEVICE_ATTR_RO(dst_maxburst);

static const struct device_attribute *const dmactl_port_chan_attrs[] = {
	&dev_attr_directions,
	&dev_attr_in_use,
	&dev_attr_src_addr_width,
	&dev_attr_dst_addr_width,
	&dev_attr_src_maxburst,
	&dev_attr_dst_maxburst,
};

static_assert(ARRAY_SIZE(dmactl_port_chan_attrs) == DMACTL_PORT_CHAN_ATTRS);

static void dmactl_port_chan_init_attrs(struct dmactl_port_chan *pchan)
{
	int i;

	for (i = 0; i < DMACTL_PORT_CHAN_ATTRS; i++) {
		pchan->attrs[i].attr = *dmactl_port_chan_attrs[i];
		pchan->attrs[i].pchan = pchan;
		sysfs_attr_init(&pchan->attrs[i].attr.attr);
		pchan->attr_list[i] = &pchan->attrs[i].attr.attr;
	}
	/* The prefix avoids names of the driver core, such as "power". */
	snprintf(pchan->dir, sizeof(pchan->dir), "channel-%s", pchan->name);
	pchan->group.name = pchan->dir;
	pchan->group.attrs = pchan->attr_list;
}

void dmactl_port_init_groups(struct dmactl_port *port)
{
	unsigned int i;

	for (i = 0; i < port->nr_pchans; i++) {
		dmactl_port_chan_init_attrs(&port->pchans[i]);
		port->groups[i] = &port->pchans[i].group;
	}
}
