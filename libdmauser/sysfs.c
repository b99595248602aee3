// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

int dmauser_natural_cmp(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long long x = strtoull(a, &end_a, 10);
			unsigned long long y = strtoull(b, &end_b, 10);

			if (x != y)
				return x < y ? -1 : 1;
			a = end_a;
			b = end_b;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int dmauser_sysfs_text(int dir, const char *name, char *text, size_t size)
{
	ssize_t len = -1;
	int fd;

	text[0] = '\0';
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, size - 1);
	close(fd);
	text[len < 0 ? 0 : len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return len < 0 ? -1 : 0;
}

uint64_t dmauser_sysfs_number(int dir, const char *name)
{
	char text[32];

	return dmauser_sysfs_text(dir, name, text, sizeof(text)) ? 0 : strtoull(text, NULL, 10);
}

char *dmauser_sysfs_link(int dir, const char *name)
{
	char target[PATH_MAX];
	const char *slash;
	ssize_t len;

	len = readlinkat(dir, name, target, sizeof(target) - 1);
	if (len < 0)
		len = 0;
	target[len] = '\0';
	slash = strrchr(target, '/');
	return strdup(slash ? slash + 1 : target);
}
