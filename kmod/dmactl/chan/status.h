/* SPDX-License-Identifier: GPL-2.0-only */
/* CHAN_STATUS: the state of a channel. */
#ifndef DMACTL_STATUS_H
#define DMACTL_STATUS_H

struct dmactl_chan;
struct dmactl_chan_status;
struct dmactl_cmd;

int dmactl_chan_status(struct dmactl_chan *chan,
		       struct dmactl_chan_status *arg);
int dmactl_ioctl_chan_status(struct dmactl_cmd *cmd);

#endif /* DMACTL_STATUS_H */
