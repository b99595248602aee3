/* SPDX-License-Identifier: GPL-2.0-only */
/* File operations of a session. */
#ifndef DMACTL_FILE_OPS_H
#define DMACTL_FILE_OPS_H

#include <linux/fs.h>
#include <linux/poll.h>

struct dmactl_cmd;
struct dmactl_session;

ssize_t dmactl_read_records(struct dmactl_session *s, char __user *to,
			    size_t len, bool nowait);
ssize_t dmactl_read(struct file *file, char __user *to, size_t len,
		    loff_t *pos);
__poll_t dmactl_poll(struct file *file, struct poll_table_struct *wait);
int dmactl_mmap(struct file *file, struct vm_area_struct *vma);
int dmactl_ioctl_eventfd(struct dmactl_cmd *cmd);

#endif /* DMACTL_FILE_OPS_H */
