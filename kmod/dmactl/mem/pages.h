/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of STREAMING buffers, and how pages of our own are freed. */
#ifndef DMACTL_PAGES_H
#define DMACTL_PAGES_H

#include <linux/types.h>

struct device;
struct dmactl_buf;
struct dmactl_buf_ops;

extern const struct dmactl_buf_ops dmactl_pages_ops;

gfp_t dmactl_pages_zone(struct device *dev);
int dmactl_pages_alloc(struct dmactl_buf *buf, struct device *dev);
void dmactl_pages_free(struct dmactl_buf *buf);
void dmactl_pages_release(struct dmactl_buf *buf);

#endif /* DMACTL_PAGES_H */
