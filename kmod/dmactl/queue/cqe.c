// SPDX-License-Identifier: GPL-2.0-only
/* Ends ops that came through io_uring. */

#include <linux/kref.h>
#include <linux/minmax.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/object.h"
#include "op/job.h"
#include "queue/cqe.h"
#include "queue/queue.h"

/* As documented in include/uapi/linux/dmactl.h. */
static s32 dmactl_uring_res(const struct dmactl_job *job)
{
	if (job->status)
		return job->status;
	if (job->opcode == DMACTL_OP_XOR_VAL || job->opcode == DMACTL_OP_PQ_VAL)
		return job->check;
	return min_t(u64, job->bytes, S32_MAX);
}

/*
 * Makes the CQE, in the task that submitted the op or in one that cleans up
 * after it.
 */
void dmactl_uring_complete(struct io_uring_cmd *cmd,
			   unsigned int issue_flags)
{
	struct dmactl_uring_pdu *pdu = dmactl_uring_pdu(cmd);
	struct dmactl_chan *chan = NULL;
	struct dmactl_job *job = pdu->job;
	s32 res = -ECANCELED;
	u64 bytes = 0;

	if (job) {
		res = dmactl_uring_res(job);
		bytes = job->bytes;
		/*
		 * Without its lock held, io_uring may cancel the command until
		 * it is done.
		 */
		if (issue_flags & IO_URING_F_UNLOCKED) {
			chan = job->chan;
			dmactl_obj_hold(&chan->obj);
		}
		/*
		 * Free the job first: a program that sees the CQE may submit
		 * the next op. The session may go with the command.
		 */
		dmactl_job_clear_and_free(job);
	}
	dmactl_compat_uring_done(cmd, res, bytes, pdu->cqe32, issue_flags);
	if (chan)
		dmactl_chan_put(chan);
}

DMACTL_URING_TASK_WORK(dmactl_uring_complete)

/*
 * Makes the CQE in the task that submitted the op, from a context where
 * dmactl_uring_complete() may not be called.
 */
void dmactl_uring_complete_in_task(struct io_uring_cmd *cmd)
{
	dmactl_compat_uring_in_task(cmd, dmactl_uring_complete_tw);
}

/*
 * The op has ended. May be called from any context; the op may be freed on
 * return.
 */

void dmactl_job_complete_uring(struct dmactl_job *job)
{
	struct io_uring_cmd *cmd = xchg(&job->cmd, NULL);

	if (cmd)
		dmactl_uring_complete_in_task(cmd);
	else
		dmactl_job_clear_and_free(job);
}
