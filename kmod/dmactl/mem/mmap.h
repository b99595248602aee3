/* SPDX-License-Identifier: GPL-2.0-only */
/* mmap of buffers. */
#ifndef DMACTL_MMAP_H
#define DMACTL_MMAP_H

#include <linux/mm_types.h>

struct dmactl_buf;
struct dmactl_session;

int dmactl_mmap_session(struct dmactl_session *s, struct vm_area_struct *vma);
int dmactl_mmap_reserve(struct dmactl_buf *buf);
void dmactl_mmap_unreserve(struct dmactl_buf *buf);
vm_fault_t dmactl_mmap_fault(struct vm_fault *vmf, struct page *page);
void dmactl_mmap_exit(void);

#endif /* DMACTL_MMAP_H */
