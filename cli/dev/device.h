/* SPDX-License-Identifier: MIT */
/* Opens sessions and channels of /dev/dmactl. The error messages say what to do. */
#ifndef DEVICE_H
#define DEVICE_H

#include "out/cli.h"

#include <dmauser.h>

/*
 * Opens a session for what `name' stands for (NULL: any channel) and, with
 * --explain, traces it. If this user may not have /dev/dmactl and it is a port, the
 * session is one of the port's own node. Returns 0 or -errno after a message. Only
 * the first session of a run is traced.
 */
int device_open(struct cli *cli, const char *name, struct dmauser_session **session);
/*
 * The same without a message and --explain. Returns the error of /dev/dmactl, and
 * in node_err that of the port's node, 0 if that was not tried.
 */
int device_try(const char *name, struct dmauser_session **session, int *node_err);
/* Returns the advice for an error, for verbs with messages of their own; "" if there is none. */
const char *device_hint(int error);

/*
 * Requests the channel of this name (see name_request()), or any channel that
 * has `caps' if name is NULL. Returns 0 or -errno after a message.
 */
int device_channel(struct cli *cli, struct dmauser_session *session, const char *name,
		   uint64_t caps, unsigned int depth, struct dmauser_chan **chan);

/* Returns the channel of this name, or NULL. */
const struct dmauser_chan_desc *device_find(const struct dmauser_chan_list *list, const char *name);

/* Returns the meaning of a completion's status as text. */
const char *device_status_text(int status);

/*
 * Gets the names of the DMACTL_CAP_* bits in caps, ending with NULL. names has
 * CAP_NAMES elements.
 */
#define CAP_NAMES 65
void cap_names(uint64_t caps, const char **names);
/* Returns the name of one bit that is set in caps. */
const char *cap_name(uint64_t caps);

#endif /* DEVICE_H */
