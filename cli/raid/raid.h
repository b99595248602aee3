/* SPDX-License-Identifier: MIT */
/* Shared by `xor', `pq' and `verify': each op has one block of every file as its sources. */
#ifndef RAID_H
#define RAID_H

#include "file/source.h"
#include "out/cli.h"

#define RAID_MAX_SOURCES 255 /* GF(2^8) has this many different coefficients */

enum raid_op { RAID_XOR, RAID_PQ, RAID_XOR_VAL, RAID_PQ_VAL };

struct raid_options {
	struct cli *cli; /* first, see cli_parse() */
	enum raid_op op;
	const char *channel; /* NULL: any channel that can do it */
	uint64_t block;
	uint64_t timeout_ns;
	const char *p; /* file of P, or the target of XOR; NULL: none */
	const char *q;
	const char *names[RAID_MAX_SOURCES];
	unsigned int count;
	uint8_t coef[RAID_MAX_SOURCES];
	unsigned int coef_count; /* 0: use 1, 2, 4, 8 ... */
};

void raid_defaults(struct raid_options *options);
/* A child parser for --channel, --block and --timeout. Its input is a struct raid_options *. */
extern const struct argp raid_argp;
/* Keys of --parity, --syndrome and --coef. */
enum { RAID_PARITY = 'P', RAID_SYNDROME = 'Q', RAID_COEF = 0xa00 };
/* Parses these options. Returns ARGP_ERR_UNKNOWN for other keys. */
error_t raid_parse_pq(int key, char *arg, struct argp_state *state, struct raid_options *options);
void raid_add_source(char *arg, struct argp_state *state, struct raid_options *options);
/* Checks the complete command line of a PQ operation. */
void raid_check_pq(struct argp_state *state, const struct raid_options *options);

/* Returns the exit status. */
int raid_run(struct raid_options *options);

#endif /* RAID_H */
