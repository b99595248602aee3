/* SPDX-License-Identifier: MIT */
/*
 * A session whose records go into a ring, for the programs that test RING: each has its
 * own.
 */
#ifndef CRING_SESSION_H
#define CRING_SESSION_H

#include "cring.h"

static int fd;
static uint32_t chan;
static struct mem src, dst;

static inline void setup(uint32_t depth)
{
	fd = dev_open(0);
	chan = chan_get_depth(fd, depth);
	src = mem_get(fd, 64 * 1024);
	dst = mem_get(fd, 64 * 1024);
	noise_fill(src.p, src.len, 1);
}

static inline struct dmactl_op op_small(uint64_t user_data)
{
	struct dmactl_op op = op_memset(chan, &dst, user_data * 8 % dst.len, 8, user_data);

	op.user_data = user_data;
	return op;
}

static inline void put_nops(unsigned int first, unsigned int nr)
{
	struct dmactl_op op;

	for (; nr; nr--) {
		op = op_nop(chan, first++);
		submit_all(fd, &op, 1);
	}
}

static inline void take_check(struct cring *ring, unsigned int first, unsigned int nr)
{
	struct dmactl_completion record;

	for (; nr; nr--) {
		record = cring_take(ring);
		check_eq(record.user_data, first++);
		check_eq(record.chan, chan);
		check_eq(record.status, 0);
	}
}

#endif /* CRING_SESSION_H */
