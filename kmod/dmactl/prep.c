// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops become descriptors. An op is cut where its memory, the device's
 * segments or the provider's longest transfer end.
 */

#include <linux/dmaengine.h>

#include "core.h"
#include "trace.h"

/* What one descriptor does. */
struct dmactl_piece {
	dma_addr_t dst;
	dma_addr_t src;
	u64 len;
};

/* At a cursor: the address, and the bytes that follow in one piece. */
static u64 dmactl_cursor_room(const struct dmactl_span *spans,
			      const struct dmactl_cursor *at, dma_addr_t *addr)
{
	const struct dmactl_span *span = &spans[at->index];
	u64 room = dmactl_map_addr(span->map, span->off + at->pos, addr);

	return min(room, span->len - at->pos);
}

static void dmactl_cursor_advance(const struct dmactl_span *spans,
				  struct dmactl_cursor *at, u64 len)
{
	at->pos += len;
	if (at->pos == spans[at->index].len) {
		at->index++;
		at->pos = 0;
	}
}

static void dmactl_next_piece(const struct dmactl_chan *chan,
			      const struct dmactl_tx *tx,
			      struct dmactl_piece *piece)
{
	u64 len = tx->len - tx->prepared;

	/* Pieces of an aligned op stay aligned. */
	if (len > chan->max_len)
		len = max_t(u64, round_down(chan->max_len, tx->align),
			    tx->align);
	if (tx->nr_dst)
		len = min(len, dmactl_cursor_room(tx->dst, &tx->at_dst,
						  &piece->dst));
	if (tx->nr_src)
		len = min(len, dmactl_cursor_room(tx->src, &tx->at_src,
						  &piece->src));
	piece->len = len;
}

static struct dma_async_tx_descriptor *
dmactl_prep_piece(struct dmactl_chan *chan, const struct dmactl_tx *tx,
		  const struct dmactl_piece *piece)
{
	unsigned long flags = DMA_PREP_INTERRUPT | DMA_CTRL_ACK;

	if (tx->flags & DMACTL_OPF_FENCE)
		flags |= DMA_PREP_FENCE;
	switch (tx->opcode) {
	case DMACTL_OP_MEMCPY:
	case DMACTL_OP_SG:
		return dmaengine_prep_dma_memcpy(chan->dma, piece->dst,
						 piece->src, piece->len,
						 flags);
	case DMACTL_OP_MEMSET:
		return dmaengine_prep_dma_memset(chan->dma, piece->dst,
						 tx->value, piece->len, flags);
	}
	return NULL;
}

static int dmactl_prep_one(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece;
	struct dmactl_desc *desc;

	desc = list_first_entry_or_null(&chan->free_descs, struct dmactl_desc,
					node);
	if (!desc)
		return -EAGAIN;
	dmactl_next_piece(chan, tx, &piece);
	txd = dmactl_prep_piece(chan, tx, &piece);
	if (!txd)
		return -EAGAIN;
	/* Some providers hold a lock from prep to submit: straight on. */
	txd->callback_result = dmactl_tx_callback;
	txd->callback_param = desc;
	desc->cookie = dmaengine_submit(txd);
	if (dma_submit_error(desc->cookie))
		return -EIO;

	desc->tx = tx;
	desc->len = piece.len;
	list_move_tail(&desc->node, &tx->descs);
	chan->nr_descs++;
	chan->descriptors++;
	if (tx->nr_dst)
		dmactl_cursor_advance(tx->dst, &tx->at_dst, piece.len);
	if (tx->nr_src)
		dmactl_cursor_advance(tx->src, &tx->at_src, piece.len);
	tx->prepared += piece.len;
	trace_dmactl_op_prep(chan->session->id, chan->obj.handle, tx->opcode,
			     tx->seq, piece.len);
	trace_dmactl_op_submit(chan->session->id, chan->obj.handle, tx->seq,
			       desc->cookie);
	return 0;
}

/*
 * Hands the rest of an op to the provider. -EAGAIN: it takes no more now.
 * -EIO: it refused a descriptor that it had prepared.
 */
int dmactl_prep(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	int ret = 0;

	lockdep_assert_held(&chan->lock);
	while (!ret && tx->prepared < tx->len)
		ret = dmactl_prep_one(chan, tx);
	return ret;
}
