/* SPDX-License-Identifier: MIT */
/* /proc/PID/fdinfo/FD of a dmactl session: lines of `key:<tab>value`. */
#ifndef FDINFO_H
#define FDINFO_H

#include <stddef.h>

struct fdinfo_pair {
	const char *key;
	const char *value;
};

struct fdinfo {
	char *text; /* what the pairs point into */
	struct fdinfo_pair *pairs;
	size_t count;
};

/* Takes a copy of text. Lines of another form are left out. 0 or -ENOMEM. */
int fdinfo_parse(struct fdinfo *info, const char *text);
void fdinfo_free(struct fdinfo *info);

/*
 * The value of a "channel" line: a name, then words in pairs. Cuts `value`
 * into pieces; the first pair is "name". Returns the number of pairs.
 */
size_t fdinfo_split_channel(char *value, struct fdinfo_pair *pairs, size_t max);

#endif /* FDINFO_H */
