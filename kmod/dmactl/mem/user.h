/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the program. */
#ifndef DMACTL_USER_H
#define DMACTL_USER_H

struct dmactl_cmd;

int dmactl_ioctl_buf_map_user(struct dmactl_cmd *cmd);

#endif /* DMACTL_USER_H */
