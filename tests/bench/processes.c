// SPDX-License-Identifier: MIT
/* The same case in several processes at once, each with a channel of its own. */
#include "bench.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum order { ORDER_ROUNDS, ORDER_WIPE, ORDER_CHECK };

struct question {
	enum order order;
	unsigned int rounds;
};

struct answer {
	int err;
	char why[BENCH_WHY];
};

struct group {
	const struct bench_case *what;
	unsigned int count;
	pid_t pids[BENCH_MAX_CHANNELS];
	int fds[BENCH_MAX_CHANNELS];
};

static int obey(struct bench_case *c, const struct question *question)
{
	switch (question->order) {
	case ORDER_ROUNDS:
		return c->rounds(c, question->rounds);
	case ORDER_WIPE:
		c->wipe(c);
		return 0;
	case ORDER_CHECK:
		return c->check(c);
	}
	return -1;
}

static void child(struct bench_case c, const char *channel, int fd)
{
	struct answer answer = {0};
	struct question question;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	c.channel = channel;
	c.processes = 1;
	c.why[0] = '\0';
	answer.err = c.begin(&c);
	do {
		memcpy(answer.why, c.why, sizeof(answer.why));
		if (write(fd, &answer, sizeof(answer)) != sizeof(answer))
			break;
	} while (read(fd, &question, sizeof(question)) == sizeof(question) &&
		 ((answer.err = obey(&c, &question)), true));
	c.end(&c);
	_exit(0);
}

static int hear(struct bench_case *c)
{
	const struct group *group = c->context;
	struct answer answer;
	int err = 0;

	for (unsigned int i = 0; i < group->count; i++) {
		if (read(group->fds[i], &answer, sizeof(answer)) != sizeof(answer))
			err = bench_why(c, "process %u ended", i);
		else if (answer.err)
			err = bench_why(c, "process %u: %.120s", i, answer.why);
	}
	return err;
}

static int tell(struct bench_case *c, enum order order, unsigned int rounds)
{
	const struct group *group = c->context;
	struct question question = {.order = order, .rounds = rounds};

	for (unsigned int i = 0; i < group->count; i++) {
		if (write(group->fds[i], &question, sizeof(question)) != sizeof(question))
			return bench_why(c, "process %u ended", i);
	}
	return hear(c);
}

static int group_begin(struct bench_case *c)
{
	struct group *group = calloc(1, sizeof(*group));
	int pair[2];

	c->context = group;
	if (!group)
		return bench_why(c, "out of memory");
	group->what = c->inner;
	for (; group->count < c->processes; group->count++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
			return bench_why(c, "socketpair");
		group->fds[group->count] = pair[0];
		fflush(NULL);
		group->pids[group->count] = fork();
		if (!group->pids[group->count]) {
			struct bench_case inner = *group->what;

			inner.bench = c->bench;
			inner.channels = 1;
			for (unsigned int i = 0; i <= group->count; i++)
				close(group->fds[i]);
			child(inner, c->bench->channels[group->count], pair[1]);
		}
		close(pair[1]);
	}
	return hear(c);
}

/* One order is for many rounds, so that its own cost does not count. */
static int group_rounds(struct bench_case *c, unsigned int n)
{
	return tell(c, ORDER_ROUNDS, n * c->repeat);
}

static void group_wipe(struct bench_case *c)
{
	tell(c, ORDER_WIPE, 0);
}

static int group_check(struct bench_case *c)
{
	return tell(c, ORDER_CHECK, 0);
}

static void group_end(struct bench_case *c)
{
	struct group *group = c->context;

	if (!group)
		return;
	for (unsigned int i = 0; i < group->count; i++)
		close(group->fds[i]);
	for (unsigned int i = 0; i < group->count; i++)
		waitpid(group->pids[i], NULL, 0);
	free(group);
}

void bench_run_processes(struct bench *bench, const struct bench_case *inner, unsigned int count)
{
	struct bench_case c = *inner;

	c.inner = inner;
	c.processes = count;
	c.repeat = 64;
	c.begin = group_begin;
	c.rounds = group_rounds;
	c.wipe = group_wipe;
	c.check = group_check;
	c.end = group_end;
	bench_run(bench, &c);
}
