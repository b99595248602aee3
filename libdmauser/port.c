// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* O_PATH */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

/* A port is a directory, and each of its channels one in it, with this prefix. */
#define CHANNEL_PREFIX "channel-"

struct dmauser_port_list {
	struct dmauser_port_desc *desc;
	size_t count, capacity;
};

static int desc_cmp(const void *a, const void *b)
{
	const struct dmauser_port_desc *x = a, *y = b;

	return dmauser_natural_cmp(x->name, y->name);
}

static void desc_free(struct dmauser_port_desc *desc)
{
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
	desc_free(desc);
	return -ENOMEM;
}

static int list_grow(struct dmauser_port_list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	struct dmauser_port_desc *desc;

	if (list->count < list->capacity)
		return 0;
	desc = realloc(list->desc, capacity * sizeof(*desc));
	if (!desc)
		return -ENOMEM;
	list->desc = desc;
	list->capacity = capacity;
	return 0;
}

static int add_channel(struct dmauser_port_list *list, int port_dir, const char *port,
		       const char *entry)
{
	int dir, rc;

	if (strncmp(entry, CHANNEL_PREFIX, strlen(CHANNEL_PREFIX)) != 0)
		return 0;
	rc = list_grow(list);
	if (rc < 0)
		return rc;
	dir = openat(port_dir, entry, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0; /* gone since readdir(), or no channel */
	rc = desc_read(port_dir, dir, port, entry + strlen(CHANNEL_PREFIX),
		       &list->desc[list->count]);
	close(dir);
	if (rc == 0)
		list->count++;
	return rc;
}

static int add_port(struct dmauser_port_list *list, const char *root, const char *port)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;
	int rc;

	rc = snprintf(path, sizeof(path), "%s/%s", root, port);
	dir = rc < (int)sizeof(path) ? opendir(path) : NULL;
	rc = 0;
	if (!dir) /* gone since readdir(), or no port */
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while (rc == 0 && (entry = readdir(dir)))
		rc = add_channel(list, dirfd(dir), port, entry->d_name);
	closedir(dir);
	return rc;
}

static int list_read(struct dmauser_port_list *list, const char *root)
{
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	dir = opendir(root);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (rc == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = add_port(list, root, entry->d_name);
	closedir(dir);
	return rc;
}

int dmauser_discover_ports_at(const char *root, struct dmauser_port_list **list)
{
	struct dmauser_port_list *new_list;
	int rc;

	if (!list)
		return -EINVAL;
	new_list = calloc(1, sizeof(*new_list));
	if (!new_list)
		return -ENOMEM;
	rc = list_read(new_list, root);
	if (rc < 0) {
		dmauser_port_list_free(new_list);
		return rc;
	}
	if (new_list->count)
		qsort(new_list->desc, new_list->count, sizeof(*new_list->desc), desc_cmp);
	*list = new_list;
	return 0;
}

DMAUSER_EXPORT int dmauser_discover_ports(struct dmauser_port_list **list)
{
	return dmauser_discover_ports_at(DMAUSER_SYSFS_PORTS, list);
}

DMAUSER_EXPORT size_t dmauser_port_list_count(const struct dmauser_port_list *list)
{
	return list ? list->count : 0;
}

DMAUSER_EXPORT const struct dmauser_port_desc *
dmauser_port_list_get(const struct dmauser_port_list *list, size_t index)
{
	if (index >= dmauser_port_list_count(list))
		return NULL;
	return &list->desc[index];
}

DMAUSER_EXPORT void dmauser_port_list_free(struct dmauser_port_list *list)
{
	size_t i;

	if (!list)
		return;
	for (i = 0; i < list->count; i++)
		desc_free(&list->desc[i]);
	free(list->desc);
	free(list);
}
