/* SPDX-License-Identifier: MIT */
/* Which limit it was: refusals of the kernel that only say that there is one. */
#ifndef LIMITS_H
#define LIMITS_H

#include "out/cli.h"

#include <dmauser.h>

/*
 * DMA memory of `bytes` was refused with -EDQUOT, -ENOMEM or another -errno: a
 * message that begins with `what' and names the limit.
 */
void limits_memory_refused(struct cli *cli, struct dmauser_session *session, const char *what,
			   uint64_t bytes, int err);

/* Where the channel's bound of a piece comes from, for a message. */
const char *limits_segment_origin(const struct dmactl_chan_caps *caps);

#endif /* LIMITS_H */
