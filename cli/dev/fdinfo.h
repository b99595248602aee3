/* SPDX-License-Identifier: MIT */
/* Parses /proc/PID/fdinfo/FD of a dmactl session: lines of `key:<tab>value'. */
#ifndef FDINFO_H
#define FDINFO_H

#include <stddef.h>

struct fdinfo_pair {
	const char *key;
	const char *value;
};

struct fdinfo {
	char *text; /* the pairs point into this text */
	struct fdinfo_pair *pairs;
	size_t count;
};

/* Parses a copy of text. Ignores lines of another form. Returns 0 or -ENOMEM. */
int fdinfo_parse(struct fdinfo *info, const char *text);
void fdinfo_free(struct fdinfo *info);

/*
 * Splits the value of a "channel" line: a name, then pairs of words. Writes
 * into `value'. The first pair has the key "name". Returns the number of pairs.
 */
size_t fdinfo_split_channel(char *value, struct fdinfo_pair *pairs, size_t max);

#endif /* FDINFO_H */
