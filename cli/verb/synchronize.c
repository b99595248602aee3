// SPDX-License-Identifier: MIT
/* dmactl synchronize CHAN: waits for the callbacks of another dmactl. */
#include "verb/control-client.h"

static int run_synchronize(struct cli *cli, int argc, char **argv)
{
	return control_main(cli, argc, argv, CONTROL_SYNCHRONIZE);
}

const struct command cmd_synchronize = {
	.name = "synchronize",
	.summary = "wait for the callbacks of another dmactl",
	.argp = &control_argp[CONTROL_SYNCHRONIZE],
	.run = run_synchronize,
};
