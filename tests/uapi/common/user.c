// SPDX-License-Identifier: MIT
/* Users other than root. */
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "private.h"

void user_become(unsigned int uid, uint64_t memlock)
{
	const struct rlimit limit = {memlock, memlock};

	check_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	check_eq(setgroups(0, NULL), 0);
	check_eq(setgid(uid), 0);
	check_eq(setuid(uid), 0);
}

void user_run(void (*fn)(void *arg), void *arg)
{
	int status;
	pid_t pid;

	check_eq(chmod(DMACTL_DEVICE, 0666), 0);
	pid = child_start(fn, arg);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(chmod(DMACTL_DEVICE, 0600), 0);
	check_eq(status, 0);
}

long available_kib(void)
{
	char line[256];
	long n = -1;
	FILE *f = fopen("/proc/meminfo", "re");

	check(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %ld", &n) == 1)
			break;
	fclose(f);
	return n;
}
