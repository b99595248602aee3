// SPDX-License-Identifier: GPL-2.0-only
/* Streams: made, and their blocks handed to the provider. */

#include <linux/dmaengine.h>
#include <linux/file.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "stream.h"
#include "trace.h"

#define DMACTL_STREAM_BLOCK	SZ_64K
#define DMACTL_STREAM_BLOCKS	4
#define DMACTL_STREAM_MAX	1024

/*
 * How often a block that does not fill up is looked at while somebody waits for
 * it, in jiffies, and how seldom if nothing comes at all.
 */
#define DMACTL_STREAM_WATCH	(HZ / 50 + 1)
#define DMACTL_STREAM_IDLE	(HZ / 5 + 1)

static void dmactl_stream_free(struct kref *ref)
{
	struct dmactl_stream *st = container_of(ref, struct dmactl_stream,
						ref);

	dmactl_buf_internal_free(st->buf);
	dmactl_chan_put(st->chan);
	mutex_destroy(&st->io);
	kfree(st);
}

void dmactl_stream_get(struct dmactl_stream *st)
{
	kref_get(&st->ref);
}

void dmactl_stream_put(struct dmactl_stream *st)
{
	kref_put(&st->ref, dmactl_stream_free);
}

/* The op of a block has ended, and its memory is the CPU's again. */
void dmactl_stream_ended(struct dmactl_tx *tx)
{
	struct dmactl_block *block = tx->block;
	struct dmactl_stream *st = block->stream;

	scoped_guard(dmactl_bh, &st->lock) {
		block->status = tx->status;
		block->ended = true;
		st->nr_under_way--;
		if (st->dir == DMA_MEM_TO_DEV) {
			if (!st->error)
				st->error = tx->status;
			list_move_tail(&block->node, &st->idle);
		} else {
			block->len = tx->bytes;
		}
	}
	wake_up_interruptible_poll(&st->wait, EPOLLIN | EPOLLRDNORM |
				   EPOLLOUT | EPOLLWRNORM);
}

/* The channel is going; what is under way is about to end. */
void dmactl_stream_kill(struct dmactl_stream *st)
{
	scoped_guard(dmactl_bh, &st->lock)
		WRITE_ONCE(st->dead, -ENODEV);
	wake_up_interruptible_all(&st->wait);
}

/* Fills the op of a block. The channel is not dead. */
static int dmactl_stream_op(struct dmactl_stream *st,
			    struct dmactl_block *block, struct dmactl_tx *tx)
{
	struct dmactl_span span = {
		.buf = st->buf,
		.map = dmactl_map_find(st->buf, st->chan->dev),
		.off = block->off,
		.len = block->len,
	};

	lockdep_assert_held(&st->chan->rwsem);
	if (!span.map)
		return -ENODEV;
	tx->block = block;
	tx->ops = &dmactl_op_slave_single;
	tx->opcode = DMACTL_OP_SLAVE_SINGLE;
	tx->align = 1;
	tx->dir = st->dir;
	tx->len = block->len;
	/* The stream's own use of the buffer keeps it above zero. */
	refcount_inc(&st->buf->obj.users);
	if (st->dir == DMA_DEV_TO_MEM) {
		tx->dst[0] = span;
		tx->nr_dst = 1;
	} else {
		tx->src[0] = span;
		tx->nr_src = 1;
	}
	return dmactl_slave_single_list(st->chan, tx);
}

static void dmactl_stream_enter(struct dmactl_stream *st,
				struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	block->ended = false;
	block->pos = 0;
	block->seen = 0;
	block->settled = 0;
	st->nr_under_way++;
	list_move_tail(&block->node, &st->under_way);
}

static void dmactl_stream_leave(struct dmactl_stream *st,
				struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	st->nr_under_way--;
	list_move(&block->node, &st->idle);
}

/* Hands a block over. -EAGAIN: the provider takes no more now. */
static int dmactl_stream_submit_locked(struct dmactl_stream *st,
				       struct dmactl_block *block)
{
	struct dmactl_tx *tx;
	int ret;

	if (st->chan->dead)
		return -ENODEV;
	tx = dmactl_tx_get(st->chan);
	if (!tx)
		return -EAGAIN;
	ret = dmactl_stream_op(st, block, tx);
	if (!ret) {
		/* Before the op: it may end before accept returns. */
		dmactl_stream_enter(st, block);
		ret = dmactl_accept(st->chan, tx, false);
		if (!ret) {
			dmactl_chan_issue(st->chan);
			return 0;
		}
		dmactl_stream_leave(st, block);
	}
	dmactl_tx_put(tx);
	return ret;
}

int dmactl_stream_submit(struct dmactl_stream *st, struct dmactl_block *block)
{
	guard(rwsem_read)(&st->chan->rwsem);
	return dmactl_stream_submit_locked(st, block);
}

struct dmactl_block *dmactl_stream_first(struct dmactl_stream *st,
					 struct list_head *list)
{
	guard(dmactl_bh)(&st->lock);
	return list_first_entry_or_null(list, struct dmactl_block, node);
}

/* Keeps the provider busy, as far as it takes blocks. */
void dmactl_stream_refill(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	lockdep_assert_held(&st->io);
	while ((block = dmactl_stream_first(st, &st->idle))) {
		block->len = st->block_len;
		if (dmactl_stream_submit(st, block))
			return;
	}
}

/* The oldest block, if its transfer has ended. */
struct dmactl_block *dmactl_stream_arrived(struct dmactl_stream *st)
{
	struct dmactl_block *block;

	guard(dmactl_bh)(&st->lock);
	block = list_first_entry_or_null(&st->under_way, struct dmactl_block,
					 node);
	return block && block->ended ? block : NULL;
}

void dmactl_stream_return(struct dmactl_stream *st, struct dmactl_block *block)
{
	guard(dmactl_bh)(&st->lock);
	list_move_tail(&block->node, &st->idle);
}

/* Bytes that the provider has moved of the oldest block, as far as it tells. */
static u32 dmactl_stream_moved(struct dmactl_chan *chan,
			       const struct dmactl_block *block)
{
	struct dma_tx_state state = { };
	struct dmactl_desc *desc;
	struct dmactl_tx *tx;
	dma_cookie_t cookie;
	u64 len, before;

	lockdep_assert_held(&chan->rwsem);
	scoped_guard(dmactl_bh, &chan->lock) {
		tx = list_first_entry_or_null(&chan->inflight, struct dmactl_tx,
					      node);
		desc = tx && tx->block == block ? dmactl_tx_oldest(tx) : NULL;
		if (!desc)
			return 0;
		cookie = desc->cookie;
		len = desc->len;
		before = tx->bytes;
	}
	/* Some call back from here. */
	dmaengine_tx_status(chan->dma, cookie, &state);
	/* 0 is also what they say who do not know. */
	if (!state.residue || state.residue > len)
		return 0;
	return before + len - state.residue;
}

/* True if there is something new to read. */
static bool dmactl_stream_sample(struct dmactl_stream *st)
{
	struct dmactl_block *block = dmactl_stream_first(st, &st->under_way);
	u32 moved;

	if (!block || st->chan->dead)
		return false;
	moved = dmactl_stream_moved(st->chan, block);
	guard(dmactl_bh)(&st->lock);
	if (block->ended)
		return true;
	st->watch_after = moved == block->seen ? st->watch_after * 2 : 0;
	st->watch_after = clamp(st->watch_after, DMACTL_STREAM_WATCH + 0ul,
				DMACTL_STREAM_IDLE + 0ul);
	/* Some count bytes that are still on their way to memory. */
	if (moved == block->seen)
		block->settled = max(block->settled, moved);
	block->seen = moved;
	return block->settled > READ_ONCE(block->pos);
}

static void dmactl_stream_watch_work(struct work_struct *work)
{
	struct dmactl_stream *st = container_of(to_delayed_work(work),
						struct dmactl_stream, watch);
	bool news = false;
	bool wanted;

	/* Who stops the channel may wait for nothing of ours. */
	if (down_read_trylock(&st->chan->rwsem)) {
		news = dmactl_stream_sample(st);
		up_read(&st->chan->rwsem);
	}
	/* Who has just asked may not sleep yet. */
	wanted = waitqueue_active(&st->wait) ||
		 time_before(jiffies, READ_ONCE(st->wanted) + HZ);
	if (news)
		wake_up_interruptible_poll(&st->wait, EPOLLIN | EPOLLRDNORM);
	else if (wanted && !dmactl_stream_is_dead(st))
		schedule_delayed_work(&st->watch, READ_ONCE(st->watch_after));
}

/*
 * Somebody waits for bytes. A slow peripheral may take long to fill a block,
 * or never do; packets end their block.
 */
void dmactl_stream_watch(struct dmactl_stream *st)
{
	if (st->dir != DMA_DEV_TO_MEM || (st->flags & DMACTL_STREAM_PACKETS) ||
	    st->chan->residue_granularity ==
	    DMA_RESIDUE_GRANULARITY_DESCRIPTOR)
		return;
	WRITE_ONCE(st->watch_after, DMACTL_STREAM_WATCH);
	WRITE_ONCE(st->wanted, jiffies);
	schedule_delayed_work(&st->watch, DMACTL_STREAM_WATCH);
}

/* The oldest block, if a part of it can be read: up to @end. */
struct dmactl_block *dmactl_stream_settled(struct dmactl_stream *st, u32 *end)
{
	struct dmactl_block *block;

	guard(dmactl_bh)(&st->lock);
	block = list_first_entry_or_null(&st->under_way, struct dmactl_block,
					 node);
	if (!block || block->ended || block->settled <= READ_ONCE(block->pos))
		return NULL;
	*end = block->settled;
	return block;
}

static void dmactl_stream_init(struct dmactl_stream *st,
			       struct dmactl_chan *chan,
			       const struct dmactl_stream_open *arg)
{
	u32 i;

	kref_init(&st->ref);
	atomic_set(&st->files, 1);
	st->chan = chan;
	st->block_len = arg->out_block_len;
	st->nr_blocks = arg->out_nr_blocks;
	st->flags = arg->flags;
	st->dir = arg->direction == DMACTL_DIR_DEV_TO_MEM ? DMA_DEV_TO_MEM
							  : DMA_MEM_TO_DEV;
	mutex_init(&st->io);
	init_waitqueue_head(&st->wait);
	spin_lock_init(&st->lock);
	INIT_DELAYED_WORK(&st->watch, dmactl_stream_watch_work);
	st->watch_after = DMACTL_STREAM_WATCH;
	INIT_LIST_HEAD(&st->idle);
	INIT_LIST_HEAD(&st->under_way);
	for (i = 0; i < st->nr_blocks; i++) {
		st->blocks[i].stream = st;
		st->blocks[i].off = (u64)i * st->block_len;
		list_add_tail(&st->blocks[i].node, &st->idle);
	}
}

static struct dmactl_stream *
dmactl_stream_new(struct dmactl_chan *chan,
		  const struct dmactl_stream_open *arg)
{
	struct dmactl_stream *st;
	struct dmactl_map *map;
	int ret;

	st = kzalloc(struct_size(st, blocks, arg->out_nr_blocks),
		     GFP_KERNEL_ACCOUNT);
	if (!st)
		return ERR_PTR(-ENOMEM);
	dmactl_stream_init(st, chan, arg);
	st->buf = dmactl_buf_internal(chan, (u64)st->nr_blocks *
				      st->block_len);
	ret = PTR_ERR_OR_ZERO(st->buf);
	if (ret)
		goto err_free;
	/* Now, while no lock of the channel is held. */
	map = dmactl_map_get(st->buf, chan->dev);
	ret = PTR_ERR_OR_ZERO(map);
	if (ret)
		goto err_buf;
	kref_get(&chan->obj.ref);
	return st;

err_buf:
	dmactl_buf_internal_free(st->buf);
err_free:
	mutex_destroy(&st->io);
	kfree(st);
	return ERR_PTR(ret);
}

static int dmactl_stream_measure(struct dmactl_chan *chan,
				 struct dmactl_stream_open *arg)
{
	u64 len = arg->block_len ?: DMACTL_STREAM_BLOCK;
	u32 nr = arg->nr_blocks ?: min_t(u32, DMACTL_STREAM_BLOCKS,
					 chan->depth);

	if (arg->reserved || nr < 2 || nr > DMACTL_STREAM_MAX ||
	    nr > chan->depth)
		return -EINVAL;
	if (arg->direction != DMACTL_DIR_MEM_TO_DEV &&
	    arg->direction != DMACTL_DIR_DEV_TO_MEM)
		return -EINVAL;
	if (len > S32_MAX - PAGE_SIZE ||
	    PAGE_ALIGN(len) * nr > dmactl_max_len())
		return -EDQUOT;
	arg->out_block_len = PAGE_ALIGN(len);
	arg->out_nr_blocks = nr;
	return 0;
}

static int dmactl_stream_start(struct dmactl_cmd *cmd, struct dmactl_chan *chan,
			       struct dmactl_stream *st, int fd)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct file *file;
	int ret;

	ret = dmactl_chan_attach_stream(chan, st);
	if (ret)
		goto err_put;
	file = dmactl_stream_file_new(st, arg->flags);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto err_detach;
	}
	arg->out_fd = fd;
	ret = dmactl_cmd_respond(cmd);
	if (ret) {
		/* Takes the stream along. */
		fput(file);
		return ret;
	}
	if (st->dir == DMA_DEV_TO_MEM) {
		mutex_lock(&st->io);
		dmactl_stream_refill(st);
		mutex_unlock(&st->io);
	}
	fd_install(fd, file);
	return 0;

err_detach:
	dmactl_chan_detach_stream(chan);
err_put:
	dmactl_stream_put(st);
	return ret;
}

static int dmactl_stream_open_chan(struct dmactl_cmd *cmd,
				   struct dmactl_chan *chan)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct dmactl_stream *st;
	int ret, fd;

	ret = dmactl_stream_measure(chan, arg);
	if (ret)
		return ret;
	if (!(chan->caps & DMACTL_CAP_SLAVE))
		return -EOPNOTSUPP;
	ret = dmactl_slave_allowed(chan, __ffs(arg->direction));
	if (ret)
		return ret;
	st = dmactl_stream_new(chan, arg);
	if (IS_ERR(st))
		return PTR_ERR(st);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		dmactl_stream_put(st);
		return fd;
	}
	ret = dmactl_stream_start(cmd, chan, st, fd);
	if (ret)
		put_unused_fd(fd);
	return ret;
}

int dmactl_ioctl_stream_open(struct dmactl_cmd *cmd)
{
	struct dmactl_stream_open *arg = cmd->arg;
	struct dmactl_chan *chan;
	int ret;

	chan = dmactl_chan_get(cmd->session, arg->chan);
	if (!chan)
		return -ENOENT;
	ret = dmactl_stream_open_chan(cmd, chan);
	dmactl_chan_put(chan);
	return ret;
}
