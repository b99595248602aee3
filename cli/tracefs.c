// SPDX-License-Identifier: MIT
#include "tracefs.h"
#include "units.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE_PREFIX "dmactl-"

/* Where tracefs is mounted; looking also mounts the one below debugfs. */
static bool find_mount(char *path, size_t size)
{
	static const char *const usual[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	struct mntent *entry;
	char probe[PATH_MAX];
	bool found = false;
	FILE *mounts;

	for (size_t i = 0; i < 2; i++) {
		snprintf(probe, sizeof(probe), "%s/instances", usual[i]);
		if (access(probe, F_OK) == 0) {
			snprintf(path, size, "%s", usual[i]);
			return true;
		}
	}
	mounts = setmntent("/proc/self/mounts", "re");
	while (mounts && !found && (entry = getmntent(mounts))) {
		found = strcmp(entry->mnt_type, "tracefs") == 0;
		if (found)
			snprintf(path, size, "%s", entry->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

/* A dmactl that was killed could not remove its instance. */
static void remove_stale(const char *instances)
{
	DIR *dir = opendir(instances);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		uint64_t pid;

		if (strncmp(entry->d_name, INSTANCE_PREFIX, strlen(INSTANCE_PREFIX)))
			continue;
		if (!parse_number(entry->d_name + strlen(INSTANCE_PREFIX), 1, INT32_MAX, &pid))
			continue;
		if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	if (dir)
		closedir(dir);
}

static int write_file(const struct tracefs *tracefs, const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", tracefs->instance, name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int create_instance(struct tracefs *tracefs, struct cli *cli)
{
	char mount[PATH_MAX - 64], instances[PATH_MAX];
	int err;

	if (!find_mount(mount, sizeof(mount))) {
		if (geteuid())
			cli_error(cli, "--explain reads the kernel's tracepoints, which only root "
				       "may do");
		else
			cli_error(cli, "--explain needs tracefs; `mount -t tracefs nodev "
				       "/sys/kernel/tracing'");
		return -ENOENT;
	}
	snprintf(instances, sizeof(instances), "%s/instances", mount);
	remove_stale(instances);
	snprintf(tracefs->instance, sizeof(tracefs->instance), "%s/instances/" INSTANCE_PREFIX "%d",
		 mount, (int)getpid());
	if (mkdir(tracefs->instance, 0700) == 0)
		return 0;
	err = -errno;
	tracefs->instance[0] = '\0';
	if (err == -EACCES || err == -EPERM)
		cli_error(cli, "--explain reads the kernel's tracepoints, which only root may do");
	else
		cli_error(cli, "--explain: cannot make a trace instance in %s: %s", instances,
			  strerror(-err));
	return err;
}

static int enable_events(struct tracefs *tracefs, uint32_t session)
{
	char filter[64], path[PATH_MAX + 64];
	int err;

	snprintf(filter, sizeof(filter), "session == %" PRIu32, session);
	write_file(tracefs, "buffer_size_kb", "1024");
	/* The clock of the completions' time stamps. */
	write_file(tracefs, "trace_clock", "mono");
	err = write_file(tracefs, "events/dmactl/filter", filter);
	if (!err)
		err = write_file(tracefs, "events/dmactl/enable", "1");
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/trace_pipe", tracefs->instance);
	tracefs->pipe_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return tracefs->pipe_fd < 0 ? -errno : 0;
}

int tracefs_create(struct tracefs *tracefs, struct cli *cli, uint32_t session)
{
	int err;

	tracefs->instance[0] = '\0';
	tracefs->pipe_fd = -1;
	err = create_instance(tracefs, cli);
	if (err)
		return err;
	err = enable_events(tracefs, session);
	if (err) {
		cli_error(cli, "--explain: cannot switch on the events of dmactl: %s",
			  strerror(-err));
		tracefs_remove(tracefs);
	}
	return err;
}

void tracefs_stop(struct tracefs *tracefs)
{
	write_file(tracefs, "events/dmactl/enable", "0");
}

void tracefs_remove(struct tracefs *tracefs)
{
	if (tracefs->pipe_fd >= 0)
		close(tracefs->pipe_fd);
	tracefs->pipe_fd = -1;
	if (tracefs->instance[0])
		rmdir(tracefs->instance);
	tracefs->instance[0] = '\0';
}

uint64_t tracefs_lost(const struct tracefs *tracefs)
{
	char path[PATH_MAX + 64], line[128];
	uint64_t number, lost = 0;

	for (unsigned int cpu = 0;; cpu++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/per_cpu/cpu%u/stats", tracefs->instance, cpu);
		file = fopen(path, "re");
		if (!file)
			return lost;
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "overrun: %" SCNu64, &number) == 1)
				lost += number;
		}
		fclose(file);
	}
}
