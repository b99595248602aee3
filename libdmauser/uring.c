// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include <linux/io_uring.h>

#include "private.h"

/* Size of an SQE with IORING_SETUP_SQE128. The command is at its end. */
#define SQE_SIZE 128

_Static_assert(offsetof(struct io_uring_sqe, cmd) + sizeof(struct dmactl_uring_cmd) == SQE_SIZE,
	       "a command fills a large SQE");

static void fill(struct io_uring_sqe *sqe, int fd, uint32_t cmd_op, uint64_t user_data,
		 const struct dmactl_uring_cmd *cmd)
{
	char *at = (char *)sqe;

	memset(at, 0, SQE_SIZE - sizeof(*cmd));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = fd;
	sqe->cmd_op = cmd_op;
	sqe->user_data = user_data;
	memcpy(at + SQE_SIZE - sizeof(*cmd), cmd, sizeof(*cmd));
}

DMAUSER_EXPORT int dmauser_uring_prep(struct io_uring_sqe *sqe, const struct dmauser_batch *batch,
				      unsigned int index, uint32_t flags)
{
	struct dmactl_uring_cmd cmd = {.flags = flags};
	const struct dmactl_op *op;

	if (!sqe || !batch || (flags & ~DMACTL_URING_HOLD))
		return -EINVAL;
	op = dmauser_batch_get(batch, index);
	if (!op)
		return -ENOENT;
	cmd.op = *op;
	fill(sqe, batch->session->fd, DMACTL_URING_OP, op->user_data, &cmd);
	return 0;
}

DMAUSER_EXPORT int dmauser_uring_issue(struct io_uring_sqe *sqe, const struct dmauser_chan *chan,
				       uint64_t user_data)
{
	struct dmactl_uring_cmd cmd = {.op.chan = 0};

	if (!sqe || !chan)
		return -EINVAL;
	cmd.op.chan = chan->handle;
	fill(sqe, chan->session->fd, DMACTL_URING_ISSUE, user_data, &cmd);
	return 0;
}
