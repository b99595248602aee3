// SPDX-License-Identifier: MIT
/* The client side of the control socket, shared by pause, resume, terminate and synchronize. */
#include "out/values.h"
#include "verb/control-client.h"
#include "dev/device.h"
#include "dev/holder.h"
#include "dev/name.h"
#include "out/print.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
	const char *done;
	const char *refused; /* the message for -EOPNOTSUPP */
} commands[] = {
	[CONTROL_PAUSE] = {"paused", "the channel cannot pause"},
	[CONTROL_RESUME] = {"resumed", "the channel cannot resume"},
	[CONTROL_TERMINATE] = {"terminated", "the channel cannot be stopped"},
	[CONTROL_SYNCHRONIZE] = {"synchronized", "the channel cannot synchronize"},
};

struct control_args {
	struct cli *cli;
	const char *chan;
};

static error_t parse_control(int key, char *arg, struct argp_state *state)
{
	struct control_args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		argument_of_one(state, arg, &args->chan);
		if (!*arg || strlen(arg) >= DMACTL_NAME_LEN)
			argp_error(state, "'%s' is no name of a channel", arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which channel? `dmactl status' shows which are in use");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

#define CONTROL_ARGP(its_doc)                                                                      \
	{                                                                                          \
		.parser = parse_control, .args_doc = "CHAN", .doc = its_doc                        \
	}

const struct argp control_argp[] = {
	[CONTROL_PAUSE] =
		CONTROL_ARGP("Halts the transfer that another dmactl runs on CHAN, so that `dmactl "
			     "resume' lets it go on. CHAN is any name of the channel. The "
			     "transfer must be yours, unless you are root."
			     "\vExample:\n  dmactl capture counter data.bin &\n  dmactl pause "
			     "counter\n"),
	[CONTROL_RESUME] =
		CONTROL_ARGP("Lets the transfer on CHAN go on that `dmactl pause' has halted."
			     "\vExample:\n  dmactl resume counter\n"),
	[CONTROL_TERMINATE] =
		CONTROL_ARGP("Ends the transfer that another dmactl runs on CHAN. `capture', "
			     "`play' and `stream' complete what they have; others fail."
			     "\vExample:\n  dmactl terminate counter\n"),
	[CONTROL_SYNCHRONIZE] =
		CONTROL_ARGP("Returns when the callbacks of all transfers that have ended on "
			     "CHAN have run (dmaengine_synchronize), for the channel of "
			     "another dmactl."
			     "\vExample:\n  dmactl synchronize counter\n"),
};

/* No process listens for this name. Reports who holds the channel. */
static void explain_silence(struct cli *cli, const char *chan)
{
	char resolved[DMACTL_NAME_LEN];
	const char *name = name_to_held(chan, resolved) ? resolved : chan;
	const struct dmauser_chan_desc *desc = NULL;
	struct dmauser_chan_list *list = NULL;
	struct holder_name holder;

	if (dmauser_discover(&list) == 0)
		desc = device_find(list, name);
	if (holder_find(name, &holder))
		cli_error(cli,
			  "%s: is held by %s, process %d, which takes no commands; only a dmactl "
			  "that runs a transfer does",
			  chan, holder.comm, holder.pid);
	else if (desc && desc->in_use && geteuid())
		cli_error(cli,
			  "%s: is held by another user's process or by a driver; as root, `dmactl "
			  "status %s' shows which",
			  chan, name);
	else if (desc && desc->in_use)
		cli_error(cli, "%s: is held by a driver in the kernel, not by dmactl", chan);
	else if (desc)
		cli_error(cli, "%s: nobody uses this channel now", chan);
	else
		cli_error(cli,
			  "%s: no dmactl runs a transfer on such a channel; `dmactl status' shows "
			  "which are in use",
			  chan);
	dmauser_chan_list_free(list);
}

/*
 * Any process can listen on the socket name of a channel. Trust only processes
 * of root, and a process of the own user that holds the channel.
 */
static int check_peer(struct cli *cli, const char *chan, int fd)
{
	char resolved[DMACTL_NAME_LEN];
	const char *name = name_to_held(chan, resolved) ? resolved : chan;
	struct holder_name holder;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		int err = -errno;

		cli_error(cli, "%s: cannot tell who answers: %s", chan, strerror(-err));
		return err;
	}
	if (holder_is(name, peer.pid, &holder) && holder.uid == peer.uid &&
	    (peer.uid == geteuid() || geteuid() == 0))
		return 0;
	/* Other users cannot inspect root's processes, and root is trusted anyway. */
	if (peer.uid == 0 && geteuid() != 0)
		return 0;
	cli_error(
		cli,
		"%s: process %d of user %u answers for it and does not hold it; nothing was asked "
		"of it",
		chan, (int)peer.pid, (unsigned int)peer.uid);
	if (holder_find(name, &holder))
		cli_error(
			cli,
			"%s: is held by %s, process %d, which cannot be reached that way; it ends "
			"with kill(1)",
			chan, holder.comm, holder.pid);
	return -EACCES;
}

static int connect_to(int fd, const char *name)
{
	struct sockaddr_un address;
	socklen_t length = control_address(&address, name);

	return connect(fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
}

/*
 * The process that runs the transfer listens on the real name of its channel,
 * even if it asked for the channel by another name. Try that name first.
 */
static int connect_by_any(int fd, const char *chan)
{
	char resolved[DMACTL_NAME_LEN];
	int err = -ECONNREFUSED;

	if (name_to_held(chan, resolved))
		err = connect_to(fd, resolved);
	return err == -ECONNREFUSED ? connect_to(fd, chan) : err;
}

static int ask(struct cli *cli, const char *chan, uint32_t command, struct control_answer *answer)
{
	struct timeval patience = {.tv_sec = 30};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
		err = -errno;
		cli_error(cli, "cannot make a socket: %s", strerror(-err));
	} else if ((err = connect_by_any(fd, chan))) {
		if (err == -ECONNREFUSED)
			explain_silence(cli, chan);
		else
			cli_error(cli, "%s: %s", chan, strerror(-err));
	} else if ((err = check_peer(cli, chan, fd))) {
		/* check_peer() has printed the error. */
	} else if (send(fd, &command, sizeof(command), MSG_NOSIGNAL) != sizeof(command) ||
		   recv(fd, answer, sizeof(*answer), 0) != sizeof(*answer)) {
		err = -EPIPE;
		cli_error(cli, "%s: the dmactl that holds it ended or does not answer", chan);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

int control_main(struct cli *cli, int argc, char **argv, enum control_command command)
{
	struct control_args args = {.cli = cli};
	struct control_answer answer;
	struct printer *printer;

	cli_parse(&control_argp[command], argc, argv, 0, &args);
	if (ask(cli, args.chan, command, &answer))
		return CLI_FAILED;
	if (answer.error == -EACCES) {
		cli_error(cli, "%s: process %d, which holds it, is another user's", args.chan,
			  answer.pid);
		return CLI_FAILED;
	}
	if (answer.error) {
		cli_error(cli, "%s: %s", args.chan,
			  answer.error == -EOPNOTSUPP ? commands[command].refused
						      : dmauser_strerror(answer.error));
		return CLI_FAILED;
	}
	if (!cli->json) {
		if (!cli->quiet)
			printf("%s: %s, in process %d\n", args.chan, commands[command].done,
			       answer.pid);
		return CLI_OK;
	}
	printer = printer_new(cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "asked", NULL, args.chan);
	print_signed(printer, "pid", NULL, answer.pid);
	print_close(printer);
	return printer_end(printer);
}
