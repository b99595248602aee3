// SPDX-License-Identifier: MIT
#include "out/words.h"

#include <string.h>

#define LONGEST 32

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Returns how many letters to insert, remove, replace or swap with their
 * neighbour to get from a to b. It is LONGEST for longer words, which cannot be
 * similar.
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[LONGEST + 1][LONGEST + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > LONGEST || n > LONGEST)
		return LONGEST;
	for (size_t i = 0; i <= m; i++)
		rows[i][0] = (unsigned int)i;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= m; i++) {
		for (size_t j = 1; j <= n; j++) {
			unsigned int best = least(rows[i - 1][j], rows[i][j - 1]) + 1;

			best = least(best, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = least(best, rows[i - 2][j - 2] + 1);
			rows[i][j] = best;
		}
	}
	return rows[m][n];
}

void words_offer(struct words_search *search, const char *known)
{
	size_t length = strlen(search->typed);
	/*
	 * Allow a third of the letters to be wrong. A single letter is too
	 * little for a suggestion.
	 */
	unsigned int limit = length < 2 ? 0 : length < 6 ? 1 : (unsigned int)length / 3;
	unsigned int found = distance(search->typed, known);

	/* Accept the beginning of a longer word: rec for recv. */
	if (found > limit && length >= 2 && strncmp(search->typed, known, length) == 0)
		found = limit;
	if (found > limit || (search->best && found >= search->distance))
		return;
	search->best = known;
	search->distance = found;
}
