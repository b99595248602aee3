// SPDX-License-Identifier: MIT
/* Runs every test in a process of its own: [--tap=FILE] [TEST]... */
#include <errno.h>
#include <signal.h>
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

/* SIGCHLD is blocked, so that sigtimedwait() can wait for it. */
static enum result run_test(const struct lite_test *test)
{
	struct timespec limit = {.tv_sec = (time_t)test->options.timeout};
	sigset_t chld, old;
	int status;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &old);
	fflush(NULL);
	pid = fork();
	if (!pid)
		run_child(test, &old);
	while (pid > 0 && sigtimedwait(&chld, NULL, &limit) < 0 && errno == EINTR)
		;
	if (pid < 0 || waitpid(pid, &status, WNOHANG) == pid) {
		if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == LITE_SKIPPED)
			return SKIPPED;
		if (pid < 0 || status)
			fprintf(stderr, "%s::%s: wait status %#x\n", test->suite, test->name,
				status);
		return pid > 0 && !status ? PASSED : FAILED;
	}
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
	for (test = first; test; test = test->next) {
		enum result result;

		if (!wanted(test, argc, argv))
			continue;
		result = run_test(test);
		failed += result == FAILED;
		skipped += result == SKIPPED;
		fprintf(tap, "%s %u - %s::%s%s\n", result == FAILED ? "not ok" : "ok", ++nr,
			test->suite, test->name, result == SKIPPED ? " # SKIP" : "");
	}
	fprintf(tap, "1..%u\n", nr);
	fclose(tap);
	fprintf(stderr, "%u tests, %u failed, %u skipped\n", nr, failed, skipped);
	return failed || !nr;
}
