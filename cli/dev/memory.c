// SPDX-License-Identifier: MIT
#include "dev/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool memory_top_from_iomem(const char *text, uint64_t *top)
{
	uint64_t start, end, last = 0;

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		int name = 0;

		if (*line == '\n')
			line++;
		/* "100000000-13fffffff : System RAM"; lines about parts of it are indented. */
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &start, &end, &name) != 2 || !name)
			continue;
		if (line[0] != ' ' && strncmp(line + name, "System RAM", 10) == 0 && end > last)
			last = end;
	}
	/* The kernel shows zeros instead of addresses to unprivileged processes. */
	if (!last)
		return false;
	*top = last;
	return true;
}

static char *read_all(const char *path)
{
	size_t used = 0, size = 65536;
	char *text = malloc(size), *grown;
	FILE *file = fopen(path, "re");

	while (text && file && !feof(file) && !ferror(file)) {
		used += fread(text + used, 1, size - used - 1, file);
		if (used + 1 < size)
			continue;
		size *= 2;
		grown = realloc(text, size);
		if (!grown)
			break;
		text = grown;
	}
	if (file)
		fclose(file);
	if (text)
		text[used] = '\0';
	return text;
}

/* /sys/firmware/memmap, on machines whose firmware hands over a memory map. */
static bool top_from_firmware(uint64_t *top)
{
	uint64_t last = 0;
	char path[64], type[32], number[32];

	for (unsigned int i = 0;; i++) {
		FILE *file;
		bool ram;

		snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/type", i);
		file = fopen(path, "re");
		if (!file)
			break;
		ram = fgets(type, sizeof(type), file) && strncmp(type, "System RAM", 10) == 0;
		fclose(file);
		snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/end", i);
		file = ram ? fopen(path, "re") : NULL;
		if (!file)
			continue;
		if (fgets(number, sizeof(number), file)) {
			uint64_t end = strtoull(number, NULL, 0);

			if (end > last)
				last = end;
		}
		fclose(file);
	}
	if (!last)
		return false;
	*top = last;
	return true;
}

bool memory_top(uint64_t *top)
{
	char *iomem = read_all("/proc/iomem");
	bool known = iomem && memory_top_from_iomem(iomem, top);

	free(iomem);
	return known || top_from_firmware(top);
}

/* "Node 0, zone   Normal   4  3  1 ...": the numbers of free pieces of one, two, four pages. */
uint64_t memory_piece_from_buddyinfo(const char *text, uint64_t page)
{
	const char *zone = strstr(text, "zone");
	uint64_t piece = 0;

	if (!zone)
		return 0;
	zone += 4 + strspn(zone + 4, " ");
	/* Skip the name of the zone. */
	for (const char *c = zone + strcspn(zone, " \n"); *c == ' '; c += strcspn(c, " \n")) {
		c += strspn(c, " ");
		if (*c < '0' || *c > '9')
			break;
		piece = piece ? piece * 2 : page;
	}
	return piece;
}

uint64_t memory_largest_piece(void)
{
	char *text = read_all("/proc/buddyinfo");
	uint64_t piece =
		text ? memory_piece_from_buddyinfo(text, (uint64_t)sysconf(_SC_PAGESIZE)) : 0;

	free(text);
	return piece;
}

enum bounce memory_bounce(uint64_t dma_mask, bool iommu, bool top_known, uint64_t top)
{
	if (iommu)
		return BOUNCE_IOMMU;
	/* A mask of 64 bits reaches all memory. */
	if (dma_mask == UINT64_MAX)
		return BOUNCE_NO;
	if (!top_known)
		return BOUNCE_UNKNOWN;
	return dma_mask < top ? BOUNCE_YES : BOUNCE_NO;
}
