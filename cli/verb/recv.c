// SPDX-License-Identifier: MIT
/* dmactl recv CHAN FILE: receives a number of bytes from a peripheral. */
#include "file/target.h"
#include "slave/transfer.h"
#include "verb/command.h"

#include <errno.h>

static error_t parse_recv(int key, char *arg, struct argp_state *state)
{
	const struct slave_transfer_options *options = state->input;

	if (key == ARGP_KEY_END && options->size == SIZE_UNKNOWN)
		argp_error(state, "recv needs --size, the number of bytes; `dmactl capture' goes "
				  "on until it is stopped");
	return slave_transfer_parse(key, arg, state);
}

static const struct argp_child recv_children[] = {
	{.argp = &slave_argp},
	{0},
};

static const struct argp recv_argp = {
	.options = slave_recv_options,
	.parser = parse_recv,
	.children = recv_children,
	.args_doc = "--size=SIZE CHAN FILE",
	.doc = "Receives --size bytes from the peripheral behind the slave channel CHAN (any name "
	       "of `dmactl list') into FILE. If that fails, what "
	       "has arrived stays in FILE. `-' is standard output."
	       "\vExamples:\n"
	       "  dmactl recv --size 1M counter numbers\n"
	       "  dmactl recv --packets --size 64K --block 64K loop-rx packet\n"
	       "  dmactl recv --src-addr 0x40013000 --width 4 --size 4K dma0chan3 data\n",
};

static int run_recv(struct cli *cli, int argc, char **argv)
{
	struct slave_transfer_options options = {.cli = cli};
	struct target target;
	int status;

	slave_transfer_defaults(&options);
	cli_parse(&recv_argp, argc, argv, 0, &options);
	if (target_takes_stdout(cli, options.file))
		return CLI_USAGE;
	if (target_open_kept(&target, cli, options.file))
		return CLI_FAILED;
	status = slave_transfer_run(&options, NULL, &target);
	target_close(&target);
	return status;
}

const struct command cmd_recv = {
	.name = "recv",
	.summary = "receive bytes from a peripheral",
	.argp = &recv_argp,
	.run = run_recv,
};
