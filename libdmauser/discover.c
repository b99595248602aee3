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

struct dmauser_chan_list {
	struct dmauser_chan_desc *desc;
	size_t count, capacity;
};

static int desc_cmp(const void *a, const void *b)
{
	const struct dmauser_chan_desc *x = a, *y = b;

	return dmauser_natural_cmp(x->name, y->name);
}

static void desc_free(struct dmauser_chan_desc *desc)
{
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
	desc_free(desc);
	return -ENOMEM;
}

static int list_grow(struct dmauser_chan_list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	struct dmauser_chan_desc *desc;

	if (list->count < list->capacity)
		return 0;
	desc = realloc(list->desc, capacity * sizeof(*desc));
	if (!desc)
		return -ENOMEM;
	list->desc = desc;
	list->capacity = capacity;
	return 0;
}

static int list_add(struct dmauser_chan_list *list, int root, const char *name)
{
	int dir, rc;

	rc = list_grow(list);
	if (rc < 0)
		return rc;
	dir = openat(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0; /* gone since readdir(), or not a channel */
	rc = desc_read(dir, name, &list->desc[list->count]);
	close(dir);
	if (rc == 0)
		list->count++;
	return rc;
}

static int list_read(struct dmauser_chan_list *list, const char *root)
{
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	dir = opendir(root);
	if (!dir)
		return -errno;
	while (rc == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = list_add(list, dirfd(dir), entry->d_name);
	closedir(dir);
	return rc;
}

int dmauser_discover_at(const char *root, struct dmauser_chan_list **list)
{
	struct dmauser_chan_list *new_list;
	int rc;

	if (!list)
		return -EINVAL;
	new_list = calloc(1, sizeof(*new_list));
	if (!new_list)
		return -ENOMEM;
	rc = list_read(new_list, root);
	if (rc < 0) {
		dmauser_chan_list_free(new_list);
		return rc;
	}
	if (new_list->count)
		qsort(new_list->desc, new_list->count, sizeof(*new_list->desc), desc_cmp);
	*list = new_list;
	return 0;
}

DMAUSER_EXPORT int dmauser_discover(struct dmauser_chan_list **list)
{
	return dmauser_discover_at(DMAUSER_SYSFS, list);
}

int dmauser_chan_exists_at(const char *root, const char *name)
{
	char path[PATH_MAX];
	int len;

	/* A name is one directory, not a path to somewhere else. */
	if (name[0] == '.' || strchr(name, '/'))
		return 0;
	len = snprintf(path, sizeof(path), "%s/%s", root, name);
	return len < (int)sizeof(path) && access(path, F_OK) == 0;
}

DMAUSER_EXPORT size_t dmauser_chan_list_count(const struct dmauser_chan_list *list)
{
	return list ? list->count : 0;
}

DMAUSER_EXPORT const struct dmauser_chan_desc *
dmauser_chan_list_get(const struct dmauser_chan_list *list, size_t index)
{
	if (index >= dmauser_chan_list_count(list))
		return NULL;
	return &list->desc[index];
}

DMAUSER_EXPORT void dmauser_chan_list_free(struct dmauser_chan_list *list)
{
	size_t i;

	if (!list)
		return;
	for (i = 0; i < list->count; i++)
		desc_free(&list->desc[i]);
	free(list->desc);
	free(list);
}
