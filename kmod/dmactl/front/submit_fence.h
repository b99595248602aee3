/* SPDX-License-Identifier: GPL-2.0-only */
/* SUBMIT with fences that the caller does not wait for. */
#ifndef DMACTL_SUBMIT_FENCE_H
#define DMACTL_SUBMIT_FENCE_H

#include <linux/types.h>

struct dma_fence;
struct dmactl_cmd;
struct dmactl_submission;
struct sync_file;

/* What a program gives and gets. front/submit_fence.c writes it. */
struct dmactl_submit_fences {
	struct dma_fence *in;		/* a reference, until the batch has it */
	bool out;			/* the program wants @file */
	struct sync_file *file;		/* of the accepted ops */
};

int dmactl_submit_fenced(struct dmactl_cmd *cmd);
int dmactl_submit_deferred(struct dmactl_submission *sub,
			   struct dmactl_submit_fences *fences);

#endif /* DMACTL_SUBMIT_FENCE_H */
