// SPDX-License-Identifier: GPL-2.0-only
/*
 * SUBMIT with a sync_file to wait for, or one to give out, or with dma-bufs
 * whose fences the caller does not wait for.
 */

#include <linux/dma-fence.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/sync_file.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "front/submit.h"
#include "front/submit_fence.h"
#include "op/job.h"
#include "queue/accept.h"
#include "queue/defer.h"
#include "queue/gather.h"
#include "queue/timeline.h"

/*
 * Nobody knows when a peripheral ends an op, so none gets a fence. Prepared ops
 * and those that repeat do not wait in a batch.
 */
static int dmactl_deferred_check(const struct dmactl_submission *sub,
				 const struct dmactl_chan *chan, bool out, u32 *nr)
{
	const struct dmactl_job *job;

	*nr = 0;
	list_for_each_entry(job, &sub->jobs, node) {
		if (job->chan != chan)
			return -EINVAL;
		if (job->prepared_by || job->periods)
			return -EOPNOTSUPP;
		if (out && job->dir != DMA_MEM_TO_MEM)
			return -EOPNOTSUPP;
		(*nr)++;
	}
	return 0;
}

/* The fence is published by the caller, when nothing can fail any more. */
static int dmactl_deferred_publish(struct dmactl_submit_fences *f,
				   struct dmactl_fences *fences)
{
	if (!f->out)
		return 0;
	if (!IS_ENABLED(CONFIG_SYNC_FILE))
		return -EOPNOTSUPP;
	f->file = sync_file_create(&fences->own->base);
	return f->file ? 0 : -ENOMEM;
}

static int dmactl_deferred_submit(struct dmactl_submission *sub,
				  struct dmactl_chan *chan,
				  struct dmactl_submit_fences *f)
{
	struct dmactl_fences fences;
	u32 nr;
	int ret;

	ret = dmactl_deferred_check(sub, chan, f->out, &nr);
	if (ret)
		return ret;
	ret = dmactl_fences_gather(&fences, chan, &sub->jobs, f->in, f->out);
	f->in = NULL;
	if (!ret)
		ret = dmactl_deferred_publish(f, &fences);
	if (!ret)
		ret = dmactl_defer(chan, &sub->jobs, &fences);
	if (ret)
		dmactl_fences_drop(&fences, chan);
	else
		dmactl_submission_accept(sub, nr);
	return ret;
}

/* The ops that are on the list on return are not accepted. */
int dmactl_submit_deferred(struct dmactl_submission *sub,
			   struct dmactl_submit_fences *fences)
{
	struct dmactl_chan *chan;
	int ret;

	chan = list_first_entry(&sub->jobs, struct dmactl_job, node)->chan;
	/* The jobs hold the channel, but they may end and be reaped. */
	dmactl_obj_hold(&chan->obj);
	ret = dmactl_deferred_submit(sub, chan, fences);
	dmactl_chan_put(chan);
	return ret;
}

static int dmactl_fenced_check(const struct dmactl_cmd *cmd)
{
	const struct dmactl_submit *arg = cmd->arg;

	if (cmd->user_size < sizeof(*arg) || !arg->nr_ops ||
	    (arg->flags & DMACTL_SUBMIT_HOLD))
		return -EINVAL;
	if (arg->in_fence && !(arg->flags & DMACTL_SUBMIT_IN_FENCE))
		return -EINVAL;
	return 0;
}

static int dmactl_fenced_get(struct dmactl_submit_fences *f, int fd)
{
	struct file *file;

	if (!IS_ENABLED(CONFIG_SYNC_FILE))
		return -EOPNOTSUPP;
	file = fget(fd);
	if (!file)
		return -EBADF;
	fput(file);
	/* Another thread may have closed it: then it is no sync_file either. */
	f->in = sync_file_get_fence(fd);
	return f->in ? 0 : -EINVAL;
}

static int dmactl_fenced_submit(struct dmactl_cmd *cmd,
				struct dmactl_submit_fences *f, int fd)
{
	struct dmactl_submit *arg = cmd->arg;
	int ret, err;

	err = dmactl_submit_with(cmd->session, arg, f);
	if (!err && f->file)
		arg->out_fence = fd;
	ret = dmactl_cmd_respond(cmd);
	if (!err && !ret && f->file) {
		fd_install(fd, f->file->file);
		return 0;
	}
	if (f->file)
		fput(f->file->file);
	if (fd >= 0)
		put_unused_fd(fd);
	return err ? err : ret;
}

int dmactl_submit_fenced(struct dmactl_cmd *cmd)
{
	struct dmactl_submit *arg = cmd->arg;
	struct dmactl_submit_fences f = { };
	int fd = -1;
	int ret;

	f.out = arg->flags & DMACTL_SUBMIT_OUT_FENCE;
	arg->out_fence = -1;
	/* As for a bad op, so that the program knows that none is to blame. */
	arg->out_accepted = ~0u;
	ret = dmactl_fenced_check(cmd);
	if (!ret && (arg->flags & DMACTL_SUBMIT_IN_FENCE))
		ret = dmactl_fenced_get(&f, arg->in_fence);
	if (!ret && f.out) {
		fd = get_unused_fd_flags(O_CLOEXEC);
		if (fd < 0)
			ret = fd;
	}
	if (ret)
		dmactl_cmd_respond(cmd);
	else
		ret = dmactl_fenced_submit(cmd, &f, fd);
	/* The batch has not taken it over. */
	dma_fence_put(f.in);
	return ret;
}
