// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops become descriptors. An op is cut where its memory, the device's
 * segments or the provider's longest transfer end.
 */

#include <linux/dmaengine.h>

#include "core.h"
#include "trace.h"

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

/* Bytes in one descriptor, at most. Pieces of an aligned op stay aligned. */
u64 dmactl_piece_max(const struct dmactl_chan *chan, const struct dmactl_tx *tx)
{
	u64 len = tx->len - tx->prepared;

	if (len <= chan->max_len)
		return len;
	return max_t(u64, round_down(chan->max_len, tx->align), tx->align);
}

/* The next piece of an op that goes straight through its spans. */
u64 dmactl_linear_next(const struct dmactl_chan *chan,
		       const struct dmactl_tx *tx, dma_addr_t *dst,
		       dma_addr_t *src)
{
	u64 len = dmactl_piece_max(chan, tx);

	if (dst)
		len = min(len, dmactl_cursor_room(tx->dst, &tx->at_dst, dst));
	if (src)
		len = min(len, dmactl_cursor_room(tx->src, &tx->at_src, src));
	return len;
}

void dmactl_linear_advance(struct dmactl_tx *tx,
			   const struct dmactl_piece *piece)
{
	if (tx->nr_dst)
		dmactl_cursor_advance(tx->dst, &tx->at_dst, piece->len);
	if (tx->nr_src)
		dmactl_cursor_advance(tx->src, &tx->at_src, piece->len);
}

unsigned long dmactl_prep_flags(const struct dmactl_tx *tx)
{
	unsigned long flags = DMA_PREP_INTERRUPT | DMA_CTRL_ACK;

	if (tx->flags & DMACTL_OPF_FENCE)
		flags |= DMA_PREP_FENCE;
	if (tx->flags & DMACTL_OPF_REPEAT)
		flags |= DMA_PREP_REPEAT;
	/* The first takes over; the others follow it. */
	if ((tx->flags & DMACTL_OPF_LOAD_EOT) && !tx->prepared)
		flags |= DMA_PREP_LOAD_EOT;
	if (tx->flags & DMACTL_OPF_CMD)
		flags |= DMA_PREP_CMD;
	if (tx->reusable)
		flags |= DMA_CTRL_REUSE;
	return flags;
}

/*
 * The first of an op is its own. Those of an op that repeats may be called back
 * once more after its end, so they are kept off the next op for a while: see
 * dmactl_desc_free().
 */
static struct dmactl_desc *dmactl_desc_take(struct dmactl_chan *chan,
					    struct dmactl_tx *tx)
{
	struct dmactl_desc *desc;

	if (!tx->begun && !tx->periods)
		return &tx->own;
	guard(dmactl_bh)(&chan->lock);
	desc = list_first_entry_or_null(&chan->free_descs, struct dmactl_desc,
					node);
	if (desc)
		list_del_init(&desc->node);
	return desc;
}

static void dmactl_desc_untake(struct dmactl_chan *chan, struct dmactl_tx *tx,
			       struct dmactl_desc *desc)
{
	lockdep_assert_held(&chan->lock);
	if (desc != &tx->own)
		list_add(&desc->node, &chan->free_descs);
}

/* A descriptor is with the provider, and the op with its first one in flight. */
static int dmactl_prep_note(struct dmactl_chan *chan, struct dmactl_tx *tx,
			    struct dmactl_desc *desc, u64 len)
{
	bool first = !tx->begun;

	lockdep_assert_held(&chan->lock);
	desc->tx = tx;
	desc->len = len;
	if (desc != &tx->own)
		list_add_tail(&desc->node, &tx->descs);
	chan->nr_descs++;
	chan->descriptors++;
	chan->cookie = desc->cookie;
	tx->prepared += len;
	tx->all = tx->prepared == tx->len;
	trace_dmactl_op_prep(chan->session->id, chan->obj.handle, tx->opcode,
			     tx->seq, len);
	trace_dmactl_op_submit(chan->session->id, chan->obj.handle, tx->seq,
			       desc->cookie);
	if (!first)
		return 0;
	tx->begun = true;
	tx->preparing = !tx->all;
	dmactl_tx_enter(tx);
	return tx->all ? DMACTL_PREP_WHOLE : 0;
}

/*
 * Gives the provider what it prepared. Some hold a lock from prep to submit:
 * nothing here may sleep.
 */
static int dmactl_prep_submit(struct dmactl_chan *chan, struct dmactl_tx *tx,
			      struct dmactl_desc *desc,
			      const struct dmactl_piece *piece,
			      struct dma_async_tx_descriptor *txd)
{
	guard(dmactl_bh)(&chan->lock);
	if (IS_ERR_OR_NULL(txd)) {
		dmactl_desc_untake(chan, tx, desc);
		chan->refused++;
		return -EAGAIN;
	}
	if (tx->metadata)
		dmactl_metadata_attach(tx, txd);
	txd->callback_result = dmactl_tx_callback;
	txd->callback_param = desc;
	desc->cookie = dmaengine_submit(txd);
	if (dma_submit_error(desc->cookie)) {
		dmactl_desc_untake(chan, tx, desc);
		return -EIO;
	}
	return dmactl_prep_note(chan, tx, desc, piece->len);
}

/* Without a spinlock: bcm2835-dma sleeps in its prep. */
static int dmactl_prep_one(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	struct dma_async_tx_descriptor *txd;
	struct dmactl_piece piece = { };
	struct dmactl_desc *desc;
	int ret;

	desc = dmactl_desc_take(chan, tx);
	if (!desc)
		return -EAGAIN;
	desc->check = 0;
	piece.check = &desc->check;
	txd = tx->ops->prep(chan, tx, &piece, dmactl_prep_flags(tx));
	ret = dmactl_prep_submit(chan, tx, desc, &piece, txd);
	if (!ret && tx->ops->advance)
		tx->ops->advance(tx, &piece);
	return ret;
}

/*
 * Hands the rest of an op to the provider. -EAGAIN: it takes no more now.
 * -EIO: it refused a descriptor that it had prepared. DMACTL_PREP_WHOLE: all is
 * done, with one descriptor; the op may have ended by now, so hands off.
 */
int dmactl_prep(struct dmactl_chan *chan, struct dmactl_tx *tx)
{
	int ret = 0;

	lockdep_assert_held(&chan->prep_lock);
	while (!ret && !tx->all)
		ret = dmactl_prep_one(chan, tx);
	return ret;
}
