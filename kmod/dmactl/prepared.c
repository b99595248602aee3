// SPDX-License-Identifier: GPL-2.0-only
/* Ops whose descriptors are prepared once and submitted many times. */

#include <linux/bottom_half.h>
#include <linux/dmaengine.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "prepared.h"

static void dmactl_prepared_free(struct dmactl_prepared *p)
{
	dmactl_tx_clear(&p->tx);
	dmactl_chan_put(p->chan);
	kvfree(p->descs);
	kfree_rcu(p, obj.rcu);
}

static void dmactl_prepared_release(struct kref *ref)
{
	dmactl_prepared_free(container_of(ref, struct dmactl_prepared,
					  obj.ref));
}

/* Gives the descriptors back to the provider, while there is one. */
static void dmactl_prepared_give_back(struct dmactl_prepared *p)
{
	lockdep_assert_held_write(&p->chan->rwsem);
	while (p->nr)
		dmaengine_desc_free(p->descs[--p->nr].txd);
}

static void dmactl_prepared_drop(struct dmactl_prepared *p)
{
	list_del_init(&p->chan_node);
	dmactl_prepared_give_back(p);
}

/* Of a channel that is going, and has stopped. */
void dmactl_prepared_drop_all(struct dmactl_chan *chan)
{
	struct dmactl_prepared *p, *next;

	list_for_each_entry_safe(p, next, &chan->prepareds, chan_node)
		dmactl_prepared_drop(p);
}

/*
 * Of a channel that was just terminated. Some providers take back what was
 * prepared as well, and would give it to somebody else; others keep it until
 * it is freed. Either way it is not to be submitted any more.
 */
void dmactl_prepared_lose_all(struct dmactl_chan *chan)
{
	struct dmactl_prepared *p;

	list_for_each_entry(p, &chan->prepareds, chan_node) {
		dmactl_prepared_give_back(p);
		WRITE_ONCE(p->simple, false);
		WRITE_ONCE(p->lost, true);
	}
}

/*
 * From a task, with nothing of it in flight: afterwards no callback for it is on
 * its way out either.
 */
void dmactl_prepared_settle(struct dmactl_prepared *p)
{
	int cpu = get_cpu();

	put_cpu();
	/* A softirq is not put aside for a task on the same processor. */
	if (p->cpu < 0 || p->cpu == cpu)
		return;
	if (cpu_online(p->cpu)) {
		schedule_work_on(p->cpu, &p->work);
		flush_work(&p->work);
	}
	p->cpu = -1;
}

/*
 * The record of an op is seen in the ring before the op has let go of the
 * object: in the callback, under the first of these locks, or when it comes from
 * the queue, under the second.
 */
static void dmactl_prepared_let_end(struct dmactl_prepared *p)
{
	guard(dmactl_bh)(&p->chan->lock);
	guard(dmactl_bh)(&p->session->cq_lock);
}

/* Nobody uses it, and nobody will. */
static bool dmactl_prepared_seize(struct dmactl_prepared *p)
{
	if (atomic_cmpxchg(&p->busy, DMACTL_PREPARED_FREE,
			   DMACTL_PREPARED_GONE) != DMACTL_PREPARED_FREE)
		return false;
	/* Somebody may be about to find it busy. */
	if (refcount_dec_if_one(&p->obj.users))
		return true;
	dmactl_prepared_put(p);
	return false;
}

int dmactl_prepared_destroy(struct dmactl_obj *obj)
{
	struct dmactl_prepared *p = obj_to_prepared(obj);
	struct dmactl_session *s = p->session;

	lockdep_assert_held(&s->lock);
	if (!dmactl_prepared_seize(p)) {
		dmactl_prepared_let_end(p);
		if (!dmactl_prepared_seize(p))
			return -EBUSY;
	}
	dmactl_obj_erase(s, obj);
	s->nr_prepared--;
	dmactl_prepared_settle(p);
	scoped_guard(rwsem_write, &p->chan->rwsem)
		if (!p->chan->quarantined)
			dmactl_prepared_drop(p);
	/* It has let go of the object, and may not have returned yet. */
	flush_work(&p->work);
	kref_put(&obj->ref, dmactl_prepared_release);
	return 0;
}

static void dmactl_prepared_work(struct work_struct *work)
{
	struct dmactl_prepared *p = container_of(work, struct dmactl_prepared,
						 work);
	struct dmactl_chan *chan = p->chan;
	LIST_HEAD(ended);

	/* With real-time kernels, wait for the thread that runs tasklets. */
	local_bh_disable();
	local_bh_enable();
	if (!p->ended)
		return;
	list_add(&p->ended->node, &ended);
	p->ended = NULL;
	dmactl_tx_finish(chan, &ended);
}

/*
 * From the callback. The provider takes a descriptor that is to be used again
 * back only after that has returned (virt-dma does), so it must not be submitted
 * before. Once this processor is out of its softirq, it has returned: the next
 * one to submit sees to that, in dmactl_prepared_settle(). Where callbacks come
 * from threads, nobody may hear of the end before this work has run, on the same
 * processor.
 *
 * True: the op may end at once.
 */
bool dmactl_prepared_note(struct dmactl_tx *tx)
{
	struct dmactl_prepared *p = tx->prepared_by;

	p->cpu = smp_processor_id();
	return in_serving_softirq() && !IS_ENABLED(CONFIG_PREEMPT_RT);
}

void dmactl_prepared_defer(struct dmactl_tx *tx)
{
	struct dmactl_prepared *p = tx->prepared_by;

	if (dmactl_prepared_note(tx))
		return;
	list_del_init(&tx->node);
	p->ended = tx;
	schedule_work_on(p->cpu, &p->work);
}

/* An op lets go of what it was made from: the spans are not its own. */
void dmactl_prepared_unuse(struct dmactl_tx *tx)
{
	struct dmactl_prepared *p = tx->prepared_by;

	tx->prepared_by = NULL;
	tx->nr_dst = 0;
	tx->nr_src = 0;
	/* In this order: see dmactl_prepared_seize(). */
	dmactl_obj_unuse(&p->obj);
	dmactl_prepared_put(p);
}

static bool dmactl_prepared_grow(struct dmactl_prepared *p)
{
	u32 room = max(p->room * 2, 8u);
	struct dmactl_prepared_desc *descs;

	descs = kvmalloc_array(room, sizeof(*descs), GFP_KERNEL_ACCOUNT);
	if (!descs)
		return false;
	if (p->nr)
		memcpy(descs, p->descs, p->nr * sizeof(*descs));
	kvfree(p->descs);
	p->descs = descs;
	p->room = room;
	return true;
}

/* One descriptor more. It stays with the provider, not submitted. */
static int dmactl_prepared_one(struct dmactl_prepared *p)
{
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece = { };
	struct dmactl_tx *tx = &p->tx;

	/* Whoever prepares holds rwsem for reading: nobody does now. */
	txd = tx->ops->prep(p->chan, tx, &piece, dmactl_prep_flags(tx));
	if (IS_ERR_OR_NULL(txd))
		return -EAGAIN;
	p->descs[p->nr++] = (struct dmactl_prepared_desc) {
		.txd = txd, .piece = piece,
	};
	tx->prepared += piece.len;
	tx->all = tx->prepared == tx->len;
	if (tx->ops->advance)
		tx->ops->advance(tx, &piece);
	return 0;
}

static int dmactl_prepared_all(struct dmactl_prepared *p)
{
	int ret = 0;

	lockdep_assert_held_write(&p->chan->rwsem);
	while (!ret && !p->tx.all) {
		ret = -ENOMEM;
		if (p->nr < p->room || dmactl_prepared_grow(p))
			ret = dmactl_prepared_one(p);
	}
	if (ret)
		return ret;
	p->run.len = p->tx.len;
	p->run.prepared = p->tx.len;
	p->run.flags = p->tx.flags;
	WRITE_ONCE(p->simple, p->nr == 1 && p->tx.coherent);
	return 0;
}

static int dmactl_prepared_fill(struct dmactl_prepared *p)
{
	struct dmactl_chan *chan = p->chan;
	int ret;

	guard(rwsem_write)(&chan->rwsem);
	if (chan->dead)
		return chan->dead;
	list_add_tail(&p->chan_node, &chan->prepareds);
	ret = dmactl_prepared_all(p);
	if (ret)
		dmactl_prepared_drop(p);
	return ret;
}

/* The channel was terminated since. */
static int dmactl_prepared_again(struct dmactl_prepared *p)
{
	struct dmactl_tx *tx = &p->tx;
	int ret;

	guard(rwsem_write)(&p->chan->rwsem);
	if (p->chan->dead)
		return p->chan->dead;
	if (!p->lost)
		return 0;
	tx->at_dst = (struct dmactl_cursor) { };
	tx->at_src = (struct dmactl_cursor) { };
	tx->prepared = 0;
	tx->all = false;
	if (tx->ops->rewind)
		tx->ops->rewind(tx);
	ret = dmactl_prepared_all(p);
	if (ret)
		dmactl_prepared_give_back(p);
	else
		WRITE_ONCE(p->lost, false);
	return ret;
}

/* What tells the provider where to put a result cannot be used twice. */
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

static int dmactl_prepared_make(struct dmactl_prepared *p,
				const struct dmactl_op *op)
{
	int ret;

	ret = dmactl_validate(p->chan, op, &p->tx);
	if (!ret && p->tx.metadata)
		ret = -EOPNOTSUPP;
	if (ret)
		return ret;
	p->tx.reusable = true;
	return dmactl_prepared_fill(p);
}

static struct dmactl_prepared *dmactl_prepared_new(struct dmactl_session *s,
						   struct dmactl_chan *chan)
{
	struct dmactl_prepared *p;

	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return NULL;
	dmactl_obj_init(&p->obj, DMACTL_OBJ_PREPARED);
	p->session = s;
	p->cpu = -1;
	p->chan = chan;
	kref_get(&chan->obj.ref);
	INIT_LIST_HEAD(&p->chan_node);
	INIT_WORK(&p->work, dmactl_prepared_work);
	dmactl_tx_init(&p->tx, chan);
	dmactl_tx_init(&p->run, chan);
	p->run.ops = &dmactl_op_prepared;
	p->run.opcode = DMACTL_OP_PREPARED;
	p->run.run = true;
	p->run.prepared_by = p;
	p->run.all = true;
	p->run.plain = true;
	p->run.coherent = true;
	return p;
}

static int dmactl_prepare_locked(struct dmactl_cmd *cmd,
				 struct dmactl_chan *chan,
				 const struct dmactl_op *op)
{
	struct dmactl_session *s = cmd->session;
	struct dmactl_prepare *arg = cmd->arg;
	struct dmactl_prepared *p;
	int ret;

	lockdep_assert_held(&s->lock);
	if (s->nr_prepared >= dmactl_max_buffers)
		return -EDQUOT;
	p = dmactl_prepared_new(s, chan);
	if (!p)
		return -ENOMEM;
	ret = dmactl_prepared_make(p, op);
	if (ret)
		goto err_free;
	ret = dmactl_obj_reserve(s, &p->obj);
	if (ret)
		goto err_drop;
	arg->out_handle = p->obj.handle;
	ret = dmactl_cmd_respond(cmd);
	if (ret)
		goto err_handle;
	s->nr_prepared++;
	dmactl_obj_publish(s, &p->obj);
	return 0;

err_handle:
	dmactl_obj_unreserve(s, &p->obj);
err_drop:
	down_write(&chan->rwsem);
	if (!chan->quarantined)
		dmactl_prepared_drop(p);
	up_write(&chan->rwsem);
err_free:
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
	ret = -EOPNOTSUPP;
	if (chan->caps & DMACTL_CAP_REUSE) {
		mutex_lock(&cmd->session->lock);
		ret = dmactl_prepare_locked(cmd, chan, &op);
		mutex_unlock(&cmd->session->lock);
	}
	dmactl_chan_put(chan);
	return ret;
}

static struct dma_async_tx_descriptor *
dmactl_prepared_prep(struct dmactl_chan *chan, struct dmactl_tx *tx,
		     struct dmactl_piece *piece, unsigned long flags)
{
	struct dmactl_prepared *p = tx->prepared_by;

	if (tx->at_dst.index >= p->nr)
		return NULL;
	*piece = p->descs[tx->at_dst.index].piece;
	return p->descs[tx->at_dst.index].txd;
}

static void dmactl_prepared_advance(struct dmactl_tx *tx,
				    const struct dmactl_piece *piece)
{
	tx->at_dst.index++;
}

/* Its record is out. Of one that was abandoned nothing is given back. */
void dmactl_prepared_unrun(struct dmactl_tx *tx)
{
	struct dmactl_prepared *p = tx->prepared_by;

	if (!p)
		return;
	dmactl_prepared_put(p);
}

/* An op whose record is out may not have let go of it yet. */
static bool dmactl_prepared_get_ended(struct dmactl_prepared *p)
{
	if (dmactl_prepared_get(p))
		return true;
	dmactl_prepared_let_end(p);
	return dmactl_prepared_get(p);
}

static int dmactl_prepared_validate(struct dmactl_chan *chan,
				    const struct dmactl_op *op,
				    struct dmactl_tx *tx)
{
	const struct dmactl_unused unused = {
		.dst = true, .args = true, .value = true, .len = true,
	};
	struct dmactl_prepared *p;
	struct dmactl_obj *obj;
	int ret;

	if (!dmactl_op_is_clean(op, unused) || op->src_off)
		return -EINVAL;
	obj = dmactl_obj_use(chan->session, op->src_buf, DMACTL_OBJ_PREPARED);
	if (!obj)
		return -ENOENT;
	p = obj_to_prepared(obj);
	ret = p->chan == chan ? 0 : -EINVAL;
	if (!ret && !dmactl_prepared_get_ended(p))
		ret = -EBUSY;
	if (ret) {
		dmactl_obj_unuse(obj);
		return ret;
	}
	dmactl_prepared_settle(p);
	tx->prepared_by = p;
	tx->dst = p->tx.dst;
	tx->src = p->tx.src;
	tx->nr_dst = p->tx.nr_dst;
	tx->nr_src = p->tx.nr_src;
	tx->flags = p->tx.flags;
	tx->dir = p->tx.dir;
	tx->len = p->tx.len;
	tx->fenced = dmactl_fence_is_due(tx);
	return READ_ONCE(p->lost) ? dmactl_prepared_again(p) : 0;
}

const struct dmactl_op_type dmactl_op_prepared = {
	.validate = dmactl_prepared_validate,
	.prep = dmactl_prepared_prep,
	.advance = dmactl_prepared_advance,
	.caps = DMACTL_CAP_REUSE,
};
