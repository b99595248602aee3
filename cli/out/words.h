/* SPDX-License-Identifier: MIT */
/* Finds the known word that is most similar to a mistyped one. */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

struct words_search {
	const char *typed;
	const char *best; /* NULL: no word is similar */
	unsigned int distance;
};

/* Compares one known word, which must live as long as the search. */
void words_offer(struct words_search *search, const char *known);

#endif /* WORDS_H */
