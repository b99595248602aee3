// SPDX-License-Identifier: MIT
/* dmactl synchronize CHAN: wait for the callbacks of another dmactl */
#include "control.h"

static int run_synchronize(struct cli *cli, int argc, char **argv)
{
	return control_main(cli, argc, argv, CONTROL_SYNCHRONIZE);
}

const struct command cmd_synchronize = {
	.name = "synchronize",
	.summary = "wait for the callbacks of another dmactl",
	.run = run_synchronize,
};
