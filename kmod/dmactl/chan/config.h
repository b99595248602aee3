/* SPDX-License-Identifier: GPL-2.0-only */
/* CHAN_CONFIG: the parameters of a peripheral. */
#ifndef DMACTL_CONFIG_H
#define DMACTL_CONFIG_H

#include <linux/types.h>

struct dmactl_chan;
struct dmactl_chan_config;
struct dmactl_cmd;

int dmactl_ioctl_chan_config(struct dmactl_cmd *cmd);
int dmactl_config_apply(struct dmactl_chan *chan,
			const struct dmactl_chan_config *arg, void *peripheral);
bool dmactl_config_clear(struct dmactl_chan *chan);

#endif /* DMACTL_CONFIG_H */
