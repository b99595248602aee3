// SPDX-License-Identifier: MIT
/* Refuses transfers that cannot work with a peripheral, and explains errors. */
#include "dev/device.h"
#include "dev/limits.h"
#include "out/units.h"
#include "slave/slave.h"

#include <errno.h>
#include <inttypes.h>

/* The defaults of the kernel. */
#define STREAM_BLOCK  ((size_t)64 << 10)
#define STREAM_BLOCKS 4
/* Smaller blocks would cost more than they move. */
#define STREAM_LEAST 1024

uint64_t slave_word(const struct slave_options *options, uint32_t direction)
{
	uint32_t width = direction == DMACTL_DIR_DEV_TO_MEM ? options->config.src_addr_width
							    : options->config.dst_addr_width;

	return width && !(width & (width - 1)) ? width : 1;
}

int slave_check_words(const struct slave *slave, uint32_t direction, const char *what,
		      uint64_t length)
{
	uint64_t word = slave_word(slave->options, direction);

	if (length % word == 0)
		return 0;
	cli_error(slave->cli,
		  "%s: %" PRIu64 " bytes are no whole number of words of %" PRIu64
		  " bytes (--width)",
		  what, length, word);
	return -EINVAL;
}

/* Returns whether the options, a port or firmware define the peripheral's address. */
static bool address_is_known(const struct slave *slave, uint64_t caps, uint32_t direction)
{
	const struct slave_options *options = slave->options;
	uint32_t directions = dmauser_chan_caps(slave->chan)->directions;
	bool given = direction == DMACTL_DIR_DEV_TO_MEM ? options->src_given : options->dst_given;

	if (given || options->config.peripheral_size || *slave->port || (caps & DMACTL_CAP_RIO_SG))
		return true;
	/*
	 * A slave name ties the channel to a peripheral. If the channel has
	 * both directions, it needs addresses nevertheless.
	 */
	return slave->assigned && directions != (DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM);
}

int slave_check_address(const struct slave *slave, uint64_t caps, uint32_t direction)
{
	const char *option = direction == DMACTL_DIR_DEV_TO_MEM ? "--src-addr" : "--dst-addr";

	if (address_is_known(slave, caps, direction))
		return 0;
	if (slave->options->force) {
		cli_note(slave->cli, "%s: without an address, as --force says", slave->name);
		return 0;
	}
	cli_error(slave->cli,
		  "%s: nobody said where its peripheral is, so the channel would use address 0, or "
		  "the one that it was last used with: give %s (needs root), or --force if the "
		  "controller knows by itself",
		  slave->name, option);
	return -EDESTADDRREQ;
}

void slave_refused(const struct slave *slave, int err)
{
	switch (-err) {
	case EPERM:
		cli_error(slave->cli,
			  "%s: nobody said where its peripheral is: use a slave name or a port, or "
			  "give --src-addr or --dst-addr as root (CAP_SYS_RAWIO)",
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
			  "%s: the memory is in several pieces for the device; try a smaller ring "
			  "or block, or coherent memory",
			  slave->name);
		return;
	case EOPNOTSUPP:
		cli_error(slave->cli,
			  "%s: the channel or the module cannot do this; `dmactl info %s' shows "
			  "what it can do",
			  slave->name, dmauser_chan_name(slave->chan));
		return;
	case EINVAL:
		cli_error(slave->cli,
			  "%s: the channel does not take the transfer: its length, or its place in "
			  "memory, is not a whole number of the words that the peripheral has",
			  slave->name);
		return;
	case EDQUOT:
		cli_error(slave->cli,
			  "%s: the transfer is more than the limits of dmactl leave (dmactl(4)); a "
			  "smaller --block, or fewer at once, may do",
			  slave->name);
		return;
	default:
		cli_error(slave->cli, "%s: the channel does not take the transfer: %s", slave->name,
			  device_status_text(err));
		return;
	}
}

static void stream_refused(const struct slave *slave, int err, uint64_t block, unsigned int blocks)
{
	unsigned int depth = dmauser_chan_depth(slave->chan);

	blocks = blocks ? blocks : STREAM_BLOCKS;
	if (err == -EDQUOT || err == -ENOMEM)
		limits_memory_refused(slave->cli, slave->session, slave->name, block * blocks, err);
	else if (err == -EINVAL && blocks > depth)
		cli_error(slave->cli, "%s: %u blocks are too many: the channel takes %u at once",
			  slave->name, blocks, depth);
	else
		slave_refused(slave, err);
}

int slave_stream_open(const struct slave *slave, uint32_t direction, uint32_t flags, size_t *block,
		      unsigned int *blocks, int *fd)
{
	const unsigned int number = *blocks;
	const bool given = *block != 0;
	size_t size = given ? *block : STREAM_BLOCK;
	int err;

	for (;; size /= 2) {
		/* 0 lets the kernel choose, which knows more of the channel. */
		*block = given || size < STREAM_BLOCK ? size : 0;
		*blocks = number;
		err = dmauser_stream_open(slave->chan, direction, flags, block, blocks, fd);
		if ((err != -EDQUOT && err != -ENOMEM) || given || size / 2 < STREAM_LEAST)
			break;
	}
	if (err)
		stream_refused(slave, err, size, number);
	return err;
}
