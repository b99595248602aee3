/* SPDX-License-Identifier: GPL-2.0-only */
/* System sleep. */
#ifndef DMACTL_POWER_H
#define DMACTL_POWER_H

struct device;

void dmactl_power_init(struct device *dev);
void dmactl_power_exit(struct device *dev);

#endif /* DMACTL_POWER_H */
