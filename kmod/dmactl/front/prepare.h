/* SPDX-License-Identifier: GPL-2.0-only */
/* PREPARE: creates an op that can be submitted many times. */
#ifndef DMACTL_PREPARE_H
#define DMACTL_PREPARE_H

struct dmactl_cmd;

int dmactl_ioctl_prepare(struct dmactl_cmd *cmd);

#endif /* DMACTL_PREPARE_H */
