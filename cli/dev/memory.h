/* SPDX-License-Identifier: MIT */
/* Finds the end of the machine's memory, and whether a DMA mask forces bouncing. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Gets the address of the last byte of RAM. Returns false if this process may not read it. */
bool memory_top(uint64_t *top);

/* The same from text in the format of /proc/iomem. Separate for the unit tests. */
bool memory_top_from_iomem(const char *text, uint64_t *top);

/* Returns the bytes in the largest piece that the page allocator can have; 0: not known. */
uint64_t memory_largest_piece(void);
/* The same from text in the format of /proc/buddyinfo. Separate for the unit tests. */
uint64_t memory_piece_from_buddyinfo(const char *text, uint64_t page);

enum bounce { BOUNCE_NO, BOUNCE_IOMMU, BOUNCE_YES, BOUNCE_UNKNOWN };

/* Returns whether memory above the mask is copied through SWIOTLB. */
enum bounce memory_bounce(uint64_t dma_mask, bool iommu, bool top_known, uint64_t top);

#endif /* MEMORY_H */
