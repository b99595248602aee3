// SPDX-License-Identifier: MIT
/*
 * numbers: checks the output of dma-sim's counter, little-endian numbers of 32 bits on standard
 * input, and prints how many there were, how often one was not the previous plus 1, and how many
 * are missing in these gaps.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>

static uint32_t block[16384];

int main(void)
{
	uint64_t words = 0, gaps = 0, missing = 0;
	uint32_t next = 0;
	size_t n, i;

	while ((n = fread(block, sizeof(*block), sizeof(block) / sizeof(*block), stdin))) {
		for (i = 0; i < n; i++) {
			uint32_t number = le32toh(block[i]);

			if (number != next) {
				gaps++;
				missing += (uint32_t)(number - next);
			}
			next = number + 1;
		}
		words += n;
	}
	printf("{\"words\": %" PRIu64 ", \"gaps\": %" PRIu64 ", \"missing\": %" PRIu64 "}\n", words,
	       gaps, missing);
	return ferror(stdin) ? 1 : 0;
}
