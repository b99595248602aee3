/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of STREAMING buffers. */
#ifndef DMACTL_PAGES_H
#define DMACTL_PAGES_H

struct device;
struct dmactl_buf;
struct dmactl_buf_ops;

extern const struct dmactl_buf_ops dmactl_pages_ops;

int dmactl_pages_alloc(struct dmactl_buf *buf, struct device *dev);

#endif /* DMACTL_PAGES_H */
