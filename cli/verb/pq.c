// SPDX-License-Identifier: MIT
/* dmactl pq -P P -Q Q SRC...: writes RAID-6 parity and syndrome of files. */
#include "file/target.h"
#include "raid/raid.h"
#include "verb/command.h"

static const struct argp_option pq_options[] = {
	{.name = "parity", .key = RAID_PARITY, .arg = "P", .doc = "The file for the parity P"},
	{.name = "syndrome",
	 .key = RAID_SYNDROME,
	 .arg = "Q",
	 .doc = "The file for the syndrome Q"},
	{.name = "coef",
	 .key = RAID_COEF,
	 .arg = "LIST",
	 .doc = "Coefficients of Q, one for each source (default 1,2,4,8,16,32,64,128,29 ...)"},
	{0},
};

static error_t parse_pq(int key, char *arg, struct argp_state *state)
{
	struct raid_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = options;
		return 0;
	case ARGP_KEY_ARG:
		raid_add_source(arg, state, options);
		return 0;
	case ARGP_KEY_END:
		raid_check_pq(state, options);
		return 0;
	default:
		return raid_parse_pq(key, arg, state, options);
	}
}

static const struct argp_child pq_children[] = {
	{.argp = &raid_argp},
	{0},
};

static const struct argp pq_argp = {
	.options = pq_options,
	.parser = parse_pq,
	.children = pq_children,
	.args_doc = "-P P -Q Q SRC...",
	.doc = "Writes the RAID-6 parity P of the files SRC, which must be as long, and their "
	       "syndrome Q: the sum of each file times its coefficient in GF(2^8), with the "
	       "polynomial 0x11d. Either may be left out. A DMA channel calculates them."
	       "\vExamples:\n"
	       "  dmactl pq -P p -Q q disk0 disk1 disk2\n"
	       "  dmactl pq -Q q --coef 1,2,4 disk0 disk1 disk2\n",
};

static int run_pq(struct cli *cli, int argc, char **argv)
{
	struct raid_options options = {.cli = cli, .op = RAID_PQ};

	raid_defaults(&options);
	cli_parse(&pq_argp, argc, argv, 0, &options);
	if ((options.p && target_takes_stdout(cli, options.p)) ||
	    (options.q && target_takes_stdout(cli, options.q)))
		return CLI_USAGE;
	return raid_run(&options);
}

const struct command cmd_pq = {
	.name = "pq",
	.summary = "write the RAID-6 parity and syndrome of files",
	.argp = &pq_argp,
	.run = run_pq,
};
