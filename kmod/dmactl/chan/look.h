/* SPDX-License-Identifier: GPL-2.0-only */
/* LOOK: what a channel can do, without taking it. */
#ifndef DMACTL_LOOK_H
#define DMACTL_LOOK_H

struct dmactl_cmd;

int dmactl_chan_look(struct dmactl_cmd *cmd);

#endif /* DMACTL_LOOK_H */
