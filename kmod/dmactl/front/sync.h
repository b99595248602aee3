/* SPDX-License-Identifier: GPL-2.0-only */
/* BUF_SYNC: hands a range of a buffer to the CPU or to devices. */
#ifndef DMACTL_SYNC_H
#define DMACTL_SYNC_H

struct dmactl_cmd;

int dmactl_ioctl_buf_sync(struct dmactl_cmd *cmd);

#endif /* DMACTL_SYNC_H */
