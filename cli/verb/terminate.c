// SPDX-License-Identifier: MIT
/* dmactl terminate CHAN: terminates the transfer of another dmactl. */
#include "verb/control-client.h"

static int run_terminate(struct cli *cli, int argc, char **argv)
{
	return control_main(cli, argc, argv, CONTROL_TERMINATE);
}

const struct command cmd_terminate = {
	.name = "terminate",
	.summary = "end the transfer of another dmactl",
	.argp = &control_argp[CONTROL_TERMINATE],
	.run = run_terminate,
};
