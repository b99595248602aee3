/* SPDX-License-Identifier: GPL-2.0-only */
/* Channels: created, destroyed and freed. */
#ifndef DMACTL_CHANNEL_H
#define DMACTL_CHANNEL_H

#include <linux/types.h>

struct dmactl_chan;
struct dmactl_session;

struct dmactl_chan *dmactl_chan_new(struct dmactl_session *s, u32 depth);
void dmactl_chan_free_mem(struct dmactl_chan *chan);
void dmactl_chan_destroy(struct dmactl_chan *chan);

#endif /* DMACTL_CHANNEL_H */
