/* SPDX-License-Identifier: GPL-2.0-only */
/* RING: the completion ring. */
#ifndef DMACTL_FRONT_CQ_RING_H
#define DMACTL_FRONT_CQ_RING_H

struct dmactl_cmd;
struct dmactl_session;
struct vm_area_struct;

int dmactl_ioctl_ring(struct dmactl_cmd *cmd);
int dmactl_cq_ring_mmap(struct dmactl_session *s, struct vm_area_struct *vma);
void dmactl_cq_ring_free(struct dmactl_session *s);

#endif /* DMACTL_FRONT_CQ_RING_H */
