/* SPDX-License-Identifier: MIT */
/* Channels with a peripheral: the options that describe it, and how to get one. */
#ifndef SLAVE_H
#define SLAVE_H

#include "cli.h"

#include <dmauser.h>

struct control;

struct slave_options {
	struct dmactl_chan_config config;
	bool configured; /* an option of these was given */
	uint8_t peripheral_config[4096 + 1];
};

void slave_defaults(struct slave_options *options);
/* For the struct argp of the verb; the input is a struct slave_options *. */
extern const struct argp slave_argp;

struct slave {
	struct cli *cli;
	const char *name;	    /* as it was asked for */
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

/* Says why an op or a stream was refused. */
void slave_refused(const struct slave *slave, int err);
/* Both names, if there are two: "counter (dma0chan3)". Static memory. */
const char *slave_title(const struct slave *slave);

#endif /* SLAVE_H */
