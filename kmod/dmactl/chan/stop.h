/* SPDX-License-Identifier: GPL-2.0-only */
/* Stops channels, temporarily or for good. */
#ifndef DMACTL_STOP_H
#define DMACTL_STOP_H

#include <linux/types.h>

struct dmactl_chan;

void dmactl_chan_kill(struct dmactl_chan *chan, int why);
void dmactl_chan_kill_begin(struct dmactl_chan *chan, int why);
int dmactl_chan_kill_killable(struct dmactl_chan *chan, int why);
void dmactl_life_init(struct dmactl_chan *chan);
void dmactl_chan_count_off_gone(struct dmactl_chan *chan);
void dmactl_chan_mark_dead(struct dmactl_chan *chan);
int dmactl_chan_stop(struct dmactl_chan *chan, int status, bool drain);
bool dmactl_chan_is_idle(struct dmactl_chan *chan);
bool dmactl_chan_has_ops(struct dmactl_chan *chan);
void dmactl_chan_wait_published(struct dmactl_chan *chan);
u32 dmactl_quarantined(void);

#endif /* DMACTL_STOP_H */
