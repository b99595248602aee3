/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of CONTIGUOUS buffers. */
#ifndef DMACTL_CONTIG_H
#define DMACTL_CONTIG_H

struct device;
struct dmactl_buf;
struct dmactl_buf_ops;

extern const struct dmactl_buf_ops dmactl_contig_ops;

int dmactl_contig_alloc(struct dmactl_buf *buf, struct device *dev);

#endif /* DMACTL_CONTIG_H */
