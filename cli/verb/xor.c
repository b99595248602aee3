// SPDX-License-Identifier: MIT
/* dmactl xor -o DST SRC...: writes the exclusive or of files. */
#include "file/target.h"
#include "raid/raid.h"
#include "verb/command.h"

static const struct argp_option xor_options[] = {
	{.name = "output", .key = 'o', .arg = "DST", .doc = "The file to write"},
	{0},
};

static error_t parse_xor(int key, char *arg, struct argp_state *state)
{
	struct raid_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = options;
		return 0;
	case 'o':
		options->p = arg;
		return 0;
	case ARGP_KEY_ARG:
		raid_add_source(arg, state, options);
		return 0;
	case ARGP_KEY_END:
		if (!options->p)
			argp_error(state, "xor needs --output (-o), the file to write");
		if (options->count < 2)
			argp_error(state, "xor needs two sources or more, not %u", options->count);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child xor_children[] = {
	{.argp = &raid_argp},
	{0},
};

static const struct argp xor_argp = {
	.options = xor_options,
	.parser = parse_xor,
	.children = xor_children,
	.args_doc = "-o DST SRC...",
	.doc = "Writes the exclusive or of the files SRC, which must be as long, to DST. It is "
	       "calculated by a DMA channel. DST gets its name when it is complete."
	       "\vExamples:\n"
	       "  dmactl xor -o parity disk0 disk1 disk2\n"
	       "  dmactl xor -o disk1 parity disk0 disk2     # a lost one comes back\n",
};

static int run_xor(struct cli *cli, int argc, char **argv)
{
	struct raid_options options = {.cli = cli, .op = RAID_XOR};

	raid_defaults(&options);
	cli_parse(&xor_argp, argc, argv, 0, &options);
	if (target_takes_stdout(cli, options.p))
		return CLI_USAGE;
	return raid_run(&options);
}

const struct command cmd_xor = {
	.name = "xor",
	.summary = "write the exclusive or of files",
	.argp = &xor_argp,
	.run = run_xor,
};
