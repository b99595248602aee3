// SPDX-License-Identifier: MIT
/* dmactl status [CHAN]: shows what the channels do, and which programs use them. */
#include "dev/device.h"
#include "dev/holder.h"
#include "dev/name.h"
#include "dev/use.h"
#include "out/print.h"
#include "out/units.h"
#include "out/values.h"
#include "verb/command.h"
#include "verb/watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The most "key value" pairs in an fdinfo line about a channel. */
#define MOST_PAIRS 24

struct status_args {
	struct cli *cli;
	const char *asked;	    /* NULL: all */
	char chan[DMACTL_NAME_LEN]; /* the channel that `asked' names */
	bool idle;		    /* `asked' is valid, but names no channel yet */
	bool watch;
	bool interval_given;
	uint64_t interval_ns;
};

enum { OPT_WATCH = 'w', OPT_INTERVAL = 0x200 };

static const struct argp_option status_options[] = {
	{.name = "watch",
	 .key = OPT_WATCH,
	 .doc = "Repeat until an interrupt: for each channel the bytes per second, transfers in "
		"flight, failed transfers, and a bar"},
	{.name = "interval",
	 .key = OPT_INTERVAL,
	 .arg = "TIME",
	 .doc = "Interval of --watch (default 1s)"},
	{0},
};

static error_t parse_status(int key, char *arg, struct argp_state *state)
{
	struct status_args *args = state->input;

	switch (key) {
	case OPT_WATCH:
		args->watch = true;
		return 0;
	case OPT_INTERVAL:
		args->interval_given = true;
		return option_time(state, "interval", arg, 10 * NS_PER_MS, &args->interval_ns);
	case ARGP_KEY_ARG:
		return argument_of_one(state, arg, &args->asked);
	case ARGP_KEY_END:
		if (args->watch && args->cli->json)
			argp_error(state, "--watch does not go with --json, which is one document");
		if (args->interval_given && !args->watch)
			argp_error(state, "--interval needs --watch, whose interval it is");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp status_argp = {
	.options = status_options,
	.parser = parse_status,
	.args_doc = "[CHAN]",
	.doc = "Prints what all DMA channels, or CHAN, are doing, what they have moved, and who "
	       "holds them; then the dmactl sessions of those processes that you may inspect."
	       "\vExamples:\n  dmactl status\n  dmactl status --watch\n  dmactl status counter "
	       "--json\n",
};

static bool skipped_key(const char *key)
{
	/* Lines that the fdinfo of every file has. */
	static const char *const usual[] = {"pos", "flags", "mnt_id", "ino"};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strcmp(key, usual[i]) == 0)
			return true;
	}
	return false;
}

/* Replaces dashes, which JSON keys do not have here. */
static const char *json_key(const char *key, char *text, size_t size)
{
	/* In JSON, "channels" and "port" are objects. */
	if (strcmp(key, "channels") == 0)
		key = "channel_count";
	else if (strcmp(key, "port") == 0)
		key = "port_name";
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
	if (strcmp(key, "paused") == 0)
		print_bool(printer, key, label, strcmp(pair->value, "0"));
	else if (strcmp(pair->value, "-") == 0)
		print_null(printer, key, label, pair->value);
	else if (strcmp(key, "port_name") && parse_number(pair->value, 0, UINT64_MAX, &number))
		print_unsigned(printer, key, label, number, UNIT_NONE);
	else
		print_string(printer, key, label, pair->value);
}

/* Keys that the first table has as well. Text leaves them out, as they do not fit into 80 columns.
 */
static bool said_before(const char *key)
{
	static const char *const keys[] = {"handle", "paused", "op-direction",
					   "to-go",  "slave",  "residue"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i]) == 0)
			return true;
	}
	return false;
}

/* Prints the fdinfo lines with this key; there is one for each channel. */
static void print_holder_channels(struct printer *printer, const struct fdinfo *info,
				  const char *key, const char *json)
{
	struct fdinfo_pair pairs[MOST_PAIRS];
	size_t count;

	print_open(printer, GROUP_TABLE, json, NULL);
	for (size_t i = 0; i < info->count; i++) {
		if (strcmp(info->pairs[i].key, key))
			continue;
		/* The split writes into the text. That is allowed: it belongs to the holder. */
		count = fdinfo_split_channel((char *)info->pairs[i].value, pairs, MOST_PAIRS);
		print_open(printer, GROUP_OBJECT, NULL, NULL);
		for (size_t j = 0; j < count; j++)
			print_value(printer, &pairs[j],
				    said_before(pairs[j].key) ||
						    (j > 0 && strcmp(key, "provider") == 0 &&
						     strcmp(pairs[j].key, "in-flight") == 0)
					    ? NULL
					    : pairs[j].key);
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
	/* Lines that the providers add. */
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

static void print_sessions(struct printer *printer, const struct status_args *args)
{
	struct session_print print = {printer, args->asked ? args->chan : NULL};

	print_open(printer, GROUP_LIST, "sessions", NULL);
	if (!args->idle)
		holder_each(print_session, &print);
	print_close(printer);
}

/*
 * dmactl adds its transfers to the counters of sysfs when a session releases
 * the channel. Until then, add the counters of the session.
 */
static void print_moved(struct printer *printer, const struct dmauser_chan_desc *desc,
			const struct use *use)
{
	uint64_t transfers = desc->memcpy_count + (use ? use->completed : 0);
	uint64_t bytes = desc->bytes_transferred + (use ? use->bytes : 0);

	print_unsigned(printer, "transfers", "OPS", transfers, UNIT_NONE);
	print_unsigned(printer, "bytes", "BYTES", bytes, UNIT_SIZE);
	print_unsigned(printer, "memcpy_count", NULL, desc->memcpy_count, UNIT_NONE);
	print_unsigned(printer, "bytes_transferred", NULL, desc->bytes_transferred, UNIT_NONE);
}

/* Prints the transfers in flight. */
static void print_under_way(struct printer *printer, const struct use *use)
{
	bool known = use && use->pid && use->detailed;

	if (known && *use->direction)
		print_string(printer, "op_direction", "DIRECTION", use->direction);
	else
		print_null(printer, "op_direction", "DIRECTION", "-");
	if (known && use->in_flight)
		print_unsigned(printer, "to_go", "TO GO", use->to_go, UNIT_SIZE);
	else
		print_null(printer, "to_go", "TO GO", "-");
	if (use && use->pid) {
		print_unsigned(printer, "in_flight", NULL, use->in_flight, UNIT_NONE);
		print_unsigned(printer, "depth", NULL, use->depth, UNIT_NONE);
		print_unsigned(printer, "failed", NULL, use->failed, UNIT_NONE);
	}
}

static void print_channel(struct printer *printer, const struct dmauser_chan_desc *desc,
			  const struct use *use)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", "NAME", desc->name);
	if (use && *use->slave)
		print_string(printer, "slave", "AS", use->slave);
	else
		print_null(printer, "slave", "AS", "-");
	print_string(printer, "device", NULL, desc->device);
	print_string(printer, "driver", NULL, desc->driver);
	print_signed(printer, "clients", NULL, desc->in_use);
	print_string(printer, "state", "STATE", use_state(use, desc->in_use));
	print_under_way(printer, use);
	print_moved(printer, desc, use);
	use_print_holder(printer, "HELD BY", use, desc->in_use);
	print_close(printer);
}

/* Prints a slave name or port whose channel is not decided yet. */
static void print_idle(struct printer *printer, const char *name)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", "NAME", name);
	print_null(printer, "slave", "AS", "-");
	print_null(printer, "device", NULL, NULL);
	print_string(printer, "state", "STATE", use_state(NULL, 0));
	print_under_way(printer, NULL);
	print_null(printer, NULL, "OPS", "-");
	print_null(printer, NULL, "BYTES", "-");
	use_print_holder(printer, "HELD BY", NULL, 0);
	print_close(printer);
}

static int print_channels(struct printer *printer, const struct dmauser_chan_list *list,
			  const struct status_args *args)
{
	struct use_list uses;
	int err = use_read(&uses);

	if (err)
		return err;
	print_open(printer, GROUP_TABLE, "channels", NULL);
	if (args->idle)
		print_idle(printer, args->asked);
	for (size_t i = 0; i < dmauser_chan_list_count(list) && !args->idle; i++) {
		const struct dmauser_chan_desc *desc = dmauser_chan_list_get(list, i);

		if (!args->asked || strcmp(desc->name, args->chan) == 0)
			print_channel(printer, desc, use_find(&uses, desc->name));
	}
	print_close(printer);
	use_free(&uses);
	return 0;
}

static int print_once(struct cli *cli, const struct dmauser_chan_list *list,
		      const struct status_args *args)
{
	struct printer *printer = printer_new(cli);
	int err;

	if (geteuid())
		cli_detail(cli, "what sessions of other users do is not shown");
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	err = print_channels(printer, list, args);
	print_sessions(printer, args);
	print_close(printer);
	if (err)
		cli_error(cli, "out of memory");
	return printer_end(printer) || err ? CLI_FAILED : CLI_OK;
}

static int run_status(struct cli *cli, int argc, char **argv)
{
	struct status_args args = {.cli = cli, .interval_ns = NS_PER_SEC};
	enum name_leads leads = NAME_LEADS_TO;
	struct dmauser_chan_list *list;
	int err, status;

	cli_parse(&status_argp, argc, argv, 0, &args);
	if (args.asked)
		leads = name_look(args.asked, args.chan);
	if (leads == NAME_LEADS_NOWHERE) {
		name_unknown(cli, args.asked);
		return CLI_FAILED;
	}
	if (args.watch)
		return watch_run(cli, args.asked, args.interval_ns);
	args.idle = leads == NAME_IS_IDLE;
	err = dmauser_discover(&list);
	if (err) {
		cli_error(cli, "/sys/class/dma: %s", strerror(-err));
		return CLI_FAILED;
	}
	status = print_once(cli, list, &args);
	dmauser_chan_list_free(list);
	return status;
}

const struct command cmd_status = {
	.name = "status",
	.summary = "show what channels do and who uses them",
	.argp = &status_argp,
	.run = run_status,
};
