// SPDX-License-Identifier: MIT
/* dmactl status [CHAN]: what the channels do, and which programs use them */
#include "device.h"
#include "holder.h"
#include "print.h"
#include "units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Lines of this key, one for each channel. */
static void print_holder_channels(struct printer *printer, const struct fdinfo *info,
				  const char *key, const char *json)
{
	struct fdinfo_pair pairs[PRINT_MAX_COLUMNS];
	size_t count;

	print_open(printer, GROUP_TABLE, json, NULL);
	for (size_t i = 0; i < info->count; i++) {
		if (strcmp(info->pairs[i].key, key))
			continue;
		/* The text is the holder's own copy. */
		count = fdinfo_split_channel((char *)info->pairs[i].value, pairs,
					     PRINT_MAX_COLUMNS);
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

		if (!skipped_key(pair->key) && strcmp(pair->key, "channel") &&
		    strcmp(pair->key, "provider"))
			print_value(printer, pair, pair->key);
	}
	print_holder_channels(printer, &holder->info, "channel", "channels_held");
	/* What their providers say. */
	print_holder_channels(printer, &holder->info, "provider", "providers");
	print_close(printer);
}

struct session_print {
	struct printer *printer;
	const char *chan; /* NULL: all */
};

static bool print_session(struct holder *holder, void *context)
{
	const struct session_print *print = context;

	if (!print->chan || holder_has(holder, print->chan))
		print_holder(print->printer, holder);
	return true;
}

static void print_sessions(struct printer *printer, const char *chan)
{
	struct session_print print = {printer, chan};

	print_open(printer, GROUP_LIST, "sessions", NULL);
	holder_each(print_session, &print);
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
	char name[DMACTL_NAME_LEN];
	int err;

	cli_parse(&status_argp, argc, argv, 0, &args);
	if (args.chan && slave_to_chan(args.chan, name, sizeof(name)))
		args.chan = name;
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
