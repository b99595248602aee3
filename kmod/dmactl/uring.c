// SPDX-License-Identifier: GPL-2.0-only
/* Ops that come through io_uring, one an SQE, and end as its CQE. */

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "core.h"

/*
 * Where io_uring does not tell that somebody leaves, one looks this often and
 * gives an op the time from one look to the next to end by itself.
 */
#define DMACTL_URING_WATCH (HZ / 4)

/* What may wait, but was asked not to: io_uring asks again from a worker. */
#define DMACTL_URING_PUNT 1

/* In the room that io_uring leaves us. */
struct dmactl_uring_pdu {
	/*
	 * Back in the pool only when the CQE is made, so it is there for as
	 * long as the command is. NULL: called off.
	 */
	struct dmactl_tx *tx;
	bool cqe32;
};

static struct dmactl_uring_pdu *dmactl_uring_pdu(struct io_uring_cmd *cmd)
{
	BUILD_BUG_ON(sizeof(struct dmactl_uring_pdu) > sizeof(cmd->pdu));
	return (struct dmactl_uring_pdu *)cmd->pdu;
}

/* As in include/uapi/linux/dmactl.h. */
static s32 dmactl_uring_res(const struct dmactl_tx *tx)
{
	if (tx->status)
		return tx->status;
	if (tx->opcode == DMACTL_OP_XOR_VAL || tx->opcode == DMACTL_OP_PQ_VAL)
		return tx->check;
	return min_t(u64, tx->bytes, S32_MAX);
}

/* In the task that submitted it, or in one that cleans up after it. */
static void dmactl_uring_told(struct io_uring_cmd *cmd,
			      unsigned int issue_flags)
{
	struct dmactl_uring_pdu *pdu = dmactl_uring_pdu(cmd);
	struct dmactl_chan *chan = NULL;
	struct dmactl_tx *tx = pdu->tx;
	s32 res = -ECANCELED;
	u64 bytes = 0;

	if (tx) {
		res = dmactl_uring_res(tx);
		bytes = tx->bytes;
		/* Without its lock, io_uring may call it off until it is done. */
		if (issue_flags & IO_URING_F_UNLOCKED) {
			chan = tx->chan;
			kref_get(&chan->obj.ref);
		}
		/*
		 * First: who sees the CQE wants to submit the next one. The
		 * session may go with the command.
		 */
		dmactl_tx_put(tx);
	}
	dmactl_compat_uring_done(cmd, res, bytes, pdu->cqe32, issue_flags);
	if (chan)
		dmactl_chan_put(chan);
}

DMACTL_URING_TASK_WORK(dmactl_uring_told)

/* The op has ended. From any context; afterwards it may be gone. */
void dmactl_uring_end(struct dmactl_tx *tx)
{
	struct io_uring_cmd *cmd = xchg(&tx->cmd, NULL);

	if (cmd)
		dmactl_compat_uring_in_task(cmd, dmactl_uring_told_tw);
	else
		dmactl_tx_put(tx);
}

/*
 * io_uring will not wait for the op any longer. The op goes on: it cannot be
 * taken back alone, and nobody else's may be stopped for it.
 */
static void dmactl_uring_cancel(struct io_uring_cmd *cmd,
				unsigned int issue_flags)
{
	struct dmactl_uring_pdu *pdu = dmactl_uring_pdu(cmd);

	/* Not ours any more: its end is on the way to the task. */
	if (cmpxchg(&pdu->tx->cmd, cmd, NULL) != cmd)
		return;
	pdu->tx = NULL;
	dmactl_uring_told(cmd, issue_flags);
}

/* True if there is something to look at later. */
static bool dmactl_uring_watch_chan(struct dmactl_chan *chan)
{
	struct io_uring_cmd *cmd;
	struct dmactl_tx *tx;
	bool again = false;

	guard(dmactl_bh)(&chan->lock);
	list_for_each_entry(tx, &chan->inflight, node) {
		/* In flight and with the lock held: nobody else takes it. */
		cmd = READ_ONCE(tx->cmd);
		if (!cmd)
			continue;
		again = true;
		if (!dmactl_compat_uring_left(cmd)) {
			tx->left = false;
		} else if (!tx->left) {
			tx->left = true;
		} else {
			WRITE_ONCE(tx->cmd, NULL);
			dmactl_uring_pdu(cmd)->tx = NULL;
			dmactl_compat_uring_in_task(cmd, dmactl_uring_told_tw);
		}
	}
	return again;
}

void dmactl_uring_watch_work(struct work_struct *work)
{
	struct dmactl_session *s = container_of(to_delayed_work(work),
						struct dmactl_session,
						uring_watch);
	unsigned long handle = 0;
	struct dmactl_obj *obj;
	bool again = false;

	scoped_guard(rcu)
		xa_for_each(&s->objects, handle, obj)
			if (obj->type == DMACTL_OBJ_CHAN)
				again |= dmactl_uring_watch_chan(obj_to_chan(obj));
	if (again)
		schedule_delayed_work(&s->uring_watch, DMACTL_URING_WATCH);
}

static void dmactl_uring_watch(struct dmactl_session *s)
{
	if (!DMACTL_URING_HAS_CANCEL && !delayed_work_pending(&s->uring_watch))
		schedule_delayed_work(&s->uring_watch, DMACTL_URING_WATCH);
}

/* Once, whatever the program does to it meanwhile. */
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

/* 0: rwsem is held for reading. */
static int dmactl_uring_lock(struct dmactl_chan *chan,
			     unsigned int issue_flags)
{
	if (down_read_trylock(&chan->rwsem))
		return 0;
	/* Somebody stops it, which may take as long as the hardware likes. */
	if (issue_flags & IO_URING_F_NONBLOCK)
		return DMACTL_URING_PUNT;
	down_read(&chan->rwsem);
	return 0;
}

static int dmactl_uring_fence(struct dmactl_tx *tx, bool hold,
			      unsigned int issue_flags)
{
	LIST_HEAD(txs);
	int ret;

	if (!tx->fenced)
		return 0;
	if ((issue_flags & IO_URING_F_NONBLOCK) && hold)
		return DMACTL_URING_PUNT;
	list_add(&tx->node, &txs);
	if (issue_flags & IO_URING_F_NONBLOCK) {
		ret = dmactl_fence_try_txs(&txs);
		if (ret == -EAGAIN)
			ret = DMACTL_URING_PUNT;
	} else {
		ret = dmactl_fence_txs(&txs, hold);
	}
	list_del_init(&tx->node);
	return ret;
}

/* From here on it can be called off: in a worker at any time. */
static void dmactl_uring_begin(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       struct io_uring_cmd *cmd,
			       unsigned int issue_flags)
{
	tx->uring = true;
	tx->cmd = cmd;
	dmactl_uring_pdu(cmd)->tx = tx;
	dmactl_compat_uring_mark(cmd, issue_flags);
	dmactl_uring_watch(chan->session);
}

/*
 * Takes @tx over. -EIOCBQUEUED: the end of the op makes the CQE, or whoever
 * called it off has.
 */
static int dmactl_uring_accept(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       struct io_uring_cmd *cmd, bool hold,
			       unsigned int issue_flags)
{
	/* There, to begin takes io_uring's lock, which comes before rwsem. */
	bool worker = issue_flags & IO_URING_F_UNLOCKED;
	bool begun = worker;
	int ret;

	if (worker)
		dmactl_uring_begin(chan, tx, cmd, issue_flags);
	ret = dmactl_uring_lock(chan, issue_flags);
	if (ret)
		goto err_put;
	ret = chan->dead;
	if (!ret && chan->stream)
		ret = -EBUSY;
	if (ret)
		goto err_unlock;
	if (!begun)
		dmactl_uring_begin(chan, tx, cmd, issue_flags);
	begun = true;
	ret = dmactl_accept(chan, tx, hold);
	if (ret)
		goto err_unlock;
	if (!hold)
		dmactl_chan_issue(chan);
	up_read(&chan->rwsem);
	return -EIOCBQUEUED;

err_unlock:
	up_read(&chan->rwsem);
err_put:
	/* Somebody may have called it off, and made the CQE. */
	if (begun && !xchg(&tx->cmd, NULL))
		ret = -EIOCBQUEUED;
	dmactl_tx_put(tx);
	return ret;
}

/* What is held back keeps the room that an op wants. */
static void dmactl_uring_make_room(struct dmactl_chan *chan)
{
	/* Otherwise somebody stops it, and that starts them or ends them. */
	if (!down_read_trylock(&chan->rwsem))
		return;
	if (!chan->dead && READ_ONCE(chan->held))
		dmactl_chan_issue(chan);
	up_read(&chan->rwsem);
}

static int dmactl_uring_submit(struct dmactl_chan *chan,
			       const struct dmactl_uring_cmd *arg,
			       struct io_uring_cmd *cmd,
			       unsigned int issue_flags)
{
	bool hold = arg->flags & DMACTL_URING_HOLD;
	struct dmactl_tx *tx;
	int ret;

	if (READ_ONCE(chan->stream))
		return -EBUSY;
	tx = dmactl_tx_get(chan);
	if (!tx)
		return -EAGAIN;
	ret = dmactl_validate(chan, &arg->op, tx);
	/* A command has one CQE. */
	if (!ret && tx->periods)
		ret = -EOPNOTSUPP;
	if (!ret)
		ret = dmactl_uring_fence(tx, hold, issue_flags);
	if (ret) {
		dmactl_tx_put(tx);
		return ret;
	}
	return dmactl_uring_accept(chan, tx, cmd, hold, issue_flags);
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
	ret = chan->dead;
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
	/* The bits above these are io_uring's own. */
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
		dmactl_uring_make_room(chan);
	if (ret == -EIOCBQUEUED)
		return ret;
	/* Not by returning it: EAGAIN would be tried again, in a worker. */
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
	/* Last: until it is done it may be called off, which looks at the op. */
	dmactl_chan_put(chan);
	return ret;
}
