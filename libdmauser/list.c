// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

void *dmauser_list_at(const struct dmauser_list *list, size_t index)
{
	return list->items + index * list->kind->size;
}

void *dmauser_list_spare(struct dmauser_list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	char *items;

	if (list->count == list->capacity) {
		items = realloc(list->items, capacity * list->kind->size);
		if (!items)
			return NULL;
		list->items = items;
		list->capacity = capacity;
	}
	return memset(dmauser_list_at(list, list->count), 0, list->kind->size);
}

int dmauser_each_entry(int at, const char *path,
		       int (*fn)(void *context, int dir, const char *name), void *context)
{
	struct dirent *entry;
	int fd, rc = 0;
	DIR *dir;

	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (rc == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = fn(context, dirfd(dir), entry->d_name);
	closedir(dir);
	return rc;
}

int dmauser_list_read(const struct dmauser_list_kind *kind, const char *root,
		      struct dmauser_list **list)
{
	struct dmauser_list *new_list;
	int rc;

	new_list = calloc(1, sizeof(*new_list));
	if (!new_list)
		return -ENOMEM;
	new_list->kind = kind;
	rc = dmauser_each_entry(AT_FDCWD, root, kind->add, new_list);
	if (rc == -ENOENT && kind->may_be_missing)
		rc = 0;
	if (rc < 0) {
		dmauser_list_free(new_list);
		return rc;
	}
	if (new_list->count)
		qsort(new_list->items, new_list->count, kind->size, kind->compare);
	*list = new_list;
	return 0;
}

void dmauser_list_free(struct dmauser_list *list)
{
	size_t i;

	if (!list)
		return;
	for (i = 0; i < list->count; i++)
		list->kind->clear(dmauser_list_at(list, i));
	free(list->items);
	free(list);
}
