// SPDX-License-Identifier: MIT
/* dmactl resume CHAN: resumes the paused transfer of another dmactl. */
#include "verb/control-client.h"

static int run_resume(struct cli *cli, int argc, char **argv)
{
	return control_main(cli, argc, argv, CONTROL_RESUME);
}

const struct command cmd_resume = {
	.name = "resume",
	.summary = "let a transfer go on that was paused",
	.argp = &control_argp[CONTROL_RESUME],
	.run = run_resume,
};
