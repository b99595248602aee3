// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that come through io_uring. Each SQE has one op, whose end makes the CQE.
 */

#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "../../compat.h"
#include "core/chan.h"
#include "core/object.h"
#include "core/session.h"
#include "front/optable.h"
#include "front/uring.h"
#include "op/job.h"
#include "queue/accept.h"
#include "queue/cqe.h"
#include "queue/defer.h"
#include "queue/fence.h"
#include "queue/issue.h"
#include "queue/pool.h"
#include "queue/queue.h"

/*
 * Before 6.7, io_uring does not cancel commands. This is the interval at which
 * a work item looks for tasks and rings that are going; an op gets one interval
 * to end by itself.
 */
#define DMACTL_URING_REAP_TICKS (HZ / 4)

/*
 * The call would have to wait but must not. io_uring then retries in a worker.
 */
#define DMACTL_URING_PUNT 1

/*
 * io_uring no longer waits for the op. The op continues, because it cannot be
 * stopped alone, and ops of others must not be stopped for it.
 */
static void dmactl_uring_cancel(struct io_uring_cmd *cmd,
				unsigned int issue_flags)
{
	struct dmactl_uring_pdu *pdu = dmactl_uring_pdu(cmd);

	/* The op has ended, and its CQE is on the way to the task. */
	if (cmpxchg(&pdu->job->cmd, cmd, NULL) != cmd)
		return;
	pdu->job = NULL;
	dmactl_uring_complete(cmd, issue_flags);
}

/* Returns true if a later check is needed. */
static bool dmactl_uring_reap_chan(struct dmactl_chan *chan)
{
	struct io_uring_cmd *cmd;
	struct dmactl_job *job;
	bool again = false;

	guard(dmactl_bh)(&chan->lock);
	list_for_each_entry(job, &chan->queue.inflight, node) {
		/*
		 * The op is in flight and the lock is held, so nobody else
		 * takes the command.
		 */
		cmd = READ_ONCE(job->cmd);
		if (!cmd)
			continue;
		again = true;
		if (!dmactl_compat_uring_left(cmd)) {
			job->leaving = false;
		} else if (!job->leaving) {
			job->leaving = true;
		} else {
			WRITE_ONCE(job->cmd, NULL);
			dmactl_uring_pdu(cmd)->job = NULL;
			dmactl_uring_complete_in_task(cmd);
		}
	}
	return again;
}

void dmactl_uring_reap_work(struct work_struct *work)
{
	struct dmactl_session *s = container_of(to_delayed_work(work),
						struct dmactl_session,
						uring_reaper);
	unsigned long handle = 0;
	struct dmactl_obj *obj;
	bool again = false;

	scoped_guard(rcu)
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_CHAN)
				again |= dmactl_uring_reap_chan(obj_to_chan(obj));
	if (again)
		schedule_delayed_work(&s->uring_reaper, DMACTL_URING_REAP_TICKS);
}

static void dmactl_uring_reap_later(struct dmactl_session *s)
{
	if (!DMACTL_URING_HAS_CANCEL && !delayed_work_pending(&s->uring_reaper))
		schedule_delayed_work(&s->uring_reaper, DMACTL_URING_REAP_TICKS);
}

/* Reads the command once, although the program can change it at any time. */
static void dmactl_uring_read(struct dmactl_uring_cmd *arg,
			      const struct io_uring_cmd *cmd)
{
	const u64 *from = dmactl_compat_uring_payload(cmd);
	u64 words[sizeof(*arg) / sizeof(u64)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = READ_ONCE(from[i]);
	memcpy(arg, words, sizeof(*arg));
}

/* Returns 0 with rwsem held for reading. */
static int dmactl_uring_lock(struct dmactl_chan *chan,
			     unsigned int issue_flags)
{
	if (down_read_trylock(&chan->rwsem))
		return 0;
	/*
	 * A task is stopping the channel, which can take as long as the
	 * hardware does.
	 */
	if (issue_flags & IO_URING_F_NONBLOCK)
		return DMACTL_URING_PUNT;
	return dmactl_chan_lock_read(chan);
}

static int dmactl_uring_fence(struct dmactl_job *job, bool hold,
			      unsigned int issue_flags)
{
	LIST_HEAD(jobs);
	int ret;

	if (!job->has_resv)
		return 0;
	/* It would get a fence that is not signalled before theirs. */
	if (dmactl_defer_blocks(job->chan))
		return -EAGAIN;
	if ((issue_flags & IO_URING_F_NONBLOCK) && hold)
		return DMACTL_URING_PUNT;
	list_add(&job->node, &jobs);
	if (issue_flags & IO_URING_F_NONBLOCK) {
		ret = dmactl_fence_try_jobs(&jobs);
		if (ret == -EAGAIN)
			ret = DMACTL_URING_PUNT;
	} else {
		ret = dmactl_fence_jobs(&jobs, hold);
	}
	list_del_init(&job->node);
	return ret;
}

/* From here on the command can be cancelled; in a worker, at any time. */
static void dmactl_uring_begin(struct dmactl_chan *chan, struct dmactl_job *job,
			       struct io_uring_cmd *cmd,
			       unsigned int issue_flags)
{
	job->uring = true;
	WRITE_ONCE(job->cmd, cmd);
	dmactl_uring_pdu(cmd)->job = job;
	dmactl_compat_uring_mark(cmd, issue_flags);
	dmactl_uring_reap_later(chan->session);
}

/*
 * Takes over @job. Returns -EIOCBQUEUED if the end of the op makes the CQE, or
 * a cancellation has made it.
 */
static int dmactl_uring_accept(struct dmactl_chan *chan, struct dmactl_job *job,
			       struct io_uring_cmd *cmd, bool hold,
			       unsigned int issue_flags)
{
	/*
	 * In a worker, beginning takes io_uring's lock, which comes before
	 * rwsem.
	 */
	bool worker = issue_flags & IO_URING_F_UNLOCKED;
	bool begun = worker;
	int ret;

	if (worker)
		dmactl_uring_begin(chan, job, cmd, issue_flags);
	ret = dmactl_uring_lock(chan, issue_flags);
	if (ret)
		goto err_put;
	ret = chan->life.dead;
	if (!ret && chan->user)
		ret = -EBUSY;
	if (ret)
		goto err_unlock;
	if (!begun)
		dmactl_uring_begin(chan, job, cmd, issue_flags);
	begun = true;
	ret = dmactl_accept(chan, job, hold);
	if (ret)
		goto err_unlock;
	if (!hold)
		dmactl_chan_issue(chan);
	up_read(&chan->rwsem);
	return -EIOCBQUEUED;

err_unlock:
	up_read(&chan->rwsem);
err_put:
	/* The command may have been cancelled, which makes the CQE. */
	if (begun && !xchg(&job->cmd, NULL))
		ret = -EIOCBQUEUED;
	dmactl_job_clear_and_free(job);
	return ret;
}

/* Held ops keep the credit that a new op needs: issue them. */
static void dmactl_uring_issue_held(struct dmactl_chan *chan)
{
	/*
	 * Otherwise a task stops the channel, which issues or ends these ops.
	 */
	if (!down_read_trylock(&chan->rwsem))
		return;
	if (!chan->life.dead && READ_ONCE(chan->queue.held))
		dmactl_chan_issue(chan);
	up_read(&chan->rwsem);
}

static int dmactl_uring_submit(struct dmactl_chan *chan,
			       const struct dmactl_uring_cmd *arg,
			       struct io_uring_cmd *cmd,
			       unsigned int issue_flags)
{
	bool hold = arg->flags & DMACTL_URING_HOLD;
	struct dmactl_job *job;
	int ret;

	if (READ_ONCE(chan->user))
		return -EBUSY;
	job = dmactl_job_alloc(chan);
	if (!job)
		return -EAGAIN;
	ret = dmactl_validate(chan, &arg->op, job);
	/* A command has only one CQE. */
	if (!ret && job->periods)
		ret = -EOPNOTSUPP;
	if (!ret)
		ret = dmactl_uring_fence(job, hold, issue_flags);
	if (ret) {
		dmactl_job_clear_and_free(job);
		return ret;
	}
	return dmactl_uring_accept(chan, job, cmd, hold, issue_flags);
}

static int dmactl_uring_issue(struct dmactl_chan *chan,
			      const struct dmactl_uring_cmd *arg,
			      unsigned int issue_flags)
{
	const struct dmactl_op only_chan = { .chan = arg->op.chan };
	int ret;

	if (memcmp(&arg->op, &only_chan, sizeof(only_chan)) || arg->flags)
		return -EINVAL;
	ret = dmactl_uring_lock(chan, issue_flags);
	if (ret)
		return ret;
	ret = chan->life.dead;
	if (!ret)
		dmactl_chan_issue(chan);
	up_read(&chan->rwsem);
	return ret;
}

static int dmactl_uring_check(const struct dmactl_uring_cmd *arg,
			      const struct io_uring_cmd *cmd)
{
	if (cmd->cmd_op != DMACTL_URING_OP && cmd->cmd_op != DMACTL_URING_ISSUE)
		return -ENOTTY;
	/* io_uring owns the higher bits. */
	if ((cmd->flags & GENMASK(23, 0)) || (arg->flags & ~DMACTL_URING_HOLD))
		return -EOPNOTSUPP;
	if (memchr_inv(arg->reserved, 0, sizeof(arg->reserved)))
		return -EINVAL;
	return 0;
}

static int dmactl_uring_run(struct dmactl_chan *chan,
			    const struct dmactl_uring_cmd *arg,
			    struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	int ret;

	if (cmd->cmd_op == DMACTL_URING_ISSUE)
		ret = dmactl_uring_issue(chan, arg, issue_flags);
	else
		ret = dmactl_uring_submit(chan, arg, cmd, issue_flags);
	if (ret == DMACTL_URING_PUNT)
		return -EAGAIN;
	if (ret == -EAGAIN && !(arg->flags & DMACTL_URING_HOLD))
		dmactl_uring_issue_held(chan);
	if (ret == -EIOCBQUEUED)
		return ret;
	/*
	 * Make the CQE here: io_uring would retry a returned EAGAIN in a
	 * worker.
	 */
	dmactl_compat_uring_done(cmd, ret, 0, dmactl_uring_pdu(cmd)->cqe32,
				 issue_flags);
	return -EIOCBQUEUED;
}

int dmactl_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	struct dmactl_session *s = cmd->file->private_data;
	struct dmactl_uring_cmd arg;
	struct dmactl_chan *chan;
	int ret;

	if (issue_flags & DMACTL_URING_F_CANCEL) {
		dmactl_uring_cancel(cmd, issue_flags);
		return 0;
	}
	if (!(issue_flags & IO_URING_F_SQE128))
		return -EINVAL;
	dmactl_uring_read(&arg, cmd);
	ret = dmactl_uring_check(&arg, cmd);
	if (ret)
		return ret;
	chan = dmactl_chan_get(s, arg.op.chan);
	if (!chan)
		return -ENOENT;
	dmactl_uring_pdu(cmd)->cqe32 = issue_flags & IO_URING_F_CQE32;
	ret = dmactl_uring_run(chan, &arg, cmd, issue_flags);
	/* Put the channel last: until then a cancellation may read the op. */
	dmactl_chan_put(chan);
	return ret;
}
