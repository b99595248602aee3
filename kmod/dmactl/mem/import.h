/* SPDX-License-Identifier: GPL-2.0-only */
/* dma-bufs of other drivers, imported as buffers. */
#ifndef DMACTL_IMPORT_H
#define DMACTL_IMPORT_H

#include <linux/dma-direction.h>
#include <linux/types.h>

struct dma_buf_attachment;
struct dmactl_buf;
struct dmactl_cmd;

int dmactl_ioctl_buf_import(struct dmactl_cmd *cmd);
int dmactl_import_sync(struct dmactl_buf *buf, enum dma_data_direction dir,
		       bool for_cpu);
bool dmactl_import_is_from(const struct dma_buf_attachment *attach);

#endif /* DMACTL_IMPORT_H */
