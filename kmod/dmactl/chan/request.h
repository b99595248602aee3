/* SPDX-License-Identifier: GPL-2.0-only */
/* CHAN_REQUEST: channels of sessions. */
#ifndef DMACTL_REQUEST_H
#define DMACTL_REQUEST_H

#include <linux/types.h>

struct device;
struct dmactl_chan;
struct dmactl_cmd;
struct dmactl_session;

void dmactl_request_init(struct device *dev);
int dmactl_ioctl_chan_request(struct dmactl_cmd *cmd);
struct dmactl_chan *dmactl_chan_request_own(struct dmactl_session *s,
					    u32 direction);

#endif /* DMACTL_REQUEST_H */
