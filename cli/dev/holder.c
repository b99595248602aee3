// SPDX-License-Identifier: MIT
#include "dev/holder.h"

#include <dmauser.h>

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process chooses its own name, so it may contain escape sequences for the terminal. */
static void make_printable(char *text)
{
	text[strcspn(text, "\n")] = '\0';
	for (; *text; text++) {
		if (!isprint((unsigned char)*text))
			*text = '?';
	}
}

static bool read_small(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t got;

	if (fd < 0)
		return false;
	while (used + 1 < size && (got = read(fd, text + used, size - used - 1)) > 0)
		used += (size_t)got;
	close(fd);
	text[used] = '\0';
	return true;
}

bool holder_has(const struct holder *holder, const char *chan)
{
	const struct fdinfo *info = &holder->info;
	size_t length = strlen(chan);

	for (size_t i = 0; i < info->count; i++) {
		const struct fdinfo_pair *pair = &info->pairs[i];

		if (strcmp(pair->key, "channel") == 0 && strncmp(pair->value, chan, length) == 0 &&
		    (pair->value[length] == ' ' || pair->value[length] == '\0'))
			return true;
	}
	return false;
}

static bool is_session(int fd_dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd_dir, name, target, sizeof(target) - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return strcmp(target, DMACTL_DEVICE) == 0 ||
	       strncmp(target, DMACTL_PORT_DIR, strlen(DMACTL_PORT_DIR)) == 0;
}

/* Returns false if the search is to end. */
static bool look_at_fd(int proc_dir, struct holder *holder, holder_fn *found, void *context)
{
	char path[64], text[16384];
	bool more;

	snprintf(path, sizeof(path), "fdinfo/%d", holder->fd);
	if (!read_small(proc_dir, path, text, sizeof(text)) || fdinfo_parse(&holder->info, text))
		return true;
	more = found(holder, context);
	fdinfo_free(&holder->info);
	return more;
}

static bool look_at_process(int proc, const char *pid, holder_fn *found, void *context)
{
	struct holder holder = {.pid = atoi(pid)};
	int proc_dir = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	struct stat st;
	bool more = true;
	int fd_dir;
	DIR *dir;

	if (proc_dir < 0)
		return true;
	if (fstat(proc_dir, &st) == 0)
		holder.uid = st.st_uid;
	fd_dir = openat(proc_dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd_dir < 0 ? NULL : fdopendir(fd_dir);
	if (!dir) {
		if (fd_dir >= 0)
			close(fd_dir);
		close(proc_dir);
		return true;
	}
	if (read_small(proc_dir, "comm", holder.comm, sizeof(holder.comm)))
		make_printable(holder.comm);
	while (more && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !is_session(fd_dir, entry->d_name))
			continue;
		holder.fd = atoi(entry->d_name);
		more = look_at_fd(proc_dir, &holder, found, context);
	}
	closedir(dir);
	close(proc_dir);
	return more;
}

void holder_each(holder_fn *found, void *context)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool more = true;

	while (proc && more && (entry = readdir(proc))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			more = look_at_process(dirfd(proc), entry->d_name, found, context);
	}
	if (proc)
		closedir(proc);
}

struct search {
	const char *chan;
	int pid; /* 0: any */
	struct holder_name *name;
	bool found;
};

static bool compare(struct holder *holder, void *context)
{
	struct search *search = context;

	if ((search->pid && holder->pid != search->pid) || !holder_has(holder, search->chan))
		return true;
	search->found = true;
	search->name->pid = holder->pid;
	search->name->uid = holder->uid;
	memcpy(search->name->comm, holder->comm, sizeof(search->name->comm));
	return false;
}

bool holder_is(const char *chan, int pid, struct holder_name *name)
{
	struct search search = {.chan = chan, .pid = pid, .name = name};

	holder_each(compare, &search);
	return search.found;
}

bool holder_find(const char *chan, struct holder_name *name)
{
	return holder_is(chan, 0, name);
}
