// SPDX-License-Identifier: MIT
#include "tool.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;
static int event_fd = -1;

void tool_error(const char *format, ...)
{
	va_list args;

	fputs("dmactl-zmq: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void on_signal(int number)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)number;
	stopped = 1;
	if (write(event_fd, &one, sizeof(one)) < 0) {
		/* The counter is full, so the eventfd is readable already. */
	}
	errno = saved;
}

int stop_init(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction old, action = {.sa_handler = on_signal};

	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event_fd < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* nohup, and shells for background jobs, have a signal ignored. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	return 0;
}

bool stop_requested(void)
{
	return stopped != 0;
}

int stop_fd(void)
{
	return event_fd;
}

static int open_session(struct channel *channel)
{
	int port_err, err = dmauser_open(NULL, &channel->session);

	/* A container may have the node of a port and no other. */
	if (err != -EACCES && err != -EPERM && err != -ENOENT) {
		if (err)
			tool_error("%s: %s", DMACTL_DEVICE, strerror(-err));
		return err;
	}
	port_err = dmauser_open_port(channel->name, &channel->session);
	if (!port_err)
		return 0;
	if (port_err == -ENOENT || port_err == -EINVAL)
		tool_error("%s: %s; %s", DMACTL_DEVICE, strerror(-err),
			   err == -ENOENT ? "is the module loaded? try `modprobe dmactl'"
					  : "join the group dma or run as root");
	else
		tool_error("%s: %s, and the node of the port %s: %s", DMACTL_DEVICE, strerror(-err),
			   channel->name, strerror(-port_err));
	return err;
}

/* Not by dmaengine's name: nobody would have said where the peripheral is. */
static int request(struct channel *channel, unsigned int depth, bool *is_port)
{
	struct dmactl_info info;
	int port_err, err;

	*is_port = false;
	err = dmauser_info(channel->session, &info);
	if (err)
		return err;
	if (depth > info.out_max_depth)
		depth = info.out_max_depth;
	err = dmauser_chan_request_slave(channel->session, channel->name, depth, &channel->chan);
	if (!err || err == -EBUSY)
		return err;
	/* A session of a port's node has no slave names: EPERM. */
	port_err =
		dmauser_chan_request_port(channel->session, channel->name, depth, &channel->chan);
	*is_port = port_err == 0;
	return port_err == -ENOENT || port_err == -EPERM ? err : port_err;
}

static void refused(const struct channel *channel, int err)
{
	switch (-err) {
	case ENOENT:
		tool_error("'%s': there is no such port or slave name; `dmactl list' shows them "
			   "all",
			   channel->name);
		break;
	case EINVAL:
		tool_error("%s: no name of a channel, or a port with several: then name one, as in "
			   "PORT:rx",
			   channel->name);
		break;
	case EBUSY:
		tool_error("%s: another program has this channel; `dmactl status' shows which",
			   channel->name);
		break;
	case EPERM:
		tool_error("%s: not offered to you: ports are, by default; other names with a "
			   "peripheral are for root",
			   channel->name);
		break;
	default:
		tool_error("%s: cannot get the channel: %s", channel->name, dmauser_strerror(err));
		break;
	}
}

static int check(const struct channel *channel, uint32_t direction, bool cyclic, bool is_port)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(channel->chan);
	uint64_t need = cyclic ? DMACTL_CAP_CYCLIC : DMACTL_CAP_SLAVE;

	if ((caps->caps & need) != need) {
		tool_error("%s: the channel cannot do %s transfers", channel->name,
			   cyclic ? "cyclic" : "slave");
		return -EOPNOTSUPP;
	}
	if (caps->directions && !(caps->directions & direction)) {
		tool_error("%s: the channel does not lead %s a peripheral", channel->name,
			   direction == DMACTL_DIR_DEV_TO_MEM ? "from" : "to");
		return -EOPNOTSUPP;
	}
	/* A slave name ties the channel to a peripheral, but not to an address in it. */
	if (is_port || caps->directions != (DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM))
		return 0;
	tool_error("%s: nobody said where its peripheral is: describe it as a port", channel->name);
	return -EDESTADDRREQ;
}

int channel_open(struct channel *channel, const char *name, uint32_t direction, bool cyclic,
		 unsigned int depth)
{
	bool is_port;
	int err;

	*channel = (struct channel){.name = name};
	err = open_session(channel);
	if (err)
		return err;
	err = request(channel, depth, &is_port);
	if (err)
		refused(channel, err);
	else
		err = check(channel, direction, cyclic, is_port);
	if (err)
		channel_close(channel);
	return err;
}

void channel_close(struct channel *channel)
{
	dmauser_chan_destroy(channel->chan);
	dmauser_close(channel->session);
	*channel = (struct channel){0};
}
