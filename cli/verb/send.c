// SPDX-License-Identifier: MIT
/* dmactl send CHAN FILE: sends a file to a peripheral. */
#include "slave/transfer.h"
#include "verb/command.h"

static const struct argp_child send_children[] = {
	{.argp = &slave_argp},
	{0},
};

static const struct argp send_argp = {
	.options = slave_send_options,
	.parser = slave_transfer_parse,
	.children = send_children,
	.args_doc = "CHAN FILE",
	.doc = "Sends FILE to the peripheral behind the slave channel CHAN, any name of `dmactl "
	       "list'. `-' is standard input."
	       "\vExamples:\n"
	       "  dmactl send loop-tx message\n"
	       "  zcat samples.gz | dmactl send --block 4K --depth 16 dac -\n"
	       "  dmactl send --dst-addr 0x40013004 --width 4 --burst 8 dma0chan3 data\n",
};

static int run_send(struct cli *cli, int argc, char **argv)
{
	struct slave_transfer_options options = {.cli = cli};
	struct source source;
	int status;

	slave_transfer_defaults(&options);
	cli_parse(&send_argp, argc, argv, 0, &options);
	if (source_open(&source, cli, options.file, false))
		return CLI_FAILED;
	status = slave_transfer_run(&options, &source, NULL);
	source_close(&source);
	return status;
}

const struct command cmd_send = {
	.name = "send",
	.summary = "send a file to a peripheral",
	.argp = &send_argp,
	.run = run_send,
};
