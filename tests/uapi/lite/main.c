// SPDX-License-Identifier: MIT
/* Runs every test in a process of its own: [--tap=FILE] [TEST]... */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <criterion/criterion.h>

static struct lite_test *first, **last = &first;

void lite_register(struct lite_test *test)
{
	*last = test;
	last = &test->next;
}

static void run_child(const struct lite_test *test, const sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (test->options.init)
		test->options.init();
	test->body();
	if (test->options.fini)
		test->options.fini();
	_exit(0);
}

enum result { FAILED, PASSED, SKIPPED };

/* Whoever stops the program has stopped the test that ran. */
static bool stopped;

/* Signals to wait for, which are blocked here, and the mask of the tests. */
static sigset_t signals, before;

static void block_signals(void)
{
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
}

/*
 * Returns 0 if the test has ended, with *status, SIGTERM if the program is to stop, and -1 after
 * the limit of the test. With UAPI_LIMIT=host there is none: the host counts the seconds of the
 * whole program, without those in which this guest did not run, and ends it with SIGTERM.
 */
static int wait_end(const struct lite_test *test, pid_t pid, int *status)
{
	const struct timespec limit = {.tv_sec = (time_t)test->options.timeout};
	const char *who = getenv("UAPI_LIMIT");
	bool host = who && !strcmp(who, "host");
	int ret;

	for (;;) {
		ret = host ? sigwaitinfo(&signals, NULL) : sigtimedwait(&signals, NULL, &limit);
		if (ret == SIGTERM || (ret < 0 && errno != EINTR))
			return ret;
		/* The SIGCHLD can be that of an earlier test, which was killed. */
		if (waitpid(pid, status, WNOHANG) == pid)
			return 0;
	}
}

static enum result run_test(const struct lite_test *test)
{
	sigset_t pending;
	int status, ret;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		run_child(test, &before);
	if (pid < 0) {
		perror("fork");
		return FAILED;
	}
	ret = wait_end(test, pid, &status);
	sigpending(&pending);
	stopped = ret == SIGTERM || sigismember(&pending, SIGTERM);
	if (!ret) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == LITE_SKIPPED)
			return SKIPPED;
		if (status)
			fprintf(stderr, "%s::%s: wait status %#x\n", test->suite, test->name,
				status);
		return status ? FAILED : PASSED;
	}
	if (stopped)
		fprintf(stderr, "%s::%s: stopped\n", test->suite, test->name);
	else
		fprintf(stderr, "%s::%s: no end within %g s\n", test->suite, test->name,
			test->options.timeout);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return FAILED;
}

static bool wanted(const struct lite_test *test, int argc, char *argv[])
{
	bool named = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		named = true;
		if (!strcmp(argv[i], test->name))
			return true;
	}
	return !named;
}

int main(int argc, char *argv[])
{
	unsigned int nr = 0, failed = 0, skipped = 0;
	struct lite_test *test;
	FILE *tap = stdout;
	int i;

	for (i = 1; i < argc; i++)
		if (!strncmp(argv[i], "--tap=", 6) && argv[i][6])
			tap = fopen(argv[i] + 6, "we");
	if (!tap) {
		perror("--tap");
		return 2;
	}
	block_signals();
	for (test = first; test; test = test->next) {
		enum result result;

		if (!wanted(test, argc, argv))
			continue;
		result = run_test(test);
		failed += result == FAILED;
		skipped += result == SKIPPED;
		fprintf(tap, "%s %u - %s::%s%s\n", result == FAILED ? "not ok" : "ok", ++nr,
			test->suite, test->name, result == SKIPPED ? " # SKIP" : "");
		if (stopped)
			break;
	}
	/* Without a plan, a report counts as cut off. */
	if (!stopped)
		fprintf(tap, "1..%u\n", nr);
	fclose(tap);
	fprintf(stderr, "%u tests, %u failed, %u skipped\n", nr, failed, skipped);
	return failed || !nr;
}
