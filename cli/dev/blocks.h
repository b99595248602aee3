/* SPDX-License-Identifier: MIT */
/* A DMA buffer divided into equal blocks, as large as the limits allow. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "out/cli.h"

#include <dmauser.h>

struct blocks {
	struct dmauser_buf *buf;
	uint8_t *memory;
	size_t block; /* bytes, a multiple of `unit` */
	unsigned int count;
};

/*
 * Allocates `count' blocks of at most `block' bytes. If memory is short, the
 * blocks are smaller, down to `unit' bytes. Returns 0 or -errno after a
 * message.
 */
int blocks_alloc(struct blocks *blocks, struct cli *cli, struct dmauser_session *session,
		 struct dmauser_chan *chan, unsigned int count, size_t block, size_t unit);
/* The same with memory of this kind. Coherent memory is in one piece for the device. */
int blocks_alloc_as(struct blocks *blocks, struct cli *cli, struct dmauser_session *session,
		    struct dmauser_chan *chan, enum dmactl_buf_kind kind, unsigned int count,
		    size_t block, size_t unit);
void blocks_free(struct blocks *blocks);

static inline uint64_t blocks_offset(const struct blocks *blocks, unsigned int index)
{
	return (uint64_t)index * blocks->block;
}

static inline uint8_t *blocks_at(const struct blocks *blocks, unsigned int index)
{
	return blocks->memory + blocks_offset(blocks, index);
}

static inline struct dmauser_piece blocks_piece(const struct blocks *blocks, unsigned int index,
						size_t length)
{
	struct dmauser_piece piece = {blocks->buf, blocks_offset(blocks, index), length};

	return piece;
}

#endif /* BLOCKS_H */
