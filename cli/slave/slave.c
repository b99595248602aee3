// SPDX-License-Identifier: MIT
#include "slave/slave.h"
#include "dev/control.h"
#include "dev/device.h"
#include "dev/holder.h"
#include "dev/name.h"
#include "file/io.h"
#include "out/units.h"
#include "out/values.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void slave_defaults(struct slave_options *options)
{
	memset(options, 0, sizeof(*options));
	options->config.size = sizeof(options->config);
}

enum {
	OPT_SRC_ADDR = 0x500,
	OPT_DST_ADDR,
	OPT_WIDTH,
	OPT_BURST,
	OPT_DIRECTION,
	OPT_PORT_WINDOW,
	OPT_DEVICE_FC,
	OPT_PERIPHERAL_CONFIG,
	OPT_FORCE,
};

static const struct argp_option slave_argp_options[] = {
	{0, 0, 0, 0, "The peripheral, where firmware does not say it (needs root):", 50},
	{.name = "src-addr",
	 .key = OPT_SRC_ADDR,
	 .arg = "ADDR",
	 .doc = "Bus address to read from the peripheral"},
	{.name = "dst-addr",
	 .key = OPT_DST_ADDR,
	 .arg = "ADDR",
	 .doc = "Bus address to write to the peripheral"},
	{.name = "width", .key = OPT_WIDTH, .arg = "BYTES", .doc = "Bytes in one access"},
	{.name = "burst", .key = OPT_BURST, .arg = "N", .doc = "Most accesses in one burst"},
	{.name = "direction",
	 .key = OPT_DIRECTION,
	 .arg = "DIR",
	 .doc = "mem-to-dev or dev-to-mem, for providers that still ask for it"},
	{.name = "port-window",
	 .key = OPT_PORT_WINDOW,
	 .arg = "N",
	 .doc = "Registers at the address, in units of the width (default: a single one)"},
	{.name = "device-fc", .key = OPT_DEVICE_FC, .doc = "The peripheral is the flow controller"},
	{.name = "peripheral-config",
	 .key = OPT_PERIPHERAL_CONFIG,
	 .arg = "FILE",
	 .doc = "Up to 4096 bytes that only the channel's driver understands"},
	{.name = "force",
	 .key = OPT_FORCE,
	 .doc = "Go on without an address, where the controller knows it by itself"},
	{0},
};

static uint64_t parse_address(const char *option, const char *arg, struct argp_state *state)
{
	uint64_t value = 0;

	if (!parse_number(arg, 0, UINT64_MAX, &value))
		argp_error(state, "--%s: '%s' is not an address, such as 0x40013000", option, arg);
	return value;
}

static void parse_width(const char *arg, struct argp_state *state, struct dmactl_chan_config *c)
{
	uint64_t width;

	if (!parse_number(arg, 1, 128, &width) || (width != 3 && (width & (width - 1))))
		argp_error(state, "--width: '%s' is none of 1, 2, 3, 4, 8, 16, 32, 64, 128", arg);
	c->src_addr_width = (uint32_t)width;
	c->dst_addr_width = (uint32_t)width;
}

static void read_peripheral_config(const char *path, struct argp_state *state,
				   struct slave_options *options)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int64_t got;

	if (fd < 0)
		argp_failure(state, CLI_FAILED, errno, "--peripheral-config: %s", path);
	/* Read one byte more than allowed, to detect a file that is too long. */
	got = io_read(fd, options->peripheral_config, sizeof(options->peripheral_config),
		      IO_IN_ORDER);
	if (got < 0)
		argp_failure(state, CLI_FAILED, (int)-got, "--peripheral-config: %s", path);
	close(fd);
	if (got == 0 || got == sizeof(options->peripheral_config))
		argp_error(state, "--peripheral-config: %s has not 1 to %zu bytes", path,
			   sizeof(options->peripheral_config) - 1);
	options->config.peripheral_config_uptr = (uintptr_t)options->peripheral_config;
	options->config.peripheral_size = (uint32_t)got;
}

static error_t parse_slave(int key, char *arg, struct argp_state *state)
{
	struct slave_options *options = state->input;
	struct dmactl_chan_config *config = &options->config;
	uint64_t number = 0;
	bool first = false;

	switch (key) {
	case OPT_SRC_ADDR:
		config->src_addr = parse_address("src-addr", arg, state);
		options->src_given = true;
		break;
	case OPT_DST_ADDR:
		config->dst_addr = parse_address("dst-addr", arg, state);
		options->dst_given = true;
		break;
	case OPT_WIDTH:
		parse_width(arg, state, config);
		break;
	case OPT_BURST:
		option_number(state, "burst", arg, 1, UINT32_MAX, &number);
		config->src_maxburst = (uint32_t)number;
		config->dst_maxburst = (uint32_t)number;
		break;
	case OPT_DIRECTION:
		option_either(state, "direction", arg, "mem-to-dev", "dev-to-mem", &first);
		config->direction = first ? DMACTL_DIR_MEM_TO_DEV : DMACTL_DIR_DEV_TO_MEM;
		break;
	case OPT_PORT_WINDOW:
		option_number(state, "port-window", arg, 1, UINT32_MAX, &number);
		config->src_port_window_size = (uint32_t)number;
		config->dst_port_window_size = (uint32_t)number;
		break;
	case OPT_DEVICE_FC:
		config->device_fc = 1;
		break;
	case OPT_PERIPHERAL_CONFIG:
		read_peripheral_config(arg, state, options);
		break;
	case OPT_FORCE:
		options->force = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	options->configured = true;
	return 0;
}

const struct argp slave_argp = {
	.options = slave_argp_options,
	.parser = parse_slave,
};

static const char *direction_name(uint32_t direction)
{
	return direction == DMACTL_DIR_MEM_TO_DEV ? "to a peripheral" : "from a peripheral";
}

static void busy(const struct slave *slave)
{
	char resolved[DMACTL_NAME_LEN];
	struct holder_name holder;
	const char *name = slave->name;

	if (name_to_held(name, resolved))
		name = resolved;
	if (holder_find(name, &holder))
		cli_error(slave->cli, "%s: the channel is held by %s, process %d", slave->name,
			  holder.comm, holder.pid);
	else
		cli_error(slave->cli,
			  "%s: another program or a driver has this channel; `dmactl status' "
			  "shows which",
			  slave->name);
}

/* Reports an error that has a special meaning for a port. Returns false if it has none. */
static bool port_refused(const struct slave *slave, int err)
{
	switch (*slave->port ? -err : 0) {
	case ENODEV:
		cli_error(slave->cli,
			  "%s: the port is there, but not its DMA controller, or another driver "
			  "has the channel",
			  slave->name);
		return true;
	case EINVAL:
	case EOPNOTSUPP:
		cli_error(slave->cli, "%s: the channel cannot do what the port says of it",
			  slave->name);
		return true;
	default:
		return false;
	}
}

static void request_refused(const struct slave *slave, int err)
{
	char resolved[DMACTL_NAME_LEN];

	/* The kernel returns -ENOENT also for a slave name that is in use. */
	if (err == -ENOENT && name_to_held(slave->name, resolved))
		err = -EBUSY;
	if (port_refused(slave, err))
		return;
	switch (-err) {
	case EBUSY:
		busy(slave);
		return;
	case ENOENT:
	case EINVAL: /* no channel can have such a name */
	case ENAMETOOLONG:
		name_unknown(slave->cli, slave->name);
		return;
	case EPERM:
		cli_error(slave->cli,
			  "%s: the module parameter `allow' of dmactl does not offer this channel",
			  slave->name);
		return;
	default:
		cli_error(slave->cli, "%s: cannot get the channel: %s%s", slave->name,
			  dmauser_strerror(err), device_hint(err));
		return;
	}
}

static int request(struct slave *slave, uint32_t direction)
{
	struct name_found found;
	int err = name_request(slave->session, slave->name, direction, 0, &found, &slave->chan);

	slave->assigned = found.kind == NAME_SLAVE;
	if (found.kind == NAME_PORT) {
		strcpy(slave->port, found.port);
		slave->name = slave->port;
	}
	if (err)
		request_refused(slave, err);
	return err;
}

static int check(const struct slave *slave, uint64_t wanted, uint32_t direction)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(slave->chan);
	uint64_t missing = wanted & ~caps->caps;

	/* Without cyclic descriptors, the kernel refills a queue of others. */
	if (caps->caps & DMACTL_CAP_CYCLIC_QUEUE)
		missing &= ~DMACTL_CAP_CYCLIC;
	if (missing) {
		cli_error(slave->cli,
			  "%s: the channel lacks %s; `dmactl info %s' shows what it can do",
			  slave->name, cap_name(missing), caps->name);
		return -EOPNOTSUPP;
	}
	if (direction && caps->directions && !(caps->directions & direction)) {
		cli_error(slave->cli, "%s: the channel does not move bytes %s", slave->name,
			  direction_name(direction));
		return -EOPNOTSUPP;
	}
	return 0;
}

static bool has_width(const struct dmactl_chan_caps *caps, uint32_t width)
{
	uint64_t widths = caps->src_addr_widths | caps->dst_addr_widths;

	return !width || !widths || width >= 32 || (widths & (1ull << width));
}

/* Formats the supported widths: "1, 2, 4". */
static const char *width_list(const struct dmactl_chan_caps *caps, char *text, size_t size)
{
	uint64_t widths = caps->src_addr_widths | caps->dst_addr_widths;
	size_t used = 0;

	*text = '\0';
	for (unsigned int i = 1; i < 32 && used < size; i++)
		if (widths & (1ull << i))
			used += (size_t)snprintf(text + used, size - used, "%s%u", used ? ", " : "",
						 i);
	return text;
}

static void config_unknown(const struct slave *slave, const struct dmactl_chan_config *config)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(slave->chan);
	char text[128];

	if (!has_width(caps, config->src_addr_width))
		cli_error(slave->cli,
			  "%s: the channel has no words of %" PRIu32 " bytes (--width), only of %s",
			  slave->name, config->src_addr_width,
			  width_list(caps, text, sizeof(text)));
	else
		cli_error(slave->cli,
			  "%s: the channel does not know this direction, or cannot be configured; "
			  "`dmactl info %s' shows what it can do",
			  slave->name, caps->name);
}

static void config_refused(const struct slave *slave, const struct dmactl_chan_config *config)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(slave->chan);
	uint32_t width = config->src_addr_width;
	uint64_t address = config->src_addr ? config->src_addr : config->dst_addr;

	if (caps->max_burst && config->src_maxburst > caps->max_burst)
		cli_error(slave->cli,
			  "%s: bursts of %" PRIu32 " words (--burst) are too long: the channel has "
			  "%" PRIu32 " at most",
			  slave->name, config->src_maxburst, caps->max_burst);
	else if (width && !(width & (width - 1)) && address % width)
		cli_error(slave->cli,
			  "%s: the address 0x%" PRIx64 " is no multiple of the width of %" PRIu32
			  " bytes",
			  slave->name, address, width);
	else
		cli_error(slave->cli,
			  "%s: its driver refuses the address 0x%" PRIx64
			  ", or another of these options: the peripheral may not be there",
			  slave->name, address);
}

static int configure(const struct slave *slave, const struct slave_options *options)
{
	const struct dmactl_chan_config *config = &options->config;
	int err = dmauser_chan_config(slave->chan, config);

	switch (-err) {
	case 0:
		break;
	case EPERM:
		if (*slave->port) {
			cli_error(slave->cli,
				  "%s: the port says where its peripheral is, and more than these "
				  "options may change",
				  slave->name);
			break;
		}
		cli_error(
			slave->cli,
			"%s: only root (CAP_SYS_RAWIO) may say where the peripheral is, since the "
			"channel then reaches any address; without these options, a slave name or "
			"a port needs none",
			slave->name);
		break;
	case EOPNOTSUPP:
		config_unknown(slave, config);
		break;
	case EINVAL:
		config_refused(slave, config);
		break;
	default:
		cli_error(slave->cli, "%s: cannot configure it: %s", slave->name,
			  dmauser_strerror(err));
		break;
	}
	return err;
}

int slave_open(struct slave *slave, struct cli *cli, const struct slave_options *options,
	       const char *name, uint64_t caps, uint32_t direction)
{
	int err;

	*slave = (struct slave){.cli = cli, .options = options, .name = name};
	err = device_open(cli, name, &slave->session);
	if (err)
		return err;
	err = request(slave, direction);
	if (!err)
		err = check(slave, caps, direction);
	/* Without a direction, the caller checks the address when it has chosen one. */
	if (!err && direction)
		err = slave_check_address(slave, caps, direction);
	if (!err && options->configured)
		err = configure(slave, options);
	if (err) {
		slave_close(slave);
		return err;
	}
	slave->control = control_start(cli, slave->chan, name);
	cli_detail(cli, "using %s", slave_title(slave));
	return 0;
}

void slave_close(struct slave *slave)
{
	control_stop(slave->control);
	dmauser_chan_destroy(slave->chan);
	dmauser_close(slave->session);
	slave->control = NULL;
	slave->chan = NULL;
	slave->session = NULL;
}

const char *slave_title(const struct slave *slave)
{
	static char title[2 * DMACTL_NAME_LEN + 8];
	const char *chan = dmauser_chan_name(slave->chan);

	if (strcmp(slave->name, chan) == 0)
		return chan;
	snprintf(title, sizeof(title), "%s (%s)", slave->name, chan);
	return title;
}
