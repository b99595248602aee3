/* SPDX-License-Identifier: GPL-2.0-only */
/* Open files of the nodes of ports. */
#ifndef DMACTL_PORTFILE_H
#define DMACTL_PORTFILE_H

#include <linux/fs.h>
#include <linux/poll.h>

struct dmactl_session;
struct io_uring_cmd;

int dmactl_portfile_use_session(struct file *file);
long dmactl_portfile_ioctl(struct file *file, unsigned int nr,
			   unsigned long ptr);
ssize_t dmactl_portfile_read_iter(struct kiocb *iocb, struct iov_iter *iter);
ssize_t dmactl_portfile_write_iter(struct kiocb *iocb, struct iov_iter *iter);
__poll_t dmactl_portfile_poll(struct file *file,
			      struct poll_table_struct *wait);
int dmactl_portfile_fsync(struct file *file, loff_t from, loff_t to,
			  int datasync);
int dmactl_portfile_mmap(struct file *file, struct vm_area_struct *vma);
int dmactl_portfile_uring_cmd(struct io_uring_cmd *cmd,
			      unsigned int issue_flags);
void dmactl_portfile_stop(struct dmactl_session *s);

#endif /* DMACTL_PORTFILE_H */
