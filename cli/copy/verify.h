/* SPDX-License-Identifier: MIT */
/* Reads the written target again and compares each byte. */
#ifndef VERIFY_H
#define VERIFY_H

#include "file/source.h"
#include "file/target.h"
#include "out/cli.h"

/* If source is NULL, every byte must be value. Returns 0 or -errno after a message. */
int verify_target(struct cli *cli, const struct source *source, const struct target *target,
		  uint8_t value, uint64_t size);

#endif /* VERIFY_H */
