// SPDX-License-Identifier: MIT
#include "out/words.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *typed;
	const char *meant; /* NULL: no suggestion */
} rows[] = {
	{"list", "list"},
	{"lst", "list"},
	{"lsit", "list"},
	{"listt", "list"},
	{"recieve", NULL},
	{"rec", "recv"},
	{"capure", "capture"},
	{"catpure", "capture"},
	{"terminat", "terminate"},
	{"syncronise", "synchronize"},
	{"sync", "synchronize"},
	{"x", NULL},
	{"", NULL},
	{"frobnicate", NULL},
	{"a-word-that-is-longer-than-any-of-ours-by-far", NULL},
};

Test(words, what_was_meant)
{
	static const char *const known[] = {"list", "recv",	 "capture",
					    "copy", "terminate", "synchronize"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct words_search search = {.typed = rows[i].typed};

		for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++)
			words_offer(&search, known[j]);
		if (rows[i].meant)
			cr_expect(search.best && !strcmp(search.best, rows[i].meant), "'%s': '%s'",
				  rows[i].typed, search.best ? search.best : "nothing");
		else
			cr_expect(!search.best, "'%s': '%s'", rows[i].typed, search.best);
	}
}
