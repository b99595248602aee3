// SPDX-License-Identifier: MIT
/*
 * Other programs of this directory, with callbacks in every context in which drivers make them, as
 * test-context.c lists them.
 */
#include <libgen.h>
#include <limits.h>
#include <sys/wait.h>

#include "uapi.h"

/*
 * Runs another program with callbacks in this context: the one built with UAPI_RUNNER=lite, if
 * there is one.
 */
static void run_program(const char *name)
{
	char path[PATH_MAX + 64], self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status;
	pid_t pid;

	check(n > 0);
	self[n] = '\0';
	dirname(self);
	snprintf(path, sizeof(path), "%s/../uapi-quick/test-%s", self, name);
	if (access(path, X_OK))
		snprintf(path, sizeof(path), "%s/test-%s", self, name);
	pid = fork();
	check(pid >= 0);
	if (!pid) {
		/* Criterion uses this to run one test for its parent. */
		unsetenv("BXFI_MAP");
		execl(path, path, "--tap=/dev/null", "-j1", NULL);
		_exit(127);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	if (status)
		fail("test-%s: status %#x", name, status);
}

/* Programs with the most kinds of callbacks. */
static const char *const few[] = {"submit", "prepared", "ring", "ring-wait", NULL};
static const char *const most[] = {"submit",   "prepared", "ring",  "ring-wait",    "repeat",
				   "metadata", "unbind",   "uring", "cyclic-queue", NULL};

/* `cyclic' adds periods, whose callbacks ask the provider for the residue. */
static void in_context(const char *context, const char *const *programs, bool cyclic)
{
	need_sim();
	check_eq(setenv(SIM_CONTEXT, context, 1), 0);
	for (; *programs; programs++)
		run_program(*programs);
	if (cyclic)
		run_program("cyclic");
}

#define CONTEXT_TEST(name, ...)                                                                    \
	Test(context_programs, name, .init = uapi_begin, .fini = uapi_end,                         \
	     .timeout = 2 * UAPI_TIMEOUT)                                                          \
	{                                                                                          \
		in_context(__VA_ARGS__);                                                           \
	}

CONTEXT_TEST(tasklets, "callback_keeps", few, false)
CONTEXT_TEST(with_the_lock_held, "callback_locked,callback_keeps", most, true)
CONTEXT_TEST(with_the_lock_held_and_interrupts_off, "callback_locked,callback_masked", few, false)
CONTEXT_TEST(interrupts, "callback_irq,callback_keeps", most, true)
CONTEXT_TEST(interrupts_with_the_lock_held, "callback_irq,callback_locked", few, false)
CONTEXT_TEST(threads, "callback_thread,callback_keeps", most, false)
CONTEXT_TEST(threads_with_the_lock_held, "callback_thread,callback_locked", few, false)
CONTEXT_TEST(work_items, "callback_work,callback_keeps", few, false)
