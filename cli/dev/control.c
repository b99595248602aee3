// SPDX-License-Identifier: MIT
#include "dev/control.h"
#include "dev/control-socket.h"
#include "dev/halt.h"
#include "out/stop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAMES 2

struct control {
	struct cli *cli;
	struct dmauser_chan *chan;
	pthread_t thread;
	int sockets[NAMES];
	unsigned int count;
	int stop_fd;
	atomic_bool paused;
	atomic_bool terminated;
	struct halt halt; /* written before `terminated' */
};

static bool may_command(int peer)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return false;
	return cred.uid == 0 || cred.uid == geteuid();
}

static int obey(struct control *control, uint32_t command)
{
	int err;

	switch (command) {
	case CONTROL_PAUSE:
		err = dmauser_chan_pause(control->chan);
		if (!err)
			atomic_store(&control->paused, true);
		return err;
	case CONTROL_RESUME:
		err = dmauser_chan_resume(control->chan);
		if (!err)
			atomic_store(&control->paused, false);
		return err;
	case CONTROL_TERMINATE:
		halt_look(control->chan, &control->halt);
		/*
		 * Set this first: when the transfer ends, its thread asks
		 * control_terminated() for the reason.
		 */
		atomic_store(&control->terminated, true);
		err = dmauser_chan_terminate(control->chan);
		if (err)
			atomic_store(&control->terminated, false);
		else
			atomic_store(&control->paused, false);
		return err;
	case CONTROL_SYNCHRONIZE:
		return dmauser_chan_synchronize(control->chan);
	default:
		return -EINVAL;
	}
}

static void serve(struct control *control, int listener)
{
	struct timeval patience = {.tv_sec = 1};
	struct control_answer answer = {.pid = getpid()};
	int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	uint32_t command;

	if (peer < 0)
		return;
	/* A client that sends nothing must not block the others. */
	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (recv(peer, &command, sizeof(command), 0) == sizeof(command)) {
		answer.error = may_command(peer) ? obey(control, command) : -EACCES;
		send(peer, &answer, sizeof(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	close(peer);
}

static void *control_thread(void *context)
{
	struct control *control = context;
	struct pollfd fds[NAMES + 1] = {{.fd = control->stop_fd, .events = POLLIN}};

	for (unsigned int i = 0; i < control->count; i++)
		fds[i + 1] = (struct pollfd){.fd = control->sockets[i], .events = POLLIN};
	for (;;) {
		if (poll(fds, control->count + 1, -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[0].revents)
			return NULL;
		for (unsigned int i = 0; i < control->count; i++) {
			if (fds[i + 1].revents)
				serve(control, control->sockets[i]);
		}
	}
}

static int listen_as(struct control *control, const char *name)
{
	struct sockaddr_un address;
	socklen_t length = control_address(&address, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 8) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	control->sockets[control->count++] = fd;
	return 0;
}

static int start_thread(struct control *control)
{
	sigset_t all, old;
	int err;

	/* Block signals in the new thread; another thread handles them. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	err = -pthread_create(&control->thread, NULL, control_thread, control);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

static void release(struct control *control)
{
	for (unsigned int i = 0; i < control->count; i++)
		close(control->sockets[i]);
	if (control->stop_fd >= 0)
		close(control->stop_fd);
	free(control);
}

struct control *control_start(struct cli *cli, struct dmauser_chan *chan, const char *alias)
{
	const char *name = dmauser_chan_name(chan);
	struct control *control = calloc(1, sizeof(*control));
	int err;

	if (!control)
		return NULL;
	control->cli = cli;
	control->chan = chan;
	control->stop_fd = eventfd(0, EFD_CLOEXEC);
	err = control->stop_fd < 0 ? -errno : listen_as(control, name);
	if (!err && alias && strcmp(alias, name))
		err = listen_as(control, alias);
	if (!err)
		err = start_thread(control);
	if (!err)
		return control;
	if (err == -EADDRINUSE)
		cli_note(
			cli,
			"%s: another process listens by this name: `dmactl terminate' and the like "
			"cannot reach this transfer",
			name);
	else
		cli_detail(cli, "%s: `dmactl pause' and the like cannot reach this transfer: %s",
			   name, strerror(-err));
	release(control);
	return NULL;
}

void control_stop(struct control *control)
{
	uint64_t one = 1;

	if (!control)
		return;
	if (write(control->stop_fd, &one, sizeof(one)) < 0) {
		/* The counter is full, so the eventfd is readable already. */
	}
	pthread_join(control->thread, NULL);
	release(control);
}

bool control_paused(const struct control *control)
{
	return control && atomic_load(&control->paused);
}

bool control_terminated(const struct control *control)
{
	return control && atomic_load(&control->terminated);
}

const struct halt *control_halt(const struct control *control)
{
	return &control->halt;
}
