/* SPDX-License-Identifier: GPL-2.0-only */
/* sysfs: slave names that can be requested, and the channels of sessions. */
#ifndef DMACTL_NAMES_H
#define DMACTL_NAMES_H

#include <linux/sysfs.h>

/* Attributes of the device node's device. */
extern const struct attribute_group *dmactl_names_groups[];

#endif /* DMACTL_NAMES_H */
