/* SPDX-License-Identifier: GPL-2.0-only */
/* An ioctl in progress. */
#ifndef DMACTL_CMD_H
#define DMACTL_CMD_H

#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/uaccess.h>

struct dmactl_session;

/* The argument of the ioctl, in the kernel and in the program. */
struct dmactl_cmd {
	struct dmactl_session *session;
	void __user *ubuf;
	size_t user_size;
	size_t kernel_size;
	void *arg;
};

/*
 * Copies the struct back to the program, cut to the size that the program
 * knows.
 */
static inline int dmactl_cmd_respond(struct dmactl_cmd *cmd)
{
	size_t n = min(cmd->user_size, cmd->kernel_size);

	return copy_to_user(cmd->ubuf, cmd->arg, n) ? -EFAULT : 0;
}

#endif /* DMACTL_CMD_H */
