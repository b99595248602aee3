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

enum bounce { BOUNCE_NO, BOUNCE_IOMMU, BOUNCE_YES, BOUNCE_UNKNOWN };

/* Whether memory above the mask is copied through SWIOTLB. */
enum bounce memory_bounce(uint64_t dma_mask, bool iommu, bool top_known, uint64_t top);

#endif /* MEMORY_H */
