// SPDX-License-Identifier: MIT
/* dmactl fill FILE: a DMA channel sets all bytes of a file to one value. */
#include "copy/transfer.h"
#include "out/shared.h"
#include "out/units.h"
#include "out/values.h"
#include "verb/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct fill_args {
	struct cli *cli;
	struct transfer_options options;
	const char *target;
	uint64_t value;
	uint64_t size; /* SIZE_UNKNOWN: the size of the existing file */
};

enum {
	OPT_VALUE = 0x200,
};

static const struct argp_option fill_options[] = {
	OPTION_SIZE("Bytes to write (default: as many as FILE has now)"),
	{.name = "value", .key = OPT_VALUE, .arg = "BYTE", .doc = "The byte, 0 to 255 (default 0)"},
	{0},
};

static error_t parse_fill(int key, char *arg, struct argp_state *state)
{
	struct fill_args *args = state->input;
	const struct shared_options shared = {.size = {&args->size, 0, INT64_MAX}};

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->options;
		return 0;
	case OPT_VALUE:
		if (!parse_number(arg, 0, 255, &args->value))
			argp_error(state, "--value: '%s' is not a byte, 0 to 255", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (args->target)
			argp_error(state, "'%s' is one argument too many", arg);
		args->target = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->target)
			argp_error(state, "fill needs a file");
		return 0;
	default:
		return shared_parse(key, arg, state, &shared);
	}
}

static const struct argp fill_argp = {
	.options = fill_options,
	.parser = parse_fill,
	.children = transfer_children,
	.args_doc = "FILE",
	.doc = "Writes FILE, each byte set by a DMA channel that can do MEMSET. FILE gets its name "
	       "when it is complete."
	       "\vExamples:\n"
	       "  dmactl fill --value 0x5a --size 1M pattern\n"
	       "  dmactl fill --value 0xff --verify flash.img\n",
};

/* Without --size, the size of the existing file is used. */
static int existing_size(struct cli *cli, const char *path, uint64_t *size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int err = 0;

	if (fd < 0 || fstat(fd, &st) < 0) {
		cli_error(cli, "%s: %s; --size tells how much to write", path, strerror(errno));
		err = -errno;
	} else if (S_ISDIR(st.st_mode)) {
		cli_error(cli, "%s: is a directory; name the file to write", path);
		err = -EISDIR;
	} else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		cli_error(cli, "%s: has no size; --size tells how much to write", path);
		err = -EINVAL;
	} else {
		err = file_size(fd, &st, size);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static int run_fill(struct cli *cli, int argc, char **argv)
{
	struct fill_args args = {.cli = cli, .size = SIZE_UNKNOWN};
	struct target target;
	int status;

	transfer_defaults(&args.options);
	cli_parse(&fill_argp, argc, argv, 0, &args);
	if (target_takes_stdout(cli, args.target))
		return CLI_USAGE;
	if (args.size == SIZE_UNKNOWN && existing_size(cli, args.target, &args.size))
		return CLI_FAILED;
	if (target_open(&target, cli, args.target, NULL, !args.options.no_direct))
		return CLI_FAILED;
	status = transfer_run(cli, &args.options, NULL, &target, (uint8_t)args.value, args.size);
	target_close(&target);
	return status;
}

const struct command cmd_fill = {
	.name = "fill",
	.summary = "fill a file with one byte through a DMA channel",
	.argp = &fill_argp,
	.run = run_fill,
};
