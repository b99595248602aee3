/* SPDX-License-Identifier: MIT */
/* Streams of dma-sim's peripherals, and bytes that tell their place in one. */
#ifndef STREAM_H
#define STREAM_H

#include "uapi.h"

#define MIB (1u << 20)

/* dma-sim with its peripherals; what was there comes back afterwards. */
void with_peripherals(void (*fn)(void));

struct dmactl_stream_open stream_arg(uint32_t chan, uint32_t direction);
/* A stream with the blocks that it has by default. */
int stream_get(int fd, uint32_t chan, uint32_t direction, uint32_t flags);

/* A session, and both ends of the loopback. */
struct pair {
	int fd, rx, tx;
};

struct pair pair_get(uint32_t flags);

/* The byte at a place. */
unsigned char byte_at(size_t i);
/* Bytes from a place on, so many with each call. */
void write_all(int fd, size_t from, size_t len, size_t step);
/* The same, which have to come. */
void read_all(int fd, size_t from, size_t len, size_t step);

#endif /* STREAM_H */
