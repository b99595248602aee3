// SPDX-License-Identifier: MIT
/* dmactl pause CHAN: pauses the transfer of another dmactl. */
#include "verb/control-client.h"

static int run_pause(struct cli *cli, int argc, char **argv)
{
	return control_main(cli, argc, argv, CONTROL_PAUSE);
}

const struct command cmd_pause = {
	.name = "pause",
	.summary = "halt the transfer of another dmactl",
	.argp = &control_argp[CONTROL_PAUSE],
	.run = run_pause,
};
