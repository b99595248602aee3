// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients with memory of their own that the program maps. Two calls for each
 * transfer, one that starts it and one that waits, as in dma-proxy. Or one call,
 * and a signal at the end, as in xilinx_axidma.
 */
#include <linux/sched/signal.h>

#include "peers.h"

static long peers_slot_start(struct peers_slot *slot,
			     dma_async_tx_callback_result callback)
{
	struct peers *p = slot->peers;
	struct dma_async_tx_descriptor *tx;

	tx = dmaengine_prep_dma_memcpy(p->chan, slot->dst_dma, slot->src_dma,
				       p->size,
				       DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
	if (!tx)
		return -ENOSPC;
	tx->callback_result = callback;
	tx->callback_param = slot;
	reinit_completion(&slot->done);
	if (dma_submit_error(dmaengine_submit(tx)))
		return -EIO;
	dma_async_issue_pending(p->chan);
	return 0;
}

static void peers_slot_done(void *param, const struct dmaengine_result *result)
{
	struct peers_slot *slot = param;

	slot->result = result->result;
	complete(&slot->done);
}

static void peers_slot_signal(void *param,
			      const struct dmaengine_result *result)
{
	struct peers_slot *slot = param;
	struct peers *p = slot->peers;
	struct kernel_siginfo info;

	slot->result = result->result;
	clear_siginfo(&info);
	info.si_signo = PEERS_SIGNO;
	info.si_code = SI_QUEUE;
	info.si_int = result->result == DMA_TRANS_NOERROR ? slot - p->slots : -1;
	send_sig_info(PEERS_SIGNO, &info, p->task);
}

long peers_start(struct peers *p, unsigned long nr)
{
	struct peers_slot *slot = peers_slot(p, nr);

	return slot ? peers_slot_start(slot, peers_slot_done) : -EINVAL;
}

long peers_finish(struct peers *p, unsigned long nr)
{
	struct peers_slot *slot = peers_slot(p, nr);

	if (!slot)
		return -EINVAL;
	if (!wait_for_completion_timeout(&slot->done, PEERS_TIMEOUT))
		return -ETIMEDOUT;
	return slot->result == DMA_TRANS_NOERROR ? 0 : -EIO;
}

long peers_signal(struct peers *p, unsigned long nr)
{
	struct peers_slot *slot = peers_slot(p, nr);

	return slot ? peers_slot_start(slot, peers_slot_signal) : -EINVAL;
}
