// SPDX-License-Identifier: MIT
/* Test data. */
#include "bench.h"

#include <inttypes.h>

static inline uint64_t word(size_t place, uint64_t salt)
{
	return (place + salt) * UINT64_C(0x9e3779b97f4a7c15);
}

void data_fill(void *memory, size_t bytes, uint64_t salt)
{
	uint64_t *words = memory;

	for (size_t i = 0; i < bytes / sizeof(*words); i++)
		words[i] = word(i, salt);
}

void data_wipe(void *memory, size_t bytes, uint64_t salt)
{
	uint64_t *words = memory;

	for (size_t i = 0; i < bytes / sizeof(*words); i++)
		words[i] = ~word(i, salt);
}

int data_check(struct bench_case *c, const void *memory, size_t bytes, uint64_t salt,
	       const char *what)
{
	const uint64_t *words = memory;

	for (size_t i = 0; i < bytes / sizeof(*words); i++) {
		if (words[i] != word(i, salt))
			return bench_why(c,
					 "%s: byte %zu of %zu: %016" PRIx64 " where %016" PRIx64
					 " should be",
					 what, i * sizeof(*words), bytes, words[i], word(i, salt));
	}
	return 0;
}
