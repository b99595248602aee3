/* SPDX-License-Identifier: MIT */
/* What `xor', `pq' and `verify' have in common: files, block by block, as sources of one op. */
#ifndef RAID_H
#define RAID_H

#include "file/source.h"
#include "out/cli.h"

#define RAID_MAX_SOURCES 255 /* so many coefficients differ */

enum raid_op { RAID_XOR, RAID_PQ, RAID_XOR_VAL, RAID_PQ_VAL };

struct raid_options {
	struct cli *cli; /* first, see cli_parse() */
	enum raid_op op;
	const char *channel; /* NULL: any that can */
	uint64_t block;
	uint64_t timeout_ns;
	const char *p; /* file; XOR: the target. NULL: none */
	const char *q;
	const char *names[RAID_MAX_SOURCES];
	unsigned int count;
	uint8_t coef[RAID_MAX_SOURCES];
	unsigned int coef_count; /* 0: 1, 2, 4, 8 ... */
};

void raid_defaults(struct raid_options *options);
/* --channel, --block, --timeout: a child whose input is a struct raid_options *. */
extern const struct argp raid_argp;
/* "1,2,4"; ends the program on a usage error. */
void raid_parse_coefs(const char *arg, struct argp_state *state, struct raid_options *options);
void raid_add_source(char *arg, struct argp_state *state, struct raid_options *options);
/* The last check of a PQ command line. */
void raid_check_pq(struct argp_state *state, const struct raid_options *options);

/* The exit status. */
int raid_run(struct raid_options *options);

#endif /* RAID_H */
