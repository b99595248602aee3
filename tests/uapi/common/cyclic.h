/* SPDX-License-Identifier: MIT */
/*
 * A ring that a peripheral goes round, for the programs that test CYCLIC: each of them
 * has its own.
 */
#ifndef CYCLIC_H
#define CYCLIC_H

#include "uapi.h"

#define PERIOD	4000u /* bytes: not a power of two */
#define PERIODS 64
#define RING	(PERIOD * PERIODS)

static int fd;
static uint32_t chan;
static struct mem ring;

static inline void setup(const char *name)
{
	fd = dev_open(0);
	chan = chan_slave(fd, name).out_chan;
	ring = mem_coherent(fd, chan, RING);
}

static struct dmactl_cyclic periods = {.period_len = PERIOD};

static inline struct dmactl_op op_cyclic(bool to_device)
{
	struct dmactl_op op = op_single(chan, &ring, 0, RING, to_device);

	op.opcode = DMACTL_OP_CYCLIC;
	op.user_data = 5;
	op.args_uptr = (uintptr_t)&periods;
	op.nr_args = 1;
	op.arg_size = sizeof(periods);
	return op;
}

#endif /* CYCLIC_H */
