/* SPDX-License-Identifier: GPL-2.0-only */
/* The fast path of ops that are not prepared. */
#ifndef DMACTL_FASTOP_H
#define DMACTL_FASTOP_H

#include <linux/types.h>

struct dmactl_op;
struct dmactl_session;
struct dmactl_submit;

u32 dmactl_fastop_submit(struct dmactl_session *s,
			 const struct dmactl_submit *arg, struct dmactl_op *op);

#endif /* DMACTL_FASTOP_H */
