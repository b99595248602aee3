/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops that come through io_uring. */
#ifndef DMACTL_URING_H
#define DMACTL_URING_H

struct io_uring_cmd;
struct work_struct;

int dmactl_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags);
void dmactl_uring_reap_work(struct work_struct *work);

#endif /* DMACTL_URING_H */
