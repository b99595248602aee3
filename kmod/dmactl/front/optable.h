/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of opcodes. */
#ifndef DMACTL_OPTABLE_H
#define DMACTL_OPTABLE_H

#include <linux/types.h>

struct dmactl_chan;
struct dmactl_op;
struct dmactl_job;

int dmactl_validate(struct dmactl_chan *chan, const struct dmactl_op *op,
		    struct dmactl_job *job);
u64 dmactl_known_opcodes(void);

#endif /* DMACTL_OPTABLE_H */
