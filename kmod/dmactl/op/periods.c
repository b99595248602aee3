// SPDX-License-Identifier: GPL-2.0-only
/* Ops that repeat until they are stopped: created and freed. */

#include <linux/dmactl.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "../../compat.h"
#include "core/account.h"
#include "core/chan.h"
#include "core/object.h"
#include "op/job.h"
#include "op/periods.h"

int dmactl_periods_new(struct dmactl_job *job, u64 period_len)
{
	struct dmactl_periods *periods;
	int ret;

	ret = dmactl_account_charge(job->chan->account, sizeof(*periods));
	if (ret)
		return ret;
	periods = kzalloc(sizeof(*periods), GFP_KERNEL_ACCOUNT);
	if (!periods) {
		dmactl_account_uncharge(job->chan->account, sizeof(*periods));
		return -ENOMEM;
	}
	refcount_set(&periods->ref, 1);
	periods->period_len = period_len;
	periods->nr = div64_u64(job->len, period_len);
	dmactl_job_init(&periods->comp, job->chan);
	periods->comp.periods = periods;
	periods->comp.user_data = job->user_data;
	dmactl_obj_hold(&job->chan->obj);
	job->periods = periods;
	dmactl_job_set_count(job, 0);
	return 0;
}

void dmactl_periods_put(struct dmactl_periods *periods)
{
	if (!refcount_dec_and_test(&periods->ref))
		return;
	dmactl_account_uncharge(periods->comp.chan->account, sizeof(*periods));
	dmactl_chan_put(periods->comp.chan);
	kfree(periods);
}

/*
 * The op drops its reference. A queued completion is still delivered. A reader may
 * hold it and not know of a gap, so the last one tells it, too.
 */
void dmactl_periods_end(struct dmactl_job *job)
{
	struct dmactl_periods *periods = job->periods;

	scoped_guard(dmactl_bh, &job->chan->session->cq_lock) {
		periods->over = true;
		if (periods->gaps != periods->gaps_reported)
			dmactl_job_add_check(job, DMACTL_COMP_OVERRUN | DMACTL_COMP_GAP);
	}
	job->periods = NULL;
	dmactl_periods_put(periods);
}
