/* SPDX-License-Identifier: GPL-2.0-only */
/* STREAMING buffers exported as dma-bufs. */
#ifndef DMACTL_EXPORT_H
#define DMACTL_EXPORT_H

#include <linux/types.h>

struct dma_buf;
struct dmactl_buf;
struct dmactl_cmd;
struct dmactl_session;

int dmactl_ioctl_buf_export(struct dmactl_cmd *cmd);
bool dmactl_export_is_from(const struct dma_buf *dmabuf,
			   const struct dmactl_session *s);
void dmactl_export_free(struct dmactl_buf *buf);

#endif /* DMACTL_EXPORT_H */
