/* SPDX-License-Identifier: GPL-2.0-only */
/* Closing a file, which hanging hardware can delay. */
#ifndef DMACTL_LEAVE_H
#define DMACTL_LEAVE_H

#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

struct dmactl_leave {
	struct work_struct work;
	struct completion done;
	refcount_t ref;			/* held by the work item and the closing task */
	void (*stop)(struct dmactl_leave *leave);
	void (*free)(struct dmactl_leave *leave);
};

void dmactl_leave(struct dmactl_leave *leave,
		  void (*stop)(struct dmactl_leave *leave),
		  void (*free)(struct dmactl_leave *leave));
void dmactl_stop_async(struct work_struct *work);
int dmactl_leave_init(void);
void dmactl_leave_exit(void);

#endif /* DMACTL_LEAVE_H */
