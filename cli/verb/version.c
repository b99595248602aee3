// SPDX-License-Identifier: MIT
/* dmactl version */
#include "out/cli.h"
#include "out/print.h"
#include "verb/command.h"

#include <dmauser.h>
#include <errno.h>
#include <stdio.h>

struct version_args {
	struct cli *cli;
};

static error_t parse_version(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	argp_error(state, "'%s' is one argument too many; version takes none", arg);
	return 0;
}

static const struct argp version_argp = {
	.parser = parse_version,
	.doc = "Prints the version of dmactl, of the library and of the kernel module."
	       "\vExamples:\n  dmactl version\n  dmactl version --json\n",
};

static int run_version(struct cli *cli, int argc, char **argv)
{
	struct version_args args = {.cli = cli};
	struct dmauser_session *session;
	struct dmactl_info info;
	struct printer *printer;
	char text[32];
	int err;

	cli_parse(&version_argp, argc, argv, 0, &args);
	printer = printer_new(cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "dmactl", "dmactl", DMACTL_VERSION);
	print_string(printer, "libdmauser", "libdmauser", dmauser_version());
	/* A machine without the module is no error. */
	err = dmauser_open(DMACTL_DEVICE, &session);
	if (!err) {
		err = dmauser_info(session, &info);
		dmauser_close(session);
	}
	if (err) {
		print_null(printer, "module", "module", "not loaded, or no access");
	} else {
		snprintf(text, sizeof(text), "%u.%u.%u", info.out_version >> 16,
			 info.out_version >> 8 & 0xff, info.out_version & 0xff);
		print_string(printer, "module", "module", text);
	}
	print_close(printer);
	return printer_end(printer);
}

const struct command cmd_version = {
	.name = "version",
	.summary = "print the versions of the tool, the library and the module",
	.argp = &version_argp,
	.run = run_version,
};
