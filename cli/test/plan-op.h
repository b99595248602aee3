/* SPDX-License-Identifier: MIT */
/* Makes an op of the library from a plan. */
#ifndef PLAN_OP_H
#define PLAN_OP_H

#include "test/plan.h"

#include <dmauser.h>

struct plan_target {
	struct dmauser_batch *batch;
	struct dmauser_chan *chan;
	struct dmauser_buf *src;
	struct dmauser_buf *dst;
	struct dmauser_buf *scratch; /* for checks of many sources; may be NULL */
	uint64_t user_data;
};

/* Adds the op to the batch. Returns 0 or -errno. */
int plan_add(const struct plan *plan, const struct plan_target *target);
/* Returns the alignment that the channel needs for addresses and lengths, in bytes. */
size_t plan_alignment(const struct dmactl_chan_caps *caps, enum plan_op op);

#endif /* PLAN_OP_H */
