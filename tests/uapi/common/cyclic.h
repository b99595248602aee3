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

/*
 * Memory that is in several pieces for the device: the pages of a file, first those with even
 * numbers.
 */
static inline struct mem mem_torn(size_t len)
{
	const size_t pages = (len + PAGE - 1) / PAGE, even = (pages + 1) / 2;
	int file = memfd_create("torn", 0);
	unsigned char *p =
		map_at(NULL, pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct mem mem = {0};
	size_t i;

	check(p != MAP_FAILED);
	check_eq(ftruncate(file, (off_t)(pages * PAGE)), 0);
	for (i = 0; i < pages; i++) {
		size_t from = i < even ? 2 * i : 2 * (i - even) + 1;

		check(map_at(p + i * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			     file, from * PAGE) == p + i * PAGE);
	}
	close(file);
	memset(p, 0, pages * PAGE);
	check_eq(buf_map_user(fd, p, pages * PAGE, 0, &mem), 0);
	mem.p = p;
	mem.len = pages * PAGE;
	return mem;
}

/* CYCLIC_QUEUE: the ring is in pieces, so the kernel refills a queue. */
#ifdef CYCLIC_QUEUE
#define RING_IS_QUEUE true
#else
#define RING_IS_QUEUE false
#endif

static inline void setup(const char *name)
{
	fd = dev_open(0);
	chan = chan_slave(fd, name).out_chan;
	ring = RING_IS_QUEUE ? mem_torn(RING) : mem_coherent(fd, chan, RING);
}

/* A loaded machine may refill a queue too late, which is no fault if it is reported. */
static inline uint32_t flags_of(const struct dmactl_completion *record)
{
	if (!RING_IS_QUEUE || !(record->flags & DMACTL_COMP_GAP))
		return record->flags;
	check(record->flags & DMACTL_COMP_OVERRUN);
	return record->flags & ~(DMACTL_COMP_GAP | DMACTL_COMP_OVERRUN);
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
