/* SPDX-License-Identifier: MIT */
/* Which known word somebody may have meant. */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

struct words_search {
	const char *typed;
	const char *best; /* NULL: nothing is like it */
	unsigned int distance;
};

/* Offers one known word; it must live as long as the search. */
void words_offer(struct words_search *search, const char *known);

#endif /* WORDS_H */
