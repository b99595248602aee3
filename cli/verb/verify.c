// SPDX-License-Identifier: MIT
/* dmactl verify xor|pq: checks parity and syndrome of files. */
#include "raid/raid.h"
#include "verb/command.h"

#include <errno.h>
#include <string.h>

struct verify_args {
	struct raid_options raid; /* first, see cli_parse() */
	bool chosen;
};

static const struct argp_option verify_options[] = {
	{.name = "parity", .key = RAID_PARITY, .arg = "P", .doc = "pq: the file with the parity P"},
	{.name = "syndrome",
	 .key = RAID_SYNDROME,
	 .arg = "Q",
	 .doc = "pq: the file with the syndrome Q"},
	{.name = "coef",
	 .key = RAID_COEF,
	 .arg = "LIST",
	 .doc = "pq: coefficients, one for each source (default 1,2,4,8,16,32,64,128,29 ...)"},
	{0},
};

static void choose(const char *arg, struct argp_state *state, struct verify_args *args)
{
	if (strcmp(arg, "xor") == 0)
		args->raid.op = RAID_XOR_VAL;
	else if (strcmp(arg, "pq") == 0)
		args->raid.op = RAID_PQ_VAL;
	else
		argp_error(state, "'%s' is neither xor nor pq", arg);
	args->chosen = true;
}

static void check(struct argp_state *state, const struct verify_args *args)
{
	const struct raid_options *raid = &args->raid;

	if (!args->chosen)
		argp_error(state, "verify what, xor or pq?");
	if (raid->op == RAID_PQ_VAL)
		raid_check_pq(state, raid);
	else if (raid->p || raid->q || raid->coef_count)
		argp_error(state,
			   "--parity, --syndrome and --coef are for pq; with xor, the parity "
			   "is one of the files");
	else if (raid->count < 2)
		argp_error(state, "xor needs two files or more, not %u", raid->count);
}

static error_t parse_verify(int key, char *arg, struct argp_state *state)
{
	struct verify_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->raid;
		return 0;
	case ARGP_KEY_ARG:
		if (args->chosen)
			raid_add_source(arg, state, &args->raid);
		else
			choose(arg, state, args);
		return 0;
	case ARGP_KEY_END:
		check(state, args);
		return 0;
	default:
		return raid_parse_pq(key, arg, state, &args->raid);
	}
}

static const struct argp_child verify_children[] = {
	{.argp = &raid_argp},
	{0},
};

static const struct argp verify_argp = {
	.options = verify_options,
	.parser = parse_verify,
	.children = verify_children,
	.args_doc = "xor SRC...\npq -P P -Q Q SRC...",
	.doc = "Has a DMA channel check whether the exclusive or of all files is zero (xor), or "
	       "whether P and Q match the sources (pq; either may be left out). The exit status "
	       "is 0 if so, and 1 if not; then a message names the first block that does not."
	       "\vExamples:\n"
	       "  dmactl verify xor parity disk0 disk1 disk2\n"
	       "  dmactl verify pq -P p -Q q --block 4K disk0 disk1 disk2\n",
};

static int run_verify(struct cli *cli, int argc, char **argv)
{
	struct verify_args args = {.raid = {.cli = cli}};

	raid_defaults(&args.raid);
	cli_parse(&verify_argp, argc, argv, 0, &args);
	return raid_run(&args.raid);
}

const struct command cmd_verify = {
	.name = "verify",
	.summary = "check parity and syndrome of files",
	.argp = &verify_argp,
	.run = run_verify,
};
