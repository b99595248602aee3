// SPDX-License-Identifier: MIT
/* dmactl pause CHAN: halt the transfer of another dmactl */
#include "control.h"

static int run_pause(struct cli *cli, int argc, char **argv)
{
	return control_main(cli, argc, argv, CONTROL_PAUSE);
}

const struct command cmd_pause = {
	.name = "pause",
	.summary = "halt the transfer of another dmactl",
	.run = run_pause,
};
