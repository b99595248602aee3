// SPDX-License-Identifier: MIT
/* Makes the nth allocation or copy of this thread fail. */
#include "nth.h"
#include "uapi.h"

static int nth_fd = -1;

bool nth_init(void)
{
	static const char *const let[] = {
		"/sys/kernel/debug/failslab/ignore-gfp-wait",
		"/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait",
		"/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem",
		"/sys/kernel/debug/fail_usercopy/verbose",
	};
	size_t i;

	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(let); i++)
		if (file_write(let[i], i < 3 ? "N" : "0"))
			return false;
	check_eq(file_write("/sys/kernel/debug/fail_page_alloc/min-order", "0"), 0);
	/* Stack traces of thousands of failures would hide other messages. */
	check_eq(file_write("/sys/kernel/debug/failslab/verbose", "0"), 0);
	check_eq(file_write("/sys/kernel/debug/fail_page_alloc/verbose", "0"), 0);
	return true;
}

void nth_arm(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	check_eq(pwrite(nth_fd, text, (size_t)len, 0), len);
}

/* Reading and writing the file are copies, too: if one of them fails, no earlier one had. */
bool nth_disarm(void)
{
	char text[16] = "";
	bool left = pread(nth_fd, text, sizeof(text) - 1, 0) < 0 || text[0] != '0';

	while (pwrite(nth_fd, "0", 1, 0) < 0) {
		check_eq(errno, EFAULT);
		left = true;
	}
	return !left;
}
