/* SPDX-License-Identifier: MIT */
/* Channels with a peripheral: the options that describe it, and how to get one. */
#ifndef SLAVE_H
#define SLAVE_H

#include "out/cli.h"

#include <dmauser.h>

struct control;

struct slave_options {
	struct dmactl_chan_config config;
	bool configured; /* an option of these was given */
	bool src_given, dst_given;
	bool force; /* without an address */
	uint8_t peripheral_config[4096 + 1];
};

void slave_defaults(struct slave_options *options);
/* For the struct argp of the verb; the input is a struct slave_options *. */
extern const struct argp slave_argp;

struct slave {
	struct cli *cli;
	const struct slave_options *options;
	const char *name;	    /* as it was asked for */
	bool assigned;		    /* it is a slave name */
	char port[DMACTL_NAME_LEN]; /* PORT:CHANNEL, if it was one's */
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
};

/*
 * Opens a session, gets the channel (first by its slave name, then by that of a
 * port, then by dmaengine's), checks that it can do `caps` and this DMACTL_DIR_* (0: any),
 * configures it, and takes commands for it. 0 or -errno after a message.
 */
int slave_open(struct slave *slave, struct cli *cli, const struct slave_options *options,
	       const char *name, uint64_t caps, uint32_t direction);
void slave_close(struct slave *slave);

/* Bytes of one access to the peripheral, as far as the options say it: 1 or more. */
uint64_t slave_word(const struct slave_options *options, uint32_t direction);
/* 0, or -errno after a message that `what' has no whole number of words. */
int slave_check_words(const struct slave *slave, uint32_t direction, const char *what,
		      uint64_t length);
/* 0, or -errno after a message that nobody knows where the channel leads. */
int slave_check_address(const struct slave *slave, uint64_t caps, uint32_t direction);
/* Says why an op was refused. */
void slave_refused(const struct slave *slave, int err);
/* Why a stream of so many blocks was; 0: the kernel's own number. */
void slave_stream_refused(const struct slave *slave, int err, uint64_t block, unsigned int blocks);
/* Both names, if there are two: "counter (dma0chan3)". Static memory. */
const char *slave_title(const struct slave *slave);

#endif /* SLAVE_H */
