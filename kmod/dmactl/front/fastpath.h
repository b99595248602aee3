/* SPDX-License-Identifier: GPL-2.0-only */
/* The fast path of SUBMIT. */
#ifndef DMACTL_FASTPATH_H
#define DMACTL_FASTPATH_H

struct dmactl_session;

int dmactl_fastpath_ioctl(struct dmactl_session *s, void __user *ubuf);

#endif /* DMACTL_FASTPATH_H */
