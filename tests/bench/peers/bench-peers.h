/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bench-peers: other ways to DMA, for comparison: what they do for one transfer.
 * The interface of /dev/bench-peers.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PEERS_DEVICE	"/dev/bench-peers"
#define PEERS_MAX_SLOTS 256

/**
 * struct peers_setup - take a channel and memory; the first call of a file
 * @chan: name of the channel, "dma0chan0"
 * @size: bytes in a slot
 * @slots: pairs of coherent buffers, 1 to PEERS_MAX_SLOTS
 *
 * mmap offset of the source of slot n: 2 * n * step, of its destination:
 * (2 * n + 1) * step, where step is @size in whole pages.
 */
struct peers_setup {
	char chan[32];
	__u32 size;
	__u32 slots;
};

/**
 * struct peers_loop - a client in the kernel that keeps a channel busy
 * @samples_uptr: receives the duration of each sample, in ns, as __u64
 * @samples: number of samples
 * @rounds: rounds in each sample
 * @depth: transfers in a round; all are submitted, issued once, and awaited
 * @size: bytes in each, at most the size of a slot
 */
struct peers_loop {
	__u64 samples_uptr;
	__u32 samples;
	__u32 rounds;
	__u32 depth;
	__u32 size;
};

/**
 * struct peers_pin - copy memory of the program, and wait
 * @src: address of the source
 * @dst: address of the destination; 0: the destination is that of @slot
 * @len: bytes
 * @slot: see @dst
 */
struct peers_pin {
	__u64 src;
	__u64 dst;
	__u32 len;
	__u32 slot;
};

#define PEERS_SETUP	_IOW('P', 1, struct peers_setup)
#define PEERS_LOOP	_IOW('P', 2, struct peers_loop)
#define PEERS_PIN	_IOW('P', 3, struct peers_pin)
/* Copy a slot; these three take its number as the argument. */
#define PEERS_START	_IO('P', 4)
#define PEERS_FINISH	_IO('P', 5)	/* waits for PEERS_START's transfer */
#define PEERS_SIGNAL	_IO('P', 6)	/* signals its end with PEERS_SIGNO */
#define PEERS_SIGNO	35

#endif /* BENCH_PEERS_H */
