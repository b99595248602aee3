// SPDX-License-Identifier: MIT
#include "dev/fdinfo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_pair(struct fdinfo *info, const char *key, const char *value)
{
	size_t size = (info->count + 1) * sizeof(*info->pairs);
	struct fdinfo_pair *grown = realloc(info->pairs, size);

	if (!grown)
		return -ENOMEM;
	info->pairs = grown;
	info->pairs[info->count++] = (struct fdinfo_pair){key, value};
	return 0;
}

int fdinfo_parse(struct fdinfo *info, const char *text)
{
	char *line, *colon, *value, *rest;

	memset(info, 0, sizeof(*info));
	info->text = strdup(text);
	if (!info->text)
		return -ENOMEM;
	rest = info->text;
	while ((line = strsep(&rest, "\n"))) {
		colon = strchr(line, ':');
		if (!colon || colon == line)
			continue;
		*colon = '\0';
		value = colon + 1 + strspn(colon + 1, " \t");
		if (add_pair(info, line, value)) {
			fdinfo_free(info);
			return -ENOMEM;
		}
	}
	return 0;
}

void fdinfo_free(struct fdinfo *info)
{
	free(info->pairs);
	free(info->text);
	memset(info, 0, sizeof(*info));
}

size_t fdinfo_split_channel(char *value, struct fdinfo_pair *pairs, size_t max)
{
	char *position, *key = NULL, *word = strtok_r(value, " \t", &position);
	size_t count = 0;

	if (!word || !max)
		return 0;
	pairs[count++] = (struct fdinfo_pair){"name", word};
	while (count < max && (word = strtok_r(NULL, " \t", &position))) {
		if (key)
			pairs[count++] = (struct fdinfo_pair){key, word};
		key = key ? NULL : word;
	}
	return count;
}
