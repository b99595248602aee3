/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of COHERENT buffers. */
#ifndef DMACTL_COHERENT_H
#define DMACTL_COHERENT_H

struct dmactl_buf;
struct dmactl_buf_ops;
struct dmactl_chan;

extern const struct dmactl_buf_ops dmactl_coherent_ops;

int dmactl_coherent_alloc(struct dmactl_buf *buf, struct dmactl_chan *chan);
void dmactl_buf_lose(struct dmactl_buf *buf);

#endif /* DMACTL_COHERENT_H */
