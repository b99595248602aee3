// SPDX-License-Identifier: MIT
#include "slave.h"
#include "control.h"
#include "device.h"
#include "holder.h"
#include "io.h"
#include "port.h"
#include "units.h"

#include <errno.h>
#include <fcntl.h>
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
	/* One more than there may be, to see that there are more. */
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

	switch (key) {
	case OPT_SRC_ADDR:
		config->src_addr = parse_address("src-addr", arg, state);
		break;
	case OPT_DST_ADDR:
		config->dst_addr = parse_address("dst-addr", arg, state);
		break;
	case OPT_WIDTH:
		parse_width(arg, state, config);
		break;
	case OPT_BURST:
		if (!parse_number(arg, 1, UINT32_MAX, &number))
			argp_error(state, "--burst: '%s' is not a number above 0", arg);
		config->src_maxburst = (uint32_t)number;
		config->dst_maxburst = (uint32_t)number;
		break;
	case OPT_DIRECTION:
		if (strcmp(arg, "mem-to-dev") == 0)
			config->direction = DMACTL_DIR_MEM_TO_DEV;
		else if (strcmp(arg, "dev-to-mem") == 0)
			config->direction = DMACTL_DIR_DEV_TO_MEM;
		else
			argp_error(state, "--direction: '%s' is neither mem-to-dev nor dev-to-mem",
				   arg);
		break;
	case OPT_PORT_WINDOW:
		if (!parse_number(arg, 1, UINT32_MAX, &number))
			argp_error(state, "--port-window: '%s' is not a number above 0", arg);
		config->src_port_window_size = (uint32_t)number;
		config->dst_port_window_size = (uint32_t)number;
		break;
	case OPT_DEVICE_FC:
		config->device_fc = 1;
		break;
	case OPT_PERIPHERAL_CONFIG:
		read_peripheral_config(arg, state, options);
		break;
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

	if (slave_to_chan(name, resolved, sizeof(resolved)))
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

/* What only ports have; false: it is for all names alike. */
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

	/* The kernel says the same of a slave name that is taken and of none. */
	if (err == -ENOENT && slave_to_chan(slave->name, resolved, sizeof(resolved)))
		err = -EBUSY;
	if (port_refused(slave, err))
		return;
	switch (-err) {
	case EBUSY:
		busy(slave);
		return;
	case ENOENT:
	case EINVAL: /* a name that no channel can have */
	case ENAMETOOLONG:
		cli_error(slave->cli,
			  "'%s': neither a slave channel nor a port nor a DMA channel has this "
			  "name; `dmactl list' shows the latter two (where a port has several "
			  "channels, PORT:CHANNEL)",
			  slave->name);
		return;
	case EPERM:
		cli_error(slave->cli,
			  "%s: the module parameter `allow' of dmactl does not offer this channel",
			  slave->name);
		return;
	default:
		cli_error(slave->cli, "%s: cannot get the channel: %s", slave->name,
			  strerror(-err));
		return;
	}
}

static int request(struct slave *slave, uint32_t direction)
{
	int err = dmauser_chan_request_slave(slave->session, slave->name, 0, &slave->chan);

	if (err && port_resolve(slave->name, direction, slave->port)) {
		slave->name = slave->port;
		err = dmauser_chan_request_port(slave->session, slave->name, 0, &slave->chan);
	} else if (err && err != -EBUSY && err != -EPERM) {
		/* Whatever is wrong with the one name, the other may be right. */
		err = dmauser_chan_request_name(slave->session, slave->name, 0, &slave->chan);
	}
	if (err)
		request_refused(slave, err);
	return err;
}

static int check(const struct slave *slave, uint64_t wanted, uint32_t direction)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(slave->chan);
	uint64_t missing = wanted & ~caps->caps;

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
			"channel then reaches any address; without these options, a channel that "
			"firmware assigned by name needs none",
			slave->name);
		break;
	case EOPNOTSUPP:
		cli_error(slave->cli,
			  "%s: the channel does not know this width or direction; `dmactl info %s' "
			  "shows what it can do",
			  slave->name, dmauser_chan_name(slave->chan));
		break;
	case EINVAL:
		cli_error(slave->cli, "%s: the channel refuses these addresses, width or burst",
			  slave->name);
		break;
	default:
		cli_error(slave->cli, "%s: cannot configure it: %s", slave->name, strerror(-err));
		break;
	}
	return err;
}

int slave_open(struct slave *slave, struct cli *cli, const struct slave_options *options,
	       const char *name, uint64_t caps, uint32_t direction)
{
	int err;

	*slave = (struct slave){.cli = cli, .name = name};
	err = device_open(cli, &slave->session);
	if (err)
		return err;
	err = request(slave, direction);
	if (!err)
		err = check(slave, caps, direction);
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

void slave_refused(const struct slave *slave, int err)
{
	switch (-err) {
	case EPERM:
		cli_error(slave->cli,
			  "%s: nobody said where its peripheral is: use a name that firmware "
			  "assigned, or give --src-addr or --dst-addr as root (CAP_SYS_RAWIO)",
			  slave->name);
		return;
	case ENOTTY:
		cli_error(slave->cli,
			  "%s: the loaded module dmactl is older than this program and cannot do "
			  "it; `dmactl version' shows both",
			  slave->name);
		return;
	case EXDEV:
		cli_error(slave->cli,
			  "%s: the memory is in several pieces for the device; try a smaller ring, "
			  "or coherent memory",
			  slave->name);
		return;
	case EOPNOTSUPP:
		cli_error(slave->cli,
			  "%s: the channel or the module cannot do this; `dmactl info %s' shows "
			  "what it can do",
			  slave->name, dmauser_chan_name(slave->chan));
		return;
	default:
		cli_error(slave->cli, "%s: the channel does not take the transfer: %s", slave->name,
			  device_status_text(err));
		return;
	}
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
