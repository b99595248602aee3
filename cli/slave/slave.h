/* SPDX-License-Identifier: MIT */
/* Channels with a peripheral: the options that describe it, and opening the channel. */
#ifndef SLAVE_H
#define SLAVE_H

#include "out/cli.h"

#include <dmauser.h>

struct control;

struct slave_options {
	struct dmactl_chan_config config;
	bool configured; /* an option that sets `config' was given */
	bool src_given, dst_given;
	bool force; /* continue without an address */
	uint8_t peripheral_config[4096 + 1];
};

void slave_defaults(struct slave_options *options);
/* A child parser for the verb. Its input is a struct slave_options *. */
extern const struct argp slave_argp;

struct slave {
	struct cli *cli;
	const struct slave_options *options;
	const char *name;	    /* as the user named it */
	bool assigned;		    /* `name' is a slave name */
	char port[DMACTL_NAME_LEN]; /* PORT:CHANNEL if `name' is a port, else "" */
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
};

/*
 * Opens a session and requests the channel (see name_request()). Checks that it
 * has `caps' and this DMACTL_DIR_* (0: any), configures it, and starts to
 * listen for commands. Returns 0 or -errno after a message.
 */
int slave_open(struct slave *slave, struct cli *cli, const struct slave_options *options,
	       const char *name, uint64_t caps, uint32_t direction);
void slave_close(struct slave *slave);

/* Returns the bytes in one access to the peripheral, 1 if the options do not give the width. */
uint64_t slave_word(const struct slave_options *options, uint32_t direction);
/* Returns 0 if length is a whole number of words, else -errno after a message about `what'. */
int slave_check_words(const struct slave *slave, uint32_t direction, const char *what,
		      uint64_t length);
/* Returns 0 if the address of the peripheral is known, else -errno after a message. */
int slave_check_address(const struct slave *slave, uint64_t caps, uint32_t direction);
/* Reports why an op was refused. */
void slave_refused(const struct slave *slave, int err);
/*
 * Opens a stream. A `block' or `blocks' of 0 is the default, with smaller blocks if memory is
 * short; both are set to what the stream has. Returns 0 or -errno after a message.
 */
int slave_stream_open(const struct slave *slave, uint32_t direction, uint32_t flags, size_t *block,
		      unsigned int *blocks, int *fd);
/* Returns both names of the channel, such as "counter (dma0chan3)", in static memory. */
const char *slave_title(const struct slave *slave);

#endif /* SLAVE_H */
