/* SPDX-License-Identifier: GPL-2.0-only */
/* Metadata: bytes that accompany a descriptor. */
#ifndef DMACTL_METADATA_H
#define DMACTL_METADATA_H

#include <linux/types.h>

struct dma_async_tx_descriptor;
struct dmactl_chan;
struct dmactl_op;
struct dmactl_sg;
struct dmactl_job;

int dmactl_metadata_add(struct dmactl_chan *chan, struct dmactl_job *job,
			const struct dmactl_sg *sg);
bool dmactl_metadata_missing(const struct dmactl_job *job);
int dmactl_metadata_add_args(struct dmactl_chan *chan, struct dmactl_job *job,
			     const struct dmactl_op *op);
void dmactl_metadata_attach(struct dmactl_job *job,
			    struct dma_async_tx_descriptor *txd);
void dmactl_metadata_collect(struct dmactl_job *job);
void dmactl_metadata_deliver(struct dmactl_job *job);
void dmactl_metadata_free(struct dmactl_job *job);
void dmactl_metadata_quarantine(struct dmactl_job *job);

#endif /* DMACTL_METADATA_H */
