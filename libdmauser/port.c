// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

/* A port is a directory. Each of its channels is a directory in it with this prefix. */
#define CHANNEL_PREFIX "channel-"

/* A port whose channels are being read. */
struct port {
	struct dmauser_list *list;
	const char *name;
};

static int desc_cmp(const void *a, const void *b)
{
	const struct dmauser_port_desc *x = a, *y = b;

	return dmauser_natural_cmp(x->name, y->name);
}

static void desc_clear(void *item)
{
	struct dmauser_port_desc *desc = item;

	free((char *)desc->name);
	free((char *)desc->port);
	free((char *)desc->channel);
	free((char *)desc->device);
}

static uint32_t read_directions(int dir)
{
	uint32_t directions = 0;
	char text[64];

	dmauser_sysfs_text(dir, "directions", text, sizeof(text));
	if (strstr(text, "mem-to-dev"))
		directions |= DMACTL_DIR_MEM_TO_DEV;
	if (strstr(text, "dev-to-mem"))
		directions |= DMACTL_DIR_DEV_TO_MEM;
	return directions;
}

static char *join(const char *port, const char *channel)
{
	size_t size = strlen(port) + strlen(channel) + 2;
	char *name = calloc(1, size);

	if (name)
		snprintf(name, size, "%s:%s", port, channel);
	return name;
}

static int desc_read(int port_dir, int dir, const char *port, const char *channel,
		     struct dmauser_port_desc *desc)
{
	desc->name = join(port, channel);
	desc->port = strdup(port);
	desc->channel = strdup(channel);
	desc->device = dmauser_sysfs_link(port_dir, "device");
	desc->directions = read_directions(dir);
	desc->in_use = (int)dmauser_sysfs_number(dir, "in_use");
	desc->src_addr_width = (uint32_t)dmauser_sysfs_number(dir, "src_addr_width");
	desc->dst_addr_width = (uint32_t)dmauser_sysfs_number(dir, "dst_addr_width");
	desc->src_maxburst = (uint32_t)dmauser_sysfs_number(dir, "src_maxburst");
	desc->dst_maxburst = (uint32_t)dmauser_sysfs_number(dir, "dst_maxburst");
	if (desc->name && desc->port && desc->channel && desc->device)
		return 0;
	desc_clear(desc);
	return -ENOMEM;
}

static int add_channel(void *context, int port_dir, const char *entry)
{
	const struct port *port = context;
	struct dmauser_port_desc *desc;
	int dir, rc;

	if (strncmp(entry, CHANNEL_PREFIX, strlen(CHANNEL_PREFIX)) != 0)
		return 0;
	desc = dmauser_list_spare(port->list);
	if (!desc)
		return -ENOMEM;
	dir = openat(port_dir, entry, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0; /* gone since readdir(), or no channel */
	rc = desc_read(port_dir, dir, port->name, entry + strlen(CHANNEL_PREFIX), desc);
	close(dir);
	if (rc == 0)
		port->list->count++;
	return rc;
}

static int add_port(void *context, int root, const char *name)
{
	struct port port = {.list = context, .name = name};
	int rc = dmauser_each_entry(root, name, add_channel, &port);

	/* gone since readdir(), or no port */
	return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
}

static const struct dmauser_list_kind ports = {
	.size = sizeof(struct dmauser_port_desc),
	.add = add_port,
	.compare = desc_cmp,
	.clear = desc_clear,
	.may_be_missing = 1,
};

int dmauser_discover_ports_at(const char *root, struct dmauser_port_list **list)
{
	struct dmauser_list *new_list;
	int rc;

	if (!list)
		return -EINVAL;
	rc = dmauser_list_read(&ports, root, &new_list);
	if (rc == 0)
		*list = (struct dmauser_port_list *)new_list;
	return rc;
}

DMAUSER_EXPORT int dmauser_discover_ports(struct dmauser_port_list **list)
{
	return dmauser_discover_ports_at(DMAUSER_SYSFS_PORTS, list);
}

DMAUSER_EXPORT size_t dmauser_port_list_count(const struct dmauser_port_list *list)
{
	return list ? ((const struct dmauser_list *)list)->count : 0;
}

DMAUSER_EXPORT const struct dmauser_port_desc *
dmauser_port_list_get(const struct dmauser_port_list *list, size_t index)
{
	if (index >= dmauser_port_list_count(list))
		return NULL;
	return dmauser_list_at((const struct dmauser_list *)list, index);
}

DMAUSER_EXPORT void dmauser_port_list_free(struct dmauser_port_list *list)
{
	dmauser_list_free((struct dmauser_list *)list);
}
