// SPDX-License-Identifier: GPL-2.0-only
/* The least that a client in the kernel does: memory mapped once, no checks. */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "peers.h"

struct peers_round {
	atomic_t left;
	atomic_t failed;
	struct completion done;
};

static void peers_loop_done(void *param, const struct dmaengine_result *result)
{
	struct peers_round *round = param;

	if (result->result != DMA_TRANS_NOERROR)
		atomic_inc(&round->failed);
	if (atomic_dec_and_test(&round->left))
		complete(&round->done);
}

static int peers_loop_round(struct peers *p, struct peers_round *round,
			    const struct peers_loop *arg)
{
	struct dma_async_tx_descriptor *tx;
	unsigned int i;

	atomic_set(&round->left, arg->depth);
	reinit_completion(&round->done);
	for (i = 0; i < arg->depth; i++) {
		struct peers_slot *slot = &p->slots[i % p->nr_slots];

		tx = dmaengine_prep_dma_memcpy(p->chan, slot->dst_dma,
					       slot->src_dma, arg->size,
					       DMA_PREP_INTERRUPT |
					       DMA_CTRL_ACK);
		if (!tx)
			return -ENOSPC;
		tx->callback_result = peers_loop_done;
		tx->callback_param = round;
		if (dma_submit_error(dmaengine_submit(tx)))
			return -EIO;
	}
	dma_async_issue_pending(p->chan);
	if (!wait_for_completion_timeout(&round->done, PEERS_TIMEOUT))
		return -ETIMEDOUT;
	return atomic_read(&round->failed) ? -EIO : 0;
}

static int peers_loop_sample(struct peers *p, struct peers_round *round,
			     const struct peers_loop *arg, u64 *ns)
{
	u64 since = ktime_get_ns();
	unsigned int i;
	int ret;

	for (i = 0; i < arg->rounds; i++) {
		ret = peers_loop_round(p, round, arg);
		if (ret)
			return ret;
	}
	*ns = ktime_get_ns() - since;
	return 0;
}

long peers_loop(struct peers *p, const struct peers_loop *arg)
{
	u64 __user *samples = (u64 __user *)arg->samples_uptr;
	struct peers_round round = { };
	unsigned int i;
	int ret = 0;
	u64 ns;

	if (!arg->depth || !arg->size || arg->size > p->size)
		return -EINVAL;
	init_completion(&round.done);
	for (i = 0; i < arg->samples && !ret; i++) {
		ret = peers_loop_sample(p, &round, arg, &ns);
		if (!ret && put_user(ns, &samples[i]))
			ret = -EFAULT;
		if (!ret && signal_pending(current))
			ret = -EINTR;
	}
	/* No callback may use this stack frame after the return. */
	if (ret)
		dmaengine_terminate_sync(p->chan);
	return ret;
}
