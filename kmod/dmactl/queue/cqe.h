/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops that end with a CQE: the data of their commands, and their end. */
#ifndef DMACTL_CQE_H
#define DMACTL_CQE_H

#include <linux/io_uring.h>

#include "op/job.h"

/* Private data of a command, in the space that io_uring provides. */
struct dmactl_uring_pdu {
	/*
	 * The job is freed only when the CQE is made, so it exists as long as
	 * the command. NULL: the command was cancelled.
	 */
	struct dmactl_job *job;
	bool cqe32;
};

static inline struct dmactl_uring_pdu *
dmactl_uring_pdu(struct io_uring_cmd *cmd)
{
	BUILD_BUG_ON(sizeof(struct dmactl_uring_pdu) > sizeof(cmd->pdu));
	return (struct dmactl_uring_pdu *)cmd->pdu;
}

void dmactl_uring_complete(struct io_uring_cmd *cmd, unsigned int issue_flags);
void dmactl_uring_complete_in_task(struct io_uring_cmd *cmd);
void dmactl_job_complete_uring(struct dmactl_job *job);

#endif /* DMACTL_CQE_H */
