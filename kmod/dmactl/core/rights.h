/* SPDX-License-Identifier: GPL-2.0-only */
/* Privileges: which programs may direct a channel beyond their own memory. */
#ifndef DMACTL_RIGHTS_H
#define DMACTL_RIGHTS_H

#include <linux/dmaengine.h>
#include <linux/types.h>

#include <linux/dmactl.h>

struct dmactl_chan;

/* The directions between memory and a peripheral. */
#define DMACTL_DIRS_SLAVE (DMACTL_DIR_MEM_TO_DEV | DMACTL_DIR_DEV_TO_MEM)

int dmactl_raw_allowed(void);
int dmactl_reach_allowed(const struct dmactl_chan *chan);
int dmactl_slave_allowed(const struct dmactl_chan *chan,
			 enum dma_transfer_direction dir);
int dmactl_command_allowed(const struct dmactl_chan *chan);
int dmactl_read_only_allowed(const struct dmactl_chan *chan);
bool dmactl_is_offered(const char *name, const char *kind);
bool dmactl_may_take(bool offered);
int dmactl_rights_check(void);

#endif /* DMACTL_RIGHTS_H */
