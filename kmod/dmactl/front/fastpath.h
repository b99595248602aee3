/* SPDX-License-Identifier: GPL-2.0-only */
/* The fast path of SUBMIT. */
#ifndef DMACTL_FASTPATH_H
#define DMACTL_FASTPATH_H

struct file;

typedef long dmactl_ioctl_fn(struct file *file, unsigned int nr, unsigned long ptr);

long dmactl_fastpath_ioctl(struct file *file, unsigned long ptr,
			   dmactl_ioctl_fn *other);

#endif /* DMACTL_FASTPATH_H */
