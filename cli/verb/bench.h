/* SPDX-License-Identifier: MIT */
#ifndef VERB_BENCH_H
#define VERB_BENCH_H

#include "cyclic/gauge.h"

/*
 * Measures what the peripheral behind `name' sends, in each of the ways, and
 * prints the results. Returns a CLI_* status, CLI_FAILED after a message.
 */
int bench_receive(struct cli *cli, const struct bench_options *options,
		  const struct slave_options *slave, const bool *ways, const char *name);

#endif /* VERB_BENCH_H */
