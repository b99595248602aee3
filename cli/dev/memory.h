/* SPDX-License-Identifier: MIT */
/* Where the machine's memory ends: decides whether a DMA mask forces bouncing. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Address of the last byte of RAM; false if this process may not know. */
bool memory_top(uint64_t *top);

/* The same from a text in the format of /proc/iomem, for the tests. */
bool memory_top_from_iomem(const char *text, uint64_t *top);

/* Bytes in the largest piece that the kernel ever has in one; 0: not known. */
uint64_t memory_largest_piece(void);
/* The same from a text in the format of /proc/buddyinfo, for the tests. */
uint64_t memory_piece_from_buddyinfo(const char *text, uint64_t page);

enum bounce { BOUNCE_NO, BOUNCE_IOMMU, BOUNCE_YES, BOUNCE_UNKNOWN };

/* Whether memory above the mask is copied through SWIOTLB. */
enum bounce memory_bounce(uint64_t dma_mask, bool iommu, bool top_known, uint64_t top);

#endif /* MEMORY_H */
