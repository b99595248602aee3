/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits for completions, or for credit on a channel. */
#ifndef DMACTL_WAIT_H
#define DMACTL_WAIT_H

#include <linux/ktime.h>
#include <linux/types.h>

struct dmactl_chan;
struct dmactl_session;

bool dmactl_chan_has_credit(struct dmactl_chan *chan);
int dmactl_cq_wait(struct dmactl_session *s, u32 nr, struct dmactl_chan *credit,
		   ktime_t deadline);

#endif /* DMACTL_WAIT_H */
