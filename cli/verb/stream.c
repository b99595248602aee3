// SPDX-License-Identifier: MIT
/* dmactl stream CHAN -- COMMAND: runs a program whose input or output is a peripheral. */
#include "out/failure.h"
#include "out/print.h"
#include "out/shared.h"
#include "out/stop.h"
#include "out/units.h"
#include "out/values.h"
#include "slave/slave.h"
#include "verb/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_BLOCK (64ull << 20)

/* Time for the program to stop after a signal, in ms. */
#define GRACE_MS 2000

struct stream_args {
	struct cli *cli;
	struct slave_options slave;
	const char *chan; /* without --in=CHAN or --out=CHAN */
	const char *in;
	const char *out;
	bool want_in;
	bool want_out;
	bool packets;
	uint64_t block;
	uint64_t blocks;
	char **command;
};

enum { OPT_IN = 0x900, OPT_OUT, OPT_BLOCKS, OPT_PACKETS };

static const struct argp_option stream_options[] = {
	{.name = "in",
	 .key = OPT_IN,
	 .arg = "CHAN",
	 .flags = OPTION_ARG_OPTIONAL,
	 .doc = "From the channel to the standard input of COMMAND"},
	{.name = "out",
	 .key = OPT_OUT,
	 .arg = "CHAN",
	 .flags = OPTION_ARG_OPTIONAL,
	 .doc = "From the standard output of COMMAND to the channel"},
	OPTION_BLOCK("Bytes in one descriptor (default 64K)"),
	{.name = "blocks",
	 .key = OPT_BLOCKS,
	 .arg = "N",
	 .doc = "Number of descriptors, 2 to 1024 (default 4)"},
	{.name = "packets",
	 .key = OPT_PACKETS,
	 .doc = "A read ends at the end of a short transfer"},
	{0},
};

/* Accepts `--in CHAN' as well as `--in=CHAN'. In `CHAN --in --', --in has no name. */
static const char *optional_name(const char *arg, struct argp_state *state,
				 const struct stream_args *args)
{
	if (arg || args->chan || state->next >= state->argc || state->argv[state->next][0] == '-')
		return arg;
	return state->argv[state->next++];
}

static error_t parse_word(char *arg, struct argp_state *state, struct stream_args *args)
{
	if (!args->chan && !args->in && !args->out) {
		args->chan = arg;
		return 0;
	}
	args->command = &state->argv[state->next - 1];
	state->next = state->argc;
	return 0;
}

static void check_args(struct argp_state *state, struct stream_args *args)
{
	if (!args->chan && !args->in && !args->out)
		argp_error(state, "which channel? `dmactl list' shows them all");
	if (!args->command)
		argp_error(state, "which command? It comes after `--'");
	if (args->chan && args->want_in && args->want_out)
		argp_error(state, "for both directions, name two channels: --in RX --out TX");
	if (args->in && args->out && strcmp(args->in, args->out) == 0)
		argp_error(state, "--in and --out name the same channel");
	if ((args->want_in && !args->chan && !args->in) ||
	    (args->want_out && !args->chan && !args->out))
		argp_error(state, "which channel? `dmactl list' shows them all");
}

static error_t parse_stream(int key, char *arg, struct argp_state *state)
{
	struct stream_args *args = state->input;
	const struct shared_options shared = {.block = {&args->block, 1, MAX_BLOCK}};

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->slave;
		return 0;
	case OPT_IN:
		args->want_in = true;
		args->in = optional_name(arg, state, args);
		return 0;
	case OPT_OUT:
		args->want_out = true;
		args->out = optional_name(arg, state, args);
		return 0;
	case OPT_BLOCKS:
		return option_number(state, "blocks", arg, 2, 1024, &args->blocks);
	case OPT_PACKETS:
		args->packets = true;
		return 0;
	case ARGP_KEY_ARG:
		return parse_word(arg, state, args);
	case ARGP_KEY_END:
		check_args(state, args);
		return 0;
	default:
		return shared_parse(key, arg, state, &shared);
	}
}

static const struct argp_child stream_children[] = {
	{.argp = &slave_argp},
	{0},
};

static const struct argp stream_argp = {
	.options = stream_options,
	.parser = parse_stream,
	.children = stream_children,
	.args_doc = "CHAN [--in|--out] -- COMMAND...\n--in RX --out TX -- COMMAND...",
	.doc = "Runs COMMAND with the peripheral behind a slave channel as its standard input or "
	       "output, or both. The exit status is that of COMMAND (128 and the number of the "
	       "signal that it died of), or 1 if the stream failed."
	       "\vExamples:\n"
	       "  dmactl stream counter -- dd of=numbers bs=64K count=16 iflag=fullblock\n"
	       "  dmactl stream --in loop-rx --out loop-tx -- ./echo-test\n"
	       "  dmactl stream sink --out -- fio --name=x --filename=/dev/fd/1 --rw=write "
	       "--size=1M --output=report\n",
};

/* One direction. */
struct side {
	struct slave slave;
	uint32_t direction;
	int fd;
	bool open;
};

static uint32_t only_direction(const struct slave *slave)
{
	uint32_t both = DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM;
	uint32_t directions = dmauser_chan_caps(slave->chan)->directions & both;

	if (directions && directions != both)
		return directions;
	cli_error(slave->cli, "%s: the channel may have both directions: say --in or --out",
		  slave->name);
	return 0;
}

static int open_side(struct side *side, const struct stream_args *args, const char *name)
{
	unsigned int blocks = (unsigned int)args->blocks;
	size_t block = (size_t)args->block;
	uint32_t flags = args->packets ? DMACTL_STREAM_PACKETS : 0;
	int err = slave_open(&side->slave, args->cli, &args->slave, name, DMACTL_CAP_SLAVE,
			     side->direction);

	if (err)
		return err;
	if (!side->direction) {
		side->direction = only_direction(&side->slave);
		err = side->direction
			      ? slave_check_address(&side->slave, DMACTL_CAP_SLAVE, side->direction)
			      : -EINVAL;
	}
	if (!err)
		err = slave_stream_open(&side->slave, side->direction, flags, &block, &blocks,
					&side->fd);
	side->open = !err;
	if (err)
		slave_close(&side->slave);
	return err;
}

/* Runs in the child and never returns. exec closes `report`; after a failure it gets the errno. */
static void become(char **command, const struct side *sides, int report)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	int err;

	for (unsigned int i = 0; i < 2; i++) {
		if (sides[i].open && dup2(sides[i].fd, sides[i].direction == DMACTL_DIR_DEV_TO_MEM
							       ? STDIN_FILENO
							       : STDOUT_FILENO) < 0)
			goto failed;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	execvp(command[0], command);
failed:
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		err = 0;
	_exit(127);
}

static pid_t spawn(const struct stream_args *args, const struct side *sides)
{
	int report[2], err = 0;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0) {
		cli_error(args->cli, "cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(args->command, sides, report[1]);
	close(report[1]);
	if (pid < 0) {
		cli_error(args->cli, "cannot start a process: %s", strerror(errno));
	} else if (read(report[0], &err, sizeof(err)) == sizeof(err)) {
		cli_error(args->cli, "%s: cannot run it: %s", args->command[0], strerror(err));
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(report[0]);
	return pid;
}

/* Returns when the child has ended, or when a signal asks to stop. */
static void wait_for_end_or_signal(int pidfd)
{
	struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN},
			       {.fd = stop_fd(), .events = POLLIN}};

	/* Poll both: waitpid() would miss a signal that came just before it. */
	while (!stop_requested() && !fds[0].revents)
		poll(fds, 2, -1);
}

static bool ends_in_time(int pidfd)
{
	struct pollfd polled = {.fd = pidfd, .events = POLLIN};
	int ret;

	do {
		ret = poll(&polled, 1, GRACE_MS);
	} while (ret < 0 && errno == EINTR);
	return ret != 0;
}

/*
 * A terminal sends the signal to the child, too; a second one does no harm. The
 * child may be waiting for a silent peripheral: then terminate the channels,
 * which ends its read or write.
 */
static void stop_child(pid_t pid, int pidfd, const struct side *sides)
{
	kill(pid, stop_signal());
	if (ends_in_time(pidfd))
		return;
	for (unsigned int i = 0; i < 2; i++) {
		if (sides[i].open)
			dmauser_chan_terminate(sides[i].slave.chan);
	}
	if (!ends_in_time(pidfd))
		kill(pid, SIGKILL);
}

static int wait_for_child(pid_t pid, const struct side *sides)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int status;

	if (pidfd >= 0) {
		wait_for_end_or_signal(pidfd);
		if (stop_requested())
			stop_child(pid, pidfd, sides);
		close(pidfd);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Waits until the peripheral has taken all written bytes. */
static int end_side(struct side *side)
{
	int err = 0;

	if (side->direction == DMACTL_DIR_MEM_TO_DEV && fsync(side->fd) < 0) {
		err = -errno;
		if (!(err == -EINTR && stop_requested()))
			cli_error(side->slave.cli, "%s: not all bytes arrived: %s",
				  side->slave.name, strerror(-err));
	}
	return err;
}

static void close_side(struct side *side)
{
	if (!side->open)
		return;
	close(side->fd);
	slave_close(&side->slave);
	side->open = false;
}

static void print_side(struct printer *printer, const struct side *side)
{
	struct dmactl_chan_status status = {0};

	dmauser_chan_status(side->slave.chan, &status);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "asked", NULL, side->slave.name);
	print_string(printer, "channel", NULL, dmauser_chan_name(side->slave.chan));
	print_string(printer, "direction", NULL,
		     side->direction == DMACTL_DIR_DEV_TO_MEM ? "in" : "out");
	print_unsigned(printer, "bytes", NULL, status.out_bytes, UNIT_NONE);
	print_close(printer);
}

static int print_summary(struct cli *cli, const struct side *sides, int status)
{
	struct printer *printer;

	if (!cli->json)
		return CLI_OK;
	printer = printer_new(cli);
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_signed(printer, "exit_status", NULL, status);
	print_open(printer, GROUP_LIST, "streams", NULL);
	for (unsigned int i = 0; i < 2; i++) {
		if (sides[i].open)
			print_side(printer, &sides[i]);
	}
	print_close(printer);
	print_close(printer);
	return printer_end(printer);
}

static int run_command(const struct stream_args *args, struct side *sides)
{
	pid_t pid = spawn(args, sides);
	int status, err = 0;
	char text[256];

	if (pid < 0)
		return CLI_FAILED;
	status = wait_for_child(pid, sides);
	for (unsigned int i = 0; i < 2; i++) {
		if (sides[i].open && end_side(&sides[i]))
			err = CLI_FAILED;
	}
	if (status) {
		snprintf(text, sizeof(text), "%s: ended with exit status %d", args->command[0],
			 status);
		failure_add(text);
	}
	if (print_summary(args->cli, sides, status))
		err = CLI_FAILED;
	return status ? status : err;
}

static int run_stream(struct cli *cli, int argc, char **argv)
{
	struct stream_args args = {.cli = cli};
	struct side sides[2] = {{.fd = -1}, {.fd = -1}};
	int err = 0, status = CLI_FAILED;

	slave_defaults(&args.slave);
	/* A command that closes its input must not kill dmactl. */
	stop_ignore_pipes();
	cli_parse(&stream_argp, argc, argv, ARGP_IN_ORDER, &args);
	if (args.chan) {
		if (args.want_in)
			sides[0].direction = DMACTL_DIR_DEV_TO_MEM;
		if (args.want_out)
			sides[0].direction = DMACTL_DIR_MEM_TO_DEV;
		err = open_side(&sides[0], &args, args.chan);
	}
	if (args.in) {
		sides[0].direction = DMACTL_DIR_DEV_TO_MEM;
		err = open_side(&sides[0], &args, args.in);
	}
	if (args.out && !err) {
		sides[1].direction = DMACTL_DIR_MEM_TO_DEV;
		err = open_side(&sides[1], &args, args.out);
	}
	if (!err)
		status = run_command(&args, sides);
	close_side(&sides[1]);
	close_side(&sides[0]);
	return status;
}

const struct command cmd_stream = {
	.name = "stream",
	.summary = "run a program whose input or output is a peripheral",
	.argp = &stream_argp,
	.run = run_stream,
};
