// SPDX-License-Identifier: GPL-2.0-only
/* PREPARE: creates an op that can be submitted many times. */

#include <linux/kref.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/chan.h"
#include "core/cmd.h"
#include "core/object.h"
#include "core/param.h"
#include "core/session.h"
#include "core/usercopy.h"
#include "front/optable.h"
#include "front/prepare.h"
#include "op/job.h"
#include "queue/prepared.h"

/* A check stores its result at one address, so it cannot be submitted twice. */
static bool dmactl_prepared_possible(const struct dmactl_op *op)
{
	switch (op->opcode) {
	case DMACTL_OP_NOP:
	case DMACTL_OP_PREPARED:
	case DMACTL_OP_CYCLIC:
	case DMACTL_OP_XOR_VAL:
	case DMACTL_OP_PQ_VAL:
		return false;
	}
	return !(op->flags & (DMACTL_OPF_REPEAT | DMACTL_OPF_LOAD_EOT));
}

static int dmactl_prepared_check(struct dmactl_prepared *p,
				 const struct dmactl_op *op)
{
	int ret;

	/* dmactl_prepared_free() clears the job, also on failure. */
	ret = dmactl_job_charge(&p->job, sizeof(*p));
	if (!ret)
		ret = dmactl_validate(p->chan, op, &p->job);
	if (!ret && p->job.metadata)
		ret = -EOPNOTSUPP;
	if (p->chan->limits.caps & DMACTL_CAP_REUSE)
		dmactl_job_set_reusable(&p->job);
	return ret;
}

static int dmactl_prepare_locked(struct dmactl_cmd *cmd,
				 struct dmactl_prepared *p)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_prepare *arg = cmd->arg;
	struct dmactl_chan *chan = p->chan;
	int ret;

	lockdep_assert_held(&s->lock);
	if (s->nr[DMACTL_OBJ_PREPARED] >= dmactl_max_buffers)
		return -EDQUOT;
	ret = dmactl_prepared_fill(p);
	if (ret)
		return ret;
	ret = dmactl_obj_reserve(s, &p->obj);
	if (ret)
		goto err_drop;
	arg->out_handle = p->obj.handle;
	ret = dmactl_cmd_respond(cmd);
	if (ret)
		goto err_handle;
	dmactl_obj_publish(s, &p->obj);
	return 0;

err_handle:
	dmactl_obj_unreserve(s, &p->obj);
err_drop:
	dmactl_chan_write_lock(chan);
	if (!chan->life.quarantined)
		dmactl_prepared_drop(p);
	dmactl_chan_unlock_write(chan);
	return ret;
}

/*
 * Reads the program's memory before it takes a lock, because reads may fault.
 */
static int dmactl_prepare(struct dmactl_cmd *cmd, struct dmactl_chan *chan,
			  const struct dmactl_op *op)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_prepared *p;
	int ret;

	p = dmactl_prepared_new(s, chan);
	if (!p)
		return -ENOMEM;
	ret = dmactl_prepared_check(p, op);
	if (!ret)
		ret = dmactl_session_lock(s);
	if (!ret) {
		ret = dmactl_prepare_locked(cmd, p);
		dmactl_session_unlock(s);
	}
	if (ret)
		dmactl_prepared_free(p);
	return ret;
}

int dmactl_ioctl_prepare(struct dmactl_cmd *cmd)
{
	struct dmactl_prepare *arg = cmd->arg;
	struct dmactl_chan *chan;
	struct dmactl_op op;
	int ret;

	if (!dmactl_stride_ok(1, arg->op_size, sizeof(op)))
		return -EINVAL;
	ret = copy_struct_from_user(&op, sizeof(op),
				    u64_to_user_ptr(arg->op_uptr),
				    arg->op_size);
	if (ret)
		return ret;
	if (!dmactl_prepared_possible(&op))
		return -EOPNOTSUPP;
	chan = dmactl_chan_get(cmd->session, op.chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_prepare(cmd, chan, &op);
	dmactl_chan_put(chan);
	return ret;
}
