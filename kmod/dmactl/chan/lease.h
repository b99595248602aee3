/* SPDX-License-Identifier: GPL-2.0-only */
/* Channels that dmaengine lends: requested, and released. */
#ifndef DMACTL_LEASE_H
#define DMACTL_LEASE_H

#include <linux/device.h>
#include <linux/dmaengine.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_chan_request;

/* The controller's driver comes or goes: request again once it has. */
#define DMACTL_REQUEST_AGAIN 1

/* Drops the lock and the reference that a request left. */
static inline void dmactl_request_unlock(struct device *dev)
{
	device_unlock(dev);
	put_device(dev);
}

int dmactl_request_filtered(struct dmactl_chan *chan,
			    const struct dmactl_chan_request *arg,
			    struct device **dev);
int dmactl_chan_request_bound(struct dmactl_chan *chan, struct device *client,
			      const char *name, const char *slave,
			      struct device **dev);
u32 dmactl_chan_ask_directions(struct device *dev, const char *name);
void dmactl_chan_visit(dma_filter_fn free,
		       void (*claimed)(struct dmactl_chan *chan, void *param),
		       void *param);
bool dmactl_chan_is_present(struct dmactl_chan *chan);
bool dmactl_chan_is_usable(const struct dmactl_chan *chan);
void dmactl_chan_release(struct dmactl_chan *chan);

#endif /* DMACTL_LEASE_H */
