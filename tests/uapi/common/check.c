// SPDX-License-Identifier: MIT
/* Failed assertions, and children of a test. */
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "private.h"

#define CHILD_FAILED 99
/* Exit status of a skipped test in tests/uapi/lite, which runs as a child with other channels. */
#define CHILD_SKIPPED 77

static pid_t test_pid;

void check_here(void)
{
	test_pid = getpid();
}

/* Only the thread that runs the test can report to the framework. */
_Noreturn void check_failed(const char *file, int line, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (getpid() != test_pid || syscall(SYS_gettid) != getpid()) {
		dprintf(2, "%s:%d: %s\n", file, line, text);
		_exit(CHILD_FAILED);
	}
	uapi_failed = true;
	cr_assert(false, "%s:%d: %s", file, line, text);
	abort();
}

/* The child inherits the open files of the test, and is killed when the test ends. */
pid_t child_start(void (*fn)(void *arg), void *arg)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	check(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(CHILD_FAILED);
	fn(arg);
	_exit(0);
}

static int child_wait(pid_t pid)
{
	int status;

	check_eq(waitpid(pid, &status, 0), pid);
	if (chan_given() && WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED)
		cr_skip_test("see above");
	return status;
}

void child_expect_ok(pid_t pid)
{
	int status = child_wait(pid);

	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail("the child ended with wait status %#x", status);
}

void child_expect_killed(pid_t pid)
{
	int status = child_wait(pid);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("the child was not killed: wait status %#x", status);
}

void child_run(void (*fn)(void *arg), void *arg)
{
	child_expect_ok(child_start(fn, arg));
}
