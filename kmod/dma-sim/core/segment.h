/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-sim: lists of segments for a new descriptor. */
#ifndef DMA_SIM_CORE_SEGMENT_H
#define DMA_SIM_CORE_SEGMENT_H

#include <linux/scatterlist.h>
#include <linux/types.h>

#define SIM_SEGMENTS_INLINE	4

struct sim_desc;

struct sim_segment {
	dma_addr_t addr;
	size_t len;
};

/**
 * struct sim_segments - a list of segments that a prep function makes
 * @list: @few, or allocated
 * @n: number of segments
 * @few: as many segments as fit in a descriptor
 *
 * It lies on the stack of the prep function, so it needs no lock.
 */
struct sim_segments {
	struct sim_segment *list;
	unsigned int n;
	struct sim_segment few[SIM_SEGMENTS_INLINE];
};

bool sim_segments_init(struct sim_segments *s, unsigned int n);
bool sim_segments_init_sg(struct sim_segments *s, struct scatterlist *sgl,
			  unsigned int nents);
bool sim_segments_sum(const struct sim_segments *s, size_t *len);
void sim_segments_give(struct sim_segments *s, struct sim_desc *d);
void sim_segments_free(struct sim_segments *s);

#endif /* DMA_SIM_CORE_SEGMENT_H */
