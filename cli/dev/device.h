/* SPDX-License-Identifier: MIT */
/* Sessions and channels of /dev/dmactl, with messages that say what to do. */
#ifndef DEVICE_H
#define DEVICE_H

#include "out/cli.h"

#include <dmauser.h>

/*
 * Opens a session and, with --explain, traces it. Returns 0 or -errno after a
 * message. Only the first session of a run is traced.
 */
int device_open(struct cli *cli, struct dmauser_session **session);
/* The advice of the messages, for a verb that can go on without: "" if there is none. */
const char *device_hint(int error);

/*
 * Gets the channel of this name (see name_request()), or any that can do `caps` if
 * name is NULL.
 * Returns 0 or -errno after a message.
 */
int device_channel(struct cli *cli, struct dmauser_session *session, const char *name,
		   uint64_t caps, unsigned int depth, struct dmauser_chan **chan);

/* The channel of this name, or NULL. */
const struct dmauser_chan_desc *device_find(const struct dmauser_chan_list *list, const char *name);

/* What the status of a completion means, see struct dmactl_completion. */
const char *device_status_text(int status);

/* Names of DMACTL_CAP_* bits, ending with NULL; names has room for CAP_NAMES. */
#define CAP_NAMES 65
void cap_names(uint64_t caps, const char **names);
/* The first name of a bit set in caps. */
const char *cap_name(uint64_t caps);

#endif /* DEVICE_H */
