// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/dmactl: the ports. docs/ports.md lists the files. Addresses are
 * not among them: they are nobody's business who may not use them.
 */

#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/log2.h>
#include <linux/sysfs.h>

#include "port.h"

static struct class dmactl_port_class = {
	.name = "dmactl",
};

static const struct dmactl_line *dmactl_attr_line(struct device_attribute *attr)
{
	return container_of(attr, struct dmactl_line_attr, attr)->line;
}

static ssize_t directions_show(struct device *dev,
			       struct device_attribute *attr, char *page)
{
	u32 directions = dmactl_attr_line(attr)->directions;

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
	return sysfs_emit(page, "%d\n", !!READ_ONCE(dmactl_attr_line(attr)->chan));
}

#define DMACTL_LINE_NUMBER(_name)					\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *page)	\
{									\
	return sysfs_emit(page, "%u\n",					\
			  dmactl_attr_line(attr)->fixed._name);		\
}

DMACTL_LINE_NUMBER(src_addr_width)
DMACTL_LINE_NUMBER(dst_addr_width)
DMACTL_LINE_NUMBER(src_maxburst)
DMACTL_LINE_NUMBER(dst_maxburst)

static DEVICE_ATTR_RO(directions);
static DEVICE_ATTR_RO(in_use);
static DEVICE_ATTR_RO(src_addr_width);
static DEVICE_ATTR_RO(dst_addr_width);
static DEVICE_ATTR_RO(src_maxburst);
static DEVICE_ATTR_RO(dst_maxburst);

static const struct device_attribute *const dmactl_line_attrs[] = {
	&dev_attr_directions,
	&dev_attr_in_use,
	&dev_attr_src_addr_width,
	&dev_attr_dst_addr_width,
	&dev_attr_src_maxburst,
	&dev_attr_dst_maxburst,
};

static_assert(ARRAY_SIZE(dmactl_line_attrs) == DMACTL_LINE_ATTRS);

static void dmactl_line_init_attrs(struct dmactl_line *line)
{
	int i;

	for (i = 0; i < DMACTL_LINE_ATTRS; i++) {
		line->attrs[i].attr = *dmactl_line_attrs[i];
		line->attrs[i].line = line;
		sysfs_attr_init(&line->attrs[i].attr.attr);
		line->attr_list[i] = &line->attrs[i].attr.attr;
	}
	/* The prefix keeps it from "power" and others of the core's. */
	snprintf(line->dir, sizeof(line->dir), "channel-%s", line->name);
	line->group.name = line->dir;
	line->group.attrs = line->attr_list;
}

/* EEXIST is for the caller to prevent: the core would print a backtrace. */
int dmactl_port_show(struct dmactl_port *port)
{
	struct device *shown;
	unsigned int i;

	for (i = 0; i < port->nr_lines; i++) {
		dmactl_line_init_attrs(&port->lines[i]);
		port->groups[i] = &port->lines[i].group;
	}
	shown = device_create_with_groups(&dmactl_port_class, port->dev, 0,
					  port, port->groups, "%s", port->name);
	if (IS_ERR(shown))
		return PTR_ERR(shown);
	port->shown = shown;
	return 0;
}

/* Nobody reads its files after this. */
void dmactl_port_hide(struct dmactl_port *port)
{
	device_unregister(port->shown);
	port->shown = NULL;
}

int dmactl_port_class_register(void)
{
	return class_register(&dmactl_port_class);
}

void dmactl_port_class_unregister(void)
{
	class_unregister(&dmactl_port_class);
}
