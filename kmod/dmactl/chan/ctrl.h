/* SPDX-License-Identifier: GPL-2.0-only */
/* CHAN_CTRL, and channels that a stream owns. */
#ifndef DMACTL_CTRL_H
#define DMACTL_CTRL_H

struct dmactl_chan;
struct dmactl_chan_user;
struct dmactl_cmd;

int dmactl_ioctl_chan_ctrl(struct dmactl_cmd *cmd);
int dmactl_chan_attach_user(struct dmactl_chan *chan,
			    struct dmactl_chan_user *user);
void dmactl_chan_detach_user(struct dmactl_chan *chan);

#endif /* DMACTL_CTRL_H */
