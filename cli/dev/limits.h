/* SPDX-License-Identifier: MIT */
/* Messages that name the limit that was reached; the errno of the kernel does not. */
#ifndef LIMITS_H
#define LIMITS_H

#include "out/cli.h"

#include <dmauser.h>

/*
 * Reports that an allocation of `bytes' of DMA memory failed with err. The
 * message begins with `what' and names the limit.
 */
void limits_memory_refused(struct cli *cli, struct dmauser_session *session, const char *what,
			   uint64_t bytes, int err);

/* Returns where the channel's limit for a piece comes from, for a message. */
const char *limits_segment_origin(const struct dmactl_chan_caps *caps);

#endif /* LIMITS_H */
