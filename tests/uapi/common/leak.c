// SPDX-License-Identifier: MIT
/* Checks whether a test has left something behind in the kernel. */
#include <dirent.h>

#include "private.h"

/* Tolerance for memory that other parts of the system allocate meanwhile, in KiB. */
#define LEAK_NOISE 8192

#define LEAK_TRIES 500

long read_number(const char *path)
{
	long n = -1;
	FILE *f = fopen(path, "re");

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

/* Returns the number that follows a word at the start of a line. */
static long read_field(const char *path, const char *word)
{
	char line[256];
	long n = -1;
	FILE *f = fopen(path, "re");

	if (!f)
		return -1;
	while (n < 0 && fgets(line, sizeof(line), f)) {
		size_t len = strlen(word);

		if (!strncmp(line, word, len) && strchr(" :\t", line[len]))
			n = strtol(line + len + 1, NULL, 10);
	}
	fclose(f);
	return n;
}

/* Free pages in the per-processor lists, which meminfo counts as used. */
static long pages_at_hand(void)
{
	char line[256];
	long n, sum = 0;
	FILE *f = fopen("/proc/zoneinfo", "re");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %ld", &n) == 1)
			sum += n;
	fclose(f);
	return sum;
}

static long channels_in_use(void)
{
	char path[512];
	struct dirent *entry;
	DIR *dir = opendir("/sys/class/dma");
	long n = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/dma/%s/in_use", entry->d_name);
		n += read_number(path) > 0;
	}
	closedir(dir);
	return n;
}

void leak_read(struct leak_state *state)
{
	state->dmactl_refs = read_number("/sys/module/dmactl/refcnt");
	state->sim_refs = read_number("/sys/module/dma_sim/refcnt");
	state->channels = channels_in_use();
	state->available =
		read_field("/proc/meminfo", "MemAvailable") + pages_at_hand() * (PAGE / 1024);
	state->pinned = read_field("/proc/vmstat", "nr_foll_pin_acquired") -
			read_field("/proc/vmstat", "nr_foll_pin_released");
	state->bounced = read_number("/sys/kernel/debug/swiotlb/io_tlb_used");
}

static bool leak_same(const struct leak_state *before, const struct leak_state *now)
{
	/*
	 * The root file system pins pages, too, while it reads, and the two counters are not read
	 * at once: before the test they may differ by such a page. Only leaks of the test stay
	 * pinned.
	 */
	long pinned = before->pinned > 0 ? before->pinned : 0;

	return now->dmactl_refs == before->dmactl_refs && now->sim_refs == before->sim_refs &&
	       now->channels == before->channels && now->pinned <= pinned &&
	       now->bounced <= before->bounced && now->available >= before->available - LEAK_NOISE;
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "3", 1) != 1)
		perror("drop_caches");
	close(fd);
}

/* RCU frees some memory later, so try repeatedly. */
void leak_check(const struct leak_state *before)
{
	struct leak_state now;
	int i;

	for (i = 0; i < LEAK_TRIES; i++) {
		leak_read(&now);
		if (leak_same(before, &now))
			return;
		if (i % 20 == 5)
			drop_caches();
		sleep_ms(20);
	}
	fail("left behind: references to dmactl %ld (before %ld), to dma_sim %ld (%ld), channels "
	     "in use "
	     "%ld (%ld), pinned pages %ld (%ld), bounce slots %ld (%ld), KiB available %ld (%ld)",
	     now.dmactl_refs, before->dmactl_refs, now.sim_refs, before->sim_refs, now.channels,
	     before->channels, now.pinned, before->pinned, now.bounced, before->bounced,
	     now.available, before->available);
}
