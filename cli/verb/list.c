// SPDX-License-Identifier: MIT
/* dmactl list: lists all DMA channels of the machine. */
#include "dev/device.h"
#include "dev/name.h"
#include "dev/port.h"
#include "dev/use.h"
#include "out/print.h"
#include "verb/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct list_args {
	struct cli *cli;
	bool caps;
	bool ports;
	bool names;
};

enum {
	OPT_CAPS = 0x200,
	OPT_NO_CAPS,
	OPT_PORTS,
	OPT_NAMES,
};

static const struct argp_option list_options[] = {
	{.name = "caps",
	 .key = OPT_CAPS,
	 .doc = "Show the capabilities of each channel, and whether it is offered to every user "
		"who may open /dev/dmactl, without requesting it (default)"},
	{.name = "no-caps", .key = OPT_NO_CAPS, .doc = "Show only the information from sysfs"},
	{.name = "ports",
	 .key = OPT_PORTS,
	 .doc = "List only the ports: peripherals that firmware describes and any user may use"},
	{.name = "names",
	 .key = OPT_NAMES,
	 .doc = "List only the names of channels and ports, and slave names, one on each line"},
	{0},
};

static error_t parse_list(int key, char *arg, struct argp_state *state)
{
	struct list_args *args = state->input;

	(void)arg;
	switch (key) {
	case OPT_CAPS:
		args->caps = true;
		return 0;
	case OPT_NO_CAPS:
		args->caps = false;
		return 0;
	case OPT_PORTS:
		args->ports = true;
		return 0;
	case OPT_NAMES:
		args->names = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp list_argp = {
	.options = list_options,
	.parser = parse_list,
	.doc = "Lists the DMA channels of the machine with their capabilities, the slave names, "
	       "the ports, and who holds them."
	       "\vExamples:\n  dmactl list\n  dmactl list --json | jq -r '.channels[].name'\n"
	       "  dmactl list --ports\n",
};

/* Returns why the capabilities of a channel are unknown. */
static const char *refusal(int err)
{
	switch (-err) {
	case EBUSY:
		return "(another driver's)";
	case ENOENT:
		return "(gone)";
	case EOPNOTSUPP:
		return "(the module is too old to tell)";
	default:
		return dmauser_strerror(err);
	}
}

static void print_caps(struct printer *printer, struct dmauser_session *session, const char *name)
{
	const char *names[CAP_NAMES];
	struct dmactl_chan_caps caps;
	int err;

	err = dmauser_chan_look(session, name, &caps, NULL);
	if (err) {
		print_null(printer, "offered", "OFFERED", "-");
		print_null(printer, "capabilities", "CAPABILITIES", refusal(err));
		return;
	}
	cap_names(caps.caps, names);
	print_bool(printer, "offered", "OFFERED", caps.caps & DMACTL_CAP_OFFERED);
	print_names(printer, "capabilities", "CAPABILITIES", names);
}

static void print_row(struct printer *printer, struct dmauser_session *session,
		      const struct dmauser_chan_desc *desc, const struct use_list *uses)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", "NAME", desc->name);
	print_string(printer, "device", "DEVICE", desc->device);
	print_string(printer, "driver", "DRIVER", desc->driver);
	print_signed(printer, "clients", "IN USE", desc->in_use);
	use_print_holder(printer, "HELD BY", use_find(uses, desc->name), desc->in_use);
	if (session) {
		print_caps(printer, session, desc->name);
	} else {
		print_null(printer, "offered", NULL, NULL);
		print_null(printer, "capabilities", NULL, NULL);
	}
	print_close(printer);
}

/* The channel of a slave name is known only while a session holds it. */
static int print_slaves(struct cli *cli, struct printer *printer, const struct use_list *uses)
{
	char chan[DMACTL_NAME_LEN];
	struct name_list list;

	if (name_slaves(&list)) {
		cli_error(cli, "out of memory");
		return CLI_FAILED;
	}
	print_open(printer, GROUP_TABLE, "slave_names", list.count ? "Slave names" : NULL);
	for (size_t i = 0; i < list.count; i++) {
		const struct use *use = use_find_slave(uses, list.names[i]);

		print_open(printer, GROUP_OBJECT, NULL, NULL);
		print_string(printer, "name", "NAME", list.names[i]);
		if (name_to_held(list.names[i], chan))
			print_string(printer, "channel", "CHANNEL", chan);
		else
			print_null(printer, NULL, "CHANNEL", "-");
		use_print_holder(printer, "HELD BY", use, 0);
		print_close(printer);
	}
	print_close(printer);
	if (list.cut)
		cli_note(cli, "there are more slave names than the module can tell");
	name_list_free(&list);
	return CLI_OK;
}

static int print_ports(struct cli *cli, struct printer *printer, const struct use_list *uses,
		       bool alone)
{
	struct dmauser_port_list *list;
	int err = dmauser_discover_ports(&list);

	if (err) {
		cli_error(cli, "/sys/class/dmactl: %s", strerror(-err));
		return CLI_FAILED;
	}
	if (alone && !dmauser_port_list_count(list))
		cli_note(cli, "there are no ports: no firmware node \"dmactl,port\", or the module "
			      "dmactl is not loaded");
	print_open(printer, GROUP_TABLE, "ports",
		   alone || !dmauser_port_list_count(list) ? NULL : "Ports");
	port_print_table(printer, list, uses);
	print_close(printer);
	dmauser_port_list_free(list);
	return CLI_OK;
}

static int print_channels(struct cli *cli, struct printer *printer, const struct use_list *uses,
			  const struct list_args *args)
{
	struct dmauser_session *session = NULL;
	struct dmauser_chan_list *list;
	int err = dmauser_discover(&list), open_err = 0;

	if (err) {
		cli_error(cli, "/sys/class/dma: %s", strerror(-err));
		return CLI_FAILED;
	}
	if (cli->want_explain) {
		if (device_open(cli, NULL, &session)) {
			dmauser_chan_list_free(list);
			return CLI_FAILED;
		}
	} else if (args->caps) {
		/* Without the module, list the channels without their capabilities. */
		open_err = dmauser_open(DMACTL_DEVICE, &session);
		if (open_err)
			session = NULL;
	}
	print_open(printer, GROUP_TABLE, "channels", NULL);
	for (size_t i = 0; i < dmauser_chan_list_count(list); i++)
		print_row(printer, session, dmauser_chan_list_get(list, i), uses);
	print_close(printer);
	if (!dmauser_chan_list_count(list))
		cli_note(cli, "this machine has no DMA channels; `modprobe dma-sim' adds "
			      "simulated ones");
	if (open_err)
		cli_note(cli, "capabilities are not shown: %s: %s%s", DMACTL_DEVICE,
			 strerror(-open_err), device_hint(open_err));
	if (session)
		dmauser_close(session);
	dmauser_chan_list_free(list);
	return CLI_OK;
}

static void print_name(const struct cli *cli, struct printer *printer, const char *name)
{
	if (cli->json)
		print_element(printer, name);
	else
		puts(name);
}

/* For shell completion: prints each name that a verb accepts. */
static int print_names_only(struct cli *cli)
{
	struct dmauser_port_list *ports = NULL;
	struct dmauser_chan_list *list = NULL;
	struct printer *printer = printer_new(cli);
	struct name_list slaves;

	/* Ignore errors: completion then has fewer names to offer. */
	name_slaves(&slaves);
	dmauser_discover(&list);
	dmauser_discover_ports(&ports);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_open(printer, GROUP_LIST, "names", NULL);
	for (size_t i = 0; i < dmauser_chan_list_count(list); i++)
		print_name(cli, printer, dmauser_chan_list_get(list, i)->name);
	for (size_t i = 0; i < dmauser_port_list_count(ports); i++)
		print_name(cli, printer, dmauser_port_list_get(ports, i)->name);
	for (size_t i = 0; i < slaves.count; i++)
		print_name(cli, printer, slaves.names[i]);
	print_close(printer);
	print_close(printer);
	name_list_free(&slaves);
	dmauser_port_list_free(ports);
	dmauser_chan_list_free(list);
	return printer_end(printer);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
	struct list_args args = {.cli = cli, .caps = true};
	struct printer *printer;
	int status = CLI_OK, end;
	struct use_list uses;

	cli_parse(&list_argp, argc, argv, 0, &args);
	if (args.names)
		return print_names_only(cli);
	if (use_read(&uses)) {
		cli_error(cli, "out of memory");
		return CLI_FAILED;
	}
	printer = printer_new(cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	if (!args.ports)
		status = print_channels(cli, printer, &uses, &args);
	if (!status && !args.ports)
		status = print_slaves(cli, printer, &uses);
	if (!status)
		status = print_ports(cli, printer, &uses, args.ports);
	print_close(printer);
	use_free(&uses);
	end = printer_end(printer);
	return status ? status : end;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "list the DMA channels of the machine, and all names for them",
	.argp = &list_argp,
	.run = run_list,
};
