/* SPDX-License-Identifier: GPL-2.0-only */
/* CHAN_REQUEST: channels requested from dmaengine, and released. */
#ifndef DMACTL_REQUEST_H
#define DMACTL_REQUEST_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct device;
struct dmactl_chan;
struct dmactl_cmd;

void dmactl_request_init(struct device *dev);
int dmactl_ioctl_chan_request(struct dmactl_cmd *cmd);
int dmactl_chan_request_bound(struct dmactl_chan *chan, struct device *dev,
			      const char *name, const char *slave);
u32 dmactl_chan_ask_directions(struct device *dev, const char *name);
void dmactl_chan_visit(dma_filter_fn free,
		       void (*claimed)(struct dmactl_chan *chan, void *param),
		       void *param);
bool dmactl_chan_is_present(const struct dmactl_chan *chan);
bool dmactl_chan_is_usable(const struct dmactl_chan *chan);
void dmactl_chan_release(struct dmactl_chan *chan);

#endif /* DMACTL_REQUEST_H */
