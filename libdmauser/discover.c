// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

static int desc_cmp(const void *a, const void *b)
{
	const struct dmauser_chan_desc *x = a, *y = b;

	return dmauser_natural_cmp(x->name, y->name);
}

static void desc_clear(void *item)
{
	struct dmauser_chan_desc *desc = item;

	free((char *)desc->name);
	free((char *)desc->device);
	free((char *)desc->driver);
}

static int desc_read(int dir, const char *name, struct dmauser_chan_desc *desc)
{
	desc->name = strdup(name);
	desc->device = dmauser_sysfs_link(dir, "device");
	desc->driver = dmauser_sysfs_link(dir, "device/driver");
	desc->in_use = (int)dmauser_sysfs_number(dir, "in_use");
	desc->memcpy_count = dmauser_sysfs_number(dir, "memcpy_count");
	desc->bytes_transferred = dmauser_sysfs_number(dir, "bytes_transferred");
	if (desc->name && desc->device && desc->driver)
		return 0;
	desc_clear(desc);
	return -ENOMEM;
}

static int add_channel(void *context, int root, const char *name)
{
	struct dmauser_list *list = context;
	struct dmauser_chan_desc *desc = dmauser_list_spare(list);
	int dir, rc;

	if (!desc)
		return -ENOMEM;
	dir = openat(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0; /* gone since readdir(), or not a channel */
	rc = desc_read(dir, name, desc);
	close(dir);
	if (rc == 0)
		list->count++;
	return rc;
}

static const struct dmauser_list_kind channels = {
	.size = sizeof(struct dmauser_chan_desc),
	.add = add_channel,
	.compare = desc_cmp,
	.clear = desc_clear,
};

int dmauser_discover_at(const char *root, struct dmauser_chan_list **list)
{
	struct dmauser_list *new_list;
	int rc;

	if (!list)
		return -EINVAL;
	rc = dmauser_list_read(&channels, root, &new_list);
	if (rc == 0)
		*list = (struct dmauser_chan_list *)new_list;
	return rc;
}

DMAUSER_EXPORT int dmauser_discover(struct dmauser_chan_list **list)
{
	return dmauser_discover_at(DMAUSER_SYSFS, list);
}

int dmauser_chan_exists_at(const char *root, const char *name)
{
	char path[PATH_MAX];
	int len;

	/* Refuse names that are a path to another directory. */
	if (name[0] == '.' || strchr(name, '/'))
		return 0;
	len = snprintf(path, sizeof(path), "%s/%s", root, name);
	return len < (int)sizeof(path) && access(path, F_OK) == 0;
}

DMAUSER_EXPORT size_t dmauser_chan_list_count(const struct dmauser_chan_list *list)
{
	return list ? ((const struct dmauser_list *)list)->count : 0;
}

DMAUSER_EXPORT const struct dmauser_chan_desc *
dmauser_chan_list_get(const struct dmauser_chan_list *list, size_t index)
{
	if (index >= dmauser_chan_list_count(list))
		return NULL;
	return dmauser_list_at((const struct dmauser_list *)list, index);
}

DMAUSER_EXPORT void dmauser_chan_list_free(struct dmauser_chan_list *list)
{
	dmauser_list_free((struct dmauser_list *)list);
}
