// SPDX-License-Identifier: MIT
/* dmactl list: every DMA channel of the machine */
#include "device.h"
#include "port.h"
#include "print.h"

#include <errno.h>
#include <string.h>

struct list_args {
	struct cli *cli;
	bool caps;
	bool ports;
};

enum {
	OPT_CAPS = 0x200,
	OPT_NO_CAPS,
	OPT_PORTS,
};

static const struct argp_option list_options[] = {
	{.name = "caps",
	 .key = OPT_CAPS,
	 .doc = "Show what each free channel can do; it is taken for a moment (default)"},
	{.name = "no-caps", .key = OPT_NO_CAPS, .doc = "Leave the channels alone"},
	{.name = "ports",
	 .key = OPT_PORTS,
	 .doc = "Only the ports: peripherals that firmware describes and anybody may use"},
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
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp list_argp = {
	.options = list_options,
	.parser = parse_list,
	.doc = "Lists the DMA channels of the machine and what they can do, and then the ports. "
	       "With --json, these come with --ports."
	       "\vExamples:\n  dmactl list\n  dmactl list --json | jq -r '.[].name'\n"
	       "  dmactl list --ports\n",
};

/* Why the capabilities of a channel cannot be told. */
static const char *refusal(int err)
{
	switch (-err) {
	case EBUSY:
		return "(in use)";
	case ENOENT:
		return "(in use or not offered)";
	case EPERM:
		return "(not offered)";
	default:
		return strerror(-err);
	}
}

static void print_caps(struct printer *printer, struct dmauser_session *session, const char *name)
{
	const char *names[CAP_NAMES];
	struct dmauser_chan *chan;
	int err;

	err = dmauser_chan_request_name(session, name, 0, &chan);
	if (err) {
		print_null(printer, "capabilities", "CAPABILITIES", refusal(err));
		return;
	}
	cap_names(dmauser_chan_caps(chan)->caps, names);
	print_names(printer, "capabilities", "CAPABILITIES", names);
	dmauser_chan_destroy(chan);
}

static void print_row(struct printer *printer, struct dmauser_session *session,
		      const struct dmauser_chan_desc *desc)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "name", "NAME", desc->name);
	print_string(printer, "device", "DEVICE", desc->device);
	print_string(printer, "driver", "DRIVER", desc->driver);
	print_signed(printer, "in_use", "IN USE", desc->in_use);
	if (session)
		print_caps(printer, session, desc->name);
	else
		print_null(printer, "capabilities", NULL, NULL);
	print_close(printer);
}

/* After the channels, as a table of its own; or alone. */
static int print_ports(struct cli *cli, bool alone)
{
	struct dmauser_port_list *list;
	struct printer *printer;
	int err = dmauser_discover_ports(&list);

	if (err) {
		cli_error(cli, "/sys/class/dmactl: %s", strerror(-err));
		return CLI_FAILED;
	}
	if (!alone && (cli->json || !dmauser_port_list_count(list))) {
		dmauser_port_list_free(list);
		return CLI_OK;
	}
	if (alone && !dmauser_port_list_count(list))
		cli_note(cli, "there are no ports: no firmware node \"dmactl,port\", or the module "
			      "dmactl is not loaded");
	printer = printer_new(cli);
	if (!alone)
		print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_open(printer, GROUP_TABLE, NULL, alone ? NULL : "Ports");
	port_print_table(printer, list);
	print_close(printer);
	if (!alone)
		print_close(printer);
	dmauser_port_list_free(list);
	return printer_end(printer);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
	struct list_args args = {.cli = cli, .caps = true};
	struct dmauser_session *session = NULL;
	struct dmauser_chan_list *list;
	struct printer *printer;
	int err, open_err = 0;

	cli_parse(&list_argp, argc, argv, 0, &args);
	if (args.ports)
		return print_ports(cli, true);
	err = dmauser_discover(&list);
	if (err) {
		cli_error(cli, "/sys/class/dma: %s", strerror(-err));
		return CLI_FAILED;
	}
	if (cli->want_explain) {
		if (device_open(cli, &session)) {
			dmauser_chan_list_free(list);
			return CLI_FAILED;
		}
	} else if (args.caps) {
		/* Without the module there is still the list. */
		open_err = dmauser_open(DMACTL_DEVICE, &session);
		if (open_err)
			session = NULL;
	}
	printer = printer_new(cli);
	print_open(printer, GROUP_TABLE, NULL, NULL);
	for (size_t i = 0; i < dmauser_chan_list_count(list); i++)
		print_row(printer, session, dmauser_chan_list_get(list, i));
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
	err = printer_end(printer);
	return err ? err : print_ports(cli, false);
}

const struct command cmd_list = {
	.name = "list",
	.summary = "list the DMA channels of the machine",
	.run = run_list,
};
