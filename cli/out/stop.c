// SPDX-License-Identifier: MIT
#include "out/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static int event_fd = -1;

static void on_signal(int number)
{
	int saved = errno;
	uint64_t one = 1;

	caught = number;
	if (write(event_fd, &one, sizeof(one)) < 0) {
		/* The counter is full, so the eventfd is readable already. */
	}
	errno = saved;
}

void stop_init(void)
{
	/* Without SA_RESTART, a signal interrupts a waiting system call. */
	struct sigaction action = {.sa_handler = on_signal};
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction old;

		/* Keep a signal ignored that nohup, or a shell for background jobs, ignores. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

void stop_ignore_pipes(void)
{
	signal(SIGPIPE, SIG_IGN);
}

bool stop_requested(void)
{
	return caught != 0;
}

int stop_signal(void)
{
	return caught;
}

int stop_fd(void)
{
	return event_fd;
}

void stop_forget_interrupt(void)
{
	if (caught == SIGINT)
		caught = 0;
}

void stop_die(void)
{
	signal(caught, SIG_DFL);
	raise(caught);
	abort();
}
