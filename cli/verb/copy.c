// SPDX-License-Identifier: MIT
/* dmactl copy SRC DST: copies a file through a DMA channel. */
#include "copy/transfer.h"
#include "out/values.h"
#include "verb/command.h"

#include <errno.h>

struct copy_args {
	struct cli *cli;
	struct transfer_options options;
	const char *source;
	const char *target;
};

static error_t parse_copy(int key, char *arg, struct argp_state *state)
{
	struct copy_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->options;
		return 0;
	case ARGP_KEY_ARG:
		return argument_of_two(state, arg, &args->source, &args->target);
	case ARGP_KEY_END:
		if (!args->target)
			argp_error(state, "copy needs a source and a target");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp copy_argp = {
	.parser = parse_copy,
	.children = transfer_children,
	.args_doc = "SRC DST",
	.doc = "Copies the file SRC to DST: it is read into DMA memory, copied by a DMA channel "
	       "and "
	       "written from there, all three at the same time. DST gets its name when it is "
	       "complete. `-' is standard input or output."
	       "\vExamples:\n"
	       "  dmactl copy disk.img backup.img\n"
	       "  dmactl copy --channel dma0chan2 --block 4M --depth 8 --verify a b\n"
	       "  dmactl copy --json a b | jq .bytes_per_second\n",
};

static int run_copy(struct cli *cli, int argc, char **argv)
{
	struct copy_args args = {.cli = cli};
	struct source source;
	struct target target;
	int status;

	transfer_defaults(&args.options);
	cli_parse(&copy_argp, argc, argv, 0, &args);
	if (target_takes_stdout(cli, args.target))
		return CLI_USAGE;
	if (source_open(&source, cli, args.source, !args.options.no_direct))
		return CLI_FAILED;
	if (target_open(&target, cli, args.target, &source, !args.options.no_direct)) {
		source_close(&source);
		return CLI_FAILED;
	}
	status = transfer_run(cli, &args.options, &source, &target, 0, source.size);
	target_close(&target);
	source_close(&source);
	return status;
}

const struct command cmd_copy = {
	.name = "copy",
	.summary = "copy a file through a DMA channel",
	.argp = &copy_argp,
	.run = run_copy,
};
