// SPDX-License-Identifier: MIT
/* dmactl status [CHAN]: what the channels do, and which programs use them */
#include "device.h"
#include "fdinfo.h"
#include "print.h"
#include "units.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHANNEL_FACTS 12

struct status_args {
	struct cli *cli;
	const char *chan;
};

static error_t parse_status(int key, char *arg, struct argp_state *state)
{
	struct status_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (args->chan)
			argp_error(state, "only one channel, please");
		args->chan = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp status_argp = {
	.parser = parse_status,
	.args_doc = "[CHAN]",
	.doc = "Prints the counters of all DMA channels, or of CHAN, and the dmactl sessions of "
	       "those processes that you may look into."
	       "\vExamples:\n  dmactl status\n  dmactl status dma0chan0 --json\n",
};

/* One open file of some process that is a dmactl session. */
struct holder {
	int pid;
	int fd;
	char comm[64];
	struct fdinfo info;
};

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

static bool skipped_key(const char *key)
{
	/* Lines that every fdinfo has. */
	static const char *const usual[] = {"pos", "flags", "mnt_id", "ino"};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strcmp(key, usual[i]) == 0)
			return true;
	}
	return false;
}

static bool holds_channel(const struct fdinfo *info, const char *chan)
{
	size_t length = strlen(chan);

	for (size_t i = 0; i < info->count; i++) {
		const struct fdinfo_pair *pair = &info->pairs[i];

		if (strcmp(pair->key, "channel") == 0 && strncmp(pair->value, chan, length) == 0 &&
		    (pair->value[length] == ' ' || pair->value[length] == '\0'))
			return true;
	}
	return false;
}

/* JSON keys have no dashes. */
static const char *json_key(const char *key, char *text, size_t size)
{
	snprintf(text, size, "%s", key);
	for (char *c = text; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	return text;
}

static void print_value(struct printer *printer, const struct fdinfo_pair *pair, const char *label)
{
	char key[64];
	uint64_t number;

	json_key(pair->key, key, sizeof(key));
	if (parse_number(pair->value, 0, UINT64_MAX, &number))
		print_unsigned(printer, key, label, number, UNIT_NONE);
	else
		print_string(printer, key, label, pair->value);
}

static void print_holder_channels(struct printer *printer, const struct fdinfo *info)
{
	struct fdinfo_pair pairs[MAX_CHANNEL_FACTS];
	size_t count;

	print_open(printer, GROUP_TABLE, "channels_held", NULL);
	for (size_t i = 0; i < info->count; i++) {
		if (strcmp(info->pairs[i].key, "channel"))
			continue;
		/* The text is the holder's own copy. */
		count = fdinfo_split_channel((char *)info->pairs[i].value, pairs,
					     MAX_CHANNEL_FACTS);
		print_open(printer, GROUP_OBJECT, NULL, NULL);
		for (size_t j = 0; j < count; j++)
			print_value(printer, &pairs[j], pairs[j].key);
		print_close(printer);
	}
	print_close(printer);
}

static void print_holder(struct printer *printer, const struct holder *holder)
{
	char heading[128];

	snprintf(heading, sizeof(heading), "%s, process %d, file descriptor %d", holder->comm,
		 holder->pid, holder->fd);
	print_open(printer, GROUP_OBJECT, NULL, heading);
	print_signed(printer, "pid", NULL, holder->pid);
	print_string(printer, "comm", NULL, holder->comm);
	print_signed(printer, "fd", NULL, holder->fd);
	for (size_t i = 0; i < holder->info.count; i++) {
		const struct fdinfo_pair *pair = &holder->info.pairs[i];

		if (!skipped_key(pair->key) && strcmp(pair->key, "channel"))
			print_value(printer, pair, pair->key);
	}
	print_holder_channels(printer, &holder->info);
	print_close(printer);
}

static bool is_session(int fd_dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd_dir, name, target, sizeof(target) - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return strcmp(target, DMACTL_DEVICE) == 0;
}

static void print_one_fd(struct printer *printer, int proc_dir, struct holder *holder,
			 const char *chan)
{
	char path[64], text[16384];

	snprintf(path, sizeof(path), "fdinfo/%d", holder->fd);
	if (!read_small(proc_dir, path, text, sizeof(text)) || fdinfo_parse(&holder->info, text))
		return;
	if (!chan || holds_channel(&holder->info, chan))
		print_holder(printer, holder);
	fdinfo_free(&holder->info);
}

static void print_process(struct printer *printer, int proc, const char *pid, const char *chan)
{
	struct holder holder = {.pid = atoi(pid)};
	int proc_dir = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd_dir;
	struct dirent *entry;
	DIR *dir;

	if (proc_dir < 0)
		return;
	fd_dir = openat(proc_dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd_dir < 0 ? NULL : fdopendir(fd_dir);
	if (!dir) {
		if (fd_dir >= 0)
			close(fd_dir);
		close(proc_dir);
		return;
	}
	if (read_small(proc_dir, "comm", holder.comm, sizeof(holder.comm)))
		holder.comm[strcspn(holder.comm, "\n")] = '\0';
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !is_session(fd_dir, entry->d_name))
			continue;
		holder.fd = atoi(entry->d_name);
		print_one_fd(printer, proc_dir, &holder, chan);
	}
	closedir(dir);
	close(proc_dir);
}

static void print_sessions(struct printer *printer, const char *chan)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	print_open(printer, GROUP_LIST, "sessions", NULL);
	while (proc && (entry = readdir(proc))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			print_process(printer, dirfd(proc), entry->d_name, chan);
	}
	if (proc)
		closedir(proc);
	print_close(printer);
}

static void print_channels(struct printer *printer, const struct dmauser_chan_list *list,
			   const char *chan)
{
	print_open(printer, GROUP_TABLE, "channels", NULL);
	for (size_t i = 0; i < dmauser_chan_list_count(list); i++) {
		const struct dmauser_chan_desc *desc = dmauser_chan_list_get(list, i);

		if (chan && strcmp(desc->name, chan))
			continue;
		print_open(printer, GROUP_OBJECT, NULL, NULL);
		print_string(printer, "name", "NAME", desc->name);
		print_string(printer, "device", "DEVICE", desc->device);
		print_string(printer, "driver", "DRIVER", desc->driver);
		print_signed(printer, "in_use", "IN USE", desc->in_use);
		print_unsigned(printer, "memcpy_count", "COPIES", desc->memcpy_count, UNIT_NONE);
		print_unsigned(printer, "bytes_transferred", "BYTES", desc->bytes_transferred,
			       UNIT_NONE);
		print_close(printer);
	}
	print_close(printer);
}

static int run_status(struct cli *cli, int argc, char **argv)
{
	struct status_args args = {.cli = cli};
	struct dmauser_chan_list *list;
	struct printer *printer;
	int err;

	cli_parse(&status_argp, argc, argv, 0, &args);
	err = dmauser_discover(&list);
	if (err) {
		cli_error(cli, "/sys/class/dma: %s", strerror(-err));
		return CLI_FAILED;
	}
	if (args.chan && !device_find(list, args.chan)) {
		cli_error(cli, "%s: there is no such DMA channel; `dmactl list' shows them all",
			  args.chan);
		dmauser_chan_list_free(list);
		return CLI_FAILED;
	}
	if (geteuid())
		cli_detail(cli, "sessions of other users are not shown");
	printer = printer_new(cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_channels(printer, list, args.chan);
	print_sessions(printer, args.chan);
	print_close(printer);
	dmauser_chan_list_free(list);
	return printer_end(printer);
}

const struct command cmd_status = {
	.name = "status",
	.summary = "show the counters of channels and who uses them",
	.run = run_status,
};
